"""Who is reminded, who is not and why: one expression, asked before a reminder is made and again when it is sent."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from consultation.consultations import queries as consultations
from consultation.consultations import stages
from consultation.consultations.models import Consultation, Invitation, Reminder
from consultation.core.db import hold, insert_new
from consultation.core.errors import Conflict
from consultation.core.history import record
from consultation.core.jobs import Job, JobState, Urgency, enqueue, last_pause, pauses
from consultation.core.language import M
from consultation.core.text import clean_line, identity_key
from consultation.core.times import end_of_day, local_day, start_of_day
from consultation.people import queries as people
from consultation.people.models import Organisation, Person
from consultation.responses.models import Response, Revision
from consultation.responses.participation import represented_keys
from consultation.rulebook import RUNNING, publisher
from consultation.states import InvitationState, Purpose, ResponseState
from consultation.subjects import Actor, system

AT_ONCE = 200
NOW = "reminders.now"
"""The job that makes those asked for by hand."""
BACK = 3
"""Days a service that was down makes up for."""


class Reason(StrEnum):
    """Why somebody is reminded (`due`) or not; the first that applies."""

    INFORMED = "informed"
    OVER = "over"
    NOT_REACHED = "not_reached"
    ANSWERED = "answered"
    NIL_RETURN = "nil_return"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPRESENTED = "represented"
    LETTER = "letter"
    TODAY = "today"
    DUE = "due"


def own_deadline() -> ColumnElement[Any]:
    """The general deadline or the body's later one."""
    later = and_(Invitation.extended_until.is_not(None), Invitation.extended_until > Consultation.deadline)
    return case((later, Invitation.extended_until), else_=Consultation.deadline)


def reason(consultation_id: uuid.UUID, moment: datetime) -> ColumnElement[str]:
    """Over `whole`. Whoever the answers speak for is looked up in counted responses only."""
    closed = or_(
        Consultation.state.not_in(RUNNING), Consultation.opens_at > moment, own_deadline() <= moment,
        Consultation.deadline.is_(None),
    )  # fmt: skip
    spoken = Organisation.register_key.in_(select(represented_keys(consultation_id).c.register_key))
    there = people.somebody_answers(Invitation.organisation_id)
    today = exists().where(Reminder.invitation_id == Invitation.id, Reminder.day == local_day(moment))
    counted = Response.counted_revision_id.is_not(None)
    return case(
        (Invitation.purpose == Purpose.FOR_INFORMATION, Reason.INFORMED.value),
        (and_(counted, Revision.nil_return.is_(True)), Reason.NIL_RETURN.value),
        (counted, Reason.ANSWERED.value),
        (Response.state == ResponseState.DECLINED, Reason.DECLINED.value),
        (Response.state == ResponseState.WITHDRAWN, Reason.WITHDRAWN.value),
        (spoken, Reason.REPRESENTED.value),
        (closed, Reason.OVER.value),
        (Invitation.state == InvitationState.PLANNED, Reason.NOT_REACHED.value),
        (and_(Invitation.state == InvitationState.FAILED, ~there), Reason.NOT_REACHED.value),
        (and_(Invitation.email.is_(None), ~there), Reason.LETTER.value),
        (today, Reason.TODAY.value),
        else_=Reason.DUE.value,
    )


def whole(*columns: Any) -> Select[Any]:
    """Over invitations and what became of them."""
    return (
        select(*columns)
        .select_from(Invitation)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Response, Response.invitation_id == Invitation.id)
        .outerjoin(Revision, Revision.id == Response.counted_revision_id)
    )


# -- looking ---------------------------------------------------------------------------------------------------------
def counts(
    session: Session, consultation_id: uuid.UUID, moment: datetime, land: str | None = None
) -> dict[Reason, int]:
    why = reason(consultation_id, moment).label("why")
    statement = (
        whole(why, func.count()).where(Invitation.consultation_id == consultation_id, *in_land(land)).group_by(why)
    )
    found = {Reason(word): number for word, number in session.execute(statement)}
    return {one: found.get(one, 0) for one in Reason}


def why(session: Session, invitation: Invitation, moment: datetime) -> Reason:
    """What applies to one body."""
    statement = whole(reason(invitation.consultation_id, moment)).where(Invitation.id == invitation.id)
    return Reason(session.scalars(statement).one())


