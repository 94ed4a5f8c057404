"""What an answer rests on has been resolved by now, as Berlin counts the days; under reservation the day may be still to come."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import NotReady
from consultation.responses import entering, intake
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.intake import Received
from consultation.responses.models import Channel, Revision
from consultation.responses.queries import document
from tests import evaluation_world as small
from tests import html
from tests.api_world import ANSWERS, NOW, Api, api
from tests.desk_world import TOWN, Scene
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import answers, begun, complete, ok, save, submit

TODAY, TOMORROW = NOW.date(), NOW.date() + timedelta(days=1)
FIELD = "mandate.date"


def mandate(kind: str, day: date) -> dict[str, str]:
    return {"mandate.kind": kind, FIELD: day.isoformat()}


# -- programs ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def town(db: Database) -> Api:
    return api(db)


def test_a_program_does_not_submit_what_rests_on_a_resolution_of_tomorrow(town: Api):
    saved = town.put(ANSWERS | mandate("resolved", TOMORROW)).json()
    assert saved["answers"][FIELD] == TOMORROW.isoformat(), "a draft is kept as it was written"
    assert [(lack["field"], lack["code"]) for lack in saved["missing"]] == [(FIELD, "in_future")]
    assert saved["missing_for_nil_return"] == saved["missing"], "a nil return says on what it rests too"
    assert not {"mark_ready", "submit", "submit_nil_return"} & set(saved["actions"])
    for what in ("submit", "nil-return", "ready"):
        refused = town.submit(what=what)
        assert (refused.status_code, refused.json()["errors"]) == (422, saved["missing"]), what
    assert "Berichtigen oder leeren Sie das Datum" in saved["missing"][0]["detail"]
    town.put({FIELD: TODAY.isoformat()})
    assert town.submit().status_code == 201


def test_a_resolution_announced_for_later_is_submitted_under_reservation_of_it(town: Api):
    town.put(ANSWERS | mandate("reserved", TOMORROW + timedelta(days=60)))
    receipt = town.submit()
    assert (receipt.status_code, receipt.json()["reserved"]) == (201, True)


def test_a_council_that_put_its_meeting_off_leaves_the_reservation_as_it_is(town: Api):
    town.put(ANSWERS | mandate("reserved", TODAY - timedelta(days=7)))
    assert town.submit().status_code == 201


def test_what_counts_is_the_day_in_berlin(db: Database, town: Api):
    """Half past ten in the evening of UTC is the next day there already."""
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    town.at(late - timedelta(hours=1))
    assert town.put(ANSWERS | mandate("resolved", date(2026, 4, 1))).json()["missing"]
    town.at(late)
    assert town.get(town.own(), "town").json()["missing"] == []


# -- pages -------------------------------------------------------------------------------------------------------------
def test_a_town_is_led_to_the_day_before_it_releases_and_may_choose_the_reservation_instead(db: Database):
    scene: Scene = make_scene(db)
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(save(browser, scene, "A", mandate__kind="resolved", mandate__date="24.12.2026"), 303)
    assert answers(scene)[FIELD, ""] == "2026-12-24"
    review = ok(browser.get(f"{scene.base}/review")).text
    told = html.text_of(html.check(review))
    assert "Ein Beschluss vom 24.12.2026 ist noch nicht gefasst." in told
    assert f'#{FIELD}"' in review
    assert 'name="order"' not in review, "nothing to sign yet"
    ok(submit(browser, scene), 422)
    nothing = ok(browser.post(f"{scene.base}/nil-return", {
        "mandate.kind": "resolved", FIELD: "24.12.2026", "name": "Bea Haupt", "function": "Bürgermeisterin",
    }), 422)  # fmt: skip
    assert "ist noch nicht gefasst" in nothing.text
    ok(save(browser, scene, "A", mandate__kind="reserved", mandate__date="24.12.2026"), 303)
    ok(submit(browser, scene), 303)


def test_the_day_of_a_resolution_that_is_not_needed_any_more_hinders_nobody_and_is_not_sent(db: Database):
    scene: Scene = make_scene(db)
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(save(browser, scene, "A", mandate__kind="resolved", mandate__date="24.12.2026"), 303)
    ok(save(browser, scene, "A", mandate__kind="administration", mandate__date="24.12.2026"), 303)
    review = html.text_of(html.check(ok(browser.get(f"{scene.base}/review")).text))
    assert "24.12.2026" not in review
    ok(submit(browser, scene), 303)
    with db.reader() as session:
        sent = document(session.scalars(select(Revision)).one())["answers"]
    assert "mandate.date" not in sent
    assert sent["mandate.kind"] == "administration"


# -- letters -----------------------------------------------------------------------------------------------------------
def test_a_planner_who_mistypes_the_day_of_a_resolution_in_a_letter_learns_of_it(db: Database):
    world = small.standing(db, 4)
    planner = replace(world.planner, moment=NOW)
    with db.transaction() as session:
        made = intake.begin(
            session, planner, _invitation(session, world), Received(Channel.LETTER, TODAY, "", "Mit Beschluss.")
        )
        assert not intake.keep(session, planner, made.id, _posted(mandate("resolved", TOMORROW)), made.version)

    def enter(session: Session) -> Revision:
        return entering.submit_for(session, planner, made.id, silent_about_rest=True)

    with db.transaction() as session, pytest.raises(NotReady) as refused:
        enter(session)
    assert [problem.field for problem in refused.value.problems] == [FIELD]
    with db.transaction() as session:
        intake.keep(session, planner, made.id, _posted(mandate("resolved", TODAY)), made.version)
        assert document(enter(session))["answers"][FIELD] == TODAY.isoformat()


def _posted(given: dict[str, Any]) -> dict[str, Posted]:
    return {key: Posted(value) for key, value in given.items()}


def _invitation(session: Session, world: small.World) -> Any:
    return session.scalars(select(Invitation.id).where(Invitation.organisation_id == world.bodies[TOWN])).one()


def test_a_form_that_knows_no_reservation_judges_no_day(db: Database):
    world = small.standing(db, 4)
    with db.transaction() as session:
        response = small.write(session, world, TOWN, mandate("resolved", TOMORROW + timedelta(days=365)))
        form = open_desk(session, small.somebody_of(session, world, TOWN), response.id)
        plain = replace(form, form=form.form.model_copy(update={"reservation": None}))
        assert form.not_yet_taken
        assert not plain.not_yet_taken
