"""Tables of the source → plain rows: merged cells are repeated, numeric columns stand to the right."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from consultation.core.blocks import Align, Block, Table
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.programmes.importers.inlines import Collector, Node, line

MAX_ROWS = 2000
"""A draft is for reading; a table of this length is 50 pages."""
MAX_COLUMNS = 40
"""More do not fit on a page, and a hostile colspan would fill the memory."""

_NUMERIC = re.compile(r"[-−–+]?[\d.,\u00a0\u202f ]*\d(?:[.,]\d+)?[ \u00a0]?(?:%|€|Euro|EUR|Prozent)?[.;,]?")

Read = Callable[[list[Node]], str]


def read_table(content: Any, collector: Collector, read: Read) -> tuple[Block, ...]:
    """`read` gives the text of a cell. A table without any text is dropped."""
    _, caption, columns, head, bodies, foot = content
    seen = _Seen(collector, read, len(columns))
    head_rows = seen.rows(head[1])
    rows = seen.rows(row for body in bodies for row in (*body[2], *body[3])) + seen.rows(foot[1])
    if seen.merged:
        collector.note("merged")
    if len(head_rows) > 1:
        collector.note("head")
    first = tuple(_joined(cells) for cells in zip(*head_rows, strict=True)) if any(map(any, head_rows)) else ()
    if not first and not any(map(any, rows)):
        return ()
    title = " ".join(line(node["c"], collector) for node in caption[1] if node["t"] in {"Para", "Plain"})
    declared = tuple(str(column[0]["t"]) for column in columns)
    return (Table(title, first, rows, column_alignment(rows, declared)),)


def column_alignment(rows: Sequence[tuple[str, ...]], declared: tuple[str, ...] = ()) -> tuple[Align, ...]:
    """Right where the source says so or every filled cell is a number; not every source format keeps what was said."""
    width = len(rows[0]) if rows else 0
    return tuple(_alignment([row[i] for row in rows], declared[i] if declared else "") for i in range(width))


def is_number(text: str) -> bool:
    """A figure as German texts write it, with unit, and with the mark that ends the sentence."""
    return _NUMERIC.fullmatch(text) is not None


def _alignment(cells: list[str], declared: str) -> Align:
    filled = [cell for cell in cells if cell]
    if declared == "AlignRight" or (filled and all(map(is_number, filled))):
        return "right"
    return "center" if declared == "AlignCenter" else "left"


def _joined(cells: tuple[str, ...]) -> str:
    """Cells of a head of several lines, top to bottom, without repeating what was merged."""
    return " – ".join(dict.fromkeys(cell for cell in cells if cell))


class _Seen:
    """Lays cells with their spans on a grid of fixed width."""

    def __init__(self, collector: Collector, read: Read, width: int) -> None:
        if width > MAX_COLUMNS:
            raise Invalid(M("Eine Tabelle hat mehr als {count} Spalten. Bitte teilen Sie sie auf.", count=MAX_COLUMNS))
        self.collector = collector
        self.read = read
        self.width = width
        self.merged = False

    def rows(self, source: Iterable[Any]) -> tuple[tuple[str, ...], ...]:
        hanging: dict[int, tuple[int, str]] = {}  # column → rows still to fill, text
        return tuple(self._row(cells, hanging) for _, cells in self._bounded(source))

    def _bounded(self, source: Iterable[Any]) -> list[Any]:
        rows = list(source)
        if len(rows) > MAX_ROWS:
            raise Invalid(M("Eine Tabelle hat mehr als {count} Zeilen. Bitte teilen Sie sie auf.", count=MAX_ROWS))
        return rows

    def _row(self, cells: list[Any], hanging: dict[int, tuple[int, str]]) -> tuple[str, ...]:
        row: list[str] = []
        waiting = iter(cells)
        while len(row) < self.width:
            if len(row) in hanging:
                left, value = hanging.pop(len(row))
                if left > 1:
                    hanging[len(row)] = (left - 1, value)
                row.append(value)
            elif (cell := next(waiting, None)) is not None:
                self._place(cell, row, hanging)
            else:
                row.append("")
        return tuple(row)

    def _place(self, cell: Any, row: list[str], hanging: dict[int, tuple[int, str]]) -> None:
        _, _, height, width, nodes = cell
        if any(node["t"] not in {"Para", "Plain"} for node in nodes):
            self.collector.note("nested_table")
        value = self.read(nodes)
        self.merged = self.merged or height > 1 or width > 1
        for _ in range(min(width, self.width - len(row))):
            if height > 1:
                hanging[len(row)] = (height - 1, value)
            row.append(value)
