"""What is deleted when: the plan of the settings, carried out or only counted."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from consultation.consultations.models import AddressUpload, Consultation, Invitation
from consultation.core.history import HistoryEntry, record
from consultation.core.language import M, Message
from consultation.people.accounts import OPERATING
from consultation.people.models import Membership, Person
from consultation.responses.intake import entered
from consultation.responses.models import DraftAnswer, PersonalValue, Response, Revision
from consultation.rulebook import OVER
from consultation.settings import Settings
from consultation.subjects import Actor
from consultation.upkeep import erasure

AT_ONCE = 500
"""Rows in one statement: databases take only so many."""


@dataclass(frozen=True)
class Step:
    """One line of the plan. `days` is 0 where nothing is ever deleted."""

    name: str
    title: Message
    kept: Message
    """How long, in words."""
    days: int
    find: Callable[[Session, datetime], Any]
    """Statement that selects the keys of what is due before this moment."""
    do: Callable[[Session, Actor, Sequence[Any]], object]


@dataclass(frozen=True)
class Run:
    """What the log tells about."""

    __tablename__: ClassVar[str] = "retention"
    id: uuid.UUID = field(default_factory=uuid.uuid4)


DELAYED = "delayed"
AFTERWARDS = M("aufgeschobene Angaben gelöschter Personen")
UNTIL_OVER = M("bis die Verfahren enden, in denen sie freigegeben haben")
"""What was erased with delay is no step of the plan: it goes with the first run after its procedure."""


def plan(settings: Settings) -> tuple[Step, ...]:
    drafts, contacts = settings.retain_drafts, settings.retain_contacts
    lists, accounts = settings.retain_address_lists, settings.retain_accounts
    return (
        Step("drafts", M("Antworten in Bearbeitung"), _after_the_end(drafts), drafts, _drafts, _delete_drafts),
        Step("contacts", M("Angaben zu Personen neben Abgaben"), _after_the_end(contacts), contacts, _values, _forget_values),
        Step("invitations", M("Adressen von Einladungen"), _after_the_end(contacts), contacts, _invitations, _forget_addresses),
        Step("address_lists", M("hochgeladene Adresslisten"), M("{days} Tage nach der letzten Verwendung", days=lists),
             lists, _lists, _delete_lists),
        Step("accounts", M("unbenutzte Konten ohne Organisation"), M("{days} Tage ohne Anmeldung", days=accounts),
             accounts, _accounts, _erase),
    )  # fmt: skip


def _after_the_end(days: int) -> Message:
    return M("{days} Tage nach dem Ende der Konsultation", days=days)


def due(session: Session, moment: datetime, settings: Settings) -> dict[str, int]:
    """Step → how many rows `carry_out` would take at this moment."""
    found = {DELAYED: _number(session, _delayed())}
    for step in plan(settings):
        found[step.name] = _number(session, step.find(session, _before(step, moment))) if step.days else 0
    return found


def carry_out(session: Session, actor: Actor, settings: Settings) -> dict[str, int]:
    """Step → how many rows went; what was erased with delay comes first. A second run at once finds nothing."""
    OPERATING.demand(actor, None)
    found = {DELAYED: erasure.forget_values(session, PersonalValue.id.in_(_delayed()), running=False)}
    for step in plan(settings):
        keys = session.scalars(step.find(session, _before(step, actor.moment))).all() if step.days else ()
        for start in range(0, len(keys), AT_ONCE):
            step.do(session, actor, keys[start : start + AT_ONCE])
        found[step.name] = len(keys)
    if any(found.values()):
        record(session, actor, Run(), "retain", counts=found)
    return found


def _before(step: Step, moment: datetime) -> datetime:
    return moment - timedelta(days=step.days)


def _number(session: Session, keys: Any) -> int:
    return session.scalars(select(func.count()).select_from(keys.subquery())).one()


def _ended(before: datetime) -> Any:
    """Consultations that were over at that moment, by the log."""
    last = (
        select(func.max(HistoryEntry.moment))
        .where(HistoryEntry.subject_id == Consultation.id, HistoryEntry.new.in_(OVER))
        .correlate(Consultation)
        .scalar_subquery()
    )
    return select(Consultation.id).where(Consultation.state.in_(OVER), last < before)


def _responses(before: datetime) -> Any:
    return select(Response.id).where(Response.consultation_id.in_(_ended(before)))


def _drafts(session: Session, before: datetime) -> Any:
    return select(DraftAnswer.response_id).where(DraftAnswer.response_id.in_(_responses(before)))


def _delete_drafts(session: Session, actor: Actor, due: Sequence[uuid.UUID]) -> None:
    session.execute(delete(DraftAnswer).where(DraftAnswer.response_id.in_(set(due))))


def _values(session: Session, before: datetime) -> Any:
    revisions = select(Revision.id).where(Revision.consultation_id.in_(_ended(before)))
    return select(PersonalValue.id).where(PersonalValue.salt.is_not(None), PersonalValue.revision_id.in_(revisions))


def _forget_values(session: Session, actor: Actor, due: Sequence[uuid.UUID]) -> None:
    erasure.forget_values(session, PersonalValue.id.in_(due), running=False)


def _invitations(session: Session, before: datetime) -> Any:
    held: ColumnElement[bool] = or_(Invitation.email.is_not(None), Invitation.contact != "", Invitation.postal != "")
    return select(Invitation.id).where(Invitation.consultation_id.in_(_ended(before)), held)


def _forget_addresses(session: Session, actor: Actor, due: Sequence[uuid.UUID]) -> None:
    gone = update(Invitation).where(Invitation.id.in_(due)).values(email=None, contact="", postal="", failure="")
    session.execute(gone.execution_options(synchronize_session=False))


def _lists(session: Session, before: datetime) -> Any:
    last_used = func.coalesce(AddressUpload.taken_over_at, AddressUpload.created_at)
    return select(AddressUpload.id).where(last_used < before)


def _delete_lists(session: Session, actor: Actor, due: Sequence[uuid.UUID]) -> None:
    session.execute(delete(AddressUpload).where(AddressUpload.id.in_(due)))


def _accounts(session: Session, before: datetime) -> Any:
    """Of nobody's organisation, and unused so long."""
    member = select(Membership.person_id)
    seen = select(HistoryEntry.person_id).where(HistoryEntry.person_id.is_not(None), HistoryEntry.moment >= before)
    return select(Person.id).where(
        Person.erased_at.is_(None), Person.operator.is_(False), Person.created_at < before,
        Person.id.not_in(member), Person.id.not_in(seen),
    )  # fmt: skip


def _erase(session: Session, actor: Actor, due: Sequence[uuid.UUID]) -> None:
    for person in session.scalars(select(Person).where(Person.id.in_(due))).all():
        erasure.erase(session, actor, person, force=True)


def _delayed() -> Any:
    """Names under releases of people who were erased while the procedure ran, and it is over."""
    erased = select(Revision.id).join(Person, Person.id == Revision.person_id).where(Person.erased_at.is_not(None))
    erased = erased.where(~entered())
    over = erased.join(Consultation, Consultation.id == Revision.consultation_id).where(Consultation.state.in_(OVER))
    return select(PersonalValue.id).where(
        PersonalValue.key.startswith("release."), PersonalValue.revision_id.in_(over), PersonalValue.salt.is_not(None)
    )
