"""A text of one line."""

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


class ShortText(QuestionType):
    key = "short_text"
    title = M("Kurzer Text")
    about = M("Freier Text in einer Zeile.")
    example = M("Ihre wichtigste Botschaft in einem Satz")
    family = Family.TEXT
    tally = Tally.TEXTS
    beyond_schema = (TOO_LONG,)

    class Settings(Plain):
        limit: Annotated[int, Wording(M("Höchstens so viele Zeichen"))] = Setting(default=300, ge=1, le=1000)

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        return first(form, name) or None

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        return check_text(value, settings.limit, line=True)

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        return text_schema(settings.limit)

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        return Field(Control.TEXT, name, value=shown(value), limit=settings.limit)

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        return value or ""

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return () if value is None else (Fact(),)

    def remarks(self, value: Value, settings: Settings) -> Iterable[Remark]:
        return () if value is None else (Remark("", value),)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, "Bitte weniger Nachweise."
        yield {"limit": 5}, "knapp"
