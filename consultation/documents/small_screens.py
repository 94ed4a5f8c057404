"""How a table is read on a telephone: as it stands, row by row as cards, or pushed sideways beside its first column."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from consultation.core.blocks import Table
from consultation.documents import layout

Reading = Literal["pairs", "cards", "figures"]
"""Two short columns stay as they are; texts become cards, in which every cell says its column; figures are compared down
their columns, so those stay beside each other and are pushed sideways."""
LONG = 60
"""Characters from which a cell of a card begins below the name of its column."""
PARAGRAPH = 150
"""Characters from which the second of two columns needs the whole breadth."""
SNUG = 26
"""Characters of the longest words of two columns that fit beside each other on the narrowest screen."""
HALF_REM, PADDING = 0.98, 1.8
"""In halves of the size of type: a character of a column of figures, and what keeps columns apart."""
FEW_WORDS = 14
NARROWEST, BROADEST, NAMES = 6, 20, 18
"""Columns, in halves of the size of type; `NAMES` is the most for the first one, which always stays in sight."""
STEP = 4
STEPS = range(16, 104, STEP)
"""Breadths of whole tables of figures, in sizes of type: the style sheet knows no others."""


@dataclass(frozen=True)
class Small:
    reading: Reading
    columns: tuple[int, ...] = ()
    """Of figures: how broad each column is, in halves of the size of type."""
    snug: bool = False
    """Of pairs: each column may be as narrow as its longest word."""
    long: tuple[bool, ...] = ()
    """Of cards: which columns hold whole sentences."""

    @property
    def across(self) -> int:
        """How broad the table is at least, one of `STEPS`."""
        needed = sum(self.columns) / 2
        return next((step for step in STEPS if step >= needed), STEPS[-1])


def small(table: Table) -> Small:
    columns = layout.width(table)
    cells, heads = list(_columns(table, columns)), layout.head(table) or ("",) * columns
    if columns < 3 and not (table.head and columns == 2 and _longest(cells[1]) > PARAGRAPH):
        words = [max(map(layout.longest_word, ("", name, *column))) for name, column in zip(heads, cells, strict=True)]
        return Small("pairs", snug=sum(words) <= SNUG)
    numbers = sum(align == "right" for align in layout.aligns(table)[1:])
    if table.head and numbers * 2 < columns - 1:
        return Small("cards", long=tuple(_longest(column) > LONG for column in cells))
    broad = [_breadth(*column) for column in zip(heads, cells, strict=True)]
    return Small("figures", (min(broad[0], NAMES), *broad[1:]))


def label(head: str) -> str:
    """The name of a column before what stands in it."""
    name = " ".join(head.split())
    return name if name.endswith((".", ":", "?", "!")) else f"{name}:"


def _columns(table: Table, columns: int) -> Iterator[Sequence[str]]:
    rows = [(*row, *[""] * (columns - len(row))) for row in islice(table.rows, layout.SAMPLE)]
    return iter(zip(*rows, strict=True)) if rows else iter([()] * columns)


def _longest(column: Sequence[str]) -> int:
    return max(map(len, column), default=0)


def _breadth(name: str, column: Sequence[str]) -> int:
    """Its longest word stays whole, up to a measure; a few words stay beside each other."""
    words = max([layout.longest_word(name), *map(layout.longest_word, column)])
    letters = max(words, min(_longest(column), FEW_WORDS))
    return min(max(math.ceil(letters * HALF_REM + PADDING), NARROWEST), BROADEST)
