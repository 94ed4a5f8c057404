"""A whole number."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field as Setting
from pydantic import model_validator

from consultation.core.language import Language, M
from consultation.questions import (
    Context,
    Family,
    Field,
    FormFields,
    Texts,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.numerals import BOUND, check_integer, number_schema, posted_integer
from consultation.questions.posted import first
from consultation.questions.quantities import Quantity, number_field, with_unit


class Integer(Quantity):
    key = "integer"
    title = M("Ganze Zahl")
    about = M("Eine Zahl ohne Nachkommastellen, auf Wunsch mit Einheit. Die Auswertung nennt Median und Quartile.")
    example = M("Wie viele Stunden kostet Sie der Antrag?")
    family = Family.NUMBER

    class Settings(Plain):
        minimum: Annotated[int, Wording(M("Kleinster Wert"), open=True)] = Setting(default=-BOUND, ge=-BOUND, le=BOUND)
        maximum: Annotated[int, Wording(M("Größter Wert"), open=True)] = Setting(default=BOUND, ge=-BOUND, le=BOUND)
        unit: Annotated[Texts | None, Wording(M("Einheit, zum Beispiel „Stunden“"))] = None

        @model_validator(mode="after")
        def _ordered(self) -> Self:
            if self.minimum > self.maximum:
                raise ValueError("minimum is above maximum")
            return self

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        units = [settings.unit.de, settings.unit.en] if settings.unit else []
        return posted_integer(first(form, name), context.language, units)

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        return check_integer(value, settings.minimum, settings.maximum)

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        return number_schema("integer", settings.minimum, settings.maximum)

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        return number_field(
            name, value, context.language, settings.unit.said(context.language) if settings.unit else ""
        )

    def figure(self, number: float, settings: Settings, language: Language) -> str:
        return with_unit(number, settings.unit, language)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, 1250
        yield {"minimum": 0, "maximum": 500, "unit": {"de": "Stunden", "en": "hours"}}, 40
