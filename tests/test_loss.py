"""Nothing typed is ever lost: sessions that ended, deadlines that passed, windows that were forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.people.models import LoginSession, Person
from consultation.states import Role
from tests import html
from tests.browsing import BASE, Browser
from tests.desk_world import NOW, TOWN, Scene, filled
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import answers, begun, ok

HERE = {"origin": BASE}
TEXT = "Die Fristen sind zu kurz.\r\n\r\nDrei Monate wären nötig."
PIECE = {**HERE, "hx-request": "true"}


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def email_of(scene: Scene, name: str = "Kim Muster") -> str:
    with scene.db.reader() as session:
        return session.scalars(select(Person.email).where(Person.name == name)).one()


def end_all_sessions(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.execute(delete(LoginSession))


def part(scene: Scene, key: str = "F") -> str:
    return f"{scene.base}/part/{key}?path=all"


def form_of(browser: Browser, path: str) -> dict[str, Any]:
    return filled(ok(browser.get(path)).text, path)


def test_what_is_sent_after_the_session_ended_is_saved_after_the_next_log_in(scene: Scene) -> None:
    browser, path = begun(scene), part(scene)
    form = {**form_of(browser, path), "main_message": "Um eine Sitzung zu spät", "then": "stay"}
    end_all_sessions(scene)
    page = ok(browser.post(path, form, headers=HERE), 401).text
    assert "Sie sind nicht mehr angemeldet." in page
    assert "Um eine Sitzung zu spät" in html.text_of(html.check(page))
    held = filled(page, path)
    other_tab = Browser(scene.app)
    other_tab.log_in(email_of(scene))
    stale = browser.token
    browser.cookies = other_tab.cookies
    browser.token = stale
    page = ok(browser.post(path, held, headers=HERE), 403).text
    assert "als Kim Muster" in page  # before anything is saved under a name, it is said
    assert answers(scene) == {}
    again = ok(browser.post(path, filled(page, path), headers=HERE), 303)
    assert again.headers["location"] == path  # the button that was pressed is remembered too
    assert answers(scene)["main_message", ""] == "Um eine Sitzung zu spät"


def test_a_draft_section_sent_after_the_session_ended_comes_back_with_its_line_breaks(scene: Scene) -> None:
    browser, section = begun(scene), scene.world.sections["§ 3"]
    path = f"{scene.base}/draft/{section}"
    form = filled(browser.get(f"{scene.base}/draft").text, path)
    wording = next(name for name in form if name.endswith(".text"))
    end_all_sessions(scene)
    page = ok(browser.post(path, {**form, wording: TEXT}, headers=HERE), 401).text
    assert filled(page, path)[wording] == [TEXT.replace("\r", "")]
    assert page.count("<p>Die Fristen sind zu kurz.</p>") == 1


def test_the_automatic_saving_says_that_the_session_ended_and_goes_on_with_a_new_token(scene: Scene) -> None:
    browser, path = begun(scene), part(scene)
    form = {**form_of(browser, path), "main_message": "Weiter getippt"}
    end_all_sessions(scene)
    refused = ok(browser.post(path, form, headers=PIECE), 401)
    assert "Nicht gespeichert: Sie sind nicht mehr angemeldet." in refused.text
    assert refused.headers["x-session"] == "over"
    assert "hx-redirect" not in refused.headers  # the page with the text is not left
    assert browser.get("/login/token").status_code == 401
    old = browser.token
    browser.log_in(email_of(scene))
    browser.token = old
    assert ok(browser.post(path, form, headers=PIECE), 403).headers["x-session"] == "over"
    now = ok(browser.get("/login/token")).json()
    assert now["name"] == "Kim Muster"
    browser.token = now["token"]
    saved = ok(browser.post(path, form, headers=PIECE))
    assert saved.headers["x-saved"] == "yes"
    assert answers(scene)["main_message", ""] == "Weiter getippt"


def test_nothing_is_handed_back_to_another_site_or_to_nobody_in_particular(scene: Scene) -> None:
    browser, path = begun(scene), part(scene)
    form = {**form_of(browser, path), "main_message": "Von anderswo untergeschoben"}
    for headers in ({}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = browser.send("POST", path, data={**form, "csrf_token": "x"}, headers=headers)
        assert answer.status_code == 403
        assert "untergeschoben" not in answer.text


def test_nobody_is_offered_to_send_again_what_was_typed_into_the_account(scene: Scene) -> None:
    browser = begun(scene)
    end_all_sessions(scene)
    answer = browser.post("/account/password", {"current": "geheimes Wort", "password": "p" * 20}, headers=HERE)
    assert answer.headers["location"] == "/login"


@pytest.mark.parametrize("path", ["/reference", "/representation", "/decline", "/extension", "/return"])
def test_whatever_is_refused_after_the_session_ended_is_still_there(scene: Scene, path: str) -> None:
    browser = begun(scene)
    end_all_sessions(scene)
    page = ok(browser.post(scene.base + path, {"reason": "Der Rat tagt erst im Mai."}, headers=HERE), 401).text
    assert "Der Rat tagt erst im Mai." in html.text_of(html.check(page))


def pass_the_deadline(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.get_one(Consultation, scene.world.consultation_id).deadline = NOW + timedelta(minutes=9)
    scene.clock(NOW + timedelta(minutes=9))


def extend(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.get_one(Invitation, scene.invitation_id(TOWN)).extended_until = NOW + timedelta(days=3)


def test_the_deadline_passes_while_typing_and_an_extension_lets_the_same_page_save(scene: Scene) -> None:
    browser, path = begun(scene), part(scene)
    form = {**form_of(browser, path), "main_message": "Um eine Minute zu spät"}
    pass_the_deadline(scene)
    piece = ok(browser.post(path, form, headers=PIECE), 409)
    assert "Nicht gespeichert." in piece.text
    assert piece.headers["x-saved"] == "no"
    page = ok(browser.post(path, form, headers=HERE), 409).text
    assert 'value="Um eine Minute zu spät"' in page
    extend(scene)
    ok(browser.post(path, filled(page, path), headers=HERE), 303)
    assert answers(scene)["main_message", ""] == "Um eine Minute zu spät"


def test_a_comment_on_the_draft_survives_the_deadline_too(scene: Scene) -> None:
    browser, section = begun(scene), scene.world.sections["§ 3"]
    path = f"{scene.base}/draft/{section}"
    form = filled(browser.get(f"{scene.base}/draft").text, path)
    wording = next(name for name in form if name.endswith(".text"))
    pass_the_deadline(scene)
    page = ok(browser.post(path, {**form, wording: TEXT}, headers=HERE), 409).text
    assert "Drei Monate wären nötig." in page
    extend(scene)
    ok(browser.post(path, filled(page, path), headers=HERE), 303)
    [entry] = [value for (_, item), value in answers(scene).items() if item and isinstance(value, dict)]
    assert entry["text"] == "Die Fristen sind zu kurz.\n\nDrei Monate wären nötig."


def test_a_nil_return_after_the_deadline_keeps_what_was_typed_with_it(scene: Scene) -> None:
    browser = begun(scene)
    path = f"{scene.base}/nil-return"
    form = form_of(browser, path)
    pass_the_deadline(scene)
    sent = {**form, "mandate.kind": "resolved", "name": "Bea Haupt", "function": "Bürgermeisterin"}
    page = ok(browser.post(path, sent, headers=HERE), 409).text
    assert filled(page, path)["mandate.kind"] == ["resolved"]
    assert 'value="Bürgermeisterin"' in page


def test_one_s_own_text_in_a_forgotten_window_is_a_quarrel_and_not_an_overwriting(scene: Scene) -> None:
    office, path = begun(scene), part(scene)
    yesterday = form_of(office, path)
    home = Browser(scene.app)
    home.log_in(email_of(scene))
    ok(home.post(path, {**form_of(home, path), "main_message": "Abends zu Hause, sorgfältig"}), 303)
    page = ok(office.post(path, {**yesterday, "main_message": "Morgens im alten Fenster"}), 409).text
    assert "Abends zu Hause, sorgfältig" in page
    assert "Morgens im alten Fenster" in page
    assert answers(scene)["main_message", ""] == "Abends zu Hause, sorgfältig"


def test_the_same_page_saving_once_more_after_a_lost_answer_is_no_quarrel(scene: Scene) -> None:
    browser, path = begun(scene), part(scene)
    form = form_of(browser, path)
    for text in ("Die Antwort hierauf", "Die Antwort hierauf ging verloren"):
        ok(browser.post(path, {**form, "main_message": text}, headers=PIECE))
    for _ in range(2):  # and a button pressed twice, or a page sent again by reloading, changes nothing more
        ok(browser.post(path, {**form, "main_message": "Die Antwort hierauf ging verloren"}), 303)
    assert answers(scene)["main_message", ""] == "Die Antwort hierauf ging verloren"


def test_a_night_later_the_colleague_s_text_and_one_s_own_stand_side_by_side(scene: Scene) -> None:
    sleeper, path = begun(scene), part(scene)
    form = form_of(sleeper, path)
    early = scene.somebody(Role.CONTRIBUTOR, name="Robin Früh")
    ok(early.post(path, {**form_of(early, path), "main_message": "Von Robin am Morgen"}), 303)
    scene.clock(NOW + timedelta(hours=14))
    sleeper_again = ok(sleeper.post(path, {**form, "main_message": "Vom Abend davor"}, headers=HERE), 401).text
    sleeper.log_in(email_of(scene))
    page = ok(sleeper.post(path, filled(sleeper_again, path), headers=HERE), 409).text
    assert "Von Robin am Morgen" in page
    assert "Vom Abend davor" in page
    settled = {**filled(page, path), "settle.main_message": "mine:1", "then": "stay"}
    ok(sleeper.post(path, settled), 303)
    assert answers(scene)["main_message", ""] == "Vom Abend davor"


def test_choosing_between_two_texts_is_not_done_by_the_automatic_saving(scene: Scene) -> None:
    one, two, path = begun(scene), scene.somebody(Role.CONTRIBUTOR, name="Robin Zwei"), part(scene)
    mine, theirs = form_of(one, path), form_of(two, path)
    ok(two.post(path, {**theirs, "main_message": "Von Robin"}), 303)
    piece = ok(one.post(path, {**mine, "main_message": "Von mir", "settle.main_message": "theirs"}, headers=PIECE), 409)
    assert piece.headers["x-saved"] == "partly"
    assert answers(scene)["main_message", ""] == "Von Robin"


def test_two_windows_on_one_section_of_the_draft_see_both_texts_without_a_script(scene: Scene) -> None:
    one, two = begun(scene), scene.somebody(Role.CONTRIBUTOR, name="Robin Zwei")
    section = scene.world.sections["§ 3"]
    path = f"{scene.base}/draft/{section}"
    stance = next(name for name in filled(one.get(f"{scene.base}/draft").text, path) if name.endswith(f".{section}"))
    choice = stance.removeprefix("present.").removeprefix("version.").removeprefix("shown.")
    mine = filled(one.get(f"{scene.base}/draft").text, path)
    theirs = filled(two.get(f"{scene.base}/draft").text, path)
    ok(two.post(path, {**theirs, choice: "full"}), 303)
    page = ok(one.post(path, {**mine, choice: "no"}), 409).text
    assert f'id="quarrels-{section}"' in page
    assert "Zwei Fassungen derselben Antwort" in page
    ok(one.post(path, {**filled(page, path), f"settle.{choice}": "mine:1"}), 303)
    assert answers(scene)[choice.removesuffix(f".{section}"), section] == "no"


def test_an_invalid_field_stays_as_typed_while_the_rest_is_saved(scene: Scene) -> None:
    browser, path = begun(scene), part(scene, "D")
    form = form_of(browser, path)
    sent = {"csrf_token": browser.token, **form, "burden_proof.hours": "ungefähr zwölf", "burden_proof.level": "3"}
    piece = ok(browser.send("POST", path, data=sent, headers=PIECE), 422)
    assert 'href="#burden_proof.hours"' in piece.text
    assert piece.headers["x-saved"] == "yes"  # kept as typed: closing the page loses nothing
    page = browser.get(path).text
    assert 'value="ungefähr zwölf"' in page
    assert answers(scene)["burden_proof.level", ""] == 3
