"""Forgetting a person (Art. 17 GDPR): name, addresses and access go; what the house said, and the log by numbers, stays."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from consultation.consultations.models import (
    Address,
    AddressAlias,
    AddressOmission,
    AddressRow,
    Consultation,
    Invitation,
    Reminder,
)
from consultation.core.errors import Conflict, NotFound
from consultation.core.history import record
from consultation.core.jobs import Job
from consultation.core.language import M
from consultation.core.tables import all_tables
from consultation.core.text import identity_key
from consultation.people.accounts import OPERATING
from consultation.people.models import (
    BELONGS,
    ApiToken,
    LoginSession,
    Membership,
    OneTimeCode,
    Organisation,
    Person,
    RecoveryCode,
    SecondFactor,
)
from consultation.people.queries import operators
from consultation.responses.intake import entered
from consultation.responses.models import PersonalValue, Presence, Revision
from consultation.rulebook import RUNNING
from consultation.states import Role
from consultation.subjects import Actor
from consultation.upkeep.personal import HOLDINGS, Bearing
from consultation.upkeep.spelling import says, told, written

NOBODY = "Gelöschte Person"
NEEDED = (Role.MANAGER, Role.RELEASER)
GONE = "(gelöscht)"


@dataclass(frozen=True)
class Erased:
    person_id: uuid.UUID
    email: str
    """As it was, to find files by."""
    changed: int
    """Rows besides the account."""
    delayed: int
    """Names under releases in procedures that still run; `retention` erases them when they are over."""
    mentions: tuple[tuple[str, str, int], ...]
    """(table, column, rows) of free texts with the name or address: people have to look at those."""


def erase(session: Session, actor: Actor, person: Person, *, force: bool = False) -> Erased:
    """Raises Conflict if an organisation would be left without anybody who manages or releases, or the
    service without anybody who operates it (`force` overrides).
    """
    OPERATING.demand(actor, None)
    if person.erased_at is not None:
        raise Conflict(M("Diese Person ist schon gelöscht."))
    if not force and (places := _left_alone(session, person)):
        raise Conflict(
            M("Ohne diese Person kann hier niemand mehr verwalten oder freigeben: {places}. Geben Sie zuerst einer anderen Person "
              "diese Rechte.", places=tuple(places))
        )  # fmt: skip
    if not force and list(operators(session)) == [person.id]:
        raise Conflict(
            M("Ohne diese Person betreibt niemand mehr den Dienst. Legen Sie zuerst eine andere an, die ihn betreibt: "
              "consultation user create.")
        )  # fmt: skip
    email, name = person.email, person.name
    own = _own_values(session, person)
    changed = sum(_take_access(session, person.id)) + sum(_take_contacts(session, email))
    signed = PersonalValue.id.in_(own.signed)
    changed += forget_values(session, PersonalValue.id.in_([*own.contacts, *own.named]), running=True)
    changed += forget_values(session, signed, running=False)
    delayed = len(_held(session, signed))
    person.name, person.email = NOBODY, f"{person.id}@geloescht.invalid"
    person.email_key, person.password_hash, person.language = person.email, None, None
    person.active, person.operator, person.erased_at = False, False, actor.moment
    session.flush()
    record(session, actor, person, "erase", changed=changed, delayed=delayed)
    said = [*mentions(session, [name, email])]
    said += [(PersonalValue.__tablename__, "value", own.elsewhere)] if own.elsewhere else []
    return Erased(person.id, email, changed, delayed, tuple(said))


def _left_alone(session: Session, person: Person) -> list[str]:
    """Organisations in which others are, and nobody else has a role this person has."""
    found = []
    own = session.execute(
        select(Membership, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person.id, BELONGS)
    )
    for membership, name in own.all():
        others = session.scalars(
            select(Membership.roles)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.organisation_id == membership.organisation_id, Membership.person_id != person.id)
            .where(BELONGS, Person.active)
        ).all()
        theirs = {role for roles in others for role in roles}
        if {role for role in NEEDED if role in membership.roles} - theirs:
            found.append(name)
    return found


def _take_access(session: Session, person_id: uuid.UUID) -> Iterable[int]:
    for table in (LoginSession, OneTimeCode, SecondFactor, RecoveryCode, ApiToken, Presence, Membership):
        yield _count(session, delete(table).where(table.person_id == person_id))


def _take_contacts(session: Session, email: str) -> Iterable[int]:
    """Where planners noted the address as that of a body; and what mail servers said about it."""
    yield _count(
        session,
        delete(AddressAlias).where(or_(written(AddressAlias.email, email), written(AddressAlias.given_email, email))),
    )
    yield _count(session, delete(AddressOmission).where(written(AddressOmission.given_email, email)))
    row = or_(written(AddressRow.email, email), written(AddressRow.given_email, email))
    yield _count(session, update(AddressRow).where(row).values(email="", given_email="", contact=""))
    yield _count(session, update(Address).where(written(Address.email, email)).values(email=None, contact=""))
    yield _count(session, update(Invitation).where(written(Invitation.email, email)).values(email=None, contact=""))
    for column in (Invitation.failure, Reminder.failure, Job.last_error):
        yield _count(session, update(column.class_).where(told(column, email)).values({column.key: GONE}))


def _count(session: Session, statement: Any) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount


@dataclass(frozen=True)
class _Values:
    """Personal values of submissions, by id."""

    signed: Sequence[uuid.UUID]
    """Name and function under what the person itself released in the service."""
    named: Sequence[uuid.UUID]
    """Name and function under what others released or entered: a letter the person signed, for one."""
    contacts: Sequence[uuid.UUID]
    """Answers to questions that ask for people."""
    elsewhere: int
    """With the same name, in other houses: perhaps somebody else's, so that people have to look at them."""


