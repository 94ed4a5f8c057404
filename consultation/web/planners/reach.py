"""The table of who is asked against who exists, by Land and size class."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from consultation.core.language import M, Message
from consultation.documents.labels import SIZES
from consultation.register.coverage import Coverage, coverage
from consultation.register.kinds import MUNICIPALITIES, RegisterKind, SizeClass
from consultation.register.states import STATE_TITLES, State

COLUMNS: dict[SizeClass | RegisterKind, Message] = {
    **{size: SIZES[size] for size in SizeClass},
    RegisterKind.JOINT_MUNICIPALITY: M("Gemeindeverbände"),
    RegisterKind.COUNTY: M("Landkreise"),
}


@dataclass(frozen=True)
class ReachRow:
    """A Land: per column and for all its municipalities (reached, existing)."""

    title: Message
    cells: tuple[tuple[int, int], ...]
    municipalities: tuple[int, int]


def reach(session: Session, chosen: Select[Any] | Collection[str], land: str | None) -> dict[str, Any]:
    """`chosen` selects the keys of the bodies asked, or holds them; `land`: of this Land alone, whose line is the total too."""
    rows = [row for row in coverage(session, chosen) if land is None or row.state == land]
    by_land = {one: [row for row in rows if row.state is one] for one in State}
    municipal = [row for row in rows if row.kind in MUNICIPALITIES]
    lines, total = (
        [_line(STATE_TITLES[one], found) for one, found in by_land.items() if found],
        _line(M("Alle Länder"), rows),
    )
    return {
        "reach": [*lines, total] if land is None else lines,
        "reach_total": total,
        "reach_columns": list(COLUMNS.values()),
        "population": (sum(r.population_reached for r in municipal), sum(r.population for r in municipal)),
    }


def _line(title: Message, rows: list[Coverage]) -> ReachRow:
    """Municipalities are reached through their association too; associations and counties only if asked themselves."""
    cells = tuple(_sum([r for r in rows if (r.size_class or r.kind) is column]) for column in COLUMNS)
    return ReachRow(title, cells, _sum([r for r in rows if r.kind in MUNICIPALITIES]))


def _sum(rows: list[Coverage]) -> tuple[int, int]:
    return sum(r.reached for r in rows), sum(r.bodies for r in rows)
