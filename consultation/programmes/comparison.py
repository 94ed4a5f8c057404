"""Two versions of a draft compared: which sections were moved, changed, added, removed, and every word of it. Pure.

`compare(old_sections, new_sections)` takes sections of stored versions (or anything that has their key, parent_key, number,
heading and blocks as JSON); sections belong together by their key. `words(old_text, new_text)` compares two texts.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

from consultation.core import blocks
from consultation.programmes.marked import Marked, mark
from consultation.programmes.wording import Words, words

__all__ = ["Compared", "Comparison", "Difference", "SectionLike", "compare", "words"]

Difference = Literal["added", "removed", "moved", "renumbered", "reworded"]


class SectionLike(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def parent_key(self) -> str | None: ...
    @property
    def number(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def blocks(self) -> Sequence[dict[str, Any]]: ...


@dataclass(frozen=True)
class Compared:
    """One section in both versions; `old` is missing for a new one, `new` for a removed one."""

    key: str
    level: int
    old: SectionLike | None
    new: SectionLike | None
    moved: bool
    """It stands under another parent, or in another place among its siblings."""
    came_from: SectionLike | None = None
    """Of a section that stands under another parent now: the old one, if it had one."""

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Empty for an unchanged section; a section can be moved, renumbered and reworded at once."""
        if self.old is None:
            return ("added",)
        if self.new is None:
            return ("removed",)
        reworded = self.old.heading != self.new.heading or list(self.old.blocks) != list(self.new.blocks)
        found: tuple[tuple[bool, Difference], ...] = (
            (self.moved, "moved"),
            (self.old.number != self.new.number, "renumbered"),
            (reworded, "reworded"),
        )
        return tuple(name for is_so, name in found if is_so)

    @cached_property
    def number(self) -> Words:
        return words(*(section.number if section else "" for section in (self.old, self.new)))

    @cached_property
    def heading(self) -> Words:
        return words(*(section.heading if section else "" for section in (self.old, self.new)))

    @cached_property
    def blocks(self) -> tuple[Marked, ...]:
        """The content with what went and what came marked inside paragraphs, list items and cells."""
        old, new = (blocks.from_json(section.blocks) if section else () for section in (self.old, self.new))
        return mark(old, new)


@dataclass(frozen=True)
class Comparison:
    """All sections of both versions in the order of the new one; removed ones stand where they stood."""

    sections: tuple[Compared, ...]

    @cached_property
    def by_key(self) -> dict[str, Compared]:
        return {section.key: section for section in self.sections}

    @property
    def changed(self) -> tuple[Compared, ...]:
        return tuple(section for section in self.sections if section.differences)

    @cached_property
    def untouched(self) -> frozenset[str]:
        """Keys of sections that read the same in both versions with everything in them, be it in another place or number."""
        touched: set[str] = set()
        for section in self.changed:
            found = set(section.differences)
            if found & {"added", "removed", "reworded"}:
                touched.add(section.key)
            if found & {"added", "removed", "reworded", "moved"}:
                touched.update(self._around(section))
        return frozenset(self.by_key) - touched

    def _around(self, section: Compared) -> Iterator[str]:
        """Keys of what it stands in, in either version."""
        for version in ("old", "new"):
            found: SectionLike | None = getattr(section, version)
            while found is not None and found.parent_key is not None:
                yield found.parent_key
                above = self.by_key.get(found.parent_key)
                found = getattr(above, version) if above else None

    def count(self, difference: Difference) -> int:
        return sum(difference in section.differences for section in self.sections)


def compare(old_sections: Iterable[SectionLike], new_sections: Iterable[SectionLike]) -> Comparison:
    """Both in reading order, each key once."""
    old = {section.key: section for section in old_sections}
    new = {section.key: section for section in new_sections}
    moved, levels = _moved(old, new), _levels(old) | _levels(new)
    return Comparison(
        tuple(
            Compared(key, levels[key], old.get(key), new.get(key), key in moved, _came_from(key, old, new))
            for key in _order(old, new)
        )
    )


def _came_from(key: str, old: Mapping[str, SectionLike], new: Mapping[str, SectionLike]) -> SectionLike | None:
    if key not in old or key not in new or old[key].parent_key == new[key].parent_key:
        return None
    return old.get(old[key].parent_key or "")


def _order(old: Mapping[str, SectionLike], new: Mapping[str, SectionLike]) -> Iterator[str]:
    """Removed sections follow what stood before them in the old version."""
    after: dict[str | None, list[str]] = {}
    last: str | None = None
    for key in old:
        if key in new:
            last = key
        else:
            after.setdefault(last, []).append(key)
    yield from after.get(None, ())
    for key in new:
        yield key
        yield from after.get(key, ())


def _levels(sections: Mapping[str, SectionLike]) -> dict[str, int]:
    levels: dict[str, int] = {}
    for key, section in sections.items():
        levels[key] = 1 + (levels.get(section.parent_key, 0) if section.parent_key else 0)
    return levels


def _moved(old: Mapping[str, SectionLike], new: Mapping[str, SectionLike]) -> set[str]:
    """Another parent, or out of order among the siblings that stayed (the fewest that explain the new order)."""
    place = {key: at for at, key in enumerate(old)}
    moved: set[str] = set()
    siblings: dict[str | None, list[str]] = {}
    for key in new:
        if key in old:
            if old[key].parent_key == new[key].parent_key:
                siblings.setdefault(new[key].parent_key, []).append(key)
            else:
                moved.add(key)
    for keys in siblings.values():
        moved |= set(keys) - _in_old_order(keys, place)
    return moved


def _in_old_order(keys: Sequence[str], place: Mapping[str, int]) -> set[str]:
    """The longest run of keys (gaps allowed) whose old places rise."""
    ends: list[int] = []
    last_of: list[str] = []
    before: dict[str, str | None] = {}
    for key in keys:
        at = bisect_left(ends, place[key])
        ends[at : at + 1] = [place[key]]
        last_of[at : at + 1] = [key]
        before[key] = last_of[at - 1] if at else None
    kept: set[str] = set()
    key_: str | None = last_of[-1] if last_of else None
    while key_ is not None:
        kept.add(key_)
        key_ = before[key_]
    return kept