def bodies(
    session: Session, consultation_id: uuid.UUID, moment: datetime, wanted: Reason, *,
    after: tuple[str, uuid.UUID] | None = None, limit: int = 50, land: str | None = None,
) -> Sequence[Invitation]:  # fmt: skip
    """One page of the bodies to which this reason applies, in alphabetical order."""
    statement = (
        whole(Invitation)
        .where(Invitation.consultation_id == consultation_id, reason(consultation_id, moment) == wanted, *in_land(land))
        .options(joinedload(Invitation.organisation))
        .order_by(Organisation.sort_key, Organisation.id)
        .limit(limit)
    )
    if after is not None:
        name, last = after
        beyond = and_(Organisation.sort_key == name, Organisation.id > last)
        statement = statement.where(or_(Organisation.sort_key > name, beyond))
    return session.scalars(statement).all()


def sent(
    session: Session, consultation_id: uuid.UUID, land: str | None = None
) -> list[tuple[str, date, int, int, int, int]]:
    """(stage, day, made, sent, withheld, failed), newest first."""
    statement = (
        select(
            Reminder.stage, Reminder.day, func.count(), func.count(Reminder.sent_at),
            func.count().filter(Reminder.withheld != ""), func.count().filter(Reminder.failure != ""),
        )
        .join(Invitation, Invitation.id == Reminder.invitation_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Reminder.consultation_id == consultation_id, *in_land(land))
        .group_by(Reminder.stage, Reminder.day)
        .order_by(Reminder.day.desc(), Reminder.stage)
    )  # fmt: skip
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in session.execute(statement)]


def begun(session: Session, consultation_id: uuid.UUID) -> bool:
    """Whether reminders asked for by hand are being made: nobody asks for them a second time meanwhile."""
    waiting = Job.state.in_((JobState.READY, JobState.RUNNING)), Job.kind == NOW
    return (
        session.scalar(select(exists().where(*waiting, Job.unique_key.startswith(f"{NOW}:{consultation_id}:"))))
        or False
    )


def of_invitation(session: Session, invitation_id: uuid.UUID) -> list[Reminder]:
    """What one body got, newest first. The caller has checked who may see it."""
    statement = select(Reminder).where(Reminder.invitation_id == invitation_id).order_by(Reminder.made_at.desc())
    return list(session.scalars(statement))


