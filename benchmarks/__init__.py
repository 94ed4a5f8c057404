"""How fast the service is, each time beside the limit of the machine, measured in the same run.

A benchmark is one file in this folder; it is found by being there. `python -m benchmarks` runs them all.
"""

import abc
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from benchmarks.stage.keepers import Keeper
from consultation.core.plugins import discover


@dataclass(frozen=True)
class Scale:
    """How much there is, and how often it is measured."""

    organisations: int
    """That have answered."""
    rounds: int
    """Turns of product and limit."""
    answers: int
    """Given in a round over HTTP or through the API."""
    clients: int
    crowd: int
    """Clients at once where no request may fail."""

    @property
    def spare(self) -> int:
        """Organisations that are asked and have not answered: each walk needs a fresh one."""
        return (self.rounds * 2 + 1) * self.answers + self.crowd


def scale_of(organisations: int) -> Scale:
    if organisations < 100:
        return Scale(organisations, rounds=1, answers=2, clients=2, crowd=4)
    return Scale(organisations, rounds=3, answers=40, clients=8, crowd=100)


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    what: str
    unit: str
    """Of `product` and `limit`: a time ("s", "ms"), a rate ("1/s") or an amount ("MiB")."""
    product: float
    limit: float | None = None
    ratio: float | None = None
    """Median of the rounds, product to limit; of times as of rates."""
    goal: str = ""
    kept: bool | None = None
    """Whether the goal is kept; none where there is none."""
    cpu: float | None = None
    """CPU seconds of the product for one operation, its child processes included, the database server's not."""
    limit_cpu: float | None = None
    note: str = ""


class Benchmark(abc.ABC):
    """What is measured on a database of one kind."""

    key: ClassVar[str]
    title: ClassVar[str]
    databases: ClassVar[tuple[str, ...]] = ("sqlite", "postgresql")

    @abc.abstractmethod
    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        """Measure, one line after the other."""


def at_most(ratio: float, bound: float) -> tuple[str, bool]:
    """The goal and whether it is kept."""
    return f"≤ {bound:g} ×", ratio <= bound


def at_least(ratio: float, bound: float) -> tuple[str, bool]:
    return f"≥ {bound:.2g} ×", ratio >= bound


def all_benchmarks() -> Mapping[str, Benchmark]:
    return discover(sys.modules[__name__], Benchmark)  # type: ignore[type-abstract] # only subclasses are made
