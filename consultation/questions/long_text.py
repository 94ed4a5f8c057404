"""A text of several lines."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field as Setting

from consultation.core.language import M
from consultation.questions import (
    Context,
    Control,
    Fact,
    Family,
    Field,
    FormFields,
    QuestionType,
    Remark,
    Tally,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.posted import first, shown
from consultation.questions.texts import TOO_LONG, check_text, text_schema


class LongText(QuestionType):
    key = "long_text"
    title = M("Langer Text")
    about = M(
        "Freier Text in mehreren Absätzen. Auswerten kostet Zeit: Fragen Sie so nur, was sich nicht ankreuzen lässt."
    )
    example = M("Was müsste gegeben sein, damit die Arbeit weitergeht?")
    family = Family.TEXT
    demands = True
    tally = Tally.TEXTS
    beyond_schema = (TOO_LONG,)

    class Settings(Plain):
        limit: Annotated[int, Wording(M("Höchstens so viele Zeichen"))] = Setting(default=10_000, ge=1, le=100_000)

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        return first(form, name) or None

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        return check_text(value, settings.limit)

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        return text_schema(settings.limit)

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        rows = 4 if settings.limit <= 1000 else 8
        return Field(Control.LONG_TEXT, name, value=shown(value), limit=settings.limit, rows=rows)

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        return value or ""

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return () if value is None else (Fact(),)

    def remarks(self, value: Value, settings: Settings) -> Iterable[Remark]:
        return () if value is None else (Remark("", value),)

    def seconds(self, settings: Settings, context: Context) -> int:
        return 120

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, "Die Stelle müsste dauerhaft sein.\n\nSonst geht das Wissen verloren."
        yield {"limit": 20}, "kurz"
