"""Where the records of each type begin in a file of lines that has those of one type together."""

import os
from pathlib import Path
from typing import BinaryIO

import orjson


def starts(path: Path) -> dict[str, int]:
    """Type → byte at which its first line begins, in the order of the file.

    Found by halving: a few hundred lines are read, however many there are.
    """
    found: dict[str, int] = {}
    with path.open("rb") as file:
        size, place = file.seek(0, os.SEEK_END), 0
        while place < size:
            type_ = _type(file, place)
            found.setdefault(type_, place)
            place = _end(file, type_, place, size)
    return found


def _end(file: BinaryIO, type_: str, begin: int, end: int) -> int:
    """Where the run of lines of this type stops that has a line at `begin`; no line of it stands at `end` or after."""
    while True:
        place = _next(file, (begin + end) // 2)
        if place >= end:
            place = _next(file, begin)
            if place >= end:
                return end
        if _type(file, place) == type_:
            begin = place
        else:
            end = place


def _next(file: BinaryIO, place: int) -> int:
    """Where the line after the one at this byte begins."""
    file.seek(place)
    file.readline()
    return file.tell()


def _type(file: BinaryIO, place: int) -> str:
    file.seek(place)
    found: str = orjson.loads(file.readline())["type"]
    return found
