"""Bodies that were forgotten: invited, or asked for comment, after the announcement; each with its mail or letter at once.

That it came later, and when, is what the procedure log says; nothing else keeps it.
"""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations import audience, calendar, invitations, queries
from consultation.consultations.actions import require_running
from consultation.consultations.models import Address, Consultation, Invitation
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.db import compare_and_set, hold
from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.history import HistoryEntry, record
from consultation.core.language import M, Message
from consultation.core.times import end_of_day
from consultation.people.models import Organisation
from consultation.states import Purpose
from consultation.subjects import Actor

LATER = ("invite_later", "ask_for_comment")
"""What the log calls it."""


@dataclass(frozen=True)
class Wanted:
    """What a planner chose for one body. Without `until` the general deadline is its own."""

    purpose: Purpose
    email: str
    postal: str
    contact: str
    until: date | None


# -- inviting --------------------------------------------------------------------------------------------------------
def invite(
    session: Session, actor: Actor, consultation_slug: str, organisation_id: uuid.UUID, wanted: Wanted
) -> Invitation:
    """One body more, by whoever may send invitations. Raises `Invalid` with everything that is wrong."""
    consultation = queries.held(session, actor, consultation_slug)
    require_running(actor, consultation)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(M("Diese Organisation gibt es nicht."))
    if (known := invited(session, consultation, ids=[organisation_id])) is not None:
        raise Invalid.about("body", said_already(known))
    if problems := [*address_problems(wanted), *_deadline(actor, consultation, wanted.purpose, wanted.until)]:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    audience.plan(session, consultation, {organisation_id}, wanted.purpose, by_filter=False)
    reached = invitations.read_address(wanted.email, wanted.postal, wanted.contact)
    audience.set_address(
        session, actor, consultation, organisation, email=reached.email, postal=reached.postal, contact=reached.contact
    )
    invitation = _whole(session, actor, consultation, organisation_id)
    invitation.extended_until = end_of_day(wanted.until) if wanted.until else None
    record(session, actor, invitation, "invite_later", purpose=wanted.purpose, **_until(invitation))
    invitations.send(session, actor, invitation)
    return invitation


def ask_for_comment(session: Session, actor: Actor, invitation_id: uuid.UUID, until: date | None) -> Invitation:
    """Who was only informed is asked after all: invited anew, with a new code, and counted from now on."""
    invitation = queries.invitation(session, actor, invitation_id)
    consultation = queries.held(session, actor, invitation.consultation.slug)
    require_running(actor, consultation)
    hold(session, Invitation, invitation.id)
    session.refresh(invitation, ["state", "purpose", "email", "postal", "code_counter", "extended_until"])
    if invitation.purpose == Purpose.FOR_COMMENT:
        raise Conflict(said_already(invitation))
    if not invitation.email and not invitation.postal:
        raise Invalid.about("email", M("Geben Sie zuerst eine Mailadresse oder eine Postanschrift an."))
    if problems := list(_deadline(actor, consultation, Purpose.FOR_COMMENT, until)):
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    compare_and_set(
        session, invitation, {"purpose": Purpose.FOR_INFORMATION},
        {"purpose": Purpose.FOR_COMMENT, "code_counter": invitation.code_counter + 1,
         "extended_until": end_of_day(until) if until else invitation.extended_until},
    )  # fmt: skip
    record(session, actor, invitation, "ask_for_comment", **_until(invitation))
    invitations.send(session, actor, invitation)
    return invitation


def last_day_hints(invitation: Invitation) -> list[Message]:
    """Why an own deadline should not end on that day, in the Land of the body."""
    if invitation.extended_until is None:
        return []
    land, until = invitation.organisation.state, invitation.extended_until
    far = calendar.far_out(invitation.consultation.deadline, until)
    return [*far, *calendar.on_the_last_day(until, [land] if land else [])]


def said_already(invitation: Invitation) -> Message:
    return M("{organisation} ist schon eingeladen, {purpose}.", organisation=invitation.organisation.name,
             purpose=PURPOSE_TITLES[invitation.purpose])  # fmt: skip


