"""People around one programme: those who plan it, those who only read their Land, others who must see nothing."""

from dataclasses import dataclass, field

from fastapi import FastAPI

from consultation.core.db import Database
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Organisation, Person
from consultation.programmes import actions as programmes
from consultation.programmes.models import ProgrammeLevel
from consultation.register.kinds import RegisterKind
from consultation.register.states import State
from consultation.states import Role
from consultation.subjects import Actor
from tests import factories as make
from tests.browsing import Browser
from tests.factories import PLANNING_ROLES


@dataclass
class House:
    """An organisation with one person and the actor the two make."""

    organisation: Organisation
    person: Person
    actor: Actor

    @property
    def at(self) -> str:
        return f"/o/{self.organisation.id}"


@dataclass
class Planning:
    """The foundation owns the programme; the Land unit reads what its Land says; the ministry plans something else."""

    db: Database
    foundation: House = field(init=False)
    editor: House = field(init=False)
    land: House = field(init=False)
    ministry: House = field(init=False)
    heide: House = field(init=False)
    programme: str = field(init=False)

    def __post_init__(self) -> None:
        with self.db.transaction() as session:
            register(session)
            house = make.planning_organisation(session)
            self.foundation = self._house(session, house, "Paula Planerin", PLANNING_ROLES)
            self.editor = self._house(session, house, "Edgar Editor", (Role.EDITOR,))
            unit = make.organisation(
                session, "Land Niedersachsen", kind=OrganisationKind.STATE_BODY, may_plan=True, state=State.NI
            )
            self.land = self._house(session, unit, "Lara Land", PLANNING_ROLES)
            other = make.planning_organisation(session, "Ministerium für Anderes")
            self.ministry = self._house(session, other, "Mia Ministerium", PLANNING_ROLES)
            town = make.organisation(session, "Stadt Heide", register_key="010510044044")
            self.heide = self._house(session, town, "Anna Muster", make.ANSWERING_ROLES)
            made = programmes.create(session, self.foundation.actor, title="Probe", level=ProgrammeLevel.FOUNDATION)
            programmes.share(session, self.foundation.actor, made.slug, unit.id, State.NI)
            self.programme = made.slug

    def _house(self, session, organisation: Organisation, name: str, roles) -> House:
        person = make.person(session, name)
        make.membership(session, person, organisation, roles)
        return House(organisation, person, make.actor(person, organisation, roles))

    def browser(self, app: FastAPI, who: House) -> Browser:
        made = Browser(app)
        made.log_in(who.person.email)
        return made


def register(session) -> None:
    """Two counties, a namesake in each, an independent city, and an association with two members."""
    make.register_body(session, "01051", "Dithmarschen", kind=RegisterKind.COUNTY, population=130_000)
    make.register_body(session, "03351", "Celle", kind=RegisterKind.COUNTY, state=State.NI, population=180_000)
    make.register_body(session)
    make.register_body(session, "010510049049", "Neuenkirchen", population=1_000)
    make.register_body(session, "033510012012", "Neuenkirchen", state=State.NI, population=5_900)
    make.register_body(session, "033510006006", "Celle, Stadt", state=State.NI, population=69_000)
    make.register_body(
        session, "010010000000", "Flensburg, Stadt", kind=RegisterKind.INDEPENDENT_CITY, population=95_000
    )
    make.register_body(session, "010515163", "KLG Eider", kind=RegisterKind.JOINT_MUNICIPALITY, population=900)
    for number in (1, 2):
        make.register_body(
            session, f"01051516300{number}", f"Dorf {number}", population=450, association_key="010515163"
        )
