"""Clocks. Two figures are compared only if their runs took turns: machines are good to ±25 % from minute to minute."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from consultation.core.memory import settle_in


@dataclass(frozen=True)
class Cost:
    """Of one operation, in seconds; CPU with that of child processes that have ended."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Compared:
    product: Cost
    limit: Cost
    ratio: float
    """Of the times, median of the rounds."""


def cost_of(call: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), _cpu()
    call()
    return Cost(time.perf_counter() - wall, _cpu() - cpu)


def median_cost(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def compare(rounds: int, product: Callable[[], object], limit: Callable[[], object]) -> Compared:
    """In turns, after one of each that is not counted."""
    product()
    limit()
    settle_in()  # as serving and the worker do once everything is loaded
    pairs = [(cost_of(product), cost_of(limit)) for _ in range(rounds)]
    ratio = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
    return Compared(median_cost([ours for ours, _ in pairs]), median_cost([theirs for _, theirs in pairs]), ratio)


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
