"""What every paged format has to decide alike: widths of columns, complete rows, how deep a list may nest."""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from consultation.core.blocks import Align, Block, ListBlock, ListItem, Table
from consultation.core.language import Language
from consultation.documents import words

LINE = 92
"""Characters of table text that fit beside each other on a page."""
DENSE_LINE = 110
"""As many in the smaller type of tables with many columns."""
LONGEST_WORDS = (22, 18, 15)
"""Longer words are hyphenated or broken, they do not widen a column: the shortest of these where sentences lack room."""
ROOM = 0.2
"""Of a line, for the columns that hold more than a word."""
LETTERS, HEAD_TYPE = 1.1, 1.1
"""How much broader words are than their number of characters, and header rows, which are set in bold."""
DIGITS = 1.15
"""The same of numbers. They are never broken, and an office program may show a broader type than the file names."""
NUMBERS = 12
"""Characters a column of numbers keeps of the words in its header where the words of other columns lack room."""
MARGIN = 2
"""Characters between two columns."""
SAMPLE = 300
LONG_ROW = 20
"""Lines in one cell from which a row may break across pages."""
FEW_LINES = 16
"""A table of so many lines stays on one page."""
DEEPEST = 8
"""Levels of a list; what lies deeper follows on the last level, with its label."""


def width(table: Table) -> int:
    """Number of columns."""
    return max([len(table.head), *(len(row) for row in table.rows), 1])


def head(table: Table) -> tuple[str, ...]:
    """Complete, or empty if the table has no header row."""
    return _filled(table.head, width(table)) if table.head else ()


def rows(table: Table, language: Language) -> Iterator[tuple[str, ...]]:
    """Every row complete; a table without rows says so in one."""
    columns = width(table)
    if not table.rows:
        yield _filled((words.nothing(language),), columns)
    for row in table.rows:
        yield _filled(row, columns)


def whole(row: Sequence[str], across: Sequence[float]) -> bool:
    """Rows stay on one page unless they are long; `across` are the `widths` of their columns."""
    return _height(row, across) <= LONG_ROW


def _height(row: Sequence[str], across: Sequence[float]) -> int:
    return max(map(_lines, row, across), default=1)


def together(table: Table, across: Sequence[float]) -> bool:
    """A small table is not torn apart by the end of a page; `across` are the `widths` of its columns."""
    if len(table.rows) > FEW_LINES:
        return False
    return sum(_height(row, across) for row in table.rows) <= FEW_LINES


def _lines(text: str, room: float) -> int:
    return sum(math.ceil(max(len(line), 1) / max(room - MARGIN, 1)) for line in text.split("\n"))


def _filled(row: Sequence[str], columns: int) -> tuple[str, ...]:
    return (*row, *[""] * (columns - len(row)))


def aligns(table: Table) -> tuple[Align, ...]:
    columns = width(table)
    return (*table.align[:columns], *["left" for _ in range(columns - len(table.align))])  # type: ignore[arg-type]  # mypy widens the literal


def widths(table: Table) -> tuple[float, ...]:
    """Characters that fit beside each other in each column. Text columns get room, numbers only what they need."""
    columns = width(table)
    heads = head(table) or ("",) * columns
    cells = list(zip(*[_filled(row, columns) for row in islice(table.rows, SAMPLE)] or [heads], strict=True))
    longest = [
        max([longest_word(name) * HEAD_TYPE, *map(longest_word, column)])
        for name, column in zip(heads, cells, strict=True)
    ]
    line = DENSE_LINE if dense(table) else LINE
    tried = [_needs(longest, most) for most in LONGEST_WORDS]
    needs = next((one for one in tried if sum(one) <= line * (1 - ROOM)), tried[-1])
    wants = [
        max(need, len(name) // 2 + 4, *(len(cell) + 2 for cell in column))
        for need, name, column in zip(tried[0], heads, cells, strict=True)
    ]
    room = line - sum(needs)
    if sum(wants) <= line:
        parts: list[float] = [float(want) for want in wants]
    elif room <= 0:
        numbers = [
            max(NUMBERS, *(round(longest_word(cell)) + MARGIN for cell in column)) if align == "right" else line
            for align, column in zip(aligns(table), cells, strict=True)
        ]
        parts = _levelled(tried, numbers, line)
    else:
        hunger = [math.sqrt(want - need) for want, need in zip(wants, needs, strict=True)]
        parts = [need + room * h / sum(hunger) for need, h in zip(needs, hunger, strict=True)]
    stretched = line / sum(parts)
    return tuple(part * stretched for part in parts)


def shares(across: Sequence[float]) -> tuple[float, ...]:
    """How much of the line each column gets, by their `widths`; sums up to 1."""
    return tuple(room / sum(across) for room in across)


def divided(row: Sequence[str], across: Sequence[float], type_size: float = 1) -> list[bool]:
    """Which cells hold a word that is too long for its column."""
    return [longest_word(cell) * type_size + MARGIN > room for cell, room in zip(row, across, strict=False)]


def _needs(longest: Sequence[float], most: int) -> list[int]:
    return [min(round(characters), most) + MARGIN for characters in longest]


def _levelled(tried: Sequence[Sequence[int]], limits: Sequence[int], line: int) -> list[float]:
    """Too many columns for the line: headers above numbers give way first, down to these limits, then the widest columns,
    where long words are hyphenated; numbers are never broken.
    """
    for needs in tried:
        narrow = [min(need, limit) for need, limit in zip(needs, limits, strict=True)]
        if sum(narrow) <= line:
            return [float(need) for need in narrow]
    needs = tried[-1]
    widest = next((most for most in range(max(needs), 1, -1) if sum(min(need, most) for need in needs) <= line), 1)
    return [float(min(need, widest)) for need in needs]


@lru_cache(maxsize=4096)  # figures and names of groups stand in many tables
def longest_word(text: str) -> float:
    """Its length in characters, with the room that its letters or digits need."""
    return max(_room_of(word) for word in _BREAKS.split(text))


def _room_of(word: str) -> float:
    return math.ceil(len(word) * DIGITS) if word[:1].isdigit() else len(word) * LETTERS


_BREAKS = re.compile(r"[^\S\u00a0]+|(?<=[^\W\d]-)(?=[^\W\d])")
"""Where a line may end: after a space (not before a percent sign), and within a word of two parts ("Baden-Württemberg")."""


def dense(table: Table) -> bool:
    """Many columns: smaller type."""
    return width(table) > 7


def shallow(block: ListBlock, depth: int = 1) -> ListBlock:
    """The same items in the same order, nested at most `DEEPEST` levels."""
    items: list[ListItem] = []
    for item in block.items:
        kept, deeper = _split(item.blocks, depth)
        items += [ListItem(item.label, kept), *deeper]
    return ListBlock(tuple(items))


def _split(blocks: tuple[Block, ...], depth: int) -> tuple[tuple[Block, ...], list[ListItem]]:
    """What stays in the item, and the items that must move out of it. Text after a list too deep moves with it."""
    kept: list[Block] = []
    for position, block in enumerate(blocks):
        if not isinstance(block, ListBlock):
            kept.append(block)
        elif depth < DEEPEST:
            kept.append(shallow(block, depth + 1))
        else:
            rest = blocks[position + 1 :]
            after = [ListItem("", rest)] if rest else []
            return tuple(kept), [*shallow(block, depth).items, *after]
    return tuple(kept), []