def _own_values(session: Session, person: Person) -> _Values:
    """What the person released; and where its name stands as a whole in its own houses, or its address anywhere."""
    told_here = or_(*(told(PersonalValue.value, text) for text in (person.name, person.email)))
    released_here = and_(Revision.person_id == person.id, ~entered())
    released = select(Revision.id).where(released_here)
    rows = session.execute(
        select(PersonalValue, func.coalesce(released_here, false()), Revision.organisation_id)
        .join(Revision, Revision.id == PersonalValue.revision_id)
        .where(PersonalValue.salt.is_not(None), or_(PersonalValue.revision_id.in_(released), told_here))
    ).all()
    homes = _homes(session, person.id)
    by_name = {v.id: v for v, _, house in rows if house in homes and _says(v, person.name)}
    by_address = {v.id: v for v, _, _ in rows if _says(v, person.email)}
    named = {v.revision_id for v in by_name.values() if v.key == "release.name"}
    signed, by_others, contacts, elsewhere = [], [], [], 0
    for value, by_person, _ in rows:
        found = True
        if not value.key.startswith("release."):
            found = value.id in by_name or value.id in by_address
            contacts += [value.id] if found else []
        elif by_person:
            signed.append(value.id)
        else:
            found = value.revision_id in named
            by_others += [value.id] if found else []
        elsewhere += not found and _says(value, person.name)
    return _Values(signed, by_others, contacts, elsewhere)


def _homes(session: Session, person_id: uuid.UUID) -> set[uuid.UUID]:
    """Houses the person is in, or released for."""
    member = select(Membership.organisation_id).where(Membership.person_id == person_id)
    released = select(Revision.organisation_id).where(Revision.person_id == person_id, ~entered())
    return set(session.scalars(member.union(released)))


def _says(value: PersonalValue, words: str) -> bool:
    return any(says(text, words) for text in _texts(value.value))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


def forget_values(session: Session, which: ColumnElement[bool], *, running: bool) -> int:
    """Value and salt go: the salted hash in the document says nothing any more, and the document's own hash still fits."""
    allowed = [] if running else [PersonalValue.revision_id.not_in(_in_running())]
    gone = update(PersonalValue).where(which, PersonalValue.salt.is_not(None), *allowed).values(value=None, salt=None)
    return _count(session, gone)


def _held(session: Session, which: ColumnElement[bool]) -> Sequence[uuid.UUID]:
    waiting = select(PersonalValue.id).where(which, PersonalValue.salt.is_not(None))
    return session.scalars(waiting.where(PersonalValue.revision_id.in_(_in_running()))).all()


def _in_running() -> Any:
    """Who released an answer has to be known as long as the procedure runs (Art. 17 Abs. 3 Buchst. b)."""
    return (
        select(Revision.id)
        .join(Consultation, Consultation.id == Revision.consultation_id)
        .where(Consultation.state.in_(RUNNING))
    )


def mentions(session: Session, words: Sequence[str]) -> Iterable[tuple[str, str, int]]:
    tables = all_tables().tables
    for holding in HOLDINGS:
        table = tables[holding.table]
        for name in holding.of(Bearing.FREE):
            said = or_(*(told(table.c[name], word) for word in words))
            if count := session.scalar(select(func.count()).select_from(table).where(said)):
                yield holding.table, name, count


def by_email(session: Session, email: str) -> Person:
    """Active or not. Raises NotFound."""
    found = session.scalars(select(Person).where(Person.email_key == identity_key(email))).one_or_none()
    if found is None:
        raise NotFound(M("Dieses Konto gibt es nicht."))
    return found


def forget_mails(folder: Path, email: str) -> int:
    """Mails to this address, or that tell of it, as far as they lie as files; returns how many went."""
    gone = 0
    for path in folder.glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        texts = [
            str(mail["To"]),
            *(part.get_content() for part in mail.walk() if part.get_content_type() == "text/plain"),
        ]
        if any(email.lower() in text.lower() for text in texts):
            path.unlink()
            gone += 1
    return gone
