"""What a document says of all its points, found by reading them once: there are tens of thousands, and several chapters ask."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from consultation.evaluation.models import Decision

TOP = 10
"""Points that stand among the most important things."""


@dataclass
class CountedPoints:
    points: int = 0
    contributions: int = 0
    """What they were made of."""
    decided: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    """Decision → how many points it was made on."""
    sections: Counter[str] = field(default_factory=Counter)
    """Section key ("" for none) → its points, in reading order."""
    places: dict[str, int] = field(default_factory=dict)
    """Section key → where the first of its points begins; they stand together, the most supported first."""
    top: list[dict[str, Any]] = field(default_factory=list)
    """The records of those with the most supporters, these first."""

    @property
    def to_be_examined(self) -> int:
        """How many of the decided are to be looked at further: nothing is settled about them."""
        return self.decisions[Decision.TO_BE_EXAMINED]

    def take(self, place: int, point: dict[str, Any]) -> None:
        section = point["section"] or ""
        self.points += 1
        self.contributions += len(point["originals"])
        self.sections[section] += 1
        self.places.setdefault(section, place)
        if point["state"] == "decided":
            self.decided += 1
            if point["decision"]:
                self.decisions[point["decision"]] += 1
        if len(self.top) < TOP or _rank(point) < _rank(self.top[-1]):
            self.top = sorted([*self.top, point], key=_rank)[:TOP]

    def fitting(self, most: int) -> int:
        """How many points each section may show, so that all of them together are at most so many."""
        low, high = 1, max(self.sections.values(), default=1)
        while low < high:
            middle = (low + high + 1) // 2
            fits = sum(min(n, middle) for n in self.sections.values()) <= most
            low, high = (middle, high) if fits else (low, middle - 1)
        return low


def counted(points: Iterable[tuple[int, dict[str, Any]]]) -> CountedPoints:
    """`points`: (where it begins, the record)."""
    found = CountedPoints()
    for place, point in points:
        found.take(place, point)
    return found


def _rank(point: dict[str, Any]) -> tuple[int, int]:
    return -point["supporters"]["count"], point["number"]
