"""Who plans, and who answers over HTTP: logged in for good, with a key for programs."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from consultation.people.kinds import OrganisationKind
from consultation.people.models import ApiToken, LoginSession, Membership, Organisation, Person
from consultation.people.sessions import digest
from consultation.people.tokens import Scope
from consultation.states import Role
from consultation.subjects import Actor

PLANNING = (Role.MANAGER, Role.EDITOR, Role.PUBLISHER)
ANSWERING = (Role.MANAGER, Role.CONTRIBUTOR, Role.RELEASER)
LONG = timedelta(days=365 * 60)


@dataclass(frozen=True)
class Walker:
    """Somebody of an organisation that has not answered yet."""

    organisation_id: uuid.UUID
    cookie: str
    token: str


def house(session: Session, moment: datetime) -> Actor:
    """The planning organisation with its planner."""
    where = Organisation(
        id=uuid.uuid4(), kind=OrganisationKind.FOUNDATION, partner_kind=None, name="Vergleichsstelle",
        sort_key="vergleichsstelle", register_key=None, state=None, may_plan=True, four_eyes=False, demo=False,
        created_at=moment,
    )  # fmt: skip
    who = Person(**_person("planner", moment))
    session.add_all([where, who])
    session.flush()
    session.add(Membership(**_membership(who.id, where.id, PLANNING, moment)))
    session.flush()
    return planner(session, moment)


def planner(session: Session, moment: datetime) -> Actor:
    statement = select(Membership).join(Organisation, Organisation.id == Membership.organisation_id)
    found = session.scalars(statement.where(Organisation.may_plan)).one()
    return Actor(found.person_id, found.organisation_id, frozenset(PLANNING), moment, may_plan=True)


def settle(session: Session, organisations: Sequence[uuid.UUID], first: int, moment: datetime) -> None:
    """One walker in each; `first` is the number of the first."""
    persons = [_person(f"walker-{first + place:06}", moment) for place in range(len(organisations))]
    pairs = list(zip(persons, organisations, strict=True))
    session.execute(insert(Person), persons)
    session.execute(insert(Membership), [_membership(p["id"], where, ANSWERING, moment) for p, where in pairs])
    session.execute(insert(LoginSession), [
        {"id": uuid.uuid4(), "token_hash": digest(_cookie(str(p["name"]))), "person_id": p["id"], "created_at": moment,
         "last_seen_at": moment + LONG, "expires_at": moment + LONG, "device": ""}
        for p in persons
    ])  # fmt: skip
    session.execute(insert(ApiToken), [
        {"id": uuid.uuid4(), "token_hash": digest(_token(str(p["name"]))), "hint": "kons_vgl", "name": "Vergleich",
         "person_id": p["id"], "organisation_id": where, "scopes": [Scope.RESPONSES_READ, Scope.RESPONSES_WRITE],
         "created_at": moment, "expires_at": None, "revoked_at": None, "last_used_at": moment + LONG}
        for p, where in pairs
    ])  # fmt: skip


def walkers(session: Session) -> Iterator[Walker]:
    """All, in the order of their numbers."""
    statement = select(Person.name, Membership.organisation_id).join(Membership, Membership.person_id == Person.id)
    for name, where in session.execute(statement.where(Person.name.like("walker-%")).order_by(Person.name)):
        yield Walker(where, _cookie(name), _token(name))


def _cookie(name: str) -> str:
    return f"cookie-of-{name}"


def _token(name: str) -> str:
    return f"kons_key-of-{name}"


def _person(name: str, moment: datetime) -> dict[str, object]:
    address = f"{name}@stadt.example"
    return {
        "id": uuid.uuid4(), "email": address, "email_key": address, "name": name, "language": None, "operator": False,
        "active": True, "password_hash": None, "created_at": moment,
    }  # fmt: skip


def _membership(person_id: object, where: uuid.UUID, roles: Sequence[Role], moment: datetime) -> dict[str, object]:
    return {
        "id": uuid.uuid4(), "person_id": person_id, "organisation_id": where, "roles": [role.value for role in roles],
        "function": "", "waiting": False, "invited_at": None, "created_at": moment,
    }  # fmt: skip
