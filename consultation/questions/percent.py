"""A share: people type 0 to 100, stored is the fraction 0 to 1."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from consultation.core.language import Language, M, percent
from consultation.questions import (
    Context,
    Family,
    Field,
    FormFields,
    Value,
)
from consultation.questions.numerals import (
    TOO_PRECISE,
    check_decimal,
    decimal_places,
    is_number,
    json_number,
    number_schema,
    parse,
)
from consultation.questions.posted import first
from consultation.questions.quantities import Quantity, number_field
from consultation.questions.refusals import refuse

_UNITS = ("%", "Prozent", "percent")
_DIGITS = 4
"""Of the fraction: two behind the comma of what people type."""

AS_SHARE = M("Hier steht ein Anteil als Zahl von 0 bis 1, für 85 % zum Beispiel 0.85.")


class Percent(Quantity):
    key = "percent"
    title = M("Prozentsatz")
    about = M("Ein Anteil von 0 bis 100 %.")
    example = M("Ab welcher Förderquote würden Sie sich beteiligen?")
    family = Family.NUMBER
    beyond_schema = (TOO_PRECISE,)

    def read(self, form: FormFields, name: str, settings: Any, context: Context) -> Value:
        text = first(form, name)
        found = parse(text, context.language, _UNITS)
        return text or None if found is None else json_number(found / 100)

    def check(self, value: Value, settings: Any, context: Context) -> Value:
        if value is not None and not (is_number(value) and 0 <= value <= 1):
            refuse(M("Bitte geben Sie einen Prozentsatz von 0 bis 100 ein."), in_data=AS_SHARE)
        if is_number(value) and round(Decimal(repr(value)), _DIGITS) != Decimal(repr(value)):
            refuse(
                M("Bitte runden Sie den Prozentsatz auf zwei Stellen nach dem Komma."),
                code=TOO_PRECISE,
                in_data=M("Möglich sind {digits} Stellen nach dem Komma. Bitte runden Sie.", digits=_DIGITS),
            )
        return check_decimal(value, 0, 1, _DIGITS)

    def schema(self, settings: Any, context: Context) -> dict[str, Any]:
        return number_schema("number", 0, 1)

    def field(self, name: str, value: Value, settings: Any, context: Context) -> Field:
        held = float(Decimal(repr(value)) * 100) if is_number(value) else value
        return number_field(name, held, context.language, "%")

    def figure(self, number: float, settings: Any, language: Language) -> str:
        digits = decimal_places(round(Decimal(repr(number)) * 100, 2))
        return percent(number, language, digits)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, 0.85
        yield {}, 1
        yield {}, 0.3333
