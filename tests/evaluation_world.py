"""A small consultation made through the real actions: planned, announced, sent, answered."""

import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations import audience, invitations
from consultation.consultations import queries as consultation_queries
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.forms import actions as forms
from consultation.people.models import Organisation
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, ParameterType, ProgrammeLevel
from consultation.register.audience import AudienceFilter, AudienceUnit
from consultation.register.kinds import RegisterKind
from consultation.register.states import KEY_BY_STATE, State
from consultation.responses import actions, answering, submission
from consultation.responses.answering import Posted
from consultation.responses.models import Representation, RepresentationKind, Response, Revision
from consultation.subjects import Actor
from tests import factories
from tests.keeping import kept

LEVELS = ("named", "described", "figures", "none")
PARTS = ("participant", "A", "B", "C", "D", "E", "F")
SECTIONS = tuple(f"§ {number}" for number in (1, 2, 3, 5, 6, 7, 11, 12, 13))


@dataclass
class World:
    planner: Actor
    consultation_id: uuid.UUID
    slug: str
    sections: dict[str, str]
    """Number → key."""
    bodies: dict[str, uuid.UUID]
    """Register key → organisation."""
    actors: dict[uuid.UUID, Actor] = field(default_factory=dict)

    def consultation(self, session: Session) -> Consultation:
        return consultation_queries.get(session, self.planner, self.slug)


def municipality(number: int, state: State, population: int) -> dict[str, Any]:
    key = f"{KEY_BY_STATE[state]}0510044{number:03}"
    return {"key": key, "name": f"Ort {number}", "state": state, "population": population}


def register(session: Session, count: int = 12) -> None:
    """Towns of all sizes in three Länder, an independent city, a city state, a county and an association with two members."""
    populations = (1_200, 6_000, 12_000, 30_000, 120_000)
    states = (State.SH, State.NI, State.BY)
    for number in range(count):
        factories.register_body(session, **municipality(number, states[number % 3], populations[number % 5]))
    factories.register_body(session, "010510000000", "Kiel", kind=RegisterKind.INDEPENDENT_CITY, population=250_000)
    factories.register_body(
        session, "020000000000", "Hamburg", kind=RegisterKind.CITY_STATE, state=State.HH, population=1_900_000
    )
    factories.register_body(session, "01053", "Kreis Beispiel", kind=RegisterKind.COUNTY, population=200_000)
    factories.register_body(
        session, "010535323", "Amt Beispiel", kind=RegisterKind.JOINT_MUNICIPALITY, population=3_000
    )
    for number in (801, 802):
        factories.register_body(
            session, f"010535323{number}", f"Dorf {number}", population=900, association_key="010535323"
        )


def world(session: Session, count: int = 12, *, definition: Any = None) -> World:
    register(session, count)
    house = factories.planning_organisation(session)
    planner = factories.member(session, house, factories.PLANNING_ROLES)
    programme = programmes.create(session, planner, title="Probeprogramm", level=ProgrammeLevel.FEDERAL)
    tree = DraftTree("Probegesetz", (), tuple(DraftSection(number, f"Vorschrift {number}", 1) for number in SECTIONS))
    draft = drafts.save(session, planner, programme.slug, tree, kind=DraftKind.LAW, dated=date(2026, 2, 1))
    programmes.set_parameter(
        session,
        planner,
        programme.slug,
        name="own_share",
        type_=ParameterType.RATE,
        label={"de": "Eigenanteil"},
        value="0.1",
    )
    form = forms.create(
        session, planner, programme.slug, template_key=None if definition else "law_short", definition=definition
    )
    made = consultations.create(session, planner, programme.slug, title="Probeanhörung")
    consultations.prepare(
        session, planner, made.slug,
        {"draft_version_id": draft.id, "form_version_id": form.id, "deadline_on": date(2026, 4, 30)},
    )  # fmt: skip
    audience.choose(session, planner, made.slug, AudienceFilter(unit=AudienceUnit.ADMINISTRATION, include=("01053",)))
    for invitation in session.scalars(select(Invitation).where(Invitation.consultation_id == made.id)):
        invitation.postal = "Rathausplatz 1, 12345 Musterstadt"
    session.flush()
    consultations.announce(session, planner, made.slug)
    while invitations.send_all(session, made.id, factories.MOMENT):
        pass
    bodies = {
        key: organisation_id
        for key, organisation_id in session.execute(
            select(Organisation.register_key, Organisation.id).where(Organisation.register_key.is_not(None))
        )
        if key is not None
    }
    later = replace(planner, moment=factories.MOMENT + timedelta(days=1))
    return World(later, made.id, made.slug, {s.number: s.key for s in draft.sections}, bodies)


