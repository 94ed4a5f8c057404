"""How much of the country a choice of bodies reaches. Everything is counted by the database, in one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from consultation.register.kinds import ANSWERING, RegisterKind, SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State


@dataclass(frozen=True)
class Coverage:
    """Of all bodies of one Land, kind and (for municipalities) size class: how many are asked, how many reached."""

    state: State
    kind: RegisterKind
    size_class: SizeClass | None
    bodies: int
    """How many exist."""
    asked: int
    reached: int
    """Asked themselves or spoken for by their association."""
    population: int
    population_reached: int


def coverage(session: Session, chosen: Select[Any] | Collection[str]) -> list[Coverage]:
    """One row per Land, kind and size class that exists, in this order.

    `chosen` are keys, or selects them (`audience.select_keys`, or the keys of those who answered). A municipality is
    reached when it or its association is chosen; a county reaches none.
    """
    keys = chosen.scalar_subquery() if isinstance(chosen, Select) else chosen
    asked = RegisterBody.key.in_(keys)
    reached = or_(asked, func.coalesce(RegisterBody.association_key, "").in_(keys))
    columns = (RegisterBody.state, RegisterBody.kind, RegisterBody.size_class)
    query = (
        select(
            *columns,
            func.count(),
            func.sum(case((asked, 1), else_=0)),
            func.sum(case((reached, 1), else_=0)),
            func.sum(RegisterBody.population),
            func.sum(case((reached, RegisterBody.population), else_=0)),
        )
        .where(RegisterBody.kind.in_(ANSWERING), RegisterBody.valid_to.is_(None))
        .group_by(*columns)
    )
    rows = [Coverage(row[0], row[1], row[2], *(int(value) for value in row[3:])) for row in session.execute(query)]
    states, kinds, sizes = list(State), list(RegisterKind), [*SizeClass, None]
    return sorted(rows, key=lambda row: (states.index(row.state), kinds.index(row.kind), sizes.index(row.size_class)))
