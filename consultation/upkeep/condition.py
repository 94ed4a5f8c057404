"""One line on the state of the service: what it is about, how it is, and what helps. Page and command line show the same."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from consultation.core.language import M, Message


class Level(StrEnum):
    """Worst first."""

    ACT = "act"
    LOOK = "look"
    OPEN = "open"
    """To be settled before the service goes public."""
    FINE = "fine"


LEVEL_TITLES = {
    Level.ACT: M("handeln"),
    Level.LOOK: M("ansehen"),
    Level.OPEN: M("noch offen"),
    Level.FINE: M("in Ordnung"),
}


@dataclass(frozen=True)
class Condition:
    """`typed`: a command or settings, word for word. `href`: the page on which it is seen or settled."""

    title: Message
    level: Level
    text: Message | str
    remedy: Message | None = None
    typed: str = ""
    href: str = ""


def worst_first(conditions: Iterable[Condition]) -> list[Condition]:
    order = list(Level)
    return sorted(conditions, key=lambda one: order.index(one.level))


def summary(conditions: Iterable[Condition]) -> list[tuple[Level, Message]]:
    """How many there are of each level, worst first."""
    found = Counter(one.level for one in conditions)
    return [
        (level, M("{state}: {count}", state=LEVEL_TITLES[level], count=found[level])) for level in Level if found[level]
    ]


def to_act(conditions: Iterable[Condition]) -> bool:
    """Whether something is lost, stands still or does not go out unless somebody acts."""
    return any(one.level is Level.ACT for one in conditions)
