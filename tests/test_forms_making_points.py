"""Texts become points because a form says so: a new question says it by itself, and a form that forgot can be corrected."""

import copy
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consultation.consultations import corrections
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.language import M, say
from consultation.evaluation import contributions
from consultation.evaluation.models import Contribution, Point
from consultation.forms import actions as forms
from consultation.forms.checks import read_form
from consultation.forms.compatibility import incompatibilities
from consultation.forms.inspection import inspect, notices
from consultation.forms.models import FormVersion
from consultation.forms.templates import definition
from consultation.mail.transport import Memory
from consultation.questions import TYPES, Texts
from consultation.responses.models import Response
from consultation.settings import Settings
from consultation.worker import run_due
from tests import evaluation_world, html
from tests.browsing import BASE, KEY, Browser, site
from tests.evaluation_world import World
from tests.factories import MOMENT
from tests.planning_world import Planning
from tests.test_evaluation_points import amendment
from tests.test_web_forms import ask, begin, form
from tests.test_web_planners_running import Running

NOW = MOMENT + timedelta(days=3)


def law_short(*keys: str) -> dict[str, Any]:
    """The template with the tick at these questions only."""
    made = copy.deepcopy(definition("law_short"))
    for part in made["parts"]:
        for question in part["questions"]:
            question.pop("makes_points", None)
            if question["key"] in keys:
                question["makes_points"] = True
    return made


# -- the tick --------------------------------------------------------------------------------------------------------
def ticked(page: str) -> bool:
    box = re.search(r'<input[^>]*name="q\.makes_points"[^>]*>', page)
    assert box
    return " checked" in box[0]


@pytest.mark.parametrize(
    ("kind", "demands"), [("amendments", True), ("long_text", True), ("short_text", False), ("single", False)]
)
def test_a_new_question_for_demands_makes_points_unless_one_says_no(
    world: Planning, paula: Browser, kind: str, demands: bool
):
    at = begin(paula, world)
    assert ticked(paula.get(f"{at}/questions/new?part=A&kind={kind}").text) is demands


def test_a_form_of_which_nothing_becomes_a_point_is_warned_of_on_its_page(
    db: Database, world: Planning, paula: Browser
):
    at = begin(paula, world)
    warning = "Aus diesem Formular entstehen keine Einzelpunkte"
    assert warning not in paula.get(at).text
    ask(paula, at, "Was fehlt?", "long_text")
    assert warning in paula.get(at).text
    ask(paula, at, "Was noch?", "long_text", **{"q.makes_points": "yes"})
    assert warning not in paula.get(at).text
    assert form(db).makes_points


def test_what_is_warned_of_names_the_question_that_could_make_points():
    silent = read_form(law_short())
    told = [one for one in inspect(silent, {"1"}, ()) if "Einzelpunkte" in str(one.message)]
    assert [one.soft for one in told] == [True]
    assert told[0].place in silent.by_key
    assert [one for one in notices(silent) if "Einzelpunkte" in str(one)]
    assert not [one for one in notices(read_form(law_short("amendments"))) if "Einzelpunkte" in str(one)]


def test_missing_english_is_warned_of_where_a_form_speaks_english_at_all_and_one_place_is_one():
    def told(made: dict[str, Any]) -> list[str]:
        return [str(say(one, "de")) for one in notices(read_form(made)) if "englische" in str(say(one, "de"))]

    one_lacks, german = law_short("amendments"), law_short("amendments")
    assert told(one_lacks) == []
    del one_lacks["parts"][0]["questions"][0]["title"]["en"]
    assert told(one_lacks) == ["An 1 Stelle des Formulars fehlt der englische Text."]
    for titled in (german, *german["parts"], *(question for part in german["parts"] for question in part["questions"])):
        titled["title"].pop("en", None)
    assert told(german) == []


def test_a_type_can_speak_only_if_its_answers_hold_words():
    offered = {"options": [{"key": "yes", "label": {"de": "Ja"}}, {"key": "no", "label": {"de": "Nein"}}]}
    for key, settings, speaks in (
        ("single", offered, False), ("single", offered | {"other": True}, True), ("integer", {}, False),
        ("amendments", {}, True), ("likert", {"scale": "agreement"}, False),
    ):  # fmt: skip
        kind = TYPES[key]
        assert kind.speaks(kind.settings(settings)) is speaks, key
    assert all(kind.speaks(kind.settings({})) for kind in TYPES.values() if kind.demands)


# -- a correction ----------------------------------------------------------------------------------------------------
def test_more_may_become_points_and_nothing_less():
    silent, loud = read_form(law_short()), read_form(law_short("amendments"))
    assert list(incompatibilities(silent, loud)) == []
    (problem,) = incompatibilities(loud, silent)
    assert "„Welche Änderungen schlagen Sie vor?“" in str(problem.message)
    assert "nicht mehr abstellen" in str(problem.message)