@kept
def standing(db: Database, /, count: int = 12, *, definition: Any = None) -> World:
    """The world in an empty database."""
    with db.transaction() as session:
        return world(session, count, definition=definition)


def somebody_of(session: Session, world: World, body: str) -> Actor:
    organisation_id = world.bodies[body]
    if organisation_id not in world.actors:
        organisation = session.get(Organisation, organisation_id)
        assert organisation is not None
        organisation.four_eyes = False
        world.actors[organisation_id] = factories.member(
            session, organisation, moment=factories.MOMENT + timedelta(days=1)
        )
    return world.actors[organisation_id]


def write(session: Session, world: World, body: str, answers: Mapping[str, Any], *, later: int = 0) -> Response:
    actor = somebody_of(session, world, body)
    actor = replace(actor, moment=actor.moment + timedelta(days=later))
    response = answering.start(session, actor, world.consultation_id)
    posted = {
        key: Posted(value, frozenset(value) if isinstance(value, dict) and "correct" not in value else frozenset())
        for key, value in answers.items()
    }
    saved = answering.answer(session, actor, response.id, posted)
    assert saved.problems == ()
    assert saved.collisions == ()
    return response


def submit(
    session: Session, world: World, body: str, answers: Mapping[str, Any], *, level: str | Mapping[str, str] = "named",
    nil_return: bool = False, later: int = 0,
) -> Revision:  # fmt: skip
    levels = level if isinstance(level, Mapping) else {part: _capped(part, level) for part in PARTS}
    whole = {"mandate.kind": "administration", "publication": dict(levels), **answers}
    response = write(session, world, body, whole, later=later)
    actor = somebody_of(session, world, body)
    return submission.submit(
        session, replace(actor, moment=actor.moment + timedelta(days=later)), response.id, nil_return=nil_return
    )


def at(actor: Actor, moment: datetime) -> Actor:
    return replace(actor, moment=moment)


def speaks_for(session: Session, response: Response, bodies: Mapping[str, RepresentationKind]) -> None:
    """Whatever the register says of its members: earlier versions let every house speak for everybody."""
    session.execute(delete(Representation).where(Representation.response_id == response.id))
    for key, kind in bodies.items():
        session.add(Representation(response_id=response.id, register_key=key, kind=kind))
    session.flush()


def resubmit(session: Session, world: World, actor: Actor, answers: Mapping[str, Any]) -> Revision:
    response_id = session.scalars(select(Response.id).where(Response.organisation_id == actor.organisation_id)).one()
    actions.reopen(session, actor, response_id)
    body = next(key for key, organisation_id in world.bodies.items() if organisation_id == actor.organisation_id)
    write(session, world, body, answers)
    return submission.submit(session, actor, response_id)


def _capped(part: str, level: str) -> str:
    return "figures" if part == "B" and level in ("named", "described") else level


def random_answers(chance: random.Random, sections: Iterable[str]) -> dict[str, Any]:
    """Some answers, some not, of every tally the short form has."""
    steps = [1, 2, 3, 4, 5, "cannot_judge"]
    areas = ["hospitals", "noise", "urban", "broadband", "energy"]
    whole: dict[str, Any] = {
        "prior_experience": chance.choice(["yes", "no"]),
        "budget_constraint": chance.choice(["none", "consolidation", "both"]),
        "affected": chance.choice(["yes", "no", "unclear"]),
        "need_fit": chance.choice(steps),
        "need_fit.explanation": "Weil es so ist.",
        "eligible_areas": sorted(chance.sample(areas, chance.randint(1, 3)), key=areas.index),
        "burden_proof.level": chance.choice(steps),
        "burden_proof.hours": chance.choice([0, 8, 8, 20, 40, 120, 999]),
        "would_use": chance.choice(steps),
        "section_agreement": {key: chance.choice(["full", "with_changes", "no", "no_view"]) for key in sections},
        "main_message": chance.choice(["Bitte einfacher.", "bitte  EINFACHER.", "Mehr Zeit!", "Weniger Nachweise."]),
    }
    kept = {key: value for key, value in whole.items() if chance.random() < 0.75}
    if "section_agreement" in kept:
        kept["section_agreement"] = {k: v for k, v in kept["section_agreement"].items() if chance.random() < 0.6}
        if not kept["section_agreement"]:
            del kept["section_agreement"]
    return kept
