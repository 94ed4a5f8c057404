"""Which text stands in which volume of the annex: by question, so many to a volume that programs still open it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consultation.forms.definition import Asked

MOST = 2500
"""Texts in one document, and in one volume; see docs/decisions/0038."""


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

    @property
    def questions(self) -> tuple[str, str]:
        """The first and the last, as readers know them; the same twice where there is one."""
        asked = [piece.asked.question for piece in self.pieces]
        return str(asked[0].number or asked[0].key), str(asked[-1].number or asked[-1].key)

    @property
    def holds(self) -> dict[str, Any]:
        """As `EditionFile.holds`."""
        first, last = self.questions
        return {"first": self.first, "last": self.last, "from": first, "to": last}

    @property
    def suffix(self) -> str:
        """What the names of its files end with: `-band-03`, so that a folder sorts them."""
        return f"-band-{self.number:0{max(2, len(str(self.of)))}}"


def planned(counts: Sequence[tuple[Asked, int]], most: int) -> tuple[Volume, ...]:
    """None where one document carries all texts. Every volume but the last is full; a question may go on in the next."""
    total = sum(count for _, count in counts)
    if total <= most:
        return ()
    of = -(-total // most)
    return tuple(
        Volume(n, of, first, last, total, tuple(_pieces(counts, first, last)))
        for n in range(1, of + 1)
        for first, last in [((n - 1) * most + 1, min(n * most, total))]
    )


def _pieces(counts: Sequence[tuple[Asked, int]], first: int, last: int) -> list[Piece]:
    pieces, before = [], 0
    for asked, count in counts:
        start, end = max(first - before, 1), min(last - before, count)
        if start <= end:
            pieces.append(Piece(asked, start, end))
        before += count
    return pieces
