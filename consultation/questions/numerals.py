"""Numbers as people in Germany type them, and as JSON brings them."""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from consultation.core.language import Language, M, number
from consultation.questions import Value
from consultation.questions.refusals import refuse

BOUND = 10**11
"""No number in an answer is larger, unless its type says so."""

TOO_PRECISE = "too_precise"
"""Beyond the schema: `multipleOf` cannot be trusted with binary fractions."""

_LONGEST = 40
_SPACES = re.compile(r"(?<=[0-9])[ \u00a0\u202f\u2009'’](?=[0-9]{3}(?![0-9]))")
_PLAIN = re.compile(r"[0-9]+([.,][0-9]+)?")
_GERMAN = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?")
_ENGLISH = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def parse(text: str, language: Language, units: Iterable[str] = ()) -> Decimal | None:
    """The number in "1.250,50", "85 %", "3,5" or "1 250"; `None` if the text is none.

    A unit behind the number may be one of `units`. Alone, three digits behind a single separator are thousands where
    the separator is the thousands' one of `language`: "1.250" is 1250 in German and 1.25 in English.
    """
    text = _without_unit(text.strip(), units)
    if len(text) > _LONGEST:
        return None
    negative = text[:1] in ("-", "−")
    text = _SPACES.sub("", text[1:].lstrip() if text[:1] in ("+", "-", "−") else text)
    plain = _plain(text, language)
    return None if plain is None else Decimal(plain) * (-1 if negative else 1)


def _without_unit(text: str, units: Iterable[str]) -> str:
    for unit in units:
        if unit and text.casefold().endswith(unit.casefold()):
            return text[: -len(unit)].rstrip()
    return text


def _plain(text: str, language: Language) -> str | None:
    first, second = (_GERMAN, _ENGLISH) if language == "de" else (_ENGLISH, _GERMAN)
    for pattern in (first, _PLAIN, second):
        if pattern.fullmatch(text):
            if pattern is _PLAIN:
                return text.replace(",", ".")
            thousands, point = (".", ",") if pattern is _GERMAN else (",", ".")
            return text.replace(thousands, "").replace(point, ".")
    return None


def posted_integer(text: str, language: Language, units: Iterable[str] = ()) -> Value:
    found = parse(text, language, units)
    return int(found) if found is not None and found == found.to_integral_value() else text or None


def posted_decimal(text: str, language: Language, units: Iterable[str] = ()) -> Value:
    found = parse(text, language, units)
    return text or None if found is None else json_number(found)


def json_number(value: Decimal | float) -> int | float:
    """3.0 and -0.0 are written 3 and 0, so that equal numbers are equal texts."""
    return int(value) if value == int(value) else float(value)


def check_integer(value: Value, minimum: int, maximum: int) -> int | None:
    """A whole number within the bounds; 40.0 is one, as JSON Schema has it."""
    if value is None:
        return None
    if not is_number(value) or value != math.floor(value):
        refuse(
            M("Das ist keine ganze Zahl. Bitte geben Sie nur Ziffern ein, zum Beispiel 40."),
            in_data=M("Hier steht eine ganze Zahl ohne Anführungszeichen, zum Beispiel 40."),
        )
    _bounded(value, minimum, maximum)
    return int(value)


def check_decimal(value: Value, minimum: float, maximum: float, digits: int) -> int | float | None:
    """A number within the bounds with at most `digits` decimal places."""
    if value is None:
        return None
    if not is_number(value):
        refuse(
            M("Das ist keine Zahl. Bitte geben Sie nur Ziffern und ein Komma ein, zum Beispiel 40 oder 3,5."),
            in_data=M("Hier steht eine Zahl ohne Anführungszeichen, zum Beispiel 40 oder 3.5."),
        )
    _bounded(value, minimum, maximum)
    if Decimal(repr(value)) != round(Decimal(repr(value)), digits):
        refuse(M("Möglich sind {digits} Stellen nach dem Komma. Bitte runden Sie.", digits=digits), code=TOO_PRECISE)
    return json_number(value)


def is_number(value: Value) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def _bounded(value: float, minimum: float, maximum: float) -> None:
    if not minimum <= value <= maximum:
        refuse(M("Bitte geben Sie eine Zahl von {minimum} bis {maximum} ein.", minimum=minimum, maximum=maximum))


def number_schema(kind: str, minimum: float, maximum: float) -> dict[str, Any]:
    return {"type": [kind, "null"], "minimum": minimum, "maximum": maximum}


def typed(value: Value, language: Language) -> tuple[str, ...]:
    """A number as its input holds it; a raw text stays as it was typed."""
    if value is None or isinstance(value, list | dict):
        return ()
    if not is_number(value):
        return (str(value),)
    exact = Decimal(repr(value))
    return (number(exact, language, decimal_places(exact)),)


def decimal_places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))
