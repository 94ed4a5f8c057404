"""Supporters of points who are figures only, from one public edition to the next.

Whoever holds two editions can subtract: a number that lost one is a body that took its answer back, or changed what may be shown.
So a number follows only when at least as many supporters came or went as a number must have to be shown at all; until then the one
of the earlier edition stands. Who they are is kept beside the edition (`compared.json`) and never handed out.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Silent = frozenset[str]
"""Responses whose bodies support a point as figures only."""
KEY = "supporters"


@dataclass(frozen=True)
class Carried:
    """`before`: of each earlier public edition, the latest last, who stands behind the number of a point."""

    before: Sequence[Mapping[str, Silent]] = ()
    now: dict[str, Silent] = field(default_factory=dict)

    def number(self, point_id: uuid.UUID, silent: Silent, minimum: int) -> int:
        """What is shown of so many; 0 where they are too few."""
        behind = silent
        for edition in self.before:
            known = edition.get(str(point_id))
            if known is not None and 0 < len(known ^ silent) < minimum:
                behind = known
        self.now[str(point_id)] = behind
        return len(behind) if len(behind) >= minimum else 0

    def to_json(self) -> dict[str, list[str]]:
        return {point: sorted(behind) for point, behind in sorted(self.now.items())}


def carried(earlier: Sequence[Any]) -> Carried:
    """From what earlier editions kept beside them; one made before this was kept knows none."""
    return Carried([
        {point: frozenset(behind) for point, behind in kept.get(KEY, {}).items()} for kept in earlier
    ])  # fmt: skip
