"""Where two files differ first: said so that somebody can look it up."""

import zipfile
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson

from consultation.core.language import M, Message

SHORT = 60
"""Characters of a value that are quoted."""


def first_difference(found: Path, expected: Path) -> Message | None:
    """None where both hold the same bytes."""
    if zipfile.is_zipfile(found) and zipfile.is_zipfile(expected):
        return _in_archives(found, expected)
    with found.open("rb") as left, expected.open("rb") as right:
        return difference_of_lines(left, right)


def difference_of_lines(found: Iterable[bytes], expected: Iterable[bytes]) -> Message | None:
    for number, (a, b) in enumerate(zip_longest(found, expected), start=1):
        if a != b:
            return _in_line(number, a, b)
    return None


def _in_line(number: int, found: bytes | None, expected: bytes | None) -> Message:
    if found is None:
        return M("Zeile {line} und alles danach fehlt", line=str(number))
    if expected is None:
        return M("Zeile {line} ist zu viel", line=str(number))
    a, b = _json(found), _json(expected)
    if a is not None and b is not None and (keys := _first_key(a, b)):
        return M("Zeile {line}, Schlüssel „{key}“: „{found}“ statt „{expected}“", line=str(number), key=".".join(keys[0]),
                 found=_quoted(keys[1]), expected=_quoted(keys[2]))  # fmt: skip
    start = next(
        (i for i, (x, y) in enumerate(zip(found, expected, strict=False)) if x != y), min(len(found), len(expected))
    )
    around = slice(max(0, start - 10), start + SHORT)
    shown = [line[around].decode(errors="replace").strip() for line in (found, expected)]
    return M("Zeile {line}, Stelle {column}: „{found}“ statt „{expected}“", line=str(number), column=str(start + 1),
             found=shown[0], expected=shown[1])  # fmt: skip


def _json(line: bytes) -> Any:
    try:
        return orjson.loads(line.strip().rstrip(b","))
    except orjson.JSONDecodeError:
        return None


def _first_key(a: Any, b: Any, way: tuple[str, ...] = ()) -> tuple[tuple[str, ...], Any, Any] | None:
    if isinstance(a, dict) and isinstance(b, dict):
        pairs = [(key, a.get(key), b.get(key)) for key in sorted({*a, *b})]
    elif isinstance(a, list) and isinstance(b, list):
        pairs = [(str(place), x, y) for place, (x, y) in enumerate(zip_longest(a, b))]
    else:
        return (way, a, b) if a != b else None
    return next((found for key, x, y in pairs if (found := _first_key(x, y, (*way, key)))), None)


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= SHORT else text[:SHORT] + "…"


def _in_archives(found: Path, expected: Path) -> Message | None:
    """Office files by their parts, so that it says which one differs."""
    with zipfile.ZipFile(found) as left, zipfile.ZipFile(expected) as right:
        for name in sorted({*left.namelist(), *right.namelist()}):
            if name not in left.namelist():
                return M("der Teil „{part}“ fehlt", part=name)
            if name not in right.namelist():
                return M("der Teil „{part}“ ist zu viel", part=name)
            if left.read(name) != right.read(name):
                return M("der Teil „{part}“", part=name)
    return None if found.read_bytes() == expected.read_bytes() else M("die Verpackung, nicht der Inhalt")
