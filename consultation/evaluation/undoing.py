"""Taking the last step back: through the state machine, with lines in the procedure log, all of it or nothing."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import Conflict
from consultation.core.history import perform_all, record_all
from consultation.core.language import M
from consultation.core.text import search_key
from consultation.evaluation.contributions import lock
from consultation.evaluation.models import Contribution, Decision, Held, Point, PointBefore, PointStep, PointTag
from consultation.evaluation.steps import hold
from consultation.programmes.actions import require_planner
from consultation.rulebook import POINT
from consultation.states import PointState
from consultation.subjects import Actor

BACK_TO = {
    PointState.NEW: "back_to_new",
    PointState.IN_REVIEW: "back_to_review",
    PointState.DECIDED: "back_to_decided",
}
NAMED = 20
Noted = Mapping[uuid.UUID, Mapping[str, Any]]


def undo(session: Session, actor: Actor, consultation: Consultation, seq: int) -> PointStep:
    """The actor's own step, as long as nobody touched one of its points since; otherwise Conflict, naming them."""
    require_planner(actor, consultation)
    lock(session, consultation)  # an answer that comes in just now must not find the point that goes
    own = PointStep.person_id == actor.person_id
    here = select(PointStep).where(PointStep.seq == seq, PointStep.consultation_id == consultation.id, own)
    step = session.scalars(here.where(PointStep.undone_at.is_(None))).one_or_none() if actor.person_id else None
    if step is None:
        raise Conflict(M("Es gibt keinen Schritt von Ihnen, der sich rückgängig machen lässt."))
    rows = session.execute(select(PointBefore.point_id, PointBefore.before).where(PointBefore.step == seq))
    noted = {row.point_id: row.before for row in rows}
    held = hold(session, actor, consultation, list(noted), gone=True)
    if newer := [point.number for point in held if point.last_step != seq]:
        raise Conflict(
            M("Inzwischen wurde weitergearbeitet an Punkt {numbers}. Rückgängig machen lässt sich ein Schritt nur, solange "
              "niemand einen seiner Punkte seither geändert hat.", numbers=tuple(map(str, newer[:NAMED])))
        )  # fmt: skip
    _move_back(session, step)
    _states(session, actor, held, noted)
    _fields(session, noted)
    _tags(session, noted)
    step.undone_at = actor.moment
    record_all(session, actor, held, "undo", step=step.action)
    return step


def _states(session: Session, actor: Actor, held: Sequence[Held], noted: Noted) -> None:
    groups: dict[PointState, list[Held]] = defaultdict(list)
    for point in held:
        before = PointState(noted[point.id].get("state", point.state))
        if before != point.state:
            groups[before].append(point)
    for before, points in groups.items():
        perform_all(session, POINT, actor, Point, points, BACK_TO[before])


def _fields(session: Session, noted: Noted) -> None:
    """One statement for all points: a step changes the same fields of each."""
    names = [name for name in next(iter(noted.values())) if name not in {"tags", "state"}]
    rows = []
    for point_id, before in noted.items():
        values = {name: _read(name, before[name]) for name in names}
        if "text" in values:
            values["search"] = search_key(values["text"])
        rows.append({"b_id": point_id, **{f"b_{name}": value for name, value in values.items()}})
    table = Point.metadata.tables[Point.__tablename__]
    change: dict[str, Any] = {name[2:]: bindparam(name) for name in rows[0] if name != "b_id"}
    statement = update(table).where(table.c.id == bindparam("b_id"))
    session.connection().execute(statement.values(change | {"version": table.c.version + 1}), rows)


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "decided_at":
        return datetime.fromisoformat(value)
    if name == "decision":
        return Decision(value)
    return uuid.UUID(value) if name in {"assignee_id", "merged_into_id", "last_by"} else value


def _tags(session: Session, noted: Noted) -> None:
    before = {point_id: values["tags"] for point_id, values in noted.items() if "tags" in values}
    if not before:
        return
    session.execute(delete(PointTag).where(PointTag.point_id.in_(before)).execution_options(synchronize_session=False))
    rows = [{"point_id": point_id, "tag": tag} for point_id, tags in before.items() for tag in tags]
    if rows:
        session.execute(insert(PointTag), rows)


def _move_back(session: Session, step: PointStep) -> None:
    """Contributions return to where they were; a point made by the step has nothing left then and is gone."""
    if not step.moved:
        return
    home = step.moved[0][1]
    said = [uuid.UUID(one) for one, was_in in step.moved if was_in == home]
    stayed = [uuid.UUID(one) for one, was_in in step.moved if was_in != home]
    came_to = session.scalars(select(Contribution.point_id).where(Contribution.id.in_(said)).distinct()).all()
    back = [*said, *(_late(session, came_to, said, stayed) if stayed else ())]
    session.execute(update(Contribution).where(Contribution.id.in_(back)).values(point_id=uuid.UUID(home)))
    left = session.scalar(select(func.count()).where(Contribution.point_id.in_(came_to)))
    if step.action == "take_out" and left:
        raise Conflict(
            M("Zu dem neuen Punkt sind inzwischen weitere Beiträge gekommen. Führen Sie die Punkte zusammen.")
        )


def _late(
    session: Session, came_to: Sequence[uuid.UUID], said: Sequence[uuid.UUID], stayed: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """What came to the target of a merge later because it demands word for word what `said` does, and no demand of its own."""
    here = select(Contribution.id, Contribution.text_hash).where(Contribution.point_id.in_(came_to))
    hashes = {row.id: row.text_hash for row in session.execute(here)}
    theirs = {hashes[one] for one in said} - {hashes[one] for one in stayed}
    return [one for one in hashes.keys() - {*said, *stayed} if hashes[one] in theirs]
