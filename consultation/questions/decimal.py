"""A number with decimal places."""

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
from consultation.questions.numerals import BOUND, TOO_PRECISE, check_decimal, number_schema, posted_decimal
from consultation.questions.posted import first
from consultation.questions.quantities import Quantity, number_field, with_unit


class Decimal(Quantity):
    key = "decimal"
    title = M("Zahl mit Nachkommastellen")
    about = M("Eine Zahl mit Nachkommastellen, auf Wunsch mit Einheit. Die Auswertung nennt Median und Quartile.")
    example = M("Wie viele Stellen (VZÄ) brauchen Sie dafür?")
    family = Family.NUMBER
    beyond_schema = (TOO_PRECISE,)

    class Settings(Plain):
        minimum: Annotated[float, Wording(M("Kleinster Wert"), open=True)] = Setting(
            default=-BOUND, ge=-BOUND, le=BOUND
        )
        maximum: Annotated[float, Wording(M("Größter Wert"), open=True)] = Setting(default=BOUND, ge=-BOUND, le=BOUND)
        digits: Annotated[int, Wording(M("Stellen nach dem Komma"))] = Setting(default=2, ge=0, le=4)
        unit: Annotated[Texts | None, Wording(M("Einheit, zum Beispiel „Stunden“"))] = None

        @model_validator(mode="after")
        def _ordered(self) -> Self:
            if self.minimum > self.maximum:
                raise ValueError("minimum is above maximum")
            return self

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        units = [settings.unit.de, settings.unit.en] if settings.unit else []
        return posted_decimal(first(form, name), context.language, units)

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        return check_decimal(value, settings.minimum, settings.maximum, settings.digits)

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        return number_schema("number", settings.minimum, settings.maximum)

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        return number_field(
            name, value, context.language, settings.unit.said(context.language) if settings.unit else ""
        )

    def figure(self, number: float, settings: Settings, language: Language) -> str:
        return with_unit(number, settings.unit, language, max(settings.digits, 1))

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, 1.25
        yield {"minimum": 0, "maximum": 50, "digits": 1, "unit": {"de": "VZÄ", "en": "FTE"}}, 2.5
