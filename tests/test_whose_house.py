"""Whose house it is: a code lets the first one in, and nobody into what others wrote; no planner puts people out of it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session

from consultation.consultations import claims
from consultation.consultations import queries as consultations
from consultation.consultations.models import Claim, Consultation, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict
from consultation.core.jobs import Job
from consultation.people.models import Membership, Organisation, Person
from consultation.programmes.models import Programme
from consultation.states import ConsultationState, Role
from tests import factories
from tests.browsing import Browser
from tests.desk_world import TOWN, Scene, filled
from tests.desk_world import scene as make_scene

BERT, CARLA = "bert@presse.example", "carla@kiel.example"


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def comes(scene: Scene, email: str) -> Browser:
    """With the code of the invitation as it is now, and an account of their own."""
    browser, at = Browser(scene.app), f"/claim/{scene.code()}"
    browser.get(at)
    typed = {"name": "Bert Beispiel", "email": email, "password": factories.PASSWORD}
    assert browser.post(at, typed).status_code == 303
    return browser


def writes(scene: Scene, browser: Browser) -> None:
    page = f"{scene.base}/part/F?path=all"
    browser.follow(browser.post(f"{scene.base}/start", filled(browser.get(scene.base).text, "/start")))
    assert browser.post(page, filled(browser.get(page).text, page) | {"main_message": "Nur für uns"}).status_code == 303


def puts_out(scene: Scene) -> None:
    with scene.db.transaction() as session:
        claim = session.scalars(select(Claim).where(Claim.revoked_at.is_(None))).one()
        claims.revoke(session, scene.world.planner, claim.id)


def roles(scene: Scene, email: str) -> list[str] | None:
    """None for who waits."""
    with scene.db.reader() as session:
        place = session.scalars(select(Membership).join(Person).where(Person.email == email)).one()
        return None if place.waiting else sorted(place.roles)


def operator(scene: Scene) -> Browser:
    with scene.db.transaction() as session:
        email = factories.person(session, "Olga Betrieb", operator=True).email
    browser = Browser(scene.app)
    browser.log_in(email)
    return browser


ALL = ["contributor", "manager", "releaser"]


def test_after_a_wrong_person_who_wrote_nothing_the_right_one_gets_all_roles(scene: Scene) -> None:
    comes(scene, BERT)
    puts_out(scene)
    comes(scene, CARLA)
    assert roles(scene, CARLA) == ALL


def test_what_somebody_wrote_is_not_opened_by_a_new_code_but_by_the_operator(scene: Scene) -> None:
    writes(scene, comes(scene, BERT))
    puts_out(scene)
    at = f"/claim/{scene.code()}"
    assert "Der Betrieb des Dienstes prüft Ihre Anfrage." in Browser(scene.app).get(at).text
    carla = comes(scene, CARLA)
    assert roles(scene, CARLA) is None
    assert "Der Betrieb des Dienstes sieht Ihre Anfrage" in carla.get(at).text
    assert carla.get(f"{scene.base}/part/F?path=all").status_code == 404

    olga, house = operator(scene), f"/operator/organisations/{scene.world.bodies[TOWN]}"
    overview = olga.get("/operator").text
    assert "Jemand möchte für eine Organisation handeln, die niemand verwaltet." in overview
    assert house in overview
    assert "Als Verwaltung einsetzen" in olga.get(house).text
    with scene.db.reader() as session:
        place = session.scalars(select(Membership).join(Person).where(Person.email == CARLA)).one().id
    assert "verwaltet die Organisation jetzt" in olga.follow(olga.post(f"{house}/people/{place}/let-in")).text
    assert roles(scene, CARLA) == ALL
    assert "Nur für uns" in carla.get(f"{scene.base}/part/F?path=all").text
    assert "Als Verwaltung einsetzen" not in olga.get(house).text
    assert "niemand verwaltet" not in olga.get("/operator").text
    assert olga.post(f"{house}/people/{place}/let-in").status_code == 409
    with scene.db.reader() as session:
        assert session.scalars(select(Job.payload).where(Job.kind == "mail.place")).all() == [{"id": str(place)}]


def test_the_operator_lets_nobody_in_where_somebody_manages(scene: Scene) -> None:
    comes(scene, BERT)
    comes(scene, CARLA)
    olga, house = operator(scene), f"/operator/organisations/{scene.world.bodies[TOWN]}"
    assert "Als Verwaltung einsetzen" not in olga.get(house).text
    with scene.db.reader() as session:
        place = session.scalars(select(Membership).join(Person).where(Person.email == CARLA)).one().id
    assert olga.post(f"{house}/people/{place}/let-in").status_code == 409
    assert roles(scene, CARLA) is None


def test_a_code_opens_no_house_that_plans(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.get_one(Organisation, scene.world.bodies[TOWN]).may_plan = True
    comes(scene, BERT)
    assert roles(scene, BERT) is None


def closed(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.execute(update(Consultation).values(state=ConsultationState.PUBLISHED))


def managed(scene: Scene) -> None:
    scene.somebody(Role.MANAGER)


def copied(session: Session, row: Any, **other: Any) -> Any:
    values = {column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs}
    made = type(row)(**values | {"id": uuid.uuid4()} | other)
    session.add(made)
    session.flush()
    return made


def answering_elsewhere(scene: Scene) -> None:
    """They came with the code of another planning house as well."""
    with scene.db.transaction() as session:
        here = session.scalars(select(Claim)).one()
        invitation = session.get_one(Invitation, here.invitation_id)
        consultation = session.get_one(Consultation, here.consultation_id)
        programme = session.get_one(Programme, consultation.programme_id)
        house = factories.planning_organisation(session)
        there = copied(session, consultation, slug="woanders", programme_id=copied(
            session, programme, slug="woanders", owner_id=house.id
        ).id)  # fmt: skip
        asked = copied(session, invitation, consultation_id=there.id, selector="ZZZZZZ")
        copied(session, here, invitation_id=asked.id, consultation_id=there.id)


@pytest.mark.parametrize("at_home", [closed, managed, answering_elsewhere])
def test_no_planner_puts_anybody_out_of_a_house_that_is_at_home(scene: Scene, at_home: Callable[[Scene], None]) -> None:
    comes(scene, BERT)
    at_home(scene)
    with scene.db.transaction() as session:
        claim = session.scalars(select(Claim).where(Claim.consultation_id == scene.world.consultation_id)).one()
        code = consultations.invitation(session, scene.world.planner, claim.invitation_id).code_counter
        with pytest.raises(Conflict, match="entscheidet selbst"):
            claims.revoke(session, scene.world.planner, claim.id)
        assert claim.revoked_at is None
        assert session.get_one(Invitation, claim.invitation_id).code_counter == code
    assert roles(scene, BERT) == ALL
