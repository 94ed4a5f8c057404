"""The content of a section, old and new in one: paragraphs, lists and tables with what went and came marked inside. Pure."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, TypeVar

from consultation.core.blocks import Block, Footnote, ListBlock, ListItem, Paragraph, Table, plain_text
from consultation.programmes.wording import Words, in_common, likeness, words

Change = Literal["same", "changed", "removed", "added"]
ALIKE = 0.4
"""Below this two paragraphs have nothing to do with each other; word by word they would be a puzzle."""
_MOST_PAIRS = 10_000
"""Pairs that are weighed in one place; larger places are shown as removed and added."""

T = TypeVar("T")


@dataclass(frozen=True)
class MarkedText:
    """A paragraph, or a footnote if it has a label."""

    change: Change
    words: Words
    label: str = ""


@dataclass(frozen=True)
class MarkedItem:
    change: Change
    label: Words
    blocks: tuple["Marked", ...]


@dataclass(frozen=True)
class MarkedList:
    change: Change
    items: tuple[MarkedItem, ...]


@dataclass(frozen=True)
class MarkedRow:
    change: Change
    cells: tuple[Words, ...]


@dataclass(frozen=True)
class MarkedTable:
    change: Change
    caption: Words
    head: tuple[Words, ...]
    rows: tuple[MarkedRow, ...]
    align: tuple[str, ...]
    row_headers: bool


Marked = MarkedText | MarkedList | MarkedTable


def mark(old: Sequence[Block], new: Sequence[Block]) -> tuple[Marked, ...]:
    """Both in one, in reading order; what was removed stands where it was."""
    return tuple(
        marked for before, after in align(old, new, _block_key, _block_likeness) for marked in _one(before, after)
    )


def align(
    old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable], alike: Callable[[T, T], float]
) -> list[tuple[T | None, T | None]]:
    """Each of `old` beside the one of `new` it became: first the equal ones, between them the most alike, in order."""
    result: list[tuple[T | None, T | None]] = []
    here, there = 0, 0
    for i, j in (*in_common(old, new, key), (len(old), len(new))):
        between = _most_alike(old[here:i], new[there:j], alike)
        result += between
        if i < len(old) and j < len(new):
            result.append((old[i], new[j]))
        here, there = i + 1, j + 1
    return result


def _most_alike(
    old: Sequence[T], new: Sequence[T], alike: Callable[[T, T], float]
) -> Iterator[tuple[T | None, T | None]]:
    """The pairing with the greatest sum of likeness that keeps the order of both."""
    if len(old) * len(new) > _MOST_PAIRS:
        old_alone: list[tuple[T | None, T | None]] = [(one, None) for one in old]
        yield from (*old_alone, *((None, one) for one in new))
        return
    weight = {(i, j): alike(a, b) for i, a in enumerate(old) for j, b in enumerate(new)}
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            together = weight[i, j] + best[i + 1][j + 1] if weight[i, j] >= ALIKE else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and weight[i, j] >= ALIKE and best[i][j] == weight[i, j] + best[i + 1][j + 1]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif i < len(old) and (j == len(new) or best[i][j] == best[i + 1][j]):
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1


def _block_key(block: Block) -> Hashable:
    match block:
        case Table():
            return "table", block.caption, block.head, tuple(block.rows)
        case _:
            return block


def _block_likeness(old: Block, new: Block) -> float:
    """Only what is of one kind can have become the other."""
    return likeness(plain_text([old]), plain_text([new])) if type(old) is type(new) else 0.0


def _one(old: Block | None, new: Block | None) -> Iterator[Marked]:
    match old or new, new or old:
        case (Paragraph() as before, Paragraph() as after):
            yield _text(before.text if old else "", after.text if new else "")
        case (Footnote() as before, Footnote() as after):
            yield _text(before.text if old else "", after.text if new else "", after.label)
        case (ListBlock() as before, ListBlock() as after):
            yield _list(before.items if old else (), after.items if new else ())
        case (Table() as before, Table() as after):
            yield _table(before if old else None, after if new else None)


def _text(old: str, new: str, label: str = "") -> MarkedText:
    marked = words(old, new)
    return MarkedText(_sum_up([marked]), marked, label)


def _list(old: Sequence[ListItem], new: Sequence[ListItem]) -> MarkedList:
    def alike(one: ListItem, other: ListItem) -> float:
        return likeness(plain_text(one.blocks), plain_text(other.blocks))

    pairs = align(old, new, lambda item: repr(item.blocks), alike)
    items = tuple(_item(before, after) for before, after in pairs)
    return MarkedList(_of_parts([item.change for item in items]), items)


def _item(old: ListItem | None, new: ListItem | None) -> MarkedItem:
    label = words(old.label if old else "", new.label if new else "")
    blocks = mark(old.blocks if old else (), new.blocks if new else ())
    return MarkedItem(_of_parts([_sum_up([label]), *(block.change for block in blocks)]), label, blocks)


def _table(old: Table | None, new: Table | None) -> MarkedTable:
    shown = new or old
    assert shown is not None
    caption = words(old.caption if old else "", new.caption if new else "")
    head = _cells(old.head if old else (), new.head if new else ())
    pairs = align(old.rows if old else (), new.rows if new else (), tuple, _row_likeness)
    rows = tuple(_row(before or (), after or ()) for before, after in pairs)
    change = _of_parts([_sum_up([caption, *head]), *(row.change for row in rows)])
    return MarkedTable(change, caption, head, rows, shown.align, shown.row_headers)


def _row_likeness(old: tuple[str, ...], new: tuple[str, ...]) -> float:
    """A row is named by its first cell: a new amount in it does not make another row of it."""
    named = bool(old and new and old[0] and old[0] == new[0])
    return max(likeness(" ".join(old), " ".join(new)), 0.5 if named else 0.0)


def _row(old: tuple[str, ...], new: tuple[str, ...]) -> MarkedRow:
    cells = _cells(old, new)
    return MarkedRow(_sum_up(cells), cells)


def _cells(old: Sequence[str], new: Sequence[str]) -> tuple[Words, ...]:
    return tuple(words(before, after) for before, after in zip_longest(old, new, fillvalue=""))


def _sum_up(texts: Sequence[Words]) -> Change:
    kinds = {kind for text in texts for kind, _ in text}
    return kinds.pop() if len(kinds) == 1 else "changed" if kinds else "same"


def _of_parts(changes: Sequence[Change]) -> Change:
    """Of what has parts: an empty part says nothing, parts of one kind agree."""
    found = set(changes)
    return found.pop() if len(found) == 1 else "changed" if found else "same"
