"""Steps: what one person did to one point or to many at once. The last ones can be taken back by the same person."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.evaluation.models import Held, Point, PointBefore, PointStep, PointTag
from consultation.programmes.actions import require_planner
from consultation.subjects import Actor

FIELDS = (
    "text",
    "state",
    "decision",
    "decided_at",
    "reply",
    "vote",
    "vote_by",
    "note",
    "assignee_id",
    "merged_into_id",
)


_COLUMNS = tuple(one.name for one in fields(Held) if one.name not in {"planners", "tags"})


def hold(
    session: Session, actor: Actor, consultation: Consultation, ids: Collection[uuid.UUID], *, gone: bool = False
) -> list[Held]:
    """These points of the consultation, by number, locked; three statements for however many. Only for its planners.

    Raises NotFound unless all of them are there; with `gone` those merged into another one count as there.
    """
    require_planner(actor, consultation)
    session.flush()
    lock = update(Point).where(Point.id.in_(ids)).values(version=Point.version)
    session.execute(lock.execution_options(synchronize_session=False))
    columns = [getattr(Point, name) for name in _COLUMNS]
    here = select(*columns).where(Point.id.in_(ids), Point.consultation_id == consultation.id).order_by(Point.number)
    rows = session.execute(here if gone else here.where(Point.merged_into_id.is_(None))).all()
    if len(rows) != len(set(ids)):
        raise NotFound(M("Diesen Einzelpunkt gibt es nicht."))
    tags: dict[uuid.UUID, set[str]] = defaultdict(set)
    for point_id, tag in session.execute(select(PointTag.point_id, PointTag.tag).where(PointTag.point_id.in_(ids))):
        tags[point_id].add(tag)
    planners = consultation.planners
    return [
        Held(**dict(zip(_COLUMNS, row, strict=True)), planners=planners, tags=frozenset(tags[row.id])) for row in rows
    ]


def begin(
    session: Session, actor: Actor, action: str, held: Sequence[Held], fields: Iterable[str], *,
    moved: Sequence[tuple[uuid.UUID, uuid.UUID]] = (),
) -> PointStep:  # fmt: skip
    """Notes what the points are now in the fields that change ("tags" too), and whose hand was on them last."""
    step = PointStep(
        consultation_id=held[0].consultation_id, person_id=actor.person_id, moment=actor.moment, action=action,
        moved=[[str(said), str(source)] for said, source in moved], undone_at=None,
    )  # fmt: skip
    session.add(step)
    session.flush()
    names = tuple(fields)
    rows = [{"step": step.seq, "point_id": point.id, "before": _noted(point, names)} for point in held]
    session.execute(insert(PointBefore), rows)
    touch = update(Point).where(Point.id.in_([point.id for point in held]))
    touch = touch.values(last_step=step.seq, last_by=actor.person_id)
    session.execute(touch.execution_options(synchronize_session=False))
    return step


def _noted(point: Held, names: Iterable[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {"last_step": point.last_step, "last_by": str(point.last_by) if point.last_by else None}
    for name in names:
        value = getattr(point, name)
        match value:
            case frozenset():
                kept[name] = sorted(value)
            case datetime():
                kept[name] = value.isoformat()
            case uuid.UUID():
                kept[name] = str(value)
            case _:
                kept[name] = value
    return kept


@dataclass(frozen=True)
class Last:
    """What somebody may take back."""

    seq: int
    action: str
    points: int
    number: int
    """Of the point; of the first of several."""


def last(session: Session, actor: Actor, consultation_id: uuid.UUID) -> Last | None:
    """What this person did last here and has not taken back, if nobody touched any of its points since."""
    if actor.person_id is None:
        return None
    mine = select(func.max(PointStep.seq)).where(
        PointStep.consultation_id == consultation_id, PointStep.person_id == actor.person_id, PointStep.undone_at.is_(None)
    )  # fmt: skip
    held = select(PointBefore.point_id).where(PointBefore.step == PointStep.seq)
    newer = held.join(Point, Point.id == PointBefore.point_id).where(Point.last_step.is_distinct_from(PointStep.seq))
    points = select(func.count(PointBefore.point_id)).where(PointBefore.step == PointStep.seq).scalar_subquery()
    numbers = select(func.min(Point.number)).join(PointBefore, PointBefore.point_id == Point.id)
    number = numbers.where(PointBefore.step == PointStep.seq).correlate(PointStep).scalar_subquery()
    statement = select(PointStep.seq, PointStep.action, points, number).where(
        PointStep.seq == mine.scalar_subquery(), ~newer.exists()
    )
    row = session.execute(statement).one_or_none()
    return Last(*row) if row else None
