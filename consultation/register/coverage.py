"""How much of the country a choice of bodies reaches. Everything is counted by the database."""

from dataclasses import dataclass

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from consultation.register.kinds import MUNICIPALITIES, RegisterKind, SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State


@dataclass(frozen=True)
class Coverage:
    """Of all municipalities of one Land and size class: how many are reached, with how many inhabitants."""

    state: State
    size_class: SizeClass
    municipalities: int
    reached: int
    population: int
    population_reached: int


@dataclass(frozen=True)
class Share:
    """How many bodies of one kind (and, for municipalities, one size class) of a Land are chosen."""

    state: State
    kind: RegisterKind
    size_class: SizeClass | None
    bodies: int


def coverage(session: Session, chosen: Select[str]) -> list[Coverage]:
    """One row per Land and size class that exists, in this order.

    `chosen` selects keys (`audience.select_keys`, or the keys of those who answered). A municipality is reached when it
    or its association is chosen; a county reaches none.
    """
    keys = chosen.scalar_subquery()
    reached = or_(RegisterBody.key.in_(keys), func.coalesce(RegisterBody.association_key, "").in_(keys))
    query = (
        select(
            RegisterBody.state,
            RegisterBody.size_class,
            func.count(),
            func.sum(case((reached, 1), else_=0)),
            func.sum(RegisterBody.population),
            func.sum(case((reached, RegisterBody.population), else_=0)),
        )
        .where(RegisterBody.kind.in_(MUNICIPALITIES), RegisterBody.valid_to.is_(None))
        .group_by(RegisterBody.state, RegisterBody.size_class)
    )
    rows = [Coverage(row[0], row[1], *(int(value) for value in row[2:])) for row in session.execute(query)]
    states, sizes = list(State), list(SizeClass)
    return sorted(rows, key=lambda row: (states.index(row.state), sizes.index(row.size_class)))


def shares(session: Session, chosen: Select[str]) -> list[Share]:
    """The chosen bodies by Land, kind and size class, in this order."""
    columns = (RegisterBody.state, RegisterBody.kind, RegisterBody.size_class)
    query = select(*columns, func.count()).where(RegisterBody.key.in_(chosen)).group_by(*columns)
    rows = [Share(*row) for row in session.execute(query)]
    states, kinds, sizes = list(State), list(RegisterKind), [None, *SizeClass]
    return sorted(rows, key=lambda r: (states.index(r.state), kinds.index(r.kind), sizes.index(r.size_class)))
