"""The world of tests/tenancy_world.py with more of everything: towns that answer, plans, versions, people, keys.

What a page shows must not cost more questions to the database when there is more of it.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import audience, extensions, invitations
from consultation.consultations import claims as claiming
from consultation.consultations.models import Consultation
from consultation.core.blocks import Paragraph
from consultation.core.db import Database
from consultation.core.jobs import Job, JobState, enqueue
from consultation.evaluation import points
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Decision
from consultation.evaluation.queries import listed
from consultation.forms import actions as forms
from consultation.people import sessions, tokens
from consultation.people.models import Organisation, Person
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind
from consultation.states import Audience, EditionState, Purpose, Role
from consultation.subjects import Actor
from tests import factories as make
from tests import tenancy_world as w
from tests.factories import ANSWERING_ROLES, MOMENT, PLANNING_ROLES
from tests.tenancy_world import NOW, World, build


def build_with_more(db: Database, documents: Path, more: int) -> World:
    """`more`: how many of each kind there are besides those of the tenancy world."""
    world = build(db, documents)
    for number in range(more):
        with db.transaction() as session:
            _plan(session, world, number)
            _staff(session, world, number)
        with db.transaction() as session:
            _town(session, world, number)
        with db.transaction() as session:
            _edition(session, world, number, documents)
    return world


def _plan(session: Session, world: World, number: int) -> None:
    """Another programme, and in the programme at hand another draft, form, term, parameter and consultation."""
    planner, slug = world.people["planner"], world.mine.programme
    w._programme(session, planner, f"Weiteres {number}", f"weiter-{number}")
    programmes.set_term(session, planner, slug, f"Begriff {number}", "Was gemeint ist")
    sections = tuple(DraftSection(str(n + 1), f"Abschnitt {n}", 1, (Paragraph("Wort."),)) for n in range(number + 2))
    tree = DraftTree(f"Fassung {number}", (), sections)
    drafts.save(session, planner, slug, tree, kind=DraftKind.GUIDELINE, dated=planner.moment.date())
    forms.create(session, planner, slug, definition=w.form(f"Noch eines {number}"))
    w._prepare(session, planner, world.mine, f"weitere-{number}", f"Weitere {number}")
    make.register_body(session, f"{w.UNION}{100 + number}", f"Weiler {number}", association_key=w.UNION)
    waiting = _new_town(session, world, 100 + number)
    audience.add(session, planner, world.preparing, [waiting.id], Purpose.FOR_COMMENT)
    audience.add(
        session, planner, world.preparing, [_new_town(session, world, 200 + number).id], Purpose.FOR_INFORMATION
    )


def _staff(session: Session, world: World, number: int) -> None:
    """More people, browsers and keys, and another job that did not work."""
    for place, roles in (("town", ANSWERING_ROLES), ("house", PLANNING_ROLES)):
        where = session.get_one(Organisation, world.places[place])
        make.membership(session, make.person(session, f"Person {number} {place}"), where, roles)
        make.membership(session, make.person(session, f"Wartende {number}"), where, (), waiting=True)
    for caller in ("town", "planner", "operator"):
        who = world.people[caller]
        assert who.person_id
        sessions.begin(session, who.person_id, NOW)
        if who.organisation_id:
            scopes = [scope.value for scope in tokens.scopes_for(who.roles)]
            tokens.create_token(session, replace(who, moment=NOW), f"Programm {number}", scopes)
    town = session.get_one(Person, world.people["town"].person_id)
    make.membership(session, town, make.organisation(session, f"Zweckverband {number}"), [Role.CONTRIBUTOR])
    enqueue(session, "mail.place", {"id": "x"}, run_at=NOW, unique_key=f"more-{number}")
    session.flush()
    session.scalars(select(Job).where(Job.unique_key == f"more-{number}")).one().state = JobState.DEAD


def _new_town(session: Session, world: World, number: int) -> Organisation:
    key = f"0105100{number:05}"
    make.register_body(session, key, f"Ort {number}, Stadt")
    made = make.organisation(session, f"Stadt Ort {number}", register_key=key)
    made.four_eyes = False
    return made


def _town(session: Session, world: World, number: int) -> None:
    """Another town is asked by all, claims its place, wants more time, answers, and is weighed."""
    town = _new_town(session, world, number)
    actor = make.member(session, town)
    for planned, moment in ((world.mine, MOMENT), (world.public, w.EARLY)):
        _invite(session, replace(world.people["planner"], moment=moment), planned.consultation, town)
    claimant, invitation = make.person(session), _invitation(session, world, actor)
    claiming.claim(session, make.actor(claimant), invitation, claimant)
    extensions.request(session, actor, invitation, (MOMENT + timedelta(days=60)).date(), f"Bitte {number}")
    w._submit(session, actor, world.mine, f"Wort {number}")
    planner = world.people["planner"]
    w.redact(session, planner, w._response(session, world.mine, actor))
    for point in listed(session, invitation.consultation_id, PointFilter()):
        if point.state == "new":
            points.decide(session, planner, point.id, Decision.NOTED, f"Dank {number}", version=point.version)


def _invite(session: Session, planner: Actor, slug: str, town: Organisation) -> None:
    """As if it had been in the audience from the beginning."""
    made = session.scalars(select(Consultation).where(Consultation.slug == slug)).one()
    audience.plan(session, made, {town.id}, Purpose.FOR_COMMENT, by_filter=False)
    while invitations.send_all(session, made.id, planner.moment):
        pass


def _invitation(session: Session, world: World, actor: Actor):
    from consultation.responses import queries as own  # noqa: PLC0415 -- only here

    return own.invitation_in(session, actor, world.mine.consultation)


def _edition(session: Session, world: World, number: int, documents: Path) -> None:
    for planned in (world.mine, world.public):
        made = session.scalars(select(Consultation).where(Consultation.slug == planned.consultation)).one()
        w._edition(session, world.people["planner"], made, Audience.INTERNAL, EditionState.COMPILED, documents,
                   number=number + 2)  # fmt: skip
