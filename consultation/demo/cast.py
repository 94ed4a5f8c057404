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
from consultation.register.states import STATE_TITLES, State


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


ASSOCIATIONS = ("Deutscher Städtetag", "Deutscher Landkreistag", "Deutscher Städte- und Gemeindebund")


def assemble(stage: Stage) -> Cast:
    """Everybody who is there before the first programme."""
    days = -120.0
    logins: list[Login] = []
    with stage.scene() as session:
        actor = stage.system(days)
        password = new_password()
        operator = create_operator(
            session, actor, email="betrieb@dienst.example", name="Bea Betrieb", password=password
        )
        logins.append(Login("Betrieb", operator.email, password, "Organisationen anlegen und zum Planen freischalten"))

        def house(kind: OrganisationKind, name: str, *, plans: bool = False, land: State | None = None) -> Organisation:
            return people.create_organisation(
                session, actor, kind=kind, name=name, state=land, may_plan=plans, demo=True
            )

        ministry = house(OrganisationKind.FEDERAL_BODY, "Bundesministerium (Beispiel)", plans=True)
        land_unit = house(
            OrganisationKind.STATE_BODY, "Hessisches Fachministerium (Beispiel)", plans=True, land=State.HE
        )
        foundation = house(OrganisationKind.FOUNDATION, "Stiftung Kommunales Miteinander (Beispiel)", plans=True)
        associations = [house(OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION, name) for name in ASSOCIATIONS]
        lands = [
            house(OrganisationKind.STATE_BODY, f"Land {STATE_TITLES[land]} (Beispiel)", land=land)
            for land in State if land != State.HE
        ]  # fmt: skip
        ministry_planner = member(
            stage, session, ministry, "Paula Planer", "Planung im Bundesministerium",
            "Auswertung, Einzelpunkte und veröffentlichte Ausgabe der Übung zum KInvFG ansehen", logins, days,
        )  # fmt: skip
        member(
            stage, session, land_unit, "Lars Landmann", "Planung in einem Land",
            "dieselbe Konsultation sehen, aber nur das eigene Land", logins, days,
        )  # fmt: skip
        foundation_planner = member(
            stage, session, foundation, "Frida Förder", "Planung in der Stiftung",
            "die laufende Konsultation beobachten, Fristen verlängern", logins, days,
        )  # fmt: skip
        return Cast(
            operator.id, ministry.id, ministry_planner.id, land_unit.id, foundation.id, foundation_planner.id,
            tuple(a.id for a in associations), tuple(o.id for o in (land_unit, *lands)), tuple(logins),
        )  # fmt: skip


def member(
    stage: Stage, session: Session, organisation: Organisation, name: str, role: str, hint: str, logins: list[Login],
    days: float,
) -> Person:  # fmt: skip
    """Somebody with all usual roles of the house and a password that is printed."""
    password, address = new_password(), stage.address(organisation.name, name.split(maxsplit=1)[0].lower())
    person = people.create_person(session, stage.system(days), email=address, name=name, password=password)
    people.join(session, stage.system(days), organisation, person, first=True)
    logins.append(Login(role, address, password, hint))
    return person


def new_password() -> str:
    return secrets.token_urlsafe(12)