def in_land(land: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if land is None else (Organisation.state == land,)


# -- making ----------------------------------------------------------------------------------------------------------
def tick(session: Session, moment: datetime) -> None:
    """Now and then: one job per consultation and day, whoever asks how often, and however clocks jump.

    What was due before jobs were last paused is not made up for: a restored service does not know whom it reminded since.
    """
    if pauses(session):
        return
    paused = last_pause(session)
    days = [day for day in stages.days_to_look_at(moment, BACK) if paused is None or stages.nine(day) > paused]
    for consultation_id in stages.reminding(session):
        for day in days:
            enqueue(
                session, "reminders.due", {"id": str(consultation_id), "day": day.isoformat()}, run_at=moment,
                unique_key=f"reminders.due:{consultation_id}:{day}",
            )  # fmt: skip


def remind_now(session: Session, actor: Actor, slug: str) -> int:
    """By the planner, to everybody to whom `due` applies; how many that are. The mails follow as jobs, once a day at most."""
    consultation = consultations.get(session, actor, slug)
    publisher.demand(actor, consultation)
    if consultation.state not in RUNNING:
        raise Conflict(M("Das geht nur, solange die Konsultation läuft."))
    hold(session, Consultation, consultation.id)
    if begun(session, consultation.id):
        raise Conflict(M("Die Erinnerungen werden schon versandt."))
    waiting = counts(session, consultation.id, actor.moment)[Reason.DUE]
    if not waiting:
        raise Conflict(M("Zurzeit gibt es niemanden, der erinnert werden könnte."))
    day = local_day(actor.moment)
    record(session, actor, consultation, "remind_now", count=waiting)
    enqueue(
        session, NOW, {"id": str(consultation.id), "day": day.isoformat()}, run_at=actor.moment,
        unique_key=f"{NOW}:{consultation.id}:{actor.moment.isoformat()}",
    )  # fmt: skip
    return waiting


def make_due(session: Session, consultation_id: uuid.UUID, day: date, moment: datetime) -> int:
    """Job `reminders.due`: a slice of the reminders whose nine o'clock was on this day; done when it returns 0."""
    made = 0
    for days_before in stages.of_consultation(session, consultation_id):
        last = day + timedelta(days=days_before)
        there = and_(own_deadline() > start_of_day(last), own_deadline() <= end_of_day(last))
        known = Invitation.sent_at < stages.nine(day)
        made += _make(session, consultation_id, f"{days_before}:{last}", moment, there, known)
    return made


def make_now(session: Session, consultation_id: uuid.UUID, day: date, moment: datetime) -> int:
    """Job `reminders.now`: a slice of those asked for by hand."""
    return _make(session, consultation_id, f"now:{day}", moment)


def _make(
    session: Session, consultation_id: uuid.UUID, stage: str, moment: datetime, *conditions: ColumnElement[bool]
) -> int:
    had = exists().where(Reminder.invitation_id == Invitation.id, Reminder.stage == stage)
    statement = (
        whole(Invitation)
        .where(Invitation.consultation_id == consultation_id, *conditions, ~had)
        .where(reason(consultation_id, moment) == Reason.DUE)
        .order_by(Invitation.id)
        .limit(AT_ONCE)
    )
    found = session.scalars(statement).all()
    rows = [
        {"id": uuid.uuid4(), "invitation_id": invited.id, "consultation_id": consultation_id, "stage": stage,
         "day": local_day(moment), "made_at": moment, "withheld": "", "failure": ""}
        for invited in found
    ]  # fmt: skip
    new = insert_new(session, Reminder, rows, ["invitation_id", "stage"])
    there = people.who_answer(session, [invited.organisation_id for invited in found])
    for row, invited in zip(rows, found, strict=True):
        for to in recipients(invited, there[invited.organisation_id]):
            key = f"mail.reminder:{invited.id}:{stage}" + (f":{to}" if to else "")
            told = {"id": str(row["id"])} | ({"to": to} if to else {})
            enqueue(session, "mail.reminder", told, run_at=moment, unique_key=key, urgency=Urgency.TO_ALL)
    if new:
        consultation = session.get_one(Consultation, consultation_id)
        record(session, system(moment), consultation, "remind", stage=stage, count=new)
    return len(found)


def recipients(invited: Invitation, there: Iterable[Person]) -> list[str]:
    """The invited address, as "", unless it takes no mail, and the id of everybody who answers there from another one."""
    written = invited.email if invited.email and invited.state != InvitationState.FAILED else ""
    others = [str(person.id) for person in there if person.email_key != identity_key(written)]
    return ["", *others] if written else others


# -- sending ---------------------------------------------------------------------------------------------------------
def to_send(session: Session, reminder_id: uuid.UUID, moment: datetime) -> Reminder | None:
    """The reminder, if its body must still get it; otherwise it is withheld, with the reason."""
    found = session.scalars(select(Reminder).where(Reminder.id == reminder_id)).one_or_none()
    if found is None or found.withheld:
        return None
    now = why(session, session.get_one(Invitation, found.invitation_id), moment)
    if now not in (Reason.DUE, Reason.TODAY):  # today's reminder is this one
        if found.sent_at is None and not found.failure:
            found.withheld = now
        return None
    return found


def done(session: Session, reminder_id: uuid.UUID, moment: datetime, failure: str = "") -> None:
    """A mail of it left the house, or a server refused one for good; the first of each kind is what the page tells."""
    all_done(session, [reminder_id], moment, failure)


def all_done(session: Session, reminder_ids: Collection[uuid.UUID], moment: datetime, failure: str = "") -> None:
    """As `done`, for many in one statement."""
    unless = Reminder.failure == "" if failure else Reminder.sent_at.is_(None)
    outcome = {"failure": clean_line(failure)[:500]} if failure else {"sent_at": moment}
    statement = update(Reminder).where(Reminder.id.in_(reminder_ids), unless).values(**outcome)
    session.execute(statement.execution_options(synchronize_session=False))


def last_day(stage: str) -> tuple[int | None, str]:
    """What a stage says: days before (none for a reminder by hand), and the day."""
    days, _, day = stage.partition(":")
    return (int(days) if days.isdecimal() else None), day
