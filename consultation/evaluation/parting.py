"""Taking contributions out of a point, and bringing points together: contributions move, their words never change."""

import uuid
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from consultation.core.errors import Conflict, NotFound
from consultation.core.history import record
from consultation.core.language import M
from consultation.evaluation import many, queries
from consultation.evaluation.contributions import lock, next_number, point_values
from consultation.evaluation.models import Contribution, Held, Point, PointTag
from consultation.evaluation.steps import begin, hold
from consultation.questions import Remark
from consultation.subjects import Actor


def take_out(session: Session, actor: Actor, contribution_ids: Collection[uuid.UUID]) -> Point:
    """Contributions of one point that are a demand of their own after all: an exception to its decision.

    The new point remembers where it came from and keeps tags and assignee. Returns it.
    """
    said = [queries.contribution(session, actor, one) for one in dict.fromkeys(contribution_ids)]
    if not said or len({one.point_id for one in said}) > 1:
        raise NotFound(M("Diesen Beitrag gibt es nicht."))
    point = queries.get(session, actor, said[0].point_id)
    lock(session, point.consultation)
    [source] = hold(session, actor, point.consultation, [point.id])
    there = set(session.scalars(select(Contribution.id).where(Contribution.point_id == source.id)))
    if not there.issuperset(one.id for one in said):
        raise Conflict(M("Jemand anders hat diese Beiträge eben herausgenommen. Laden Sie die Seite neu."))
    if len(there) <= len(said):
        raise Conflict(M("Mindestens ein Beitrag muss im Punkt bleiben; sonst wäre es derselbe Punkt noch einmal."))
    new = _new_point(session, actor, source, said[0])
    [held] = hold(session, actor, point.consultation, [new.id])
    undone = replace(held, merged_into_id=source.id)  # what it will be when the step is taken back
    moved = [(one.id, source.id) for one in said]
    begin(session, actor, "take_out", [source, undone], ("merged_into_id",), moved=moved)
    _move(session, Contribution.id.in_([one.id for one in said]), new.id)
    record(session, actor, new, "take_out", contributions=[str(one.id) for one in said], source=source.number)
    session.flush()
    return queries.get(session, actor, new.id)


def _new_point(session: Session, actor: Actor, source: Held, first: Contribution) -> Point:
    remark = Remark(first.item_key, first.original_text, section_key=first.section_key, locator=first.locator)
    number = next_number(session, source.consultation_id)
    values = point_values(source.consultation_id, number, remark, actor.moment)
    new = Point(**values | {"source_id": source.id, "assignee_id": source.assignee_id})
    session.add(new)
    session.flush()
    if source.tags:
        session.execute(insert(PointTag), [{"point_id": new.id, "tag": tag} for tag in sorted(source.tags)])
    return new


def merge(session: Session, actor: Actor, point_id: uuid.UUID, into: uuid.UUID) -> Point:
    """All contributions of a point move to another one of the same consultation, and so inherit its decision.

    The point is gone then; its working text and its proposed reply are kept in the log of steps only.
    """
    point = queries.get(session, actor, point_id)
    target = queries.get(session, actor, into)
    if point.id == target.id or point.consultation_id != target.consultation_id:
        raise NotFound(M("Wählen Sie einen anderen Punkt derselben Konsultation."))
    lock(session, point.consultation)
    held = {one.id: one for one in hold(session, actor, point.consultation, [point.id, target.id])}
    source = held[point.id]
    many.undecided([source])
    where = [
        (one, place.id)
        for place in (source, held[target.id])  # also of the target: what comes to it later can be told apart
        for one in session.scalars(select(Contribution.id).where(Contribution.point_id == place.id))
    ]
    begin(session, actor, "merge", list(held.values()), ("merged_into_id",), moved=where)
    _move(session, Contribution.point_id == source.id, target.id)
    gone = update(Point).where(Point.id == source.id).values(merged_into_id=target.id)
    session.execute(gone.execution_options(synchronize_session=False))
    record(session, actor, target, "merge", source=source.number)
    session.flush()
    return queries.get(session, actor, into)


def _move(session: Session, chosen: Any, point_id: uuid.UUID) -> None:
    session.execute(update(Contribution).where(chosen).values(point_id=point_id))