def address_problems(wanted: Wanted) -> Iterator[Problem]:
    try:
        reached = invitations.read_address(wanted.email, wanted.postal, wanted.contact)
    except Invalid as refused:
        yield from refused.problems
        return
    if not reached.email and not reached.postal:
        yield Problem("email", M("Geben Sie eine Mailadresse oder eine Postanschrift an."))


def _deadline(actor: Actor, consultation: Consultation, purpose: Purpose, until: date | None) -> Iterator[Problem]:
    """What is wrong with it: too early, not needed, or needed because the general one is over."""
    general = consultation.deadline
    if purpose == Purpose.FOR_INFORMATION:
        if until is not None:
            yield Problem("until", M("Wer nachrichtlich eingeladen wird, antwortet nicht und braucht keine Frist."))
    elif until is None:
        if general is not None and general <= actor.moment:
            yield Problem("until", M("Die allgemeine Frist ist vorbei ({deadline}). Geben Sie der Stelle eine eigene.",
                                     deadline=general))  # fmt: skip
    elif end_of_day(until) <= actor.moment:
        yield Problem("until", M("Der Tag muss in der Zukunft liegen."))
    elif general is not None and end_of_day(until) <= general:
        yield Problem("until", M("Eine eigene Frist endet später als die allgemeine ({deadline}). Lassen Sie das Feld sonst "
                                 "leer.", deadline=general))  # fmt: skip


def _until(invitation: Invitation) -> dict[str, str]:
    return {"until": str(invitation.extended_until)} if invitation.extended_until else {}


def _whole(session: Session, actor: Actor, consultation: Consultation, organisation_id: uuid.UUID) -> Invitation:
    made = session.scalars(
        select(Invitation.id).where(
            Invitation.consultation_id == consultation.id, Invitation.organisation_id == organisation_id
        )
    ).one()
    return queries.invitation(session, actor, made)


# -- reading ---------------------------------------------------------------------------------------------------------
def invited_among(
    session: Session, consultation: Consultation, *, keys: Collection[str] = (), ids: Collection[uuid.UUID] = ()
) -> list[Invitation]:
    """Which of these bodies are invited, by their keys in the register or as organisations, with their names."""
    statement = (
        select(Invitation)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.consultation_id == consultation.id)
        .where(or_(Organisation.register_key.in_(keys), Organisation.id.in_(ids)))
        .options(joinedload(Invitation.organisation))
    )
    return list(session.scalars(statement)) if keys or ids else []


def invited(
    session: Session, consultation: Consultation, *, keys: Collection[str] = (), ids: Collection[uuid.UUID] = ()
) -> Invitation | None:
    return next(iter(invited_among(session, consultation, keys=keys, ids=ids)), None)


def known_address(session: Session, actor: Actor, organisation_id: uuid.UUID) -> Address | None:
    """Of an earlier consultation of the acting organisation."""
    statement = select(Address).where(
        Address.owner_id == actor.organisation_id, Address.organisation_id == organisation_id
    )
    return session.scalars(statement).one_or_none()


def moments(session: Session, invitation_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Invitation → when it was made, or its body asked for comment; only those that came after the announcement."""
    statement = (
        select(HistoryEntry.subject_id, func.max(HistoryEntry.moment))
        .where(HistoryEntry.subject_id.in_(invitation_ids), HistoryEntry.action.in_(LATER))
        .group_by(HistoryEntry.subject_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)} if invitation_ids else {}


def asked_later(session: Session, consultation_id: uuid.UUID) -> list[datetime]:
    """When those were asked for comment who were not at first, in order of time."""
    statement = (
        select(func.max(HistoryEntry.moment))
        .join(Invitation, Invitation.id == HistoryEntry.subject_id)
        .where(HistoryEntry.action.in_(LATER), Invitation.consultation_id == consultation_id)
        .where(
            Invitation.purpose == Purpose.FOR_COMMENT, Invitation.by_filter.is_(False)
        )  # a filter finds nobody later
        .group_by(HistoryEntry.subject_id)
    )
    return sorted(session.scalars(statement))
