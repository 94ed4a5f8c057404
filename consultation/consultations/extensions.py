"""More time for one body: asked for by it, or given by the planner at once."""

import uuid
from collections.abc import Collection, Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import calendar, queries
from consultation.consultations.models import DeadlineExtension, Invitation
from consultation.core import bounds
from consultation.core.db import hold
from consultation.core.errors import Conflict, Forbidden, Invalid
from consultation.core.history import perform, record
from consultation.core.jobs import enqueue
from consultation.core.language import M, Message
from consultation.core.text import clean
from consultation.core.times import end_of_day
from consultation.rulebook import DEADLINE_EXTENSION, RUNNING, publisher
from consultation.states import ANSWERING, ExtensionState
from consultation.subjects import Actor


def request(session: Session, actor: Actor, invitation: Invitation, until: date, reason: str) -> DeadlineExtension:
    """By the invited body, as long as answers are taken. Asking again takes the place of what was asked and is still open."""
    if actor.organisation_id != invitation.organisation_id or not actor.roles & ANSWERING:
        raise Forbidden(M("Um mehr Zeit bitten kann nur die eingeladene Stelle."))
    _hold(session, invitation)
    deadline, reason = _checked(invitation, until, reason)
    _require_later(actor, invitation, deadline)
    extension = _asked_anew(session, actor, invitation, deadline, reason) or _new(
        session, actor, invitation, deadline, reason
    )
    record(session, actor, extension, "request_extension", until=str(extension.until))
    enqueue(session, "extension.requested", {"id": str(extension.id)}, run_at=actor.moment)
    return extension


def give(
    session: Session, actor: Actor, invitation_id: uuid.UUID, until: date, reason: str, *, sure: bool = False
) -> DeadlineExtension:
    """By the planner, without a request (asked for by telephone, say); the reason is told in the log.

    An earlier day than the body has corrects a slip: it is asked once more (`sure`), and the body is told day and reason.
    """
    invitation = queries.invitation(session, actor, invitation_id)
    publisher.demand(actor, invitation)
    _hold(session, invitation)
    deadline, reason = _checked(invitation, until, reason)
    _require_possible(actor, invitation, deadline)
    questions = [*_takes_away(invitation, deadline), *calendar.far_out(invitation.consultation.deadline, deadline)]
    if questions and not sure:
        raise Invalid.about("sure", questions[0])
    shorter = invitation.deadline is not None and deadline < invitation.deadline
    extension = _new(session, actor, invitation, deadline, reason)
    return _grant(session, actor, extension, invitation, deadline, reason if shorter else "", reason=reason)


def grant(
    session: Session,
    actor: Actor,
    extension_id: uuid.UUID,
    answer: str,
    until: date | None = None,
    *,
    sure: bool = False,
) -> DeadlineExtension:
    """Until the day that was asked for, or until another one the planner names; a day far out is asked once more (`sure`).

    A body that was given more time since it asked keeps it: the request is granted until that later day.
    """
    extension = queries.extension(session, actor, extension_id)
    invitation = queries.invitation(session, actor, extension.invitation_id)
    DEADLINE_EXTENSION.check(actor, extension, "grant")
    _require_running(invitation)
    _hold(session, invitation)
    answer = bounds.ANSWER.within("answer", clean(answer))
    asked = extension.until
    granted = asked if until is None else end_of_day(until)
    if granted != asked:
        _require_later(actor, invitation, granted)
    else:
        granted = max(asked, invitation.deadline or asked)
        _require_ahead(actor, invitation, granted)
    if not sure:
        for question in calendar.far_out(invitation.consultation.deadline, granted):
            raise Invalid.about("sure", question)
    return _grant(session, actor, extension, invitation, granted, answer)


def _grant(
    session: Session, actor: Actor, extension: DeadlineExtension, invitation: Invitation, granted: datetime, answer: str,
    *, reason: str = "",
) -> DeadlineExtension:  # fmt: skip
    """`reason` is the planner's, not the body's."""
    asked = extension.until
    perform(
        session, DEADLINE_EXTENSION, actor, extension, "grant",
        details={"until": str(granted), "deadline": str(invitation.deadline)}
        | ({} if granted == asked else {"asked": str(asked)}) | ({"reason": reason} if reason else {}),
        until=granted, answer=answer, decided_at=actor.moment,
    )  # fmt: skip
    invitation.extended_until = granted
    session.flush()
    return extension


def decide_all(session: Session, actor: Actor, extension_ids: Collection[uuid.UUID], decision: str, answer: str) -> int:
    """Several at once, as each was asked for, with one answer for all; all of them or none."""
    if not extension_ids:
        raise Invalid.about("chosen", M("Wählen Sie mindestens eine Bitte aus."))
    found = [queries.extension(session, actor, extension_id) for extension_id in extension_ids]
    # Body by body in one order, so that two planners who decide at once wait for each other and never both; of one body
    # the shortest first, so that each is granted as it was asked for.
    for extension in sorted(found, key=lambda one: (one.invitation_id, one.until)):
        if decision == "grant":
            _require_near(extension)
            grant(session, actor, extension.id, answer)
        else:
            refuse(session, actor, extension.id, answer)
    return len(extension_ids)


