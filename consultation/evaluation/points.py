"""Weighing: each demand is read once, tagged, assigned, decided with a reply. Every step stands in the procedure log."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consultation.core.db import compare_and_set
from consultation.core.errors import Conflict, Invalid, NotFound
from consultation.core.history import perform, record
from consultation.core.language import M
from consultation.core.text import clean
from consultation.evaluation import queries
from consultation.evaluation.codebook import tags
from consultation.evaluation.contributions import lock, next_number, point_values
from consultation.evaluation.models import Contribution, Decision, Point, PointTag
from consultation.people.models import Membership
from consultation.programmes.actions import require_planner
from consultation.questions import Remark
from consultation.rulebook import POINT
from consultation.states import PLANNING, PointState
from consultation.subjects import Actor


@dataclass(frozen=True)
class _Weighed:
    """A point as it will be, for the rules to look at before anything is written."""

    planners: Mapping[uuid.UUID, str | None]
    state: PointState
    decision: str | None


def review(session: Session, actor: Actor, point_id: uuid.UUID) -> Point:
    point = queries.get(session, actor, point_id)
    perform(session, POINT, actor, point, "review")
    return point


def decide(
    session: Session, actor: Actor, point_id: uuid.UUID, decision: Decision | str | None, reply: str, *, version: int
) -> Point:
    """`version` is that of the text the reply was written for. The reply leaves the house only with an edition."""
    point = queries.get(session, actor, point_id)
    POINT.check(actor, _Weighed(point.planners, point.state, decision or None), "decide")
    _note(session, point, decision, reply, version)
    perform(session, POINT, actor, point, "decide", details={"decision": point.decision})
    return point


def propose(
    session: Session, actor: Actor, point_id: uuid.UUID, decision: Decision | str | None, reply: str, *, version: int
) -> Point:
    """Write down a decision and a reply without deciding yet."""
    point = _editable(session, actor, point_id)
    _note(session, point, decision, reply, version)
    record(session, actor, point, "propose", decision=point.decision)
    return point


def _note(session: Session, point: Point, decision: Decision | str | None, reply: str, version: int) -> None:
    if decision and decision not in list(Decision):
        raise Invalid.about("decision", M("Wählen Sie eine der angebotenen Entscheidungen."))
    change = {"decision": Decision(decision) if decision else None, "reply": clean(reply), "version": version + 1}
    compare_and_set(session, point, {"version": version}, change)


def reopen(session: Session, actor: Actor, point_id: uuid.UUID) -> Point:
    """Published editions keep what they said."""
    point = queries.get(session, actor, point_id)
    perform(session, POINT, actor, point, "reopen", details={"decision": point.decision})
    return point


def edit(session: Session, actor: Actor, point_id: uuid.UUID, text: str, *, version: int) -> Point:
    """The working text; the originals stay as they are."""
    point = _editable(session, actor, point_id)
    if not (text := clean(text)):
        raise Invalid.about("text", M("Der Arbeitstext darf nicht leer sein."))
    compare_and_set(session, point, {"version": version}, {"text": text, "version": version + 1})
    record(session, actor, point, "edit_point", version=point.version)
    return point


def _editable(session: Session, actor: Actor, point_id: uuid.UUID) -> Point:
    point = _planned(session, actor, point_id)
    if point.state == PointState.DECIDED:
        raise Conflict(M("Der Punkt ist entschieden. Nehmen Sie ihn wieder auf, um ihn zu ändern."))
    return point


def _planned(session: Session, actor: Actor, point_id: uuid.UUID) -> Point:
    point = queries.get(session, actor, point_id)
    require_planner(actor, point)
    return point


def tag(session: Session, actor: Actor, point_id: uuid.UUID, key: str) -> Point:
    point = _planned(session, actor, point_id)
    if key not in tags():
        raise Invalid.about("tag", M("Dieses Schlagwort steht nicht im Katalog."))
    if key not in {tag.tag for tag in point.tags}:
        point.tags.append(PointTag(tag=key))
        session.flush()
        record(session, actor, point, "tag", tag=key)
    return point


def untag(session: Session, actor: Actor, point_id: uuid.UUID, key: str) -> Point:
    point = _planned(session, actor, point_id)
    for held in [tag for tag in point.tags if tag.tag == key]:
        point.tags.remove(held)
        session.flush()
        record(session, actor, point, "untag", tag=key)
    return point


def assign(session: Session, actor: Actor, point_id: uuid.UUID, person_id: uuid.UUID | None) -> Point:
    """To somebody who plans in one of the programme's organisations, or to nobody."""
    point = _planned(session, actor, point_id)
    if person_id is not None and not _plans(session, point, person_id):
        raise Invalid.about("assignee", M("Zuweisen können Sie nur an Personen, die in diesem Programm planen."))
    old, point.assignee_id = point.assignee_id, person_id
    session.flush()
    record(session, actor, point, "assign", assignee=person_id, before=old)
    return point


def _plans(session: Session, point: Point, person_id: uuid.UUID) -> bool:
    statement = select(Membership.roles).where(
        Membership.person_id == person_id, Membership.organisation_id.in_(point.planners), Membership.waiting.is_(False)
    )
    return any(PLANNING & set(roles) for roles in session.scalars(statement))


def take_out(session: Session, actor: Actor, contribution_id: uuid.UUID) -> Point:
    """A contribution that is a demand of its own after all: it moves to a new point. Returns that point."""
    contribution = queries.contribution(session, actor, contribution_id)
    point = _planned(session, actor, contribution.point_id)
    lock(session, point.consultation)
    together = session.scalar(select(func.count()).where(Contribution.point_id == point.id))
    if together == 1:
        raise Conflict(M("Dieser Beitrag ist der einzige seines Punktes und steht schon für sich."))
    new = _new_point(session, contribution, actor.moment)
    compare_and_set(session, contribution, {"point_id": point.id}, {"point_id": new.id})
    record(session, actor, new, "take_out", contribution=str(contribution.id), source=point.number)
    return queries.get(session, actor, new.id)


def _new_point(session: Session, contribution: Contribution, moment: datetime) -> Point:
    remark = Remark(
        contribution.item_key,
        contribution.original_text,
        section_key=contribution.section_key,
        locator=contribution.locator,
    )
    number = next_number(session, contribution.consultation_id)
    point = Point(**point_values(contribution.consultation_id, number, remark, moment))
    session.add(point)
    session.flush()
    return point


def merge(session: Session, actor: Actor, point_id: uuid.UUID, into: uuid.UUID) -> Point:
    """All contributions of a point move to another one of the same consultation; the empty point and its reply are gone."""
    source, target = _editable(session, actor, point_id), _planned(session, actor, into)
    if source.id == target.id or source.consultation_id != target.consultation_id:
        raise NotFound(M("Wählen Sie einen anderen Punkt derselben Konsultation."))
    lock(session, source.consultation)
    move = update(Contribution).where(Contribution.point_id == source.id).values(point_id=target.id)
    session.execute(move.execution_options(synchronize_session=False))
    session.delete(source)
    session.flush()
    session.expire_all()
    target = queries.get(session, actor, into)
    record(session, actor, target, "merge", source=str(point_id))
    return target
