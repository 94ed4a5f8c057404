"""Texts that are too long are refused with name, reason and remedy, come back whole, and are never cut off."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from consultation.api.submissions import Reason
from consultation.consultations.models import Consultation
from consultation.core import bounds
from consultation.core.bounds import Bound
from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.core.language import M, say
from consultation.evaluation.models import Point
from consultation.states import ConsultationState
from tests.browsing import Browser, site
from tests.planning_world import Planning
from tests.test_corrections import NOW, posted
from tests.test_web_planners import prepare
from tests.test_web_planners_running import DEMAND, KIEL, Running, all_points, evaluating, point_of

BOUNDS = [one for one in vars(bounds).values() if isinstance(one, Bound)]


def test_one_character_too_many_is_told_and_the_longest_text_is_taken() -> None:
    bound = Bound(M("Grund"), 3)
    assert bound.within("reason", "äöü") == "äöü"
    with pytest.raises(Invalid) as refused:
        bound.within("reason", "1234")
    (problem,) = refused.value.problems
    assert problem.field == "reason"
    assert say(problem.message, "de") == "„Grund“ ist um 1 Zeichen zu lang. Erlaubt sind 3; kürzen Sie den Text."
    assert say(problem.message, "en") == "‘Reason’ is 1 character too long. 3 are allowed; please shorten the text."


def test_no_bound_is_beyond_what_a_page_can_send_and_the_api_knows_the_same() -> None:
    assert len(BOUNDS) > 20
    assert max(one.most for one in BOUNDS) <= 100_000
    assert Reason.model_json_schema()["properties"]["reason"]["maxLength"] == bounds.WHY.most


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, NOW, data_dir=tmp_path)


def refused_whole(browser: Browser, path: str, sent: dict[str, Any], bound: Bound, name: str) -> None:
    """The page says what is too long, and holds all of it."""
    text = "Wort " * (bound.most // 5 + 1)
    text = text.strip() + "!" * max(0, bound.most + 1 - len(text.strip()))
    answer = browser.post(path, sent | {name: text})
    assert answer.status_code == 422, (path, answer.status_code)
    assert f"„{say(bound.title, 'de')}“ ist um" in answer.text, path
    assert text in answer.text, path


def test_nothing_typed_while_a_consultation_runs_is_cut_off(db: Database, running: Running, app: FastAPI) -> None:
    paula, at = running.browser(app, "paula"), running.at()
    invitation, response = running.invitation(KIEL), running.response("010510044000")
    paula.get(at)
    until = {"until": "2026-06-01"}
    for path, sent, bound, name in (
        ("/cancel", {}, bounds.WHY, "reason"),
        ("/extend", until, bounds.WHY, "reason"),
        ("/correct", posted(db, running), bounds.WHAT_CHANGED, "reason"),
        (f"/invitations/{invitation.id}/extend", until, bounds.WHY, "reason"),
        (f"/invitations/{invitation.id}/address", {"email": "post@ort.example"}, bounds.CONTACT_PERSON, "contact"),
        (f"/invitations/{invitation.id}/address", {"email": "post@ort.example"}, bounds.POSTAL, "postal"),
        (f"/responses/{response.id}/reopen", until, bounds.WHY, "reason"),
        ("/replies", {"title": "Dank"}, bounds.BLOCK, "text"),
    ):
        refused_whole(paula, at + path, sent, bound, name)
    consultation = running.one(Consultation)
    assert consultation.state == ConsultationState.ANNOUNCED


def test_nothing_typed_while_weighing_is_cut_off(app: FastAPI, running: Running) -> None:
    browser = evaluating(app, running)
    at, point = running.at(), point_of(running, DEMAND)
    browser.get(f"{at}/points/{point.id}")
    version = {"version": str(point.version)}
    for bound, name in (
        (bounds.REPLY, "reply"),
        (bounds.WORKING_TEXT, "text"),
        (bounds.VOTE, "vote"),
        (bounds.NOTE, "note"),
    ):
        refused_whole(browser, f"{at}/points/{point.id}/save", version, bound, name)
    many = {"point": [str(one.id) for one in all_points(running)], "action": "reply"}
    many |= {f"version-{one.id}": str(one.version) for one in all_points(running)}
    refused_whole(browser, f"{at}/points/bulk", many, bounds.REPLY, "reply")
    assert {one.reply for one in all_points(running)} == {""}
    assert running.one(Point, Point.id == point.id).text == point.text


def test_nothing_typed_while_preparing_is_cut_off(db: Database) -> None:
    world = Planning(db)
    paula = world.browser(site(db), world.foundation)
    at, programme = prepare(paula, world).at, f"{world.foundation.at}/programmes/{world.programme}"
    paula.get(f"{at}/basics")
    for bound, name in ((bounds.INTRODUCTION, "introduction"), (bounds.CONTACT, "contact"), (bounds.NOTICE, "notice")):
        refused_whole(
            paula, f"{at}/basics", {"title": "Anhörung", "visibility": "invited_only", "minimum_cell": "5"}, bound, name
        )
    refused_whole(paula, f"{programme}/terms", {"term": "Träger"}, bounds.DEFINITION, "definition")
    new = f"{world.foundation.at}/programmes/new"
    refused_whole(paula, new, {"title": "Neu", "level": "federal"}, bounds.DESCRIPTION, "description")
