"""The municipality's desk over HTTP: who comes in, what is saved, what is never lost, what is sent."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy import select

from consultation.consultations import actions as consultations
from consultation.consultations.models import Consultation, DeadlineExtension, Invitation
from consultation.core.db import Database
from consultation.core.jobs import Job
from consultation.people.models import Membership, Organisation, Person
from consultation.programmes.models import Programme
from consultation.responses.models import DraftAnswer, Representation, Revision
from consultation.states import Purpose, Role, Visibility
from tests import factories, html
from tests.browsing import Browser
from tests.desk_world import COUNTY, NOW, OTHER, TOWN, Scene, filled
from tests.desk_world import scene as make_scene

BOTH = (Role.CONTRIBUTOR, Role.RELEASER)
PAGES = (
    "",
    "?path=all",
    "/draft",
    "/part/A",
    "/part/E?path=all",
    "/review",
    "/nil-return",
    "/extension",
    "/deadline.ics",
)
POSTS = (
    "/start", "/reference", "/part/A", "/draft/x", "/representation", "/ready", "/return", "/submit", "/decline",
    "/nil-return", "/reopen", "/withdraw", "/resolution", "/disclosure", "/extension",
)  # fmt: skip
ALL_PARTS = {"participant": "named", "A": "described", "C": "none"}


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def ok(response: httpx.Response, status: int = 200) -> httpx.Response:
    assert response.status_code == status, (response.status_code, response.text[:2000])
    return response


def begun(scene: Scene, *roles: Role, **options: Any) -> Browser:
    browser = scene.somebody(*(roles or BOTH), **options)
    browser.get(scene.base)
    ok(browser.post(f"{scene.base}/start"), 303)
    return browser


def write(browser: Browser, path: str, action: str, changes: dict[str, Any], **options: Any) -> httpx.Response:
    """Open a page, change some fields of a form, send all of it."""
    return browser.post(path.partition("#")[0], {**filled(ok(browser.get(path)).text, action), **changes}, **options)


def save(browser: Browser, scene: Scene, part: str, **changes: Any) -> httpx.Response:
    page = f"{scene.base}/part/{part}?path=all"
    return write(
        browser, page, f"/part/{part}?path=all", {key.replace("__", "."): value for key, value in changes.items()}
    )


def answers(scene: Scene) -> dict[tuple[str, str], Any]:
    """What is answered; a cleared answer is none."""
    with scene.db.reader() as session:
        rows = session.scalars(select(DraftAnswer))
        found = {(r.question_key, r.item_key): r.value.get("value", r.value.get("raw")) for r in rows}
        return {at: value for at, value in found.items() if value is not None}


def complete(browser: Browser, scene: Scene) -> None:
    ok(save(browser, scene, "A", mandate__kind="administration"), 303)
    disclosed = {f"publication.{part}": level for part, level in ALL_PARTS.items()}
    ok(write(browser, f"{scene.base}/part/F?path=all", "/part/F?path=all", disclosed), 303)


def submit(browser: Browser, scene: Scene) -> httpx.Response:
    browser.get(f"{scene.base}/review")
    return browser.post(f"{scene.base}/submit", {"name": "Bea Haupt", "function": "Bürgermeisterin", "order": "i. V."})


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


# -- who comes in ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PAGES)
def test_only_those_who_answer_for_the_organisation_see_its_desk(scene: Scene, path: str) -> None:
    begun(scene)
    stranger = Browser(scene.app)
    assert stranger.get(scene.base + path).headers["location"].startswith("/login")
    others = scene.somebody(*BOTH, body=OTHER)
    assert others.get(scene.base + path).status_code == 404
    without_role = scene.somebody(Role.MANAGER)
    assert without_role.get(scene.base + path).status_code == 404
    assert without_role.get(f"/o/{scene.world.bodies[TOWN]}/answers").status_code == 404
    wrong_house = f"/o/{scene.world.bodies[OTHER]}/answers/{scene.world.slug}/review"
    assert others.get(wrong_house).status_code == 303  # their own desk, where nothing was begun


@pytest.mark.parametrize("path", POSTS)
def test_nobody_else_changes_anything(scene: Scene, path: str) -> None:
    begun(scene)
    before = answers(scene)
    for browser in (scene.somebody(*BOTH, body=OTHER), scene.somebody(Role.MANAGER)):
        browser.get("/account")
        assert browser.post(scene.base + path, {"reason": "x"}).status_code in (403, 404)
    stranger = Browser(scene.app)
    stranger.get("/login")
    assert stranger.post(scene.base + path).headers["location"] == "/login"
    assert answers(scene) == before


def test_a_releaser_without_editing_rights_reads_and_releases_but_does_not_write(scene: Scene) -> None:
    editor, releaser = begun(scene, Role.CONTRIBUTOR), scene.somebody(Role.RELEASER)
    complete(editor, scene)
    assert "Hier lässt sich gerade nichts ändern" in releaser.get(f"{scene.base}/part/A").text
    assert releaser.post(f"{scene.base}/part/A", {"mandate.kind": "resolved"}).status_code == 403
    editor.get(scene.base)
    assert submit(editor, scene).status_code == 403
    ok(submit(releaser, scene), 303)


# -- the start page --------------------------------------------------------------------------------------------------
def test_the_start_page_tells_deadline_state_and_next_step(scene: Scene) -> None:
    browser = scene.somebody(*BOTH)
    home = f"/o/{scene.world.bodies[TOWN]}/answers"
    page = html.text_of(html.check(ok(browser.get(home)).text))
    assert "noch 58 Tage, 30.04.2026, 24:00 Uhr" in page
    assert "noch nicht begonnen" in page
    browser = begun(scene)
    complete(browser, scene)
    assert "2 von" in html.text_of(html.check(browser.get(home).text))


def test_the_calendar_entry_is_the_last_day(scene: Scene) -> None:
    entry = ok(scene.somebody(*BOTH).get(f"{scene.base}/deadline.ics"))
    assert entry.headers["content-type"].startswith("text/calendar")
    assert "DTSTART;VALUE=DATE:20260430" in entry.text


def test_no_page_needs_more_than_a_dozen_queries(scene: Scene) -> None:
    browser = begun(scene)
    complete(browser, scene)
    for path in ("", "/draft", "/part/A?path=all", "/part/E?path=all", "/review", "/nil-return", "/extension"):
        with counted(scene.db) as seen:
            ok(browser.get(scene.base + path))
        assert len([s for s in seen if s.lstrip().upper().startswith("SELECT")]) <= 12, (path, len(seen))
    with counted(scene.db) as seen:
        ok(browser.get(f"/o/{scene.world.bodies[TOWN]}/answers"))
    assert len(seen) <= 12


# -- answering -------------------------------------------------------------------------------------------------------
def test_the_short_way_asks_core_questions_only_and_leads_from_part_to_part(scene: Scene) -> None:
    browser = begun(scene)
    page = ok(browser.get(f"{scene.base}/part/A")).text
    assert "question-mandate" in page
    assert "question-prior_experience" not in page
    assert "question-prior_experience" in browser.get(f"{scene.base}/part/A?path=all").text
    onward = write(browser, f"{scene.base}/part/A", "/part/A", {"mandate.kind": "administration"})
    assert onward.headers["location"] == f"{scene.base}/part/C"  # B asks nothing on this way
    last = write(browser, f"{scene.base}/part/F", "/part/F", {})
    assert last.headers["location"] == f"{scene.base}/review"


def test_what_was_typed_wrongly_is_kept_and_named_with_a_link(scene: Scene) -> None:
    browser = begun(scene)
    page = ok(save(browser, scene, "D", burden_proof__hours="viele"), 422)
    tree = html.check(page.text)
    assert html.text_of(tree.find(".//title")).startswith("Fehler:")
    assert tree.find(".//a[@href='#burden_proof.hours']") is not None
    assert 'value="viele"' in page.text
    assert 'value="viele"' in browser.get(f"{scene.base}/part/D?path=all").text
    assert "Angaben prüfen" in browser.get(f"{scene.base}?path=all").text
    ok(save(browser, scene, "D", burden_proof__hours="12"), 303)
    assert answers(scene)["burden_proof.hours", ""] == 12


def test_ticked_boxes_can_be_unticked(scene: Scene) -> None:
    browser = begun(scene)
    save(browser, scene, "A", units_involved=["treasury", "building"])
    assert answers(scene)["units_involved", ""] == ["treasury", "building"]
    save(browser, scene, "A", units_involved=[])
    assert ("units_involved", "") not in answers(scene)


def test_the_automatic_saving_says_when_and_hands_back_new_versions(scene: Scene) -> None:
    browser = begun(scene)
    path = f"{scene.base}/part/F?path=all"
    form = filled(browser.get(path).text, path)
    piece = ok(browser.post(path, {**form, "main_message": "Bitte einfacher."}, headers={"HX-Request": "true"}))
    html.check(piece.text, whole=False)
    assert "Gespeichert um 10:00 Uhr." in piece.text
    assert 'name="version.main_message" value="1"' in piece.text
    again = browser.post(path, {**form, "main_message": "Bitte einfacher!"}, headers={"HX-Request": "true"})
    assert "Gespeichert" in ok(again).text  # an answer that got lost on its way is no quarrel with oneself
    assert answers(scene)["main_message", ""] == "Bitte einfacher!"


def test_the_automatic_saving_keeps_a_wrong_value_and_does_not_call_it_saved(scene: Scene) -> None:
    browser = begun(scene)
    path = f"{scene.base}/part/D?path=all"
    form = filled(browser.get(path).text, path)
    data = {"csrf_token": browser.token, **form, "burden_proof.hours": "viele"}
    piece = ok(browser.send("POST", path, data=data, headers={"HX-Request": "true"}), 422).text
    assert "Aufgehoben wie eingegeben, 10:00 Uhr. Bitte berichtigen:" in piece
    assert 'href="#burden_proof.hours"' in piece
    assert "Gespeichert" not in piece
    assert 'value="viele"' in browser.get(path).text


def test_a_condition_is_decided_by_the_server_and_told_to_the_page(db: Database) -> None:
    yes_no = {"options": [{"key": "yes", "label": {"de": "Ja"}}, {"key": "no", "label": {"de": "Nein"}}]}
    questions = [
        {"key": "first", "title": {"de": "Erstens"}, "fields": [{"type": "single", "settings": yes_no}], "core": True},
        {"key": "second", "title": {"de": "Zweitens"}, "fields": [{"type": "short_text"}], "core": True,
         "when": {"field": "first", "is": "yes"}},
        {"key": "publication", "title": {"de": "Freigabe"}, "fields": [{"type": "disclosure"}], "core": True},
    ]  # fmt: skip
    part = {"key": "A", "title": {"de": "Teil"}, "questions": questions}
    scene = make_scene(db, definition={"key": "conditional", "title": {"de": "Bedingt"}, "parts": [part]})
    browser, path = begun(scene), f"{scene.base}/part/A"
    page = browser.get(path).text
    assert 'id="shown-second" data-shown="no"' in page
    piece = browser.post(path, {**filled(page, path), "first": "yes"}, headers={"HX-Request": "true"})
    assert 'id="shown-second" data-shown="yes"' in ok(piece).text
    assert 'id="shown-second" data-shown="yes"' in browser.get(path).text


def test_two_people_on_one_page_who_change_different_answers_keep_both(scene: Scene) -> None:
    one, two = begun(scene), scene.somebody(*BOTH, name="Robin Zwei")
    path = f"{scene.base}/part/C?path=all"
    ok(save(one, scene, "C", need_fit="2"), 303)
    first, second = filled(one.get(path).text, path), filled(two.get(path).text, path)
    ok(one.post(path, {**first, "need_fit": "5"}), 303)
    ok(two.post(path, {**second, "affected": "yes"}), 303)
    assert answers(scene)["need_fit", ""] == 5
    assert answers(scene)["affected", ""] == "yes"


def test_two_people_on_the_same_answer_see_both_texts_and_choose(scene: Scene) -> None:
    one, two = begun(scene, name="Anna Eins"), scene.somebody(*BOTH, name="Robin Zwei")
    path = f"{scene.base}/part/F?path=all"
    first, second = filled(one.get(path).text, path), filled(two.get(path).text, path)
    ok(one.post(path, {**first, "main_message": "Von Anna"}), 303)
    page = ok(two.post(path, {**second, "main_message": "Von Robin"}), 409)
    shown = html.text_of(html.check(page.text))
    assert "Von Anna" in shown
    assert "Von Robin" in shown
    assert "Gespeichert von Anna Eins, 03.03.2026, 10:00 Uhr" in shown
    assert answers(scene)["main_message", ""] == "Von Anna"
    undecided = filled(page.text, path)
    assert undecided["main_message"] == ["Von Robin"]
    ok(two.post(path, undecided), 409)
    ok(two.post(path, {**undecided, "settle.main_message": "theirs"}), 303)
    assert answers(scene)["main_message", ""] == "Von Anna"
    page = ok(two.post(path, undecided), 409)
    ok(two.post(path, {**filled(page.text, path), "settle.main_message": "mine:1"}), 303)
    assert answers(scene)["main_message", ""] == "Von Robin"


def test_the_automatic_saving_never_overwrites_what_it_has_not_shown(scene: Scene) -> None:
    one, two = begun(scene, name="Anna Eins"), scene.somebody(*BOTH, name="Robin Zwei")
    path, quietly = f"{scene.base}/part/F?path=all", {"HX-Request": "true"}
    ok(save(one, scene, "F", main_message="Alt"), 303)
    page = filled(two.get(path).text, path)
    ok(save(one, scene, "F", main_message="Neu von Anna"), 303)
    piece = ok(two.post(path, {**page, "would_use": "4"}, headers=quietly)).text
    assert 'name="version.main_message" value="1"' in piece
    late = two.post(path, {**page, "main_message": "Von Robin"}, headers=quietly)
    assert late.status_code == 409
    assert "Neu von Anna" in late.text
    assert answers(scene)["main_message", ""] == "Neu von Anna"


def test_after_the_deadline_the_page_comes_back_with_everything_typed(scene: Scene) -> None:
    browser = begun(scene)
    path = f"{scene.base}/part/F?path=all"
    form = filled(browser.get(path).text, path)
    with scene.db.transaction() as session:
        session.get_one(Consultation, scene.world.consultation_id).deadline = NOW + timedelta(minutes=9)
    scene.clock(NOW + timedelta(minutes=9))
    page = ok(browser.post(path, {**form, "main_message": "Um eine Minute zu spät"}), 409)
    assert 'value="Um eine Minute zu spät"' in page.text
    assert "Die Frist ist abgelaufen; Ihre Eingabe wurde nicht gespeichert." in page.text
    assert answers(scene) == {}


def test_what_is_far_too_large_to_be_kept_comes_back_on_the_page(scene: Scene) -> None:
    browser = begun(scene)
    page = ok(save(browser, scene, "F", main_message="Viel zu lang " * 20_000), 422).text
    assert "Viel zu lang Viel zu lang" in page
    assert "Diese Eingabe ist zu groß und nicht gespeichert." in page
    assert answers(scene) == {}


def test_hostile_names_and_values_end_in_a_page_not_in_a_crash(scene: Scene) -> None:
    browser = begun(scene)
    for changes in (
        {"amendments..section": "x", "amendments.\x00.text": "y", "version.main_message": "9" * 40},
        {"section_agreement.nirgends": "full", "publication.Z": "named", "mandate.kind": ["a", "b"]},
        {"settle.main_message": "mine:" + "9" * 50, "add": "//evil.example", "units_involved": "?"},
        {"settle.main_message": "mine:²", "add": "\\", "version.main_message": "²"},
    ):  # fmt: skip
        for part in "AEF":
            browser.get(scene.base)
            path = f"{scene.base}/part/{part}?path=all"
            assert browser.post(path, {**filled(browser.get(path).text, path), **changes}).status_code in (
                303,
                409,
                422,
            )
    assert browser.get(f"{scene.base}/part/Z").status_code == 404


# -- reading and commenting ------------------------------------------------------------------------------------------
def beside(browser: Browser, scene: Scene, section: str, part: str) -> tuple[dict[str, Any], str]:
    """The form that stands beside a section of the draft, and the name of one part of a proposal there."""
    form = filled(ok(browser.get(f"{scene.base}/draft")).text, f"/draft/{section}")
    return form, next(name for name in form if name.startswith("amendments.") and name.endswith(f".{part}"))


def test_a_section_is_commented_where_it_is_read(scene: Scene) -> None:
    browser = begun(scene)
    section = scene.world.sections["§ 3"]
    action = f"/draft/{section}"
    form, text = beside(browser, scene, section, "text")
    entry = text.split(".")[1]
    said = {
        f"section_agreement.{section}": "with_changes",
        text: "Neuer Wortlaut",
        f"amendments.{entry}.kind": "replace",
    }
    back = ok(browser.post(scene.base + action, {**form, **said}), 303).headers["location"]
    assert back.endswith(f"/draft?saved={section}#{section}")
    assert "Gespeichert." in browser.get(back.partition("#")[0]).text
    assert answers(scene)["section_agreement", section] == "with_changes"
    assert answers(scene)["amendments", entry] == {"section": section, "kind": "replace", "text": "Neuer Wortlaut"}
    page = browser.get(f"{scene.base}/draft").text
    assert "Neuer Wortlaut" in page
    english = browser.get(f"{scene.base}/draft?lang=en").text
    assert '<html lang="en">' in english
    assert re.search(r'<h2 class="[^"]*" id="h-[^"]*" lang="de">', english), "read aloud in its own language"
    assert '<ol class="app-contents" lang="de">' in english
    browser.get(f"{scene.base}/draft?lang=de")
    emptied = {**filled(page, action), text: "", f"amendments.{entry}.kind": ""}
    ok(browser.post(scene.base + action, emptied), 303)
    assert ("amendments", entry) not in answers(scene)


def test_a_proposal_that_lacks_something_is_named_with_its_section_and_the_way_there(scene: Scene) -> None:
    browser = begun(scene)
    section = scene.world.sections["§ 3"]
    form, name = beside(browser, scene, section, "rationale")
    ok(browser.post(f"{scene.base}/draft/{section}", {**form, name: "Weil es so nicht geht."}), 303)
    tree = html.check(ok(browser.get(f"{scene.base}/draft")).text)
    opened = [html.text_of(box) for box in tree.iter("details") if box.get("open") is not None]
    assert len(opened) == 1
    assert "Fehlt noch" in opened[0]
    assert "Bitte wählen Sie, ob Sie streichen" in opened[0]
    review = ok(browser.get(f"{scene.base}/review")).text
    assert "§ 3 – Vorschrift § 3: Bitte wählen Sie, ob Sie streichen" in html.text_of(html.check(review))
    assert f'href="{scene.base}/draft#{section}"' in review
    kind = name.replace("rationale", "kind")
    now = filled(ok(browser.get(f"{scene.base}/draft")).text, f"/draft/{section}") | {kind: "replace"}
    piece = ok(browser.post(f"{scene.base}/draft/{section}", now, headers={"hx-request": "true"}))
    saved = html.text_of(html.check(piece.text, whole=False))
    assert "Bitte wählen Sie, ob Sie streichen" not in saved, "the list on the page is that of the automatic saving"
    assert "Fehlt noch" in saved
    assert "Bitte geben Sie den Wortlaut an" in saved
    part = f"{scene.base}/part/E?path=all"  # emptied on the other page, where its section stands in a list
    emptied = {**filled(ok(browser.get(part)).text, "/part/E?path=all"), name: "", kind: ""}
    browser.post(part, emptied)
    assert not [key for key, _ in answers(scene) if key == "amendments"]
    assert "Bitte wählen Sie, ob Sie streichen" not in browser.get(f"{scene.base}/review").text


def test_the_part_says_in_the_entry_what_a_proposal_lacks_and_nothing_is_offered_that_would_be_refused(
    scene: Scene,
) -> None:
    browser = begun(scene, Role.CONTRIBUTOR)
    part = f"{scene.base}/part/E?path=all"
    sent = filled(ok(browser.get(part)).text, "/part/E?path=all")
    name = next(key for key in sent if key.startswith("amendments.") and key.endswith(".text"))
    ok(browser.post(part, {**sent, name: "Bitte anders."}), 303)
    entry = html.check(ok(browser.get(part)).text).find(f".//*[@id='{name.removesuffix('.text')}']")
    said = html.text_of(entry)
    assert "Fehlt noch" in said
    assert "Bitte wählen Sie, ob Sie streichen" in said
    review = ok(browser.get(f"{scene.base}/review")).text
    assert f'action="{scene.base}/ready"' not in review
    assert "Vorlegen können Sie, sobald alles erledigt ist" in review
    now = filled(ok(browser.get(part)).text, "/part/E?path=all") | {name.replace("text", "kind"): "replace"}
    piece = ok(browser.post(part, now, headers={"hx-request": "true"})).text
    assert f'id="lacks-{name.removesuffix(".text")}" hx-swap-oob="true"' in piece
    assert "Bitte wählen Sie, ob Sie streichen" not in piece
    assert "Bitte wählen Sie die Nummer des Entwurfs" in piece


def test_saving_a_section_without_a_proposal_makes_none(scene: Scene) -> None:
    browser = begun(scene)
    section = scene.world.sections["§ 1"]
    form = filled(browser.get(f"{scene.base}/draft").text, f"/draft/{section}")
    ok(browser.post(f"{scene.base}/draft/{section}", {**form, f"section_agreement.{section}": "full"}), 303)
    assert list(answers(scene)) == [("section_agreement", section)]
    assert browser.post(f"{scene.base}/draft/nirgends", form).status_code == 404


# -- release ---------------------------------------------------------------------------------------------------------
def test_from_ready_over_rework_to_the_receipt(scene: Scene) -> None:
    scene.four_eyes(True)
    editor, releaser = begun(scene, *BOTH), scene.somebody(Role.RELEASER, name="Bea Haupt")
    missing = ok(editor.get(f"{scene.base}/review")).text
    assert f"{scene.base}/part/A#mandate.kind" in missing
    assert 'href="#lay"' not in missing
    ok(editor.post(f"{scene.base}/ready"), 422)
    complete(editor, scene)
    ok(save(editor, scene, "F", main_message="Bitte einfacher."), 303)
    assert 'href="#lay"' in editor.get(f"{scene.base}/review").text
    ok(editor.post(f"{scene.base}/ready"), 303)
    assert "Wer zuletzt bearbeitet hat" in html.text_of(html.check(editor.get(f"{scene.base}/review").text))
    assert submit(editor, scene).status_code == 422
    assert 'href="#release"' in releaser.get(f"{scene.base}/review").text
    assert releaser.post(f"{scene.base}/return", {"reason": " "}).status_code == 422
    ok(releaser.post(f"{scene.base}/return", {"reason": "Bitte kürzer."}), 303)
    assert "Bitte kürzer." in editor.get(scene.base).text
    ok(editor.post(f"{scene.base}/ready"), 303)
    assert releaser.post(f"{scene.base}/submit", {"name": "", "function": ""}).status_code == 422
    done = ok(submit(releaser, scene), 303)
    again = ok(submit(releaser, scene), 303)
    assert done.headers["location"] == again.headers["location"] == f"{scene.base}/receipt"
    ok(releaser.post(f"{scene.base}/reopen"), 303)
    assert "Bitte kürzer." not in editor.get(scene.base).text, "what was returned before the release is settled"
    with scene.db.transaction() as session:
        session.execute(sa.update(Programme).values(reference="42-7/2026"))
    receipt = html.text_of(html.check(releaser.get(f"{scene.base}/receipt").text))
    with scene.db.reader() as session:
        revision = session.scalars(select(Revision)).one()
    assert "42-7/2026" in receipt, "of whoever asks"
    assert revision.receipt_number in receipt
    assert revision.content_hash in receipt


def test_the_answer_is_shown_as_it_will_be_sent_with_its_disclosure_by_example(scene: Scene) -> None:
    browser = begun(scene)
    complete(browser, scene)
    save(browser, scene, "F", main_message="Bitte <b>einfacher</b>.")
    page = browser.get(f"{scene.base}/review").text
    assert "Bitte &lt;b&gt;einfacher&lt;/b&gt;." in page
    assert "In der Liste der teilnehmenden Stellen steht: „Kiel (Schleswig-Holstein)“." in page
    assert "ohne Namen und ohne Land" in page


def test_after_submitting_it_can_be_reopened_withdrawn_and_disclosed_otherwise(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(submit(browser, scene), 303)
    receipt = f"{scene.base}/receipt"
    ok(browser.post(f"{scene.base}/disclosure", {"disclosure.C": "named"}), 303)
    assert 'value="named" checked' in browser.get(receipt).text
    assert browser.post(f"{scene.base}/disclosure", {"disclosure.C": "alles"}).status_code == 422
    ok(browser.post(f"{scene.base}/reopen"), 303)
    ok(save(browser, scene, "F", main_message="Doch noch etwas."), 303)
    ok(submit(browser, scene), 303)
    assert "Frühere Abgaben" in browser.get(receipt).text
    ok(browser.post(f"{scene.base}/withdraw", {"reason": "Irrtum"}), 303)
    assert "zählt nicht mehr" in browser.get(receipt).text
    assert "zurückgenommen" in browser.get(scene.base).text
    assert browser.post(f"{scene.base}/withdraw").status_code == 409


def test_receipt_and_working_copy_come_as_files_for_the_house_alone(scene: Scene) -> None:
    scene.four_eyes(False)
    browser, others = begun(scene), scene.somebody(*BOTH, body=OTHER)
    assert browser.get(f"{scene.base}/receipt.pdf").status_code == 404
    complete(browser, scene)
    ok(submit(browser, scene), 303)
    for name, begins in (
        ("receipt.pdf", b"%PDF"),
        ("receipt/1.pdf", b"%PDF"),
        ("working-copy.docx", b"PK"),
        ("working-copy.pdf", b"%PDF"),
    ):
        assert ok(browser.get(f"{scene.base}/{name}")).content.startswith(begins)
        assert others.get(f"{scene.base}/{name}").status_code == 404
    for name in ("receipt/2.pdf", "receipt/99999999999999999999.pdf", "working-copy.exe"):
        assert browser.get(f"{scene.base}/{name}").status_code == 404


def test_an_answer_under_reservation_is_confirmed_later(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(save(browser, scene, "A", mandate__kind="reserved"), 303)
    ok(submit(browser, scene), 303)
    assert "Vorbehaltlich eines Beschlusses" in browser.get(f"{scene.base}/receipt").text
    assert browser.post(f"{scene.base}/resolution", {"revision": "2"}).status_code == 409
    shown = filled(ok(browser.get(f"{scene.base}/receipt")).text, "/resolution")
    ok(browser.post(f"{scene.base}/resolution", shown), 303)
    assert "Vorbehaltlich eines Beschlusses" not in browser.get(f"{scene.base}/receipt").text


def test_a_resolution_is_not_confirmed_before_the_day_that_was_named(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(save(browser, scene, "A", mandate__kind="reserved", mandate__date="24.12.2026"), 303)
    ok(submit(browser, scene), 303)
    shown = ok(browser.get(f"{scene.base}/receipt")).text
    assert "Bestätigen lässt er sich ab dem 24.12.2026" in shown
    assert "/resolution" not in shown
    refused = ok(browser.post(f"{scene.base}/resolution", {"revision": "1"}), 409).text
    assert "für den 24.12.2026 angekündigt" in refused


def test_what_may_be_published_stays_as_last_chosen_when_it_is_submitted_again(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(submit(browser, scene), 303)
    ok(browser.post(f"{scene.base}/disclosure", {"disclosure_rest": "named"}), 303)
    ok(browser.post(f"{scene.base}/disclosure", {"disclosure.C": "figures"}), 303)
    ok(browser.post(f"{scene.base}/reopen"), 303)
    ok(submit(browser, scene), 303)
    form = filled(browser.get(f"{scene.base}/receipt").text, "/disclosure")
    assert (form["disclosure.A"], form["disclosure.C"]) == (["named"], ["figures"])


def test_one_choice_stands_for_all_parts_that_were_left_open(scene: Scene) -> None:
    browser = begun(scene)
    changes = {"publication.participant": "named", "disclosure_rest": "none"}
    ok(write(browser, f"{scene.base}/part/F?path=all", "/part/F?path=all", changes), 303)
    chosen = {item: value for (name, item), value in answers(scene).items() if name == "publication"}
    assert len(chosen) > 2
    assert chosen.pop("participant") == "named"
    assert set(chosen.values()) == {"none"}


def test_a_nil_return_asks_only_what_it_needs(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    page = ok(browser.get(f"{scene.base}/nil-return")).text
    assert "question-mandate" in page
    assert "question-need_fit" not in page
    form = filled(page, "/nil-return")
    refused = ok(browser.post(f"{scene.base}/nil-return", form), 422)
    assert 'href="#mandate.kind"' in refused.text
    done = ok(
        browser.post(f"{scene.base}/nil-return", {**form, "mandate.kind": "administration", "function": "Amtsleitung"}),
        303,
    )
    assert "Fehlanzeige" in browser.get(done.headers["location"]).text
    with scene.db.reader() as session:
        assert session.scalars(select(Revision.nil_return)).one()


def test_what_may_be_published_of_a_nil_return_is_asked_once_and_holds_for_every_part(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    here = f"{scene.base}/nil-return"
    page = browser.get(here).text
    assert page.count("Was darf von Ihrer Fehlanzeige veröffentlicht werden?") == 1
    assert 'name="publication.' not in page
    ok(browser.post(here, {**filled(page, "/nil-return"), "disclosure_rest": "figures"}), 422)
    again = filled(browser.get(here).text, "/nil-return")
    assert again["disclosure_rest"] == ["figures"]
    sent = {**again, "disclosure_rest": "named", "mandate.kind": "administration", "function": "Amtsleitung"}
    done = ok(browser.post(here, sent), 303)
    published = filled(browser.get(done.headers["location"]).text, "/disclosure")
    levels = {name: level for name, level in published.items() if name.startswith("disclosure.")}
    assert len(levels) > 2
    others = {name: level for name, level in levels.items() if level != ["named"]}
    assert others == {"disclosure.B": ["figures"]}  # a confidential question stands there


def test_what_was_settled_part_by_part_stays_with_a_nil_return_unless_said_otherwise(scene: Scene) -> None:
    browser = begun(scene)
    changes = {"publication.participant": "named", "publication.A": "none"}
    ok(write(browser, f"{scene.base}/part/F?path=all", "/part/F?path=all", changes), 303)
    page = browser.get(f"{scene.base}/nil-return").text
    assert "wie schon für die einzelnen Teile festgelegt" in page
    form = filled(page, "/nil-return")
    assert form["disclosure_rest"] == [""]
    ok(browser.post(f"{scene.base}/nil-return", {**form, "mandate.kind": "administration"}), 303)
    chosen = {item: value for (name, item), value in answers(scene).items() if name == "publication" and value}
    assert chosen == {"participant": "named", "A": "none"}


def test_a_house_that_takes_no_part_says_so_and_can_come_back(scene: Scene) -> None:
    browser = scene.somebody(*BOTH)
    browser.get(scene.base)
    ok(browser.post(f"{scene.base}/decline", {"reason": "Keine Zeit"}), 303)
    assert "Teilnahme abgelehnt" in browser.get(scene.base).text
    ok(browser.post(f"{scene.base}/reopen"), 303)
    assert "in Bearbeitung" in browser.get(scene.base).text


# -- for others, more time -------------------------------------------------------------------------------------------
def test_a_county_is_offered_its_municipalities_and_finds_others(scene: Scene) -> None:
    base = scene.base_of(COUNTY)
    browser = scene.somebody(*BOTH, body=COUNTY)
    browser.get(base)
    ok(browser.post(f"{base}/start"), 303)
    page = ok(browser.get(f"{base}/representation")).text
    offered = filled(page, "/representation")["bodies"]
    assert len(offered) == 2
    found = ok(
        browser.post(f"{base}/representation", {**filled(page, "/representation"), "search": "yes", "sought": "Ort 1"})
    )
    assert "Ort 1" in found.text
    for page in ("review", "nil-return"):
        assert "Bisher nur für Ihre eigene Stelle" in browser.get(f"{base}/{page}").text, page
    ok(browser.post(f"{base}/representation", {"bodies": offered, f"kind.{offered[0]}": "supporter"}), 303)
    for page in ("review", "nil-return"):
        assert "Ändern, für wen Sie sprechen" in browser.get(f"{base}/{page}").text, page
    with scene.db.reader() as session:
        kinds = {row.register_key: row.kind.value for row in session.scalars(select(Representation))}
    assert kinds == {offered[0]: "supporter", offered[1]: "represented"}
    assert "für 1 Stelle, unterstützt von 1 Stelle" in html.text_of(html.check(browser.get(base).text))
    assert browser.post(f"{base}/representation", {"bodies": ["999"]}).status_code == 422
    itself = browser.post(f"{base}/representation", {"search": "yes", "sought": "Kreis Beispiel"}).text
    assert f'value="{COUNTY}"' not in itself
    assert (
        "Kreis Beispiel sind Sie selbst." in ok(browser.post(f"{base}/representation", {"bodies": [COUNTY]}), 422).text
    )
    town = begun(scene)
    assert town.get(f"{scene.base}/representation").status_code == 403


def test_more_time_is_asked_for_with_a_reason(scene: Scene) -> None:
    browser = scene.somebody(*BOTH)
    path = f"{scene.base}/extension"
    browser.get(path)
    assert "Nennen Sie den Grund" in ok(browser.post(path, {"until": "15.05.2026", "reason": ""}), 422).text
    wrong = ok(browser.post(path, {"until": "31.02.2026", "reason": "Rat"}), 422)
    assert 'value="31.02.2026"' in wrong.text
    ok(browser.post(path, {"until": "15.05.2026", "reason": "Ratssitzung"}), 303)
    assert "erbeten, noch nicht entschieden" in browser.get(scene.base).text
    with scene.db.reader() as session:
        assert session.scalars(select(DeadlineExtension.reason)).one() == "Ratssitzung"


def test_who_is_only_informed_reads_and_does_not_answer(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.get_one(Invitation, scene.invitation_id()).purpose = Purpose.FOR_INFORMATION
    browser = scene.somebody(*BOTH)
    assert "nachrichtlich beteiligt" in ok(browser.get(scene.base)).text
    ok(browser.get(f"{scene.base}/draft"))
    assert browser.post(f"{scene.base}/start").status_code == 403


# -- claiming --------------------------------------------------------------------------------------------------------
def newcomer(scene: Scene, name: str, **more: str) -> tuple[Browser, httpx.Response]:
    browser = Browser(scene.app)
    browser.get("/claim")
    found = ok(browser.post("/claim", {"code": scene.code().lower().replace("-", " ")}), 303)
    browser.get(found.headers["location"])
    account = {
        "name": name,
        "email": f"{name.split(maxsplit=1)[0].lower()}@kiel.example",
        "password": factories.PASSWORD,
        **more,
    }
    return browser, browser.post(found.headers["location"], account)


def test_the_first_claimant_comes_in_by_typing_the_code(scene: Scene) -> None:
    browser, done = newcomer(scene, "Anna Muster", function="Integrationsbeauftragte", alone="yes")
    assert ok(done, 303).headers["location"] == scene.base
    assert "Kiel" in ok(browser.get(scene.base)).text
    with scene.db.reader() as session:
        place = session.scalars(select(Membership).join(Person).where(Person.email == "anna@kiel.example")).one()
        assert set(place.roles) == {"manager", "contributor", "releaser"}
        assert place.function == "Integrationsbeauftragte"
        assert not session.get_one(Organisation, place.organisation_id).four_eyes
        assert session.scalars(select(Job.kind).where(Job.kind == "mail.claimed")).one() == "mail.claimed"


def test_whoever_opens_an_invitation_reads_how_long_it_takes_whom_to_ask_and_what_it_is_about(scene: Scene) -> None:
    with scene.db.transaction() as session:
        consultation = scene.world.consultation(session)
        consultation.contact = "referat@ministerium.example"
    draft = f'href="/consultations/{scene.world.slug}/draft"'
    page = ok(Browser(scene.app).get(f"/claim/{scene.code()}")).text
    assert re.search(r"kurzer Weg etwa \d+ Minuten, alles etwa \d+ Minuten", page)
    assert "referat@ministerium.example" in page
    assert draft not in page
    assert "sobald Sie Ihren Platz eingenommen haben" in page
    with scene.db.transaction() as session:
        scene.world.consultation(session).visibility = Visibility.PUBLIC
    page = ok(Browser(scene.app).get(f"/claim/{scene.code()}")).text
    assert draft in page
    assert f'href="/consultations/{scene.world.slug}/questions"' in page


def test_later_claimants_wait_for_a_manager(scene: Scene) -> None:
    newcomer(scene, "Anna Muster")
    browser, done = newcomer(scene, "Bert Muster", alone="yes")
    waiting = ok(browser.follow(done))
    assert "Ihr Platz wartet auf Zustimmung" in waiting.text
    assert browser.get(scene.base).status_code == 404
    with scene.db.reader() as session:
        assert session.get_one(Organisation, scene.world.bodies[TOWN]).four_eyes


def test_looking_at_a_link_claims_nothing_and_a_wrong_code_says_no_more(scene: Scene) -> None:
    browser = Browser(scene.app)
    page = ok(browser.get(f"/claim/{scene.code()}")).text
    assert "Kiel" in page
    assert "Stiftung Miteinander" in page
    with scene.db.reader() as session:
        organisation = scene.world.bodies[TOWN]
        assert session.scalars(select(Membership).where(Membership.organisation_id == organisation)).first() is None
    wrong = scene.code()[:-1] + ("2" if scene.code()[-1] != "2" else "3")
    refused = browser.get(f"/claim/{wrong}")
    assert refused.status_code == 404
    assert "Kiel" not in refused.text
    assert browser.post("/claim", {"code": wrong}).status_code == 422
    assert (
        "Geben Sie den Code ein, der in Ihrer Einladung steht." in ok(browser.post("/claim", {"code": " "}), 422).text
    )


def test_whoever_waits_is_told_however_the_code_was_typed(scene: Scene) -> None:
    newcomer(scene, "Anna Muster")
    browser, typed = Browser(scene.app), "/claim/" + scene.code().lower().replace("-", "–")
    browser.get(typed)
    new = {"name": "Bert Muster", "email": "bert@kiel.example", "password": factories.PASSWORD}
    done = ok(browser.post(typed, new), 303)
    assert done.headers["location"] == f"/claim/{scene.code()}"


def test_trying_codes_is_limited(scene: Scene) -> None:
    browser = Browser(scene.app)
    statuses = [browser.get("/claim/AAAA-AAAA-AAAA-AAAA").status_code for _ in range(61)]
    assert statuses[-1] == 429
    assert browser.get(f"/claim/{scene.code()}").status_code == 429


def test_who_is_not_responsible_passes_the_invitation_on_inside_the_house(scene: Scene) -> None:
    scene.address("poststelle@kiel.example")
    browser, code = Browser(scene.app), scene.code()
    browser.get(f"/claim/{code}")
    assert browser.post(f"/claim/{code}/pass-on", {"other": "jemand@anderswo.example"}).status_code == 422
    ok(browser.post(f"/claim/{code}/pass-on", {"other": "integration@kiel.example"}), 303)
    with scene.db.reader() as session:
        assert session.get_one(Invitation, scene.invitation_id()).email == "integration@kiel.example"


def test_somebody_who_is_logged_in_takes_the_place_with_their_account(scene: Scene) -> None:
    browser = scene.somebody(*BOTH, body=OTHER)
    browser.get(f"/claim/{scene.code()}")
    assert ok(browser.post(f"/claim/{scene.code()}", {"function": "Vertretung"}), 303).headers["location"] == scene.base
    assert browser.get(f"/claim/{scene.code()}").headers["location"] == scene.base


def test_a_cancelled_consultation_stays_readable_and_takes_nothing(scene: Scene) -> None:
    browser = begun(scene)
    with scene.db.transaction() as session:
        consultations.cancel(session, scene.world.planner, scene.world.slug, "Haushaltssperre")
    assert "Konsultation abgebrochen" in browser.get(f"/o/{scene.world.bodies[TOWN]}/answers").text
    ok(browser.get(scene.base))
    assert browser.post(f"{scene.base}/part/A", {"mandate.kind": "resolved"}).status_code == 409


def test_own_answers_come_as_a_table_and_an_earlier_submission_tells_what_changed(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    save(browser, scene, "F", main_message="=1+1 Anträge")
    ok(submit(browser, scene), 303)
    (sheet,) = load_workbook(io.BytesIO(browser.get(f"{scene.base}/receipt.xlsx").content)).worksheets[1:]
    rows = {row[6].value: row[5] for row in sheet.iter_rows()}
    assert rows["main_message"].value == "=1+1 Anträge"
    assert rows["main_message"].data_type == "s"
    browser.get(f"{scene.base}/receipt")
    ok(browser.post(f"{scene.base}/reopen"), 303)
    save(browser, scene, "F", main_message="Zwei Anträge")
    ok(submit(browser, scene), 303)
    second = ok(browser.get(f"{scene.base}/receipt/2")).text
    assert "Was sich gegenüber Fassung 1 geändert hat" in second
    assert html.parse(second).find(".//del") is not None
    first = ok(browser.get(f"{scene.base}/receipt/1")).text
    assert "=1+1 Anträge" in first
    assert "Was sich gegenüber" not in first
    assert browser.get(f"{scene.base}/receipt/3").status_code == 404
