"""Characters that no print font covers are named in brackets: one of them would stop the whole document.

A letter and the marks on it must come from one font; marks that the letter's font lacks are left out.
"""

import functools
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from fontTools.ttLib import TTFont

from consultation.core.places import package_folder
from consultation.documents.texts import writable

FAMILIES = ("Fira Sans", "DejaVu Sans", "Noto Sans Symbols 2", "Noto Emoji")
"""In the order in which the template asks for them; the build hook lays the files into `folder()`."""
_REGULAR = (
    "FiraSans_400Regular.ttf", "DejaVuSans.ttf", "NotoSansSymbols2_400Regular.ttf", "NotoEmoji_400Regular.ttf",
)  # fmt: skip
_ALWAYS = frozenset("\n\u200b\u00ad")
_MARKS = {"Mn", "Me", "Mc", "Cf"}


def folder() -> Path:
    """Raises `FileNotFoundError` if the assets were never built."""
    found = package_folder() / "static" / "vendor" / "print-fonts"
    for name in _REGULAR:
        if not (found / name).is_file():
            raise FileNotFoundError(f"the print font {name} is missing: build the assets (make setup)")
    return found


@functools.cache
def _fonts() -> tuple[frozenset[int], ...]:
    """The characters of every family. The private use area does not count: PDF/A refuses it."""
    covered = []
    for name in _REGULAR:
        with TTFont(folder() / name, lazy=True) as font:
            covered.append(frozenset(code for code in font.getBestCmap() if not _private(code)))
    return tuple(covered)


def _private(code: int) -> bool:
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000


@functools.cache
def _plain() -> frozenset[str]:
    """Characters that need no thought: in the first font and no marks."""
    return frozenset(chr(c) for c in _fonts()[0] if unicodedata.category(chr(c)) not in _MARKS and c >= 32) | {"\n"}


def printable(text: str) -> str:
    """The same text in characters that can be printed."""
    if _plain().issuperset(text):
        return text
    text = unicodedata.normalize("NFC", writable(text)).replace("\t", " ")
    return "".join(_printed(cluster) for cluster in _clusters(text))


def latin(text: str) -> str:
    """The careful form, if the usual one was refused after all: letters of the first font, everything else named."""
    plain = _plain()
    return "".join(letter if letter in plain else _named(letter) for letter in unicodedata.normalize("NFC", text))


def _clusters(text: str) -> Iterator[str]:
    """Letters with their marks."""
    start = 0
    for position in range(1, len(text)):
        letter = text[position]
        if letter in _ALWAYS or unicodedata.category(letter) not in _MARKS:
            yield text[start:position]
            start = position
    if text:
        yield text[start:]


def _printed(cluster: str) -> str:
    base, marks = cluster[0], cluster[1:]
    if base in _ALWAYS:
        return base
    able = [font for font in _fonts() if ord(base) in font]
    if not able:
        return _named(base)
    best = next((font for font in able if all(ord(mark) in font for mark in marks)), able[0])
    return base + "".join(mark for mark in marks if ord(mark) in best)


def _named(letter: str) -> str:
    if unicodedata.category(letter) in _MARKS:
        return ""
    return f"[{unicodedata.name(letter, '').lower() or f'U+{ord(letter):04X}'}]"
