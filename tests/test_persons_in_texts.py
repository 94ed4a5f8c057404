"""Before an answer is handed in the house sees where its texts look like a person, and takes out what nobody should read."""

from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import update

from consultation.core.db import Database
from consultation.responses.models import Response
from consultation.states import ResponseState, Role
from tests import evaluation_world as small
from tests import html
from tests.browsing import Browser
from tests.desk_world import TOWN, Scene
from tests.desk_world import scene as make_scene

MESSAGE = "Fragen Sie Frau Petersen, Telefon 0481 6850-123, oder petersen@kiel.example."
SECTION = "So machen wir es in Kiel seit Jahren; Sabine Voß weiß mehr."


@pytest.fixture
def scene(db: Database) -> Scene:
    made = make_scene(db)
    made.four_eyes(False)
    return made


def write(scene: Scene, **answers: object) -> Browser:
    """What the house writes; somebody of it who may release."""
    with scene.db.transaction() as session:
        small.write(session, scene.world, TOWN, {"mandate.kind": "administration", **answers})
    return scene.somebody(Role.CONTRIBUTOR, Role.RELEASER)


def listed(page: str) -> list[Element]:
    section = next((one for one in html.check(page).iter("section") if one.get("aria-labelledby") == "persons"), None)
    return [] if section is None else list(section.iter("li"))


def test_names_numbers_and_addresses_are_shown_where_they_stand_with_the_way_there(scene: Scene) -> None:
    browser = write(scene, main_message=MESSAGE, missing_section=SECTION)
    page = browser.get(f"{scene.base}/review").text
    marked = {html.text_of(one.find("mark")): html.text_of(one) for one in listed(page)}
    assert set(marked) == {"Frau Petersen", "Telefon 0481 6850-123", "petersen@kiel.example", "Sabine Voß"}
    for passage, sign in (("Frau Petersen", "Name"), ("Telefon 0481 6850-123", "Telefonnummer"),
                          ("petersen@kiel.example", "Mailadresse")):  # fmt: skip
        assert marked[passage].startswith(f"{sign}:")
    assert "4 Textstellen sehen nach Angaben über Menschen aus" in html.text_of(html.check(page))
    links = {link.get("href", "").partition("#")[2] for one in listed(page) for link in one.iter("a")}
    assert links == {"main_message", "missing_section"}


def test_a_text_without_them_says_nothing_and_the_names_of_places_are_none(scene: Scene) -> None:
    browser = write(scene, main_message="So machen wir es in Kiel, Paul-Dorf und Hamburg seit Jahren.")
    page = browser.get(f"{scene.base}/review").text
    assert listed(page) == []
    assert "Angaben über Menschen" not in page


def test_the_hint_keeps_nobody_from_submitting(scene: Scene) -> None:
    browser = write(scene, main_message=MESSAGE)
    assert listed(browser.get(f"{scene.base}/review").text)
    sent = browser.post(f"{scene.base}/submit", {"name": "Bea Haupt", "function": "Bürgermeisterin"})
    assert sent.headers["location"].endswith("/receipt")


def test_who_may_only_release_reads_it_without_a_way_to_change_it(scene: Scene) -> None:
    write(scene, main_message=MESSAGE)
    with scene.db.transaction() as session:
        theirs = Response.organisation_id == scene.world.bodies[TOWN]
        session.execute(update(Response).where(theirs).values(state=ResponseState.READY))
    chief = scene.somebody(Role.RELEASER, name="Bea Haupt")
    found = listed(chief.get(f"{scene.base}/review").text)
    assert len(found) == 3
    assert not any(list(one.iter("a")) for one in found)
