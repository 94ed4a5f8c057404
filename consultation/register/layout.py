"""Where things stand in a line of the official file (GV100AD): positions counted from 1, as in its description.

A line has 220 characters. Positions 201 to 220 are free for the Länder and are not read.
"""

import re
from dataclasses import dataclass

from consultation.core.language import M, Message

LINE_LENGTH = 220


@dataclass(frozen=True)
class Field:
    """Characters `first` to `last` must match the pattern as a whole; `meaning` and `expected` explain a refusal."""

    name: str
    first: int
    last: int
    pattern: re.Pattern[str]
    meaning: Message
    expected: Message

    def cut(self, line: str) -> str:
        return line[self.first - 1 : self.last]

    def problem(self, line: str) -> Message | None:
        text = self.cut(line)
        if self.pattern.fullmatch(text):
            return None
        place = f"{self.first}–{self.last}"
        return M(
            "Stellen {place} ({meaning}): „{text}“ passt nicht, erwartet: {expected}.",
            place=place, meaning=self.meaning, text=text.strip(), expected=self.expected,
        )  # fmt: skip


def _digits(name: str, first: int, last: int, meaning: Message) -> Field:
    count = last - first + 1
    return Field(name, first, last, re.compile(f"[0-9]{{{count}}}"), meaning, M("{count} Ziffern", count=count))


def _blank(first: int, last: int) -> Field:
    return Field("", first, last, re.compile(" *"), M("leeres Feld"), M("Leerzeichen"))


def _text_key(first: int, last: int) -> Field:
    allowed = tuple(str(key) for key in range(first, last + 1))
    return Field(
        "text_key", 123, 124, re.compile("|".join(allowed)), M("Textkennzeichen"),
        M("{first} bis {last}", first=first, last=last),
    )  # fmt: skip


def _text(name: str, first: int, last: int, meaning: Message, pattern: str = r"\S.*") -> Field:
    return Field(name, first, last, re.compile(pattern), meaning, M("linksbündiger Text"))


_KEY = M("Amtlicher Regionalschlüssel")
_NAME = _text("name", 23, 72, M("Bezeichnung"))
_SEAT = _text("seat", 73, 122, M("Verwaltungssitz"), r"\S.*| *")
_REST = (_blank(125, 128), _blank(129, 200))
_UPPER = (_NAME, _SEAT, _blank(123, 124), *_REST)

FIELDS: dict[str, tuple[Field, ...]] = {
    "10": (_digits("region", 11, 12, _KEY), _blank(13, 22), *_UPPER),
    "20": (_digits("region", 11, 13, _KEY), _blank(14, 22), *_UPPER),
    "30": (_digits("region", 11, 14, _KEY), _blank(15, 22), *_UPPER),
    "40": (_digits("region", 11, 15, _KEY), _blank(16, 22), _NAME, _SEAT, _text_key(41, 45), *_REST),
    "50": (
        _digits("region", 11, 15, _KEY), _blank(16, 18), _digits("association", 19, 22, M("Gemeindeverband")),
        _NAME, _SEAT, _text_key(50, 58), *_REST,
    ),
    "60": (
        _digits("region", 11, 18, _KEY), _digits("association", 19, 22, M("Gemeindeverband")),
        _NAME, _blank(73, 122), _text_key(60, 67), _blank(125, 128),
        _digits("area", 129, 139, M("Fläche")), _digits("population", 140, 150, M("Bevölkerung")),
        _digits("male", 151, 161, M("Bevölkerung, männlich")), _blank(162, 165),
        Field("postcode", 166, 170, re.compile("[0-9]{5}| {5}"), M("Postleitzahl"), M("{count} Ziffern", count=5)),
        Field("many", 171, 175, re.compile(r"\*{5}| {5}"), M("mehrere Postleitzahlen"), M("Sterne oder Leerzeichen")),
        _blank(176, 177), _text("tax", 178, 181, M("Finanzamtsbezirk"), "[0-9A-Z ]*"),
        _text("court", 182, 185, M("Gerichtsbarkeit"), "[0-9A-Z ]*"),
        _text("agency", 186, 190, M("Arbeitsagenturbezirk"), "[0-9A-Z ]*"),
        _text("constituencies", 191, 196, M("Bundestagswahlkreise"), "[0-9 ]*"), _blank(197, 200),
    ),
}  # fmt: skip
"""Record type → its fields; together with type and date they cover positions 1 to 200."""
