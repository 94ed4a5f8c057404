"""Two texts word by word: what stayed, what went, what came; and how alike they are. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import groupby
from typing import Literal, TypeVar

Kind = Literal["same", "removed", "added"]
Words = tuple[tuple[Kind, str], ...]

_TOKEN = re.compile(r"\s*(?:\d+(?:[.,:]\d+)*\w*|\w+(?:[-'’]\w+)*|[^\w\s])")
_WORD = re.compile(r"\w+")
_MOST_CHANGES = 600
"""Words that may differ; texts further apart are shown as replaced, which they are for a reader too."""
_SHORT = 3
"""Characters of a stretch between two changes that is not worth an interruption ("und", a comma)."""

T = TypeVar("T")


def words(old_text: str, new_text: str) -> Words:
    """(kind, text) in reading order, what was removed before what was added in its place.

    "same" and "removed" together are the old text, "same" and "added" the new one, white space aside.
    """
    old, new = _TOKEN.findall(old_text), _TOKEN.findall(new_text)
    return tuple(_joined(_smoothed(_steps(old, new))))


def likeness(old_text: str, new_text: str) -> float:
    """0 for nothing in common, 1 for the same words in any order; two empty texts are alike."""
    old, new = Counter(_WORD.findall(old_text.casefold())), Counter(_WORD.findall(new_text.casefold()))
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 1.0


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Kind, str]]:
    pairs = iter(in_common(old, new, str.strip))
    here, there = 0, 0
    for i, j in (*pairs, (len(old), len(new))):
        yield from (("removed", token) for token in old[here:i])
        yield from (("added", token) for token in new[there:j])
        if j < len(new):
            yield "same", new[j]
        here, there = i + 1, j + 1


def _smoothed(steps: Iterator[tuple[Kind, str]]) -> list[tuple[Kind, str]]:
    """A short word between two changes becomes part of them: whole phrases are easier to read than scraps."""
    runs = [(kind, [text for _, text in run]) for kind, run in groupby(steps, key=lambda step: step[0])]
    result: list[tuple[Kind, str]] = []
    for at, (kind, texts) in enumerate(runs):
        between = 0 < at < len(runs) - 1
        short = kind == "same" and between and len("".join(texts).strip()) <= _SHORT
        for text in texts:
            result += [("removed", text), ("added", text)] if short else [(kind, text)]
    return result


def _joined(steps: list[tuple[Kind, str]]) -> Iterator[tuple[Kind, str]]:
    """Runs of one kind as one text; between two "same" all that went stands before all that came.

    The white space before a change belongs to the "same" before it, so that no mark covers it.
    """
    kept = ""
    for changed, run in groupby(steps, key=lambda step: step[0] != "same"):
        texts = list(run)
        if not changed:
            kept = "".join(text for _, text in texts)
            continue
        parts = {kind: "".join(text for k, text in texts if k == kind) for kind in ("removed", "added")}
        gap = next((text[: len(text) - len(text.lstrip())] for text in parts.values() if text), "")
        if kept + gap:
            yield "same", kept + gap
        kept = ""
        if parts["removed"]:
            yield "removed", parts["removed"].lstrip()
        if parts["added"]:
            yield "added", parts["added"].lstrip()
    if kept:
        yield "same", kept


def in_common(old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable]) -> list[tuple[int, int]]:
    """Places of what both have, in the order of both, as many as possible (Myers); few where almost all is different."""
    a, b = [key(one) for one in old], [key(one) for one in new]
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    middle = _shortest(a[start : len(a) - end], b[start : len(b) - end])
    return [
        *((i, i) for i in range(start)),
        *((start + i, start + j) for i, j in middle),
        *((len(a) - i, len(b) - i) for i in range(end, 0, -1)),
    ]


def _shortest(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Myers' greedy algorithm: for each number of changes the furthest point on each diagonal, then the way back."""
    furthest, trace = {1: 0}, []
    for changes in range(min(len(a) + len(b), _MOST_CHANGES) + 1):
        trace.append(dict(furthest))
        for diagonal in range(-changes, changes + 1, 2):
            x = _step(furthest, diagonal, changes)
            y = x - diagonal
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= len(a) and y >= len(b):
                return _way_back(trace, len(a), len(b))
    return []


def _step(furthest: dict[int, int], diagonal: int, changes: int) -> int:
    """One addition from the diagonal above, or one removal from the one below: whichever gets further."""
    down = diagonal == -changes or (diagonal != changes and furthest[diagonal - 1] < furthest[diagonal + 1])
    return furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1


def _way_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs = []
    for changes in range(len(trace) - 1, -1, -1):
        furthest, diagonal = trace[changes], x - y
        down = diagonal == -changes or (diagonal != changes and furthest[diagonal - 1] < furthest[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        from_x = furthest[before]
        from_y = from_x - before
        while x > max(from_x, 0) and y > max(from_y, 0) and (x, y) != (from_x + (not down), from_y + down):
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_y
    return pairs[::-1]
