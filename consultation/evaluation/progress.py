"""How far the weighing is: of all points somebody supports, by section and by person. One query."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.evaluation.finding import counted
from consultation.evaluation.models import Decision, Point, PointTag
from consultation.responses.participation import land_of
from consultation.states import PointState
from consultation.subjects import Actor

K = TypeVar("K")


@dataclass(frozen=True)
class Part:
    points: int
    decided: int


@dataclass(frozen=True)
class Progress:
    """`sections` and `assignees`: None for points that belong to no section, to nobody."""

    states: dict[PointState, int]
    decisions: dict[Decision, int]
    untagged: int
    contributions: int
    """Those that count."""
    sections: dict[str | None, Part]
    assignees: dict[uuid.UUID | None, Part]

    @property
    def points(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True)
class _Group:
    state: PointState
    decision: Decision | None
    section: str | None
    assignee: uuid.UUID | None
    tagged: bool
    points: int
    contributions: int


def progress(session: Session, actor: Actor, consultation: Consultation) -> Progress:
    """A Land unit counts what came from its Land."""
    counts, _ = counted(consultation.id, land_of(actor, consultation))
    tagged = select(PointTag.point_id).where(PointTag.point_id == Point.id).exists()
    columns = (Point.state, Point.decision, Point.section_key, Point.assignee_id, tagged)
    statement = (
        select(*columns, func.count(), func.sum(counts.c.counting))
        .join(counts, counts.c.point_id == Point.id)
        .where(Point.consultation_id == consultation.id, counts.c.supporters > 0)
        .group_by(*columns)
    )
    groups = [
        _Group(state, decision, section, assignee, has_tag, count, int(said))
        for state, decision, section, assignee, has_tag, count, said in session.execute(statement)
    ]
    return _summed(groups)


def _summed(groups: list[_Group]) -> Progress:
    states = dict.fromkeys(PointState, 0)
    decisions = dict.fromkeys(Decision, 0)
    for one in groups:
        states[one.state] += one.points
        if one.decision is not None and one.state == PointState.DECIDED:
            decisions[one.decision] += one.points
    return Progress(
        states,
        decisions,
        sum(one.points for one in groups if not one.tagged),
        sum(one.contributions for one in groups),
        _parts((one.section, one) for one in groups),
        _parts((one.assignee, one) for one in groups),
    )


def _parts(keyed: Iterable[tuple[K, _Group]]) -> dict[K, Part]:
    points, decided = Counter[K](), Counter[K]()
    for key, one in keyed:
        points[key] += one.points
        decided[key] += one.points if one.state == PointState.DECIDED else 0
    return {key: Part(count, decided[key]) for key, count in points.items()}
