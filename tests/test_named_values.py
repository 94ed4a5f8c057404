"""{foerderquote} in a draft: people read the value, programs the name with the values beside it."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI

from consultation.consultations import queries as consultations
from consultation.consultations import readiness
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.documents import working_copy
from consultation.documents.frozen import Frozen
from consultation.people.models import Person
from consultation.programmes import actions as programmes
from consultation.programmes import drafts, editing, named, queries
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, DraftVersion, ParameterType, Section
from tests import evaluation_world
from tests.browsing import Browser, site
from tests.factories import MOMENT
from tests.planning_world import Planning
from tests.test_corrections import correct
from tests.test_web_planners_running import Running

NOW = MOMENT + timedelta(days=3)
KIEL = "010510000000"
TEXT = "Der Eigenanteil beträgt {own_share}. Auch {unheard_of} gilt.\n\n- a) höchstens {own_share}"


def value(db: Database, running: Running, name: str, type_: ParameterType, text: str) -> None:
    with db.transaction() as session:
        slug = consultations.get(session, running.world.planner, running.world.slug).programme.slug
        programmes.set_parameter(
            session, running.world.planner, slug, name=name, type_=type_, label={"de": name}, value=text
        )


def next_draft(db: Database, running: Running, text: str | None = None) -> DraftVersion:
    """Continued from the one in force, with another § 3."""
    actor = running.world.planner
    with db.transaction() as session:
        consultation = consultations.get(session, actor, running.world.slug)
        assert consultation.draft_version_id is not None
        made = editing.continue_from(session, actor, consultation.programme.slug, consultation.draft_version_id)
    if text is not None:
        with db.transaction() as session:
            version = editing.open_for_editing(session, actor, made.programme.slug, made.id)
            three = editing.section_of(version, running.world.sections["§ 3"])
            typed = editing.Typed(three.number, "Vorschrift zu {own_share}", text, "")
            editing.edit(session, actor, version, three.key, typed, seen=1)
    with db.reader() as session:
        return queries.draft_version(session, actor, made.id)


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, NOW, data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    made = running.browser(app, "paula")
    made.get("/account")
    return made


def email_of(db: Database, running: Running) -> str:
    with db.reader() as session:
        person = evaluation_world.somebody_of(session, running.world, KIEL).person_id
        return session.get_one(Person, person).email


def at_home(db: Database, running: Running, app: FastAPI, later: int = 0) -> tuple[Browser, str]:
    with db.transaction() as session:
        answers: dict[str, Any] = {"section_agreement": {running.world.sections["§ 3"]: "no"}}
        evaluation_world.write(session, running.world, KIEL, answers, later=later)
    desk = Browser(app)
    desk.log_in(email_of(db, running))
    return desk, f"/o/{running.world.bodies[KIEL]}/answers/{running.world.slug}"


# -- what is read ----------------------------------------------------------------------------------------------------
def test_whoever_reads_the_draft_reads_the_value_in_its_own_words(
    db: Database, running: Running, paula: Browser, app: FastAPI
):
    desk, base = at_home(db, running, app)
    draft = next_draft(db, running, TEXT)
    programme = f"{running.homes['paula']}/programmes/{draft.programme.slug}"
    preparing = paula.get(f"{programme}/drafts/{draft.id}").text
    assert "Der Eigenanteil beträgt 10\u00a0%." in preparing
    assert "Diese Programmwerte gibt es nicht" in preparing
    assert "{unheard_of}" in preparing
    at = f"{running.at()}/correct"
    paula.get(at)
    with db.reader() as session:
        form = consultations.get(session, running.world.planner, running.world.slug).form_version_id
    checked = paula.post(at, {"draft": str(draft.id), "form": str(form), "reason": "Neu."}).text
    assert "10\u00a0%" in checked
    assert "Diese Programmwerte gibt es nicht" in checked
    paula.follow(correct(db, running, paula, draft=str(draft.id)))
    read = [
        desk.get(f"{base}/draft").text, desk.get(f"/consultations/{running.world.slug}/draft").text,
        desk.get(f"/consultations/{running.world.slug}/changes").text, paula.get(f"{programme}/drafts/{draft.id}").text,
        paula.get(f"{programme}/drafts/{draft.id}/compare").text,
    ]  # fmt: skip
    for page in read:
        assert "10\u00a0%" in page
        assert "{own_share}" not in page
        assert "{unheard_of}" in page


def test_a_value_that_changed_is_a_change_of_every_section_it_stands_in(
    db: Database, running: Running, paula: Browser, app: FastAPI
):
    paula.follow(correct(db, running, paula, draft=str(next_draft(db, running, TEXT).id)))
    app.state.clock = lambda: NOW + timedelta(days=1)
    desk, base = at_home(db, running, app, later=3)
    value(db, running, "own_share", ParameterType.RATE, "0.2")
    assert "10\u00a0%" in desk.get(f"{base}/draft").text
    app.state.clock = lambda: NOW + timedelta(days=2)
    paula = running.browser(app, "paula")
    paula.follow(correct(db, running, paula, draft=str(next_draft(db, running).id)))
    desk.log_in(email_of(db, running))
    page = desk.get(f"{base}/draft").text
    assert "20\u00a0%" in page
    assert page.count("geändert seit Ihrer Antwort") == 1
    changes = desk.get(f"/consultations/{running.world.slug}/changes").text
    assert "</span>10<span" in changes  # gone
    assert "</span>20<span" in changes  # come


def test_programs_get_the_name_and_the_values_beside_it(db: Database, running: Running, paula: Browser):
    paula.follow(correct(db, running, paula, draft=str(next_draft(db, running, TEXT).id)))
    with db.reader() as session:
        draft_id = consultations.get(session, running.world.planner, running.world.slug).draft_version_id
        draft = queries.consulted_draft(session, draft_id or uuid.UUID(int=0))
        (three,) = (one for one in draft.sections if one.number == "§ 3")
        assert "{own_share}" in three.text
        assert draft.content_hash == drafts.content_hash(draft, draft.sections, draft.frozen)
        outline = working_copy.blank(session, running.world.planner, running.world.slug)
        said = repr(list(outline.nodes()))
    assert "beträgt 10\\xa0%" in said
    assert "{own_share}" not in said


def test_an_edition_reads_the_values_frozen_in_its_snapshot(tmp_path: Path):
    head = {"type": "head", "draft": {
        "language": "de", "parameters": [{"name": "last_day", "type": "date", "label": {}, "value": "2027-03-31"}],
    }}  # fmt: skip
    section = {
        "type": "section", "key": "s1", "parent": None, "level": 1, "number": "1", "heading": "Bis {last_day}",
        "blocks": [{"type": "table", "caption": "Stand {last_day}", "head": ["{last_day}"], "rows": [["{last_day}"]],
                    "align": [], "row_headers": True}],
    }  # fmt: skip
    path = tmp_path / "snapshot.ndjson"
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in (head, section)))
    (read,) = Frozen(path).sections
    assert read.heading == "Bis 31.03.2027"
    assert orjson.dumps(read.blocks).count(b"31.03.2027") == 3


@pytest.mark.parametrize(
    ("type_", "stored", "german", "english"),
    [
        (ParameterType.RATE, "0.8", "80\u00a0%", "80\u00a0%"),
        (ParameterType.MONEY, "4000000", "40.000\u00a0€", "40,000\u00a0€"),
        (ParameterType.DATE, "2027-03-31", "31.03.2027", "31 March 2027"),
        (ParameterType.MONTHS, "36", "36 Monate", "36 months"),
    ],
)
def test_a_value_is_said_in_the_language_of_its_draft(type_: ParameterType, stored: str, german: str, english: str):
    frozen = {"parameters": [{"name": "x", "type": type_, "label": {}, "value": stored, "section_number": ""}]}
    for language, expected in (("de", german), ("en", english)):
        version = DraftVersion(language=language, state="published", frozen=frozen, content_hash=None)
        assert named.values(version)["x"] == expected


def test_texts_without_names_are_the_rows_themselves_and_braces_of_the_text_stay():
    plain = Section(
        key="a", number="1", heading="Menge {1, 2}", blocks=[{"type": "paragraph", "text": "{X}"}], text="{X}"
    )
    assert named.shown([plain], {"x": "80 %"}) == [plain]
    assert named.unknown([plain], ()) == []


# -- what is warned of -----------------------------------------------------------------------------------------------
def test_a_name_that_stands_for_nothing_is_told_before_announcing(db: Database):
    planning = Planning(db)
    actor = planning.foundation.actor
    with db.transaction() as session:
        tree = DraftTree("Richtlinie", (), (DraftSection("1", "Zweck {rate}", 1),))
        made = drafts.save(session, actor, planning.programme, tree, kind=DraftKind.GUIDELINE, dated=MOMENT.date())
        asked = Consultation(draft_version=made, programme_id=made.programme_id)
        assert ["„1 Zweck {rate}“ nennt den Programmwert „rate“" in str(one) for one in
                readiness.draft_warnings(session, asked)] == [True]  # fmt: skip
        programmes.set_parameter(
            session, actor, planning.programme, name="rate", type_=ParameterType.RATE, label={"de": "Q"}, value="0.8"
        )
        assert readiness.draft_warnings(session, asked) == []
