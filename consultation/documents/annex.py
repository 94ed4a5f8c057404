"""Which text stands in which volume of the annex: by question, so many to a volume that programs still open it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from consultation.forms.definition import Asked, Question

MOST = 2000
"""Texts in one document and in one volume, participants in one table; see docs/decisions/0038."""


@dataclass(frozen=True)
class Piece:
    """The texts of one question in one volume. `first` and `last` count within the question, from 1."""

    asked: Asked
    first: int
    last: int


@dataclass(frozen=True)
class Volume:
    """`first` and `last` count through all volumes, from 1."""

    number: int
    of: int
    first: int
    last: int
    total: int
    pieces: tuple[Piece, ...]
    questions: tuple[str, str]
    """The first and the last, as readers know them; the same twice where there is one."""

    @property
    def holds(self) -> dict[str, Any]:
        """As `EditionFile.holds`."""
        first, last = self.questions
        return {"first": self.first, "last": self.last, "from": first, "to": last}

    @property
    def suffix(self) -> str:
        """What the names of its files end with: `-band-03`, so that a folder sorts them."""
        return f"-band-{self.number:0{max(2, len(str(self.of)))}}"


def planned(counts: Sequence[tuple[Asked, int]], most: int, name: Callable[[Question], str]) -> tuple[Volume, ...]:
    """None where one document carries all texts. Every volume but the last is full; a question may go on in the next.

    `name`: how readers know a question.
    """
    total = sum(count for _, count in counts)
    if total <= most:
        return ()
    of = -(-total // most)
    volumes = []
    for number in range(1, of + 1):
        first, last = (number - 1) * most + 1, min(number * most, total)
        pieces = _pieces(counts, first, last)
        names = name(pieces[0].asked.question), name(pieces[-1].asked.question)
        volumes.append(Volume(number, of, first, last, total, tuple(pieces), names))
    return tuple(volumes)


def _pieces(counts: Sequence[tuple[Asked, int]], first: int, last: int) -> list[Piece]:
    pieces, before = [], 0
    for asked, count in counts:
        start, end = max(first - before, 1), min(last - before, count)
        if start <= end:
            pieces.append(Piece(asked, start, end))
        before += count
    return pieces
