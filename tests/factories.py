"""Typed makers of what tests need: rows as the rooms would make them, with quick defaults. Extended room by room."""

import itertools
import uuid
from collections.abc import Collection
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from consultation.core.text import identity_key, search_key, sort_key
from consultation.people import passwords
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Membership, Organisation, Person
from consultation.register.kinds import RegisterKind, size_class
from consultation.register.models import RegisterBody
from consultation.register.states import State
from consultation.states import Role
from consultation.subjects import Actor

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "ein ziemlich langes Passwort"
_PASSWORD_HASH = passwords.hashed(PASSWORD)
PLANNING_ROLES = (Role.MANAGER, Role.EDITOR, Role.PUBLISHER)
ANSWERING_ROLES = (Role.MANAGER, Role.CONTRIBUTOR, Role.RELEASER)
_numbers = itertools.count(1)


def register_body(
    session: Session,
    key: str = "010510044044",
    name: str = "Heide, Stadt",
    *,
    kind: RegisterKind = RegisterKind.MUNICIPALITY,
    state: State = State.SH,
    population: int = 21_684,
    association_key: str | None = None,
) -> RegisterBody:
    single = kind in {RegisterKind.MUNICIPALITY, RegisterKind.INDEPENDENT_CITY, RegisterKind.CITY_STATE}
    body = RegisterBody(
        key=key, kind=kind, ags=key[:5] + key[9:] if len(key) == 12 else None, name=name,
        short_name=name.partition(",")[0], state=state, county_key=key[:5] if len(key) == 12 else None,
        association_key=association_key, population=population, area=3_197, seat=None, postcode="25746",
        text_key="63" if single else None, size_class=size_class(population) if single else None,
        sort_key=sort_key(name), search_key=search_key(name), as_of=date(2025, 11, 30), valid_to=None,
        successor_key=None,
    )  # fmt: skip
    session.add(body)
    session.flush()
    return body


def organisation(
    session: Session,
    name: str = "Stadt Heide",
    *,
    kind: OrganisationKind = OrganisationKind.MUNICIPALITY,
    may_plan: bool = False,
    register_key: str | None = None,
    state: State | None = State.SH,
    four_eyes: bool = True,
    demo: bool = False,
) -> Organisation:
    made = Organisation(
        kind=kind, partner_kind=None, name=name, sort_key=sort_key(name), register_key=register_key, state=state,
        may_plan=may_plan, four_eyes=four_eyes, demo=demo, created_at=MOMENT,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def planning_organisation(session: Session, name: str = "Stiftung Miteinander") -> Organisation:
    return organisation(session, name, kind=OrganisationKind.FOUNDATION, may_plan=True, state=None)


def person(
    session: Session,
    name: str = "Alex Beispiel",
    *,
    email: str = "",
    operator: bool = False,
    active: bool = True,
    with_password: bool = True,
) -> Person:
    """Logs in with PASSWORD; the address is a new one unless given."""
    address = email or f"person{next(_numbers)}@stadt.example"
    made = Person(
        email=address, email_key=identity_key(address), name=name, language=None, operator=operator, active=active,
        password_hash=_PASSWORD_HASH if with_password else None, created_at=MOMENT,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def membership(
    session: Session,
    who: Person,
    where: Organisation,
    roles: Collection[Role] = ANSWERING_ROLES,
    *,
    waiting: bool = False,
    function: str = "",
    invited_at: datetime | None = None,
) -> Membership:
    made = Membership(
        person_id=who.id, organisation_id=where.id, roles=[role.value for role in roles], function=function,
        waiting=waiting, invited_at=invited_at, invited_name=who.name if invited_at else None, created_at=MOMENT,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def actor(
    who: Person | None = None,
    where: Organisation | None = None,
    roles: Collection[Role] = ANSWERING_ROLES,
    *,
    moment: datetime = MOMENT,
) -> Actor:
    """As the door would make it; without organisation nobody but the person itself."""
    return Actor(
        who.id if who else uuid.uuid4(), where.id if where else None, frozenset(roles) if where else frozenset(), moment,
        may_plan=bool(where and where.may_plan), operator=bool(who and who.operator),
    )  # fmt: skip


def member(
    session: Session, where: Organisation, roles: Collection[Role] = ANSWERING_ROLES, *, moment: datetime = MOMENT
) -> Actor:
    """A new person with these roles in this organisation, ready to act."""
    who = person(session)
    membership(session, who, where, roles)
    return actor(who, where, roles, moment=moment)


def operator(session: Session, *, moment: datetime = MOMENT) -> Actor:
    return actor(person(session, "Olga Betrieb", operator=True), moment=moment)
