"""The order of a draft's sections: up, down, under another parent, in, out. Pure: every function gives a new order.

An order holds each section after its parent, and everything below a section directly behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Entry:
    key: str
    parent: str | None


Order = tuple[Entry, ...]


def levels(order: Order) -> Mapping[str, int]:
    """Key → 1 for a section of the first level, 2 below it, and so on."""
    found: dict[str, int] = {}
    for entry in order:
        found[entry.key] = 1 + (found[entry.parent] if entry.parent else 0)
    return found


def below(order: Order, key: str) -> frozenset[str]:
    """The section and everything in it."""
    inside = {key}
    for entry in order:
        if entry.parent in inside:
            inside.add(entry.key)
    return frozenset(inside)


def moved(order: Order, key: str, direction: Direction) -> Order:
    """Past the next sibling, with everything in it; the first stays first and the last stays last."""
    parent = _entry(order, key).parent
    siblings = [entry.key for entry in order if entry.parent == parent]
    at = siblings.index(key)
    other = at + (1 if direction == "down" else -1)
    if not 0 <= other < len(siblings):
        return order
    first, second = sorted((at, other))
    return _behind(order, siblings[first], siblings[second])


def placed(order: Order, key: str, parent: str | None) -> Order:
    """As the last section under another parent. Raises ValueError if the parent is the section itself or inside it."""
    inside = below(order, key)
    if parent in inside:
        raise ValueError(parent)
    part = _part(order, inside)
    rest = _without(order, inside)
    moved_ = (replace(part[0], parent=parent), *part[1:])
    return (*rest, *moved_) if parent is None else _insert(rest, parent, moved_)


def without(order: Order, key: str) -> Order:
    """Gone, with everything in it."""
    return _without(order, below(order, key))


def added(order: Order, key: str, after: str | None) -> Order:
    """A new section behind `after` and everything in it, as its sibling; at the very beginning without one."""
    if after is None:
        return (Entry(key, None), *order)
    return _insert(order, after, (Entry(key, _entry(order, after).parent),))


def _entry(order: Order, key: str) -> Entry:
    return next(entry for entry in order if entry.key == key)


def _part(order: Order, keys: Iterable[str]) -> Order:
    wanted = frozenset(keys)
    return tuple(entry for entry in order if entry.key in wanted)


def _without(order: Order, keys: frozenset[str]) -> Order:
    return tuple(entry for entry in order if entry.key not in keys)


def _behind(order: Order, first: str, second: str) -> Order:
    """`first` with everything in it goes behind `second`."""
    inside = below(order, first)
    return _insert(_without(order, inside), second, _part(order, inside))


def _insert(order: Order, after: str, part: Sequence[Entry]) -> Order:
    inside = below(order, after)
    end = max(at for at, entry in enumerate(order) if entry.key in inside) + 1
    return (*order[:end], *part, *order[end:])
