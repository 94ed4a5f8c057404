"""Participation over time as lines: geometry here, drawing in `templates/planners/_growth.html`. Lines differ in dashes too."""

from dataclasses import dataclass
from datetime import date

from consultation.core.language import M, Message
from consultation.responses.timeline import Step

LEFT, RIGHT, TOP, BOTTOM = 48, 560, 16, 226
SERIES: list[tuple[str, Message]] = [
    ("opened", M("Einladung geöffnet")), ("started", M("Antwort begonnen")), ("submitted", M("abgegeben")),
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    key: str
    title: Message
    points: str
    number: int
    """At the end."""


@dataclass(frozen=True)
class Growth:
    lines: list[Line]
    grid: list[tuple[float, int]]
    """(height, number)"""
    days: list[tuple[float, date]]


def growth(steps: list[Step]) -> Growth | None:
    if not steps:
        return None
    top = _round(max(max(one.opened, one.started, one.submitted) for one in steps))
    across = (RIGHT - LEFT) / max(len(steps) - 1, 1)

    def up(number: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * number / top, 1)

    lines = []
    for key, title in SERIES:
        numbers = [getattr(one, key) for one in steps]
        points = " ".join(f"{round(LEFT + at * across, 1)},{up(number)}" for at, number in enumerate(numbers))
        if len(steps) == 1:
            points += f" {RIGHT},{up(numbers[0])}"
        lines.append(Line(key, title, points, numbers[-1]))
    marks = sorted({0, len(steps) - 1, (len(steps) - 1) // 2})
    return Growth(
        lines, [(up(top * share / 4), round(top * share / 4)) for share in range(5)],
        [(round(LEFT + at * across, 1), steps[at].day) for at in marks],
    )  # fmt: skip


def _round(highest: int) -> int:
    """The end of the axis: four quarters that read well, at most a third longer than the lines are high."""
    bases = (6, 8, 10, 12, 15, 20, 25, 30, 40, 50)
    quarters: list[int] = [*range(1, 6), *(base * int(10**power) for power in range(9) for base in bases)]
    return next(4 * quarter for quarter in quarters if 4 * quarter >= highest)
