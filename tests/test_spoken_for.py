"""A body that another one speaks for learns of it: from what counts, on its own pages, and nobody else does."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.responses import actions
from consultation.responses.models import RepresentationKind, Response
from consultation.states import Purpose, Role
from tests import evaluation_world as small
from tests.api_world import token
from tests.browsing import Browser
from tests.desk_world import COUNTY, NOW, OFFICE, OTHER, TOWN, Scene
from tests.desk_world import scene as make_scene

REPRESENTED, SUPPORTER = RepresentationKind.REPRESENTED, RepresentationKind.SUPPORTER
SAID = "Kreis Beispiel hat in der Stellungnahme vom 03.03.2026 angegeben, auch für Sie zu sprechen."
STILL = "Sie können trotzdem selbst antworten; dann zählt Ihre eigene Stellungnahme."
BOTH = (Role.CONTRIBUTOR, Role.RELEASER)


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def speak(
    session: Session, scene: Scene, kind: RepresentationKind = REPRESENTED, *, submitted: bool = True,
    nil_return: bool = False,
) -> Response:  # fmt: skip
    """The county says that it speaks for the office of the association."""
    response = small.write(session, scene.world, COUNTY, {"mandate.kind": "administration", "main_message": "Ja."})
    actions.set_representation(session, small.somebody_of(session, scene.world, COUNTY), response.id, {OFFICE: kind})
    if submitted:
        small.submit(session, scene.world, COUNTY, {}, level="none", nil_return=nil_return)
    return response


def pages(scene: Scene, body: str = OFFICE) -> tuple[str, str]:
    """Hub and list of answers, in words."""
    browser, base = scene.somebody(*BOTH, body=body), scene.base_of(body)
    found = [browser.get(base), browser.get(base.rpartition("/")[0])]
    assert [one.status_code for one in found] == [200, 200]
    hub, listed = (" ".join(re.sub(r"<[^>]+>", " ", one.text).split()) for one in found)
    return hub, listed


def test_a_body_reads_who_speaks_for_it_and_that_it_may_answer_itself(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene)  # it lets nothing be published, not even that it took part
    hub, listed = pages(scene)
    assert f"{SAID} {STILL}" in hub
    assert SAID in listed


def test_a_program_of_the_house_reads_it_with_the_invitation_and_no_other_house_does(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene)
        keys = {body: token(session, small.somebody_of(session, scene.world, body)) for body in (OFFICE, TOWN)}
    told = {}
    for body, key in keys.items():
        path = f"/api/v1/consultations/{scene.world.slug}/invitation"
        answer = Browser(scene.app).send("GET", path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text
        told[body] = answer.json()
    assert told[OFFICE]["represented_by"] == [
        {"organisation": "Kreis Beispiel", "date": "2026-03-03", "nil_return": False}
    ]
    assert told[OFFICE]["response"] is None
    assert told[TOWN]["represented_by"] == []


def test_a_nil_return_that_holds_for_others_is_told_as_one(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene, nil_return=True)
    assert "Kreis Beispiel hat in der Fehlanzeige vom 03.03.2026 angegeben" in pages(scene)[0]


def test_whoever_answers_itself_is_told_that_this_is_what_counts(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene)
        small.submit(session, scene.world, OFFICE, {"main_message": "Selbst."})
    hub, _ = pages(scene)
    assert f"{SAID} Gezählt wird Ihre eigene Antwort." in hub
    assert STILL not in hub


def test_after_the_deadline_nothing_is_offered_that_is_over(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene)
    scene.app.state.clock = lambda: NOW + timedelta(days=80)
    hub, listed = pages(scene)
    assert SAID in hub
    assert SAID in listed
    assert STILL not in hub


@pytest.mark.parametrize("what", ["a draft", "support alone", "withdrawn", "said no longer"])
def test_only_what_counts_is_told(scene: Scene, what: str) -> None:
    with scene.db.transaction() as session:
        kind = SUPPORTER if what == "support alone" else REPRESENTED
        response = speak(session, scene, kind, submitted=what != "a draft")
        county = small.somebody_of(session, scene.world, COUNTY)
        if what == "withdrawn":
            actions.withdraw(session, county, response.id)
        if what == "said no longer":
            actions.reopen(session, county, response.id)
            actions.set_representation(session, county, response.id, {})
            small.submit(session, scene.world, COUNTY, {})
    for page in pages(scene):
        assert "auch für Sie zu sprechen" not in page


def test_what_is_being_rewritten_counts_as_it_was_submitted(scene: Scene) -> None:
    with scene.db.transaction() as session:
        response = speak(session, scene)
        county = small.somebody_of(session, scene.world, COUNTY)
        actions.reopen(session, county, response.id)
        actions.set_representation(session, county, response.id, {})
    assert SAID in pages(scene)[0]


def test_nobody_else_is_told(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene)
    for body in (TOWN, OTHER, COUNTY):
        for page in pages(scene, body):
            assert "auch für Sie zu sprechen" not in page, body
    other = scene.somebody(*BOTH, body=TOWN, name="Eva Fremd")
    assert other.get(scene.base_of(OFFICE)).status_code == 404
    without_right = scene.somebody(Role.MANAGER, body=OFFICE, name="Max Ohne")
    assert without_right.get(scene.base_of(OFFICE)).status_code == 404


def test_who_is_only_informed_is_asked_for_nothing_and_told_nothing(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene)
        here = Invitation.organisation_id == scene.world.bodies[OFFICE]
        session.execute(update(Invitation).where(here).values(purpose=Purpose.FOR_INFORMATION))
    for page in pages(scene):
        assert "auch für Sie zu sprechen" not in page


def test_several_that_speak_for_one_are_told_one_after_the_other(scene: Scene) -> None:
    with scene.db.transaction() as session:
        speak(session, scene)
        circle = small.write(session, scene.world, OTHER, {"main_message": "Ja."})
        small.speaks_for(session, circle, {OFFICE: REPRESENTED})
        small.submit(session, scene.world, OTHER, {}, later=1)
    hub, _ = pages(scene)
    assert f"{SAID} Hamburg hat in der Stellungnahme vom 04.03.2026 angegeben, auch für Sie zu sprechen. {STILL}" in hub
