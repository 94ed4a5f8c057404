"""Who plays: the operator, the planning houses, the associations, and the logins that are printed."""

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from consultation.demo.stage import Stage
from consultation.people import actions as people
from consultation.people.accounts import create_operator
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Organisation, Person
from consultation.people.passwords import chosen
from consultation.register.states import STATE_TITLES, State
from consultation.subjects import Actor


@dataclass(frozen=True)
class Login:
    role: str
    email: str
    password: str
    hint: str


@dataclass(frozen=True)
class Cast:
    operator: uuid.UUID
    ministry: uuid.UUID
    ministry_planner: uuid.UUID
    land_unit: uuid.UUID
    foundation: uuid.UUID
    foundation_planner: uuid.UUID
    associations: tuple[uuid.UUID, ...]
    lands: tuple[uuid.UUID, ...]
    logins: tuple[Login, ...]


BEFORE = -120.0
"""Days before the demonstration on which everybody was already there."""
ASSOCIATIONS = ("Deutscher Städtetag", "Deutscher Landkreistag", "Deutscher Städte- und Gemeindebund")


@dataclass(frozen=True)
class Houses:
    """The organisations, before anybody works in them."""

    ministry: Organisation
    land_unit: Organisation
    foundation: Organisation
    associations: tuple[Organisation, ...]
    lands: tuple[Organisation, ...]


def assemble(stage: Stage) -> Cast:
    """Everybody who is there before the first programme."""
    logins: list[Login] = []
    with stage.scene() as session:
        password = new_password()
        operator = create_operator(
            session, stage.system(BEFORE), email="betrieb@dienst.example", name="Bea Betrieb", password=chosen(password)
        )
        logins.append(Login("Betrieb", operator.email, password, "Organisationen anlegen und zum Planen freischalten"))
        houses = _build(session, stage.system(BEFORE))
        ministry_planner = member(
            stage, session, houses.ministry, "Paula Planer", "Planung im Bundesministerium",
            "Auswertung, Einzelpunkte und veröffentlichte Ausgaben der Übung zum KInvFG ansehen", logins,
        )  # fmt: skip
        member(
            stage, session, houses.land_unit, "Lars Landmann", "Planung in einem Land",
            "dieselbe Konsultation sehen, aber nur das eigene Land", logins,
        )  # fmt: skip
        foundation_planner = member(
            stage, session, houses.foundation, "Frida Förder", "Planung in der Stiftung",
            "die laufende Konsultation beobachten, Fristen verlängern", logins,
        )  # fmt: skip
        return Cast(
            operator.id, houses.ministry.id, ministry_planner.id, houses.land_unit.id, houses.foundation.id,
            foundation_planner.id, tuple(a.id for a in houses.associations), tuple(land.id for land in houses.lands),
            tuple(logins),
        )  # fmt: skip


def _build(session: Session, actor: Actor) -> Houses:
    def house(kind: OrganisationKind, name: str, *, plans: bool = False, land: State | None = None) -> Organisation:
        return people.create_organisation(session, actor, kind=kind, name=name, state=land, may_plan=plans, demo=True)

    ministry = house(OrganisationKind.FEDERAL_BODY, "Bundesministerium (Beispiel)", plans=True)
    hesse = house(OrganisationKind.STATE_BODY, "Hessisches Fachministerium (Beispiel)", plans=True, land=State.HE)
    foundation = house(OrganisationKind.FOUNDATION, "Stiftung Kommunales Miteinander (Beispiel)", plans=True)
    associations = tuple(house(OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION, name) for name in ASSOCIATIONS)
    others = (
        house(OrganisationKind.STATE_BODY, f"Land {STATE_TITLES[land]} (Beispiel)", land=land)
        for land in State
        if land != State.HE
    )
    return Houses(ministry, hesse, foundation, associations, (hesse, *others))


def member(
    stage: Stage, session: Session, organisation: Organisation, name: str, role: str, hint: str, logins: list[Login]
) -> Person:  # fmt: skip
    """Somebody with all usual roles of the house and a password that is printed."""
    password, address = new_password(), stage.address(organisation.name, name.split(maxsplit=1)[0].lower())
    person = people.create_person(session, stage.system(BEFORE), email=address, name=name, password=chosen(password))
    place = people.join(session, stage.system(BEFORE), organisation, person, first=True)
    if place.waiting:  # into a house that plans the operator lets people in
        people.let_in(session, stage.system(BEFORE), organisation.id, place.id)
    logins.append(Login(role, address, password, hint))
    return person


def new_password() -> str:
    return secrets.token_urlsafe(12)
