"""Keys or names pasted into the audience: what was found is shown first, and only what is sure or was picked is asked."""

from typing import Any

import pytest
from sqlalchemy import select

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.people.models import Organisation
from consultation.states import Purpose
from tests import html
from tests.browsing import Browser, site
from tests.planning_world import Planning
from tests.test_web_planners import prepare

TEXT = """01051044
33510006006;Celle, Stadt
Flensburg, Stadt
Neuenkirchen
Nirgendwo
99999999
"""
"""A key; one that lost its zero, with a name; a name; one of two namesakes; two that nobody has."""


@pytest.fixture
def world(db: Database) -> Planning:
    return Planning(db)


@pytest.fixture
def paula(db: Database, world: Planning) -> Browser:
    return world.browser(site(db), world.foundation)


@pytest.fixture
def at(paula: Browser, world: Planning) -> str:
    """A consultation in preparation, whose filter asks Lower Saxony."""
    made = prepare(paula, world).at
    paula.follow(paula.post(f"{made}/audience", {"unit": "administration", "kinds": "county"}))
    paula.get(f"{made}/audience/list")
    return made


def single(db: Database, at: str) -> dict[str, Purpose]:
    """Asked besides the filter: key → what for."""
    statement = (
        select(Organisation.register_key, Invitation.purpose)
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .join(Consultation, Consultation.id == Invitation.consultation_id)
        .where(Consultation.slug == at.rpartition("/")[2], Invitation.by_filter.is_(False))
    )
    with db.reader() as session:
        return {str(key): purpose for key, purpose in session.execute(statement)}


def check(paula: Browser, at: str, text: str, **more: Any) -> str:
    shown = paula.post(f"{at}/audience/list", {"list": text, "purpose": "for_comment", **more})
    assert shown.status_code == 200, shown.text
    return html.text_of(html.check(shown.text))


def test_what_was_found_is_shown_before_anybody_is_asked(db: Database, paula: Browser, at: str) -> None:
    shown = check(paula, at, TEXT)
    for told in (
        "sind gefunden3", "heißen wie andere1", "sind nicht gefunden2", "Zeile 5: Nirgendwo", "Zeile 6: 99999999",
        "Zeile 4, „Neuenkirchen“: Welche Stelle ist gemeint?", "3 Stellen werden aufgenommen", "Celle",
    ):  # fmt: skip
        assert told in shown
    assert single(db, at) == {}


def test_who_is_sure_and_whom_one_picks_join_the_audience(db: Database, paula: Browser, at: str) -> None:
    check(paula, at, TEXT)
    sent = {"list": TEXT, "checked": TEXT, "purpose": "for_information", "pick-4": "register:033510012012"}
    told = paula.follow(paula.post(f"{at}/audience/list", sent))
    assert "4 Stellen sind aufgenommen." in told.text
    keys = {"010510044044", "033510006006", "010010000000", "033510012012"}
    assert single(db, at) == dict.fromkeys(keys, Purpose.FOR_INFORMATION)
    again = check(paula, at, "01051044\nHeide\n010510044044 010010000000")
    assert "sind schon eingeladen2" in again
    refused = paula.post(f"{at}/audience/list", {"list": "01051044", "checked": "01051044", "purpose": "for_comment"})
    assert refused.status_code == 422
    assert "keine Stelle, die noch aufzunehmen wäre" in refused.text


def test_a_list_that_was_changed_is_checked_again_and_nonsense_is_told(db: Database, paula: Browser, at: str) -> None:
    assert "1 Stelle wird aufgenommen" in check(paula, at, "01051044", checked="01051044\nCelle")
    for wrong in ({"list": " ; "}, {"purpose": "for_fun"}, {"list": "x\n" * 12_001}):
        refused = paula.post(f"{at}/audience/list", {"list": "Heide", "purpose": "for_comment"} | wrong)
        assert refused.status_code == 422, wrong
    assert single(db, at) == {}


def test_a_land_unit_pastes_nothing_and_after_the_announcement_nobody_does(
    db: Database, world: Planning, paula: Browser, at: str
) -> None:
    lara = world.browser(site(db), world.land)
    there = at.replace(world.foundation.at, world.land.at)
    lara.get(f"{there}/audience")
    assert lara.post(f"{there}/audience/list", {"list": "Heide", "purpose": "for_comment"}).status_code == 403
    assert "Liste von Stellen einfügen" not in lara.get(f"{there}/audience").text
