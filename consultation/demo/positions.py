"""What the ministry says to each invented demand, and how its second draft follows: demand → decision → reply → wording."""

import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from consultation.demo.voices import texts
from consultation.evaluation.models import Decision
from consultation.programmes.editing import Typed


@dataclass(frozen=True)
class Position:
    """`changes`: keys of what is changed in the draft; some for what is adopted wholly or in part, none for all else."""

    decision: Decision
    reply: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One thing that becomes different, wherever the draft says it.

    `wording`: number of a section, what goes, what comes. `parameters`: values of the programme that follow.
    `section`: a new one and the number of the section before it.
    """

    wording: tuple[tuple[str, str, str], ...]
    parameters: Mapping[str, str]
    section: tuple[str, Typed] | None

    @property
    def touched(self) -> set[str]:
        """Numbers of sections, a new one too."""
        return {number for number, _, _ in self.wording} | ({self.section[1].number} if self.section else set())


@functools.cache
def positions() -> dict[str, Position]:
    return {
        key: Position(Decision(one["decision"]), one["reply"], tuple(one.get("changes", ())))
        for key, one in texts("positions")["positions"].items()
    }


@functools.cache
def changes() -> dict[str, Change]:
    return {key: _change(one) for key, one in texts("positions")["changes"].items()}


def _change(one: dict[str, Any]) -> Change:
    new = one.get("section")
    section = (new["after"], Typed(new["number"], new["heading"], new["text"], "")) if new else None
    return Change(tuple(map(tuple, one["wording"])), one.get("parameters", {}), section)


def following(adopted: Iterable[str]) -> list[Change]:
    """What the draft changes for these positions: each change once, in the order of the draft."""
    wanted = {key for position in adopted for key in positions()[position].changes}
    return [change for key, change in changes().items() if key in wanted]


def reworded(number: str, text: str, found: Collection[Change]) -> str:
    """The text of a section after the changes. Raises ValueError where words to be replaced do not stand there."""
    for there, old, new in (step for change in found for step in change.wording):
        if there == number:
            if old not in text:
                raise ValueError(f"{number}: {old}")
            text = text.replace(old, new)
    return text
