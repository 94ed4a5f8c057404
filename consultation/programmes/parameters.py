"""A programme's figures as readers see them."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from consultation.core import language as words
from consultation.core.language import Language, M, say
from consultation.programmes.models import ParameterType


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
