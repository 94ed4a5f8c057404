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
from consultation.people.models import Membership, Person
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
    days: int
    find: Callable[[Session, datetime], Any]
    """Statement that selects the keys of what is due before this moment."""
    do: Callable[[Session, Actor, Sequence[Any]], object]


@dataclass(frozen=True)
class Run:
    """What the log tells about."""

    __tablename__: ClassVar[str] = "retention"
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def plan(settings: Settings) -> tuple[Step, ...]:
    return (
        Step("drafts", settings.retain_drafts, _drafts, _delete_drafts),
        Step("contacts", settings.retain_contacts, _values, _forget_values),
        Step("invitations", settings.retain_contacts, _invitations, _forget_addresses),
        Step("address_lists", settings.retain_address_lists, _lists, _delete_lists),
        Step("accounts", settings.retain_accounts, _accounts, _erase),
    )


def carry_out(session: Session, actor: Actor, settings: Settings, *, dry_run: bool = False) -> dict[str, int]:
    """Step → how many rows; what was erased with delay comes first. A second run at once finds nothing."""
    found = {"delayed": _delayed(session, dry_run=dry_run)}
    for step in plan(settings):
        due = session.scalars(step.find(session, actor.moment - timedelta(days=step.days))).all() if step.days else ()
        for start in range(0, 0 if dry_run else len(due), AT_ONCE):
            step.do(session, actor, due[start : start + AT_ONCE])
        found[step.name] = len(due)
    if not dry_run and any(found.values()):
        record(session, actor, Run(), "retain", counts=found)
    return found


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


def _delayed(session: Session, *, dry_run: bool) -> int:
    """Names under releases of people who were erased while the procedure ran."""
    erased = select(Revision.id).join(Person, Person.id == Revision.person_id).where(Person.erased_at.is_not(None))
    over = select(Consultation.id).where(Consultation.state.in_(OVER))
    which = PersonalValue.key.startswith("release.") & PersonalValue.revision_id.in_(
        erased.where(Revision.consultation_id.in_(over))
    )
    if dry_run:
        return len(session.scalars(select(PersonalValue.id).where(which, PersonalValue.salt.is_not(None))).all())
    return erasure.forget_values(session, which, running=False)
