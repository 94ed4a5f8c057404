"""Rates, amounts, spans and days as the text of a draft writes them: "85 v. H.", "1,5 Mio. Euro", "drei Jahre", "31. März 2027"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from consultation.core.language import Language
from consultation.programmes.models import ParameterType
from consultation.questions.numerals import parse

Quantity = Fraction | date
"""A rate as a share of one, money in cents, spans in months or weeks, a day: as programme values hold them."""


@dataclass(frozen=True)
class Mention:
    quantity: Quantity
    written: str


def quantity(type_: ParameterType, value: str) -> Quantity:
    """Of a programme value as it is stored."""
    return date.fromisoformat(value) if type_ is ParameterType.DATE else Fraction(value)


def mentions(text: str, type_: ParameterType, language: Language) -> list[Mention]:
    """In reading order."""
    reader = {ParameterType.DATE: _days, ParameterType.RATE: _rates, ParameterType.MONEY: _money}.get(type_)
    found = reader(text, language) if reader else _spans(text, type_)
    return [Mention(quantity, " ".join(written.split())) for quantity, written in found]


Found = Iterator[tuple[Quantity, str]]
_FIGURE = r"(?<![\d.,])(?:\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)(?!\d)"
_RATE = re.compile(
    rf"({_FIGURE})[\s-]?(?:%(?!-?\s?[Pp]unkt)|Prozent\b|prozentig\w*|v\.\s?H\.|vom Hundert\b|per ?cent\b)",
    re.IGNORECASE,
)
_SCALES = (("milliard", 10**9), ("mrd", 10**9), ("b", 10**9), ("m", 10**6), ("t", 1000))
_SCALE = r"(?:\s?(Mio\.?|Mrd\.?|Tsd\.?|Million(?:en)?|Milliarden?|Tausend|thousand|billion|bn|T(?=\s?(?:€|EUR))|m(?![a-z])))?"
_EUROS = r"(?:€|Euro\b|EUR\b)"
_MONEY = re.compile(
    rf"{_EUROS}\s?({_FIGURE}){_SCALE}|({_FIGURE})(?:,[-–—]+)?{_SCALE}\s?{_EUROS}", re.IGNORECASE
)  # fmt: skip
_COUNTED = {
    "ein": 1, "eine": 1, "einem": 1, "einen": 1, "einer": 1, "eines": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6,
    "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "achtzehn": 18, "vierundzwanzig": 24, "dreißig": 30,
    "sechsunddreißig": 36, "achtundvierzig": 48, "sechzig": 60, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_COUNT = rf"\b(\d{{1,4}}|{'|'.join(sorted(_COUNTED, key=len, reverse=True))})[\s-]?"
_SPANS = {
    ParameterType.MONTHS: re.compile(rf"{_COUNT}(Monat|month|Jahr|jähr|year)\w*", re.IGNORECASE),
    ParameterType.WEEKS: re.compile(rf"{_COUNT}(Woche|wöch|week)\w*", re.IGNORECASE),
}
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_ALSO = {"mar": 3, "may": 5, "oct": 10, "dec": 12}
_NUMBER_OF = {name: at for at, name in enumerate(_MONTHS, 1)} | _ALSO
_DAY = re.compile(
    rf"\b(?:(\d{{4}})-(\d\d)-(\d\d)|(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?(\d{{4}})"
    rf"|(\d{{1,2}})\.?\s({'|'.join(_NUMBER_OF)})[a-z]*\.?\s(\d{{4}})|({'|'.join(_NUMBER_OF)})[a-z]*\s(\d{{1,2}}),?\s(\d{{4}}))\b",
    re.IGNORECASE,
)


def _rates(text: str, language: Language) -> Found:
    for found in _RATE.finditer(text):
        if (number := parse(found[1], language)) is not None:
            yield Fraction(number) / 100, found[0]


def _money(text: str, language: Language) -> Found:
    for found in _MONEY.finditer(text):
        number = parse(found[1] or found[3], language)
        if number is not None:
            yield Fraction(number) * 100 * _scale(found[2] or found[4] or ""), found[0]


def _scale(word: str) -> int:
    return next((times for start, times in _SCALES if word.casefold().startswith(start)), 1)


def _spans(text: str, type_: ParameterType) -> Found:
    for found in _SPANS[type_].finditer(text):
        count = int(found[1]) if found[1].isdigit() else _COUNTED[found[1].casefold()]
        years = found[2].casefold() in ("jahr", "jähr", "year")
        yield Fraction(count * 12 if years else count), found[0]


def _days(text: str, language: Language) -> Found:
    for found in _DAY.finditer(text):
        iso, german, named, english = (found.groups()[at : at + 3] for at in (0, 3, 6, 9))
        parts = next(parts for parts in (iso, german[::-1], named[::-1], (english[2], *english[:2])) if parts[0])
        year, month, day = (_NUMBER_OF.get(part.casefold()) or int(part) for part in parts)
        try:
            yield date(year, month, day), found[0]
        except ValueError:
            continue
