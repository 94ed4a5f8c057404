"""A calendar day."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Self

from pydantic import model_validator

from consultation.core.language import M, day, say
from consultation.core.times import read_day
from consultation.questions import (
    Context,
    Control,
    Fact,
    Family,
    Field,
    FormFields,
    Path,
    QuestionType,
    Tally,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.posted import first, shown
from consultation.questions.refusals import refuse

NO_SUCH_DAY, TOO_EARLY, TOO_LATE = "no_such_day", "too_early", "too_late"
"""Beyond the schema, which knows the shape of a day, but no calendar and no order."""

_SHAPE = "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


class Date(QuestionType):
    key = "date"
    title = M("Datum")
    about = M("Ein Tag im Kalender.")
    example = M("Wann tagt Ihr Rat?")
    family = Family.NUMBER
    tally = Tally.TEXTS
    beyond_schema = (NO_SUCH_DAY, TOO_EARLY, TOO_LATE)

    class Settings(Plain):
        minimum: Annotated[date, Wording(M("Frühester Tag"), open=True)] = date(1900, 1, 1)
        maximum: Annotated[date, Wording(M("Spätester Tag"), open=True)] = date(2199, 12, 31)

        @model_validator(mode="after")
        def _ordered(self) -> Self:
            if self.minimum > self.maximum:
                raise ValueError("minimum is after maximum")
            return self

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        text = first(form, name)
        return parse_day(text) or text or None

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        if value is None:
            return None
        if not isinstance(value, str) or not re.fullmatch(_SHAPE, value):
            refuse(
                M("Das ist kein Datum. Bitte geben Sie Tag, Monat und Jahr ein, zum Beispiel 31.03.2026."),
                in_data=M("Hier steht ein Tag als Text, zum Beispiel 2026-03-31."),
            )
        chosen = read_day(value)
        if chosen is None:
            refuse(M("Diesen Tag gibt es nicht. Bitte prüfen Sie Tag und Monat."), code=NO_SUCH_DAY)
        if chosen < settings.minimum:
            refuse(M("Bitte geben Sie einen Tag ab dem {day} ein.", day=settings.minimum), code=TOO_EARLY)
        if chosen > settings.maximum:
            refuse(M("Bitte geben Sie einen Tag bis zum {day} ein.", day=settings.maximum), code=TOO_LATE)
        return value

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date", "pattern": _SHAPE}

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        chosen = read_day(value) if isinstance(value, str) else None
        held = shown(value) if chosen is None or context.language != "de" else (day(chosen, "de"),)
        hint = say(M("Tag, Monat und Jahr, zum Beispiel 31.03.2026"), context.language)
        return Field(Control.DATE, name, hint=hint, value=held, width=12)

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        return "" if value is None else day(date.fromisoformat(value), context.language)

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return () if value is None else (Fact(),)

    def written(self, value: Value, settings: Settings) -> Iterable[tuple[Path, str]]:
        """A day is no text."""
        return ()

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, "2026-03-31"
        yield {"minimum": "2024-01-01", "maximum": "2028-12-31"}, "2028-02-29"


def parse_day(text: str) -> str | None:
    """As people write it or browsers send it, as ISO; `None` if the text is no day."""
    found = read_day(text)
    return found.isoformat() if found else None
