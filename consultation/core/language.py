"""Messages travel as (source text, parameters) and become sentences at the edge, in the reader's language.

The source text is German and is the key of the English catalogue (`locales/en.po`); a test fails on a text without
translation. Parameters stand in braces, are formatted by type and locale, and are never markup.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from consultation.core.places import package_folder
from consultation.core.times import BERLIN, is_midnight, local_day_ending

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
SOURCE: Language = "de"


@runtime_checkable
class Worded(Protocol):
    """A planner's text in several languages."""

    def said(self, language: Language) -> str: ...


Spoken: TypeAlias = "str | int | float | Decimal | date | Message | Worded | Sequence[Spoken] | None"
"""What may stand in a message: whatever `say` has words for, so that no reader meets a program's name for a thing."""


@dataclass(frozen=True)
class Message:
    """A sentence yet to be written: `M("Noch {count} Angaben fehlen.", count=3)`."""

    text: str
    parameters: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return say(self, SOURCE)


def M(text: str, /, *, one: str = "", **parameters: Spoken) -> Message:  # noqa: N802 -- the short name keeps rule tables readable
    """`one` is said instead where the first parameter is 1: "1 Stelle ist …"."""
    single = bool(one) and next(iter(parameters.values()), None) == 1
    return Message(one if single else text, tuple(parameters.items()))


@functools.cache
def catalogue(language: Language) -> dict[str, str]:
    """Source text → translation; empty for the source language, and where no catalogue was installed."""
    path = package_folder() / "locales" / f"{language}.po"
    if language == SOURCE or not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id and m.string}


def translate(text: str, language: Language) -> str:
    return catalogue(language).get(text, text)


def say(message: Message, language: Language) -> str:
    parameters = {
        name: value if isinstance(value, str) else _spoken(value, language) for name, value in message.parameters
    }
    sentence = translate(message.text, language)
    for name, value in parameters.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence


def _spoken(value: Any, language: Language) -> str:
    match value:
        case Message():
            return say(value, language)
        case bool():
            return say(M("ja") if value else M("nein"), language)
        case int() | float() | Decimal():
            return number(value, language)
        case datetime():
            return moment(value, language)
        case date():
            return day(value, language)
        case Worded():
            return value.said(language)
        case tuple() | list():
            return ", ".join(_spoken(item, language) for item in value)
        case _:
            return "" if value is None else str(value)


# -- numbers, money, dates: formatted once, here ------------------------------------------------
@functools.cache
def locale_of(language: Language) -> Locale:
    return Locale.parse("de_DE" if language == "de" else "en_GB")


def number(value: float | Decimal, language: Language, digits: int | None = None) -> str:
    if isinstance(value, int) and digits is None and 0 <= value < 1000:
        return str(value)  # nothing to group, in no language
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=locale_of(language)))


def percent(share: Fraction | float | None, language: Language, digits: int = 1) -> str:
    """A share between 0 and 1; `None` (nobody was asked) is a dash."""
    if share is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "\u00a0%"
    return str(format_percent(float(share), format=pattern, locale=locale_of(language)))


def money(cents: int, language: Language) -> str:
    value = Decimal(cents) / 100
    pattern = "#,##0\u00a0¤" if cents % 100 == 0 else "#,##0.00\u00a0¤"
    return str(format_currency(value, "EUR", format=pattern, locale=locale_of(language), currency_digits=False))


def day(value: date, language: Language) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(BERLIN).date()
    return str(format_date(value, "dd.MM.yyyy" if language == "de" else "d MMMM yyyy", locale=locale_of(language)))


def moment(value: datetime, language: Language) -> str:
    """A UTC moment as Berlin reads it. Midnight is the end of the day before: 31.03.2026, 24:00 Uhr."""
    if is_midnight(value):
        return f"{day(local_day_ending(value), language)}, 24:00" + (" Uhr" if language == "de" else "")
    text = format_datetime(value, "dd.MM.yyyy, HH:mm" if language == "de" else "d MMMM yyyy, HH:mm", tzinfo=BERLIN,
                           locale=locale_of(language))  # fmt: skip
    return text + (" Uhr" if language == "de" else "")
