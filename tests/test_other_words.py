"""„Anderes“ says nothing without words: it is kept as it was chosen, and the words are asked for before it is submitted."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.responses import entering, intake
from consultation.responses.answering import Posted
from consultation.responses.intake import Received
from consultation.responses.models import Channel
from consultation.responses.queries import document
from tests import evaluation_world as small
from tests import html
from tests.api_world import ANSWERS, NOW, api
from tests.desk_world import TOWN
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import answers, begun, complete, ok, save, submit

WORDLESS = [{"other": ""}]


def test_a_town_is_led_to_the_words_that_are_missing_and_loses_nothing(db: Database):
    scene = make_scene(db)
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(save(browser, scene, "A", units_involved=["audit", "other"]), 303)
    assert answers(scene)["units_involved", ""] == ["audit", *WORDLESS]
    review = ok(browser.get(f"{scene.base}/review")).text
    assert "Sie haben „Anderes“ gewählt. Bitte beschreiben Sie, was Sie meinen." in html.text_of(html.check(review))
    assert '#units_involved.other"' in review
    ok(submit(browser, scene), 422)
    assert answers(scene)["units_involved", ""] == ["audit", *WORDLESS]
    ok(save(browser, scene, "A", units_involved=["audit", "other"], units_involved__other="Wasserzweckverband"), 303)
    ok(submit(browser, scene), 303)


def test_a_program_is_told_where_words_are_missing(db: Database):
    town = api(db)
    saved = town.put(ANSWERS | {"units_involved": ["audit", *WORDLESS]}).json()
    assert saved["answers"]["units_involved"] == ["audit", *WORDLESS]
    assert [(lack["field"], lack["code"]) for lack in saved["missing"]] == [("units_involved.other", "missing")]
    refused = town.submit()
    assert (refused.status_code, refused.json()["errors"]) == (422, saved["missing"])
    town.put({"units_involved": ["audit", {"other": "Wasserzweckverband"}]})
    assert town.submit().status_code == 201


def test_a_nil_return_does_not_ask_for_words_that_it_leaves_out(db: Database):
    town = api(db)
    saved = town.put(ANSWERS | {"units_involved": WORDLESS}).json()
    assert saved["missing_for_nil_return"] == []
    assert town.submit(what="nil-return").status_code == 201


@pytest.mark.parametrize("silent", [False, True])
def test_a_letter_that_says_no_more_is_entered_once_the_planner_confirms_that(db: Database, silent: bool):
    """Nothing is invented: the planner says that the letter ticks the box and leaves the line empty."""
    world = small.standing(db, 4)
    planner = replace(world.planner, moment=NOW)
    with db.transaction() as session:
        invited = session.scalars(select(Invitation.id).where(Invitation.organisation_id == world.bodies[TOWN])).one()
        made = intake.begin(session, planner, invited, Received(Channel.LETTER, NOW.date(), "", "Sonstige Stelle."))
        given = {"units_involved": Posted(WORDLESS), "mandate.kind": Posted("administration")}
        assert not intake.keep(session, planner, made.id, given, made.version)
        _, desk = intake.desk(session, planner, made.id)
        assert "units_involved.other" in [gap.field for gap in entering.gaps(desk)]
        if silent:
            revision = entering.submit_for(session, planner, made.id, silent_about_rest=True)
            assert document(revision)["answers"]["units_involved"] == WORDLESS
