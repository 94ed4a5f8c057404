"""A programme's figures as readers see them."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from consultation.core import language as words
from consultation.core.errors import Invalid
from consultation.core.kept import Kept
from consultation.core.language import Language, M, Message, say
from consultation.programmes.models import DraftVersion, ParameterType
from consultation.questions.date import parse_day
from consultation.questions.numerals import parse


def spoken(type_: ParameterType, value: str, language: Language) -> str:
    """A rate 0.85 → 85 %, 4000000 cents → 40.000 €, 36 months → 36 Monate."""
    match type_:
        case ParameterType.RATE:
            share = Fraction(value)
            return words.percent(share, language, 0 if (share * 100).denominator == 1 else 1)
        case ParameterType.MONEY:
            return words.money(int(value), language)
        case ParameterType.MONTHS:
            return say(M("{count} Monate", count=int(value)), language)
        case ParameterType.WEEKS:
            return say(M("{count} Wochen", count=int(value)), language)
        case ParameterType.DATE:
            return words.day(date.fromisoformat(value), language)


def spoken_all(frozen: Iterable[dict[str, Any]], language: Language) -> dict[str, str]:
    """Name → text, from the parameters frozen with a draft version."""
    return {p["name"]: spoken(ParameterType(p["type"]), p["value"], language) for p in frozen}


_published: Kept[Mapping[str, str]] = Kept()


def figures_of(draft: DraftVersion | None, language: Language) -> Mapping[str, str]:
    """As `spoken_all`, of the parameters frozen with a draft version; those of a published one are said once per process."""
    if draft is None:
        return {}
    if draft.content_hash is None:
        return spoken_all(draft.frozen.get("parameters", ()), language)
    key = f"{draft.id} {draft.content_hash} {language}"
    return _published.get(key, lambda: spoken_all(draft.frozen.get("parameters", ()), language))


EXPECTED: dict[ParameterType, Message] = {
    ParameterType.RATE: M("eine Quote, zum Beispiel 85 %"),
    ParameterType.MONEY: M("ein Betrag in Euro, zum Beispiel 40.000 €"),
    ParameterType.MONTHS: M("eine ganze Zahl von Monaten, zum Beispiel 36"),
    ParameterType.WEEKS: M("eine ganze Zahl von Wochen, zum Beispiel 8"),
    ParameterType.DATE: M("ein Datum, zum Beispiel 31.03.2027"),
}


_UNITS = ("%", "Prozent", "percent", "per cent", "€", "Euro", "EUR", "Monate", "Wochen", "months", "weeks")


def typed(type_: ParameterType, text: str, language: Language = words.SOURCE) -> str:
    """What a planner typed ("85 %", "40.000 €", "36 Monate", "31.03.2027") as it is stored. Raises `Invalid`."""
    if type_ is ParameterType.DATE:
        value = parse_day(text)
    else:
        number = parse(text, language, _UNITS)
        value = None if number is None else _stored(type_, Fraction(number))
    if value is None:
        raise Invalid.about("value", M("Erwartet wird {expected}.", expected=EXPECTED[type_]))
    return value


def _stored(type_: ParameterType, number: Fraction) -> str | None:
    """A percentage as a fraction of one, Euro as cents; `None` for what makes no sense."""
    match type_:
        case ParameterType.RATE:
            return f"{float(number / 100):.10g}" if 0 <= number <= 100 else None
        case ParameterType.MONEY:
            number *= 100
    return str(int(number)) if number.denominator == 1 and 0 <= number < 10**15 else None
