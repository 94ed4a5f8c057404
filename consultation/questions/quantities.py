"""What all numeric answers have in common."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from consultation.core.language import Language
from consultation.core.language import number as written
from consultation.questions import Comparable, Context, Control, Fact, Field, QuestionType, Tally, Texts, Value
from consultation.questions.numerals import decimal_places, typed


class Quantity(QuestionType):
    """A number; texts and figures say it with its unit, spreadsheets get the number itself."""

    tally = Tally.NUMBER

    def text(self, value: Value, settings: Any, context: Context) -> str:
        return "" if value is None else self.figure(value, settings, context.language)

    def cell(self, value: Value, settings: Any, context: Context) -> str | int | float | None:
        return value  # type: ignore[no-any-return]  # a checked value is a number or nothing

    def comparable(self, settings: Any, language: Language) -> Comparable:
        return Comparable(bounds=(getattr(settings, "minimum", 0), getattr(settings, "maximum", 1)))

    def facts(self, value: Value, settings: Any) -> Iterable[Fact]:
        return () if value is None else (Fact(number=float(value)),)


def number_field(name: str, value: Value, language: Language, unit: str = "") -> Field:
    return Field(Control.NUMBER, name, value=typed(value, language), suffix=unit, width=12)


def with_unit(number: float, unit: Texts | None, language: Language, digits: int = 1) -> str:
    """A number, or a median between two: never with more decimal places than it has."""
    rounded = round(Decimal(repr(number)), digits)
    text = written(rounded, language, min(digits, decimal_places(rounded)))
    return f"{text}\u00a0{unit.said(language)}" if unit else text