def answered(session: Session, world: World) -> None:
    """Two towns with the same change; one of them with a message too, which made a point at once."""
    same = {"1": amendment(world, "§ 3", "Der Eigenanteil entfällt.")}
    first, second = sorted(world.bodies)[:2]
    evaluation_world.submit(session, world, first, {"amendments": same, "main_message": "Bitte einfacher."})
    evaluation_world.submit(session, world, second, {"amendments": same})
    for revision_id in session.scalars(select(Response.counted_revision_id)).all():
        assert revision_id is not None
        contributions.gather(session, revision_id, MOMENT)


def correct(session: Session, world: World, content: dict[str, Any]) -> None:
    actor = evaluation_world.at(world.planner, NOW)
    consultation = world.consultation(session)
    made = forms.create(session, actor, consultation.programme.slug, definition=content)
    wanted = corrections.check(
        session, actor, consultation,
        draft_version_id=consultation.draft_version_id, form_version_id=made.id, reason="Der Haken fehlte.",
    )  # fmt: skip
    corrections.correct(session, actor, consultation, wanted)


def work(db: Database, folder: Path) -> None:
    settings = Settings.model_validate({"base_url": BASE, "secret_key": KEY, "data_dir": folder})
    run_due(db, settings, Memory(), NOW)


def made(db: Database) -> Counter[str]:
    with db.reader() as session:
        return Counter(session.scalars(select(Contribution.question_key)))


def test_a_correction_makes_the_points_of_answers_that_are_there_and_only_once(db: Database, tmp_path: Path):
    world = evaluation_world.standing(db, 6, definition=law_short("main_message"))
    with db.transaction() as session:
        answered(session, world)
    assert made(db) == {"main_message": 1}
    with db.transaction() as session:
        correct(session, world, law_short("main_message", "amendments"))
    work(db, tmp_path)
    assert made(db) == {"main_message": 1, "amendments": 2}
    with db.reader() as session:
        points = session.execute(select(Point.number, Point.section_key).order_by(Point.number)).all()
        lines = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "gather_contributions")).all()
    assert [tuple(one) for one in points] == [(1, None), (2, world.sections["§ 3"])]
    assert len(lines) == 3
    with db.transaction() as session:
        for response_id in contributions.answered(session, world.consultation_id):
            assert contributions.gather_response(session, response_id, NOW) == 0
    assert made(db) == {"main_message": 1, "amendments": 2}


def test_a_correction_of_words_alone_gathers_nothing(db: Database, tmp_path: Path):
    world = evaluation_world.standing(db, 6, definition=law_short("main_message"))
    with db.transaction() as session:
        answered(session, world)
        content = law_short("main_message")
        content["title"] = {"de": "Klarer"}
        correct(session, world, content)
    work(db, tmp_path)
    assert made(db) == {"main_message": 1}


def test_the_empty_list_of_points_says_why_and_the_correction_says_what_becomes_of_the_texts(
    db: Database, tmp_path: Path
):
    running = Running(db, tmp_path)
    app = site(db, NOW, data_dir=tmp_path)
    paula = running.browser(app, "paula")
    actor = running.world.planner
    with db.transaction() as session:
        consultation = running.world.consultation(session)
        assert consultation.form_version_id is not None
        session.get_one(FormVersion, consultation.form_version_id).definition = law_short()
        session.get_one(FormVersion, consultation.form_version_id).content_hash = forms.content_hash(law_short())
        session.execute(delete(Contribution))
        session.execute(delete(Point))
        loud = forms.create(session, actor, consultation.programme.slug, definition=law_short("main_message")).id
        draft = consultation.draft_version_id
    silent = paula.get(f"{running.at()}/points").text
    assert "Aus diesem Formular entstehen keine Einzelpunkte" in silent
    assert f"{running.at()}/correct" in silent
    typed = {"draft": str(draft), "form": str(loud), "reason": "Der Haken fehlte."}
    at = f"{running.at()}/correct"
    paula.get(at)
    assert "auch die schon abgegebenen" in paula.post(at, typed).text
    paula.follow(paula.post(at, typed | {"sure": "yes"}))
    running.work(NOW)
    assert "Aus diesem Formular" not in paula.get(f"{running.at()}/points").text
    assert made(db)["main_message"] >= 1


# -- words -----------------------------------------------------------------------------------------------------------
def test_a_planners_text_in_a_message_is_said_in_the_readers_language():
    title = Texts(de="Welche Änderungen?", en="Which changes?")
    message = M("Bei der Frage „{title}“ haben sich Art oder Auswahl geändert.", title=title)
    assert "„Welche Änderungen?“" in str(message)
    assert "Which changes?" in say(message, "en")
    assert str(title) == "Welche Änderungen?"


def test_a_page_that_shows_a_programs_word_for_a_thing_is_noticed():
    shown = "<p>Bei der Frage „de='Welche?' en=''“</p>"
    with pytest.raises(AssertionError, match="a program's word"):
        html.check(shown, whole=False)
    html.check("<p>Bei der Frage „Welche?“</p>", whole=False)
