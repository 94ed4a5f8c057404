"""Whom a point can be given to: only to people who may then work on it."""

import uuid
from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.evaluation import points
from consultation.evaluation.models import Point
from consultation.people.models import Organisation, Person
from consultation.states import Role
from tests import factories as make
from tests.browsing import Browser, site
from tests.factories import MOMENT
from tests.test_web_planners_running import DEMAND, Running, at_the_points, point_of


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    made = Running(db, tmp_path)
    with db.transaction() as session:
        house = session.get_one(Organisation, made.world.planner.organisation_id)
        make.membership(session, make.person(session, "Rita Reinschauer"), house, (Role.MANAGER,))
        gone = make.person(session, "Gerd Gegangen")
        make.membership(session, gone, house, (Role.EDITOR,))
        gone.active = False
    return made


@pytest.fixture
def paula(db: Database, tmp_path: Path, running: Running) -> Browser:
    return at_the_points(running, site(db, MOMENT, data_dir=tmp_path))


def named(running: Running, name: str) -> uuid.UUID:
    return uuid.UUID(str(running.one(Person, Person.name == name).id))


OTHERS = ("Lara Land", "Rita Reinschauer", "Gerd Gegangen", "Mia Ministerium")
"""A unit that sees only its Land, somebody without the right, somebody who left, somebody of another programme."""


def test_only_people_who_may_edit_a_point_are_offered_with_their_organisation(running: Running, paula: Browser) -> None:
    house = running.one(Organisation, Organisation.id == running.world.planner.organisation_id).name
    for path in ("/points", f"/points/{point_of(running, DEMAND).id}"):
        page = paula.get(running.at() + path).text
        assert f"Edgar Editor ({house})" in page
        for name in OTHERS:
            assert name not in page, path


@pytest.mark.parametrize("name", OTHERS)
def test_a_point_is_not_given_to_somebody_who_could_not_see_or_edit_it(
    db: Database, running: Running, paula: Browser, name: str
) -> None:
    point, person = point_of(running, DEMAND), named(running, name)
    chosen = {"point": str(point.id), "action": "assign", "assignee": str(person)}
    refused = [
        paula.post(f"{running.at()}/points/bulk", chosen),
        paula.post(f"{running.at()}/points/{point.id}/save", {"assignee_before": "", "assignee": str(person)}),
    ]
    for answer in refused:
        assert answer.status_code == 422
        assert "Personen, die diese Punkte bearbeiten dürfen" in answer.text
    with db.transaction() as session, pytest.raises(Invalid):
        points.assign(session, running.world.planner, point.id, person)
    assert point_of(running, DEMAND).assignee_id is None


def test_whoever_has_a_point_keeps_it_until_somebody_gives_it_to_another_one(
    db: Database, running: Running, paula: Browser
) -> None:
    """Also somebody who may not work on it any more: saving the page does not take it away unnoticed."""
    point, lara = point_of(running, DEMAND), named(running, "Lara Land")
    with db.transaction() as session:
        session.get_one(Point, point.id).assignee_id = lara
    page = paula.get(f"{running.at()}/points/{point.id}").text
    assert f'<option value="{lara}" selected>Lara Land (darf diesen Punkt nicht bearbeiten)' in page
    assert f'<option value="{lara}">Lara Land</option>' in paula.get(f"{running.at()}/points").text, "to filter by"
    kept = {"assignee_before": str(lara), "assignee": str(lara), "text": "Neu", "version": "1"}
    paula.follow(paula.post(f"{running.at()}/points/{point.id}/save", kept))
    after = running.one(Point, Point.id == point.id)
    assert (after.text, after.assignee_id) == ("Neu", lara)
