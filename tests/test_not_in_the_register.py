"""An association or a quality circle does not stand in the register: what only the register knows is not asked of it."""

import re

import pytest

from consultation.core.db import Database
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Organisation
from consultation.responses.desk import open_desk
from consultation.responses.progress import progress_of
from consultation.states import Role
from tests import evaluation_world as small
from tests import html
from tests.browsing import Browser
from tests.desk_world import COUNTY, TOWN, Scene
from tests.desk_world import scene as make_scene

ASKED = "Stimmen die aus dem Register übernommenen Angaben"


@pytest.fixture
def scene(db: Database) -> Scene:
    made = make_scene(db)
    with db.transaction() as session:
        circle = session.get_one(Organisation, made.world.bodies[COUNTY])
        circle.kind, circle.register_key, circle.name = OrganisationKind.QUALITY_CIRCLE, None, "Qualitätszirkel Nord"
    return made


def at_the_form(scene: Scene, body: str) -> Browser:
    browser = scene.somebody(Role.CONTRIBUTOR, Role.RELEASER, body=body)
    browser.get(scene.base_of(body))
    browser.post(f"{scene.base_of(body)}/start")
    return browser


def test_only_a_body_of_the_register_is_asked_whether_the_register_is_right(scene: Scene) -> None:
    for body, asked in ((TOWN, True), (COUNTY, False)):
        browser, base = at_the_form(scene, body), scene.base_of(body)
        for page in ("part/A", "part/A?path=all", "review"):
            answer = browser.get(f"{base}/{page}")
            assert answer.status_code == 200
            assert (ASKED in answer.text) == asked, (body, page)


def test_what_the_short_way_leaves_out_is_counted_without_it(scene: Scene) -> None:
    told = []
    for body in (TOWN, COUNTY):
        page = html.text_of(html.check(at_the_form(scene, body).get(f"{scene.base_of(body)}/part/A").text))
        told.append(re.findall(r"Dieser Teil hat .*? Fragen?", page))
    assert told[0] == told[1] != []


def test_nothing_is_missing_or_counted_for_it(scene: Scene) -> None:
    with scene.db.transaction() as session:
        shown = {}
        for body in (TOWN, COUNTY):
            response = small.write(session, scene.world, body, {"main_message": "Ja."})
            desk = open_desk(session, small.somebody_of(session, scene.world, body), response.id)
            shown[body] = len(desk.visible)
            registered = body == TOWN
            counted = progress_of(session, [(response.id, desk.response.consultation)], registered=registered)
            assert counted[response.id].shown == len(desk.visible)
        assert shown[COUNTY] == shown[TOWN] - 1
        revision = small.submit(session, scene.world, COUNTY, {"org_profile": {"correct": True}})
    assert "org_profile" not in revision.document, "what a program sends all the same counts as not given"