def refuse(session: Session, actor: Actor, extension_id: uuid.UUID, answer: str) -> DeadlineExtension:
    if not (answer := clean(answer)):
        raise Invalid.about("answer", M("Nennen Sie den Grund der Ablehnung; die Stelle erfährt ihn."))
    bounds.ANSWER.within("answer", answer)
    extension = queries.extension(session, actor, extension_id)
    perform(session, DEADLINE_EXTENSION, actor, extension, "refuse", answer=answer, decided_at=actor.moment)
    return extension


def _new(session: Session, actor: Actor, invitation: Invitation, deadline: datetime, reason: str) -> DeadlineExtension:
    extension = DeadlineExtension(
        id=uuid.uuid4(), invitation_id=invitation.id, consultation_id=invitation.consultation_id,
        organisation_id=invitation.organisation_id, until=deadline, reason=reason, answer="", state=ExtensionState.REQUESTED,
        requested_at=actor.moment, invitation=invitation,
    )  # fmt: skip
    session.add(extension)
    session.flush()
    return extension


def _asked_anew(
    session: Session, actor: Actor, invitation: Invitation, deadline: datetime, reason: str
) -> DeadlineExtension | None:
    """What was asked before and is still open, as it is asked now."""
    asked = session.scalars(
        select(DeadlineExtension)
        .where(DeadlineExtension.invitation_id == invitation.id, DeadlineExtension.state == ExtensionState.REQUESTED)
        .order_by(DeadlineExtension.requested_at.desc())
    ).first()
    if asked is not None:
        asked.until, asked.reason = deadline, reason
        asked.requested_at, asked.invitation = actor.moment, invitation
        session.flush()
    return asked


def _checked(invitation: Invitation, until: date, reason: str) -> tuple[datetime, str]:
    deadline = end_of_day(until)
    _require_running(invitation)
    if not (reason := clean(reason)):
        raise Invalid.about("reason", M("Nennen Sie den Grund, zum Beispiel den Termin der Ratssitzung."))
    bounds.WHY.within("reason", reason)
    return deadline, reason


def _hold(session: Session, invitation: Invitation) -> None:
    """Of two who give one body more time at once the second sees what the first gave."""
    hold(session, Invitation, invitation.id)
    session.refresh(invitation, ["extended_until"])


def _require_running(invitation: Invitation) -> None:
    if invitation.consultation.state not in RUNNING:
        raise Conflict(M("Die Konsultation läuft nicht; es werden keine Antworten mehr aufgenommen."))


def _require_ahead(actor: Actor, invitation: Invitation, deadline: datetime) -> None:
    if deadline <= actor.moment:
        message = M("{organisation}: der erbetene Tag ist vorbei. Nennen Sie einen späteren, oder lehnen Sie ab.",
                    organisation=invitation.organisation.name)  # fmt: skip
        raise Invalid.about("until", message)


def _require_later(actor: Actor, invitation: Invitation, deadline: datetime) -> None:
    if invitation.deadline is None or deadline <= max(invitation.deadline, actor.moment):
        raise Invalid.about("until", M("Der Tag muss nach der bisherigen Frist und in der Zukunft liegen."))


def _require_possible(actor: Actor, invitation: Invitation, deadline: datetime) -> None:
    """A day the planner may give: ahead, not before everybody's, and another one than the body has."""
    general = invitation.consultation.deadline
    if general is None or deadline <= actor.moment or deadline < general:
        raise Invalid.about("until", M("Der Tag muss in der Zukunft und darf nicht vor der allgemeinen Frist liegen."))
    if deadline == invitation.deadline:
        raise Invalid.about("until", M("Diese Frist hat die Stelle schon."))


def _takes_away(invitation: Invitation, deadline: datetime) -> Iterator[Message]:
    if invitation.deadline is not None and deadline < invitation.deadline:
        yield M("Die Stelle hat bisher länger Zeit, bis {old}. Verkürzen Sie die Frist, bekommt sie eine Mail mit dem Grund.",
                old=invitation.deadline)  # fmt: skip


def _require_near(extension: DeadlineExtension) -> None:
    """Among several at once nobody is asked about one of them."""
    if any(calendar.far_out(extension.invitation.consultation.deadline, extension.until)):
        message = M("{organisation}: Der erbetene Tag liegt mehr als ein Jahr nach der allgemeinen Frist. Entscheiden Sie "
                    "diese Bitte einzeln.", organisation=extension.invitation.organisation.name)  # fmt: skip
        raise Invalid.about("chosen", message)
