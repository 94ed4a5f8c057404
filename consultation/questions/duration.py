"""A number of weeks, months or years."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field as Setting
from pydantic import model_validator

from consultation.core.language import Language, M, say
from consultation.questions import (
    Context,
    Family,
    Field,
    FormFields,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.numerals import check_integer, number_schema, posted_integer
from consultation.questions.posted import first
from consultation.questions.quantities import Quantity, number_field, with_unit

_LONGEST = 10_000
_UNITS = {
    "weeks": (M("Woche"), M("Wochen")),
    "months": (M("Monat"), M("Monate")),
    "years": (M("Jahr"), M("Jahre")),
}

_NAMES = {unit: names[1] for unit, names in _UNITS.items()}


class Duration(Quantity):
    key = "duration"
    title = M("Dauer")
    about = M("Eine Dauer in Wochen, Monaten oder Jahren.")
    example = M("Welche Mindestlaufzeit brauchen Sie?")
    family = Family.NUMBER

    class Settings(Plain):
        unit: Annotated[Literal["weeks", "months", "years"], Wording(M("Einheit"), options=_NAMES)]
        minimum: Annotated[int, Wording(M("Kleinster Wert"))] = Setting(default=0, ge=0, le=_LONGEST)
        maximum: Annotated[int, Wording(M("Größter Wert"))] = Setting(default=1200, ge=0, le=_LONGEST)

        @model_validator(mode="after")
        def _ordered(self) -> Self:
            if self.minimum > self.maximum:
                raise ValueError("minimum is above maximum")
            return self

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        units = [say(word, context.language) for word in reversed(_UNITS[settings.unit])]
        return posted_integer(first(form, name), context.language, units)

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        return check_integer(value, settings.minimum, settings.maximum)

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        return number_schema("integer", settings.minimum, settings.maximum)

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        return number_field(name, value, context.language, say(_UNITS[settings.unit][1], context.language))

    def figure(self, number: float, settings: Settings, language: Language) -> str:
        one, several = _UNITS[settings.unit]
        return f"{with_unit(number, None, language)}\u00a0{say(one if number == 1 else several, language)}"

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {"unit": "weeks"}, 12
        yield {"unit": "months", "minimum": 1, "maximum": 60}, 1
        yield {"unit": "years"}, 3
