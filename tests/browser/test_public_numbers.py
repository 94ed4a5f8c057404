"""On the telephone: the town says the number in its notice, the planner looks for it and finds the point."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from consultation.people.models import Person
from tests.browser.desks import published
from tests.browser.somebody import Somebody

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_the_planner_finds_the_number_the_town_reads(
    sqlite_template: Path, tmp_path: Path, chrome: Browser, width: int
) -> None:
    with published(sqlite_template, tmp_path) as (told, base, email):
        slug, house = told.found.world.slug, told.found.planner.organisation_id
        with told.db.reader() as session:
            planner = session.get_one(Person, told.found.planner.person_id).email
        clerk, paula = (Somebody(chrome, base, width, script=True) for _ in range(2))
        clerk.log_in(email)
        clerk.page.goto(f"/o/{told.found.world.bodies[told.town(1)]}/answers/{slug}/outcome")
        said = clerk.page.get_by_text(re.compile(r"^Punkt \d+")).first.inner_text()
        number = re.findall(r"\d+", said)[0]
        clerk.look("outcome-number")
        paula.log_in(planner)
        paula.page.goto(f"/o/{house}/consultations/{slug}/points")
        paula.page.get_by_label("Text, Stelle oder Nummer").fill(f"öffentlich {number}")
        paula.press("Filtern")
        expect(paula.page.get_by_text("1 Punkt", exact=True)).to_be_visible()
        found = paula.page.get_by_role("link", name=f"öffentlich Nr. {number}")
        paula.look("points-public-number")
        found.click()
        expect(paula.page.get_by_role("heading", level=1)).to_contain_text(f", öffentlich Nr. {number}")
        paula.look("point-public-number")
