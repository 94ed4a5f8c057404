"""Nothing typed is lost in a real browser: the session ends, the network is cut, the browser is killed, the deadline passes."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from sqlalchemy import delete, select

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.people.models import LoginSession, Organisation
from consultation.responses.models import DraftAnswer
from consultation.states import Role
from tests import factories
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.desk_world import NOW, TOWN, Scene
from tests.desk_world import scene as make_scene
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser
FIELD = "input[name='main_message']"
STATUS = "#save-status"


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Scene, str]]:
    path, port = tmp_path / "desk.db", free_port()
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    base = f"http://127.0.0.1:{port}"
    made = make_scene(db, {"base_url": base})
    with served(made.app, port):
        yield made, base
    db.close()


def member(scene: Scene, name: str = "Anna Eins", *roles: Role) -> str:
    with scene.db.transaction() as session:
        person = factories.person(session, name)
        house = session.get_one(Organisation, scene.world.bodies[TOWN])
        factories.membership(session, person, house, roles or [Role.CONTRIBUTOR])
        return person.email


def at_the_last_page(scene: Scene, who: Somebody, email: str) -> None:
    """Logged in and begun, on the last page of the form."""
    who.log_in(email)
    who.page.goto(scene.base)
    if who.page.get_by_role("button", name="Stellungnahme beginnen").count():
        who.press("Stellungnahme beginnen")
    who.page.goto(f"{scene.base}/part/F?path=all")


def stored(scene: Scene) -> dict[str, object]:
    with scene.db.reader() as session:
        return {row.question_key: row.value.get("value") for row in session.scalars(select(DraftAnswer))}


def end_the_session(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.execute(delete(LoginSession))


def log_in_again(page: Page, email: str) -> None:
    page.get_by_label("Mailadresse").fill(email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    go(page.get_by_role("button", name="Anmelden", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind wieder angemeldet")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_session_ends_while_typing_and_one_goes_on_after_logging_in_beside(
    scene: tuple[Scene, str], chrome: Browser, width: int
) -> None:
    world, base = scene
    email = member(world)
    anna = Somebody(chrome, base, width, script=True)
    at_the_last_page(world, anna, email)
    end_the_session(world)
    anna.page.locator(FIELD).fill("Mitten im Satz")
    expect(anna.page.locator(STATUS)).to_contain_text("Nicht gespeichert: Sie sind nicht mehr angemeldet.")
    expect(anna.page.locator(FIELD)).to_have_value("Mitten im Satz")
    anna.look("loss-session")
    with anna.context.expect_page() as opened:
        anna.page.locator(STATUS).get_by_role("link", name="In einem neuen Fenster anmelden").click()
    log_in_again(opened.value, email)
    anna.page.bring_to_front()
    expect(anna.page.locator(STATUS)).to_contain_text("Gespeichert um", timeout=30_000)
    assert stored(world)["main_message"] == "Mitten im Satz"
    go(anna.page.get_by_role("button", name="Speichern und zur Übersicht"))
    expect(anna.page.get_by_text("Gespeichert.", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_without_a_script_the_refused_page_keeps_everything_until_one_is_logged_in_again(
    scene: tuple[Scene, str], chrome: Browser, width: int
) -> None:
    world, base = scene
    email = member(world)
    anna = Somebody(chrome, base, width, script=False)
    at_the_last_page(world, anna, email)
    end_the_session(world)
    anna.page.locator(FIELD).fill("Ein ganzer Satz mit Mühe")
    anna.press("Speichern und zur Übersicht")
    expect(anna.page.get_by_role("heading", level=1)).to_have_text("Noch nicht gespeichert")
    expect(anna.page.get_by_text("Ein ganzer Satz mit Mühe")).to_be_visible()
    anna.look("loss-held")
    with anna.context.expect_page() as opened:
        anna.page.get_by_role("link", name="Melden Sie sich in einem neuen Fenster an.").click()
    log_in_again(opened.value, email)
    anna.press("Angaben noch einmal senden")
    expect(anna.page.get_by_text("als Anna Eins")).to_be_visible()
    anna.look("loss-held-again")
    anna.press("Angaben noch einmal senden")
    expect(anna.page.get_by_text("Gespeichert.", exact=True)).to_be_visible()
    assert stored(world)["main_message"] == "Ein ganzer Satz mit Mühe"


def test_another_person_in_the_same_browser_does_not_save_what_the_first_one_typed(
    scene: tuple[Scene, str], chrome: Browser
) -> None:
    world, base = scene
    email, other = member(world), member(world, "Robin Zwei")
    anna = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, anna, email)
    end_the_session(world)
    anna.page.locator(FIELD).fill("Nur von Anna")
    with anna.context.expect_page() as opened:
        anna.page.locator(STATUS).get_by_role("link", name="In einem neuen Fenster anmelden").click()
    log_in_again(opened.value, other)
    anna.page.bring_to_front()
    told = "In diesem Browser ist jetzt Robin Zwei angemeldet."
    expect(anna.page.locator(STATUS)).to_contain_text(told, timeout=30_000)
    expect(anna.page.locator(FIELD)).to_have_value("Nur von Anna")
    assert stored(world) == {}


def test_the_network_is_cut_and_what_was_typed_is_saved_when_it_is_back(
    scene: tuple[Scene, str], chrome: Browser
) -> None:
    world, base = scene
    anna = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, anna, member(world))
    anna.context.set_offline(True)
    anna.page.locator(FIELD).fill("Im Zug geschrieben")
    expect(anna.page.locator(STATUS)).to_contain_text("Nicht gespeichert: Der Dienst ist nicht erreichbar.")
    anna.page.get_by_role("button", name="Speichern und zur Übersicht").click()  # leads nowhere now, and loses nothing
    expect(anna.page.locator(STATUS)).to_contain_text("Nicht gespeichert")
    expect(anna.page.locator(FIELD)).to_have_value("Im Zug geschrieben")
    anna.context.set_offline(False)
    expect(anna.page.locator(STATUS)).to_contain_text("Gespeichert um")
    assert stored(world)["main_message"] == "Im Zug geschrieben"


def test_leaving_the_page_with_unsaved_text_is_asked_about(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    anna = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, anna, member(world))
    anna.context.set_offline(True)
    anna.page.locator(FIELD).fill("Noch nicht gespeichert")
    expect(anna.page.locator(STATUS)).to_contain_text("Nicht gespeichert")
    with anna.page.expect_event("dialog") as asked:
        anna.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(anna.page.locator(FIELD)).to_have_value("Noch nicht gespeichert")


def test_after_the_browser_was_killed_all_but_the_last_seconds_is_there(
    scene: tuple[Scene, str], chrome: Browser
) -> None:
    world, base = scene
    email = member(world)
    anna = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, anna, email)
    anna.page.locator(FIELD).press_sequentially("Ohne Pause ", delay=20)
    expect(anna.page.locator(STATUS)).to_contain_text("Gespeichert um")
    anna.context.close()  # no question, no last request
    again = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, again, email)
    expect(again.page.locator(FIELD)).to_have_value("Ohne Pause")


def test_who_never_pauses_is_saved_all_the_same(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    anna = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, anna, member(world))
    field = anna.page.locator(FIELD)
    for _ in range(150):  # half as long again as the longest wait, without a second's pause
        field.press_sequentially("x", delay=100)
        if "main_message" in stored(world):
            return
    pytest.fail("nothing was saved while somebody typed without a pause")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_deadline_passes_while_typing_and_an_extension_saves_it(
    scene: tuple[Scene, str], chrome: Browser, width: int
) -> None:
    world, base = scene
    anna = Somebody(chrome, base, width, script=True)
    at_the_last_page(world, anna, member(world))
    with world.db.transaction() as session:
        session.get_one(Consultation, world.world.consultation_id).deadline = NOW + timedelta(minutes=1)
    world.clock(NOW + timedelta(minutes=1))
    anna.page.locator(FIELD).fill("Eine Minute zu spät")
    expect(anna.page.locator(STATUS)).to_contain_text("Die Frist ist abgelaufen; Ihre Eingabe wurde nicht gespeichert.")
    go(anna.page.get_by_role("button", name="Speichern und zur Übersicht"))
    expect(anna.page.locator(FIELD)).to_have_value("Eine Minute zu spät")
    anna.look("loss-deadline")
    with world.db.transaction() as session:
        session.get_one(Invitation, world.invitation_id()).extended_until = NOW + timedelta(days=3)
    go(anna.page.get_by_role("button", name="Speichern und zur Übersicht"))
    assert stored(world)["main_message"] == "Eine Minute zu spät"


def test_two_browsers_in_one_answer_see_each_other_and_each_other_s_texts(
    scene: tuple[Scene, str], chrome: Browser
) -> None:
    world, base = scene
    emails = member(world), member(world, "Robin Zwei")
    one, two = (Somebody(chrome, base, width, script=True) for width in (1280, 390))
    for who, email in zip((one, two), emails, strict=True):
        at_the_last_page(world, who, email)
    expect(two.page.locator("#colleagues")).to_contain_text("Anna Eins – auf dieser Seite")
    one.page.locator(FIELD).fill("Von Anna")
    expect(one.page.locator(STATUS)).to_contain_text("Gespeichert um")
    expect(one.page.locator("#colleagues")).to_contain_text("Robin Zwei – auf dieser Seite")
    two.page.locator(FIELD).fill("Von Robin")
    expect(two.page.locator("#quarrels")).to_contain_text("Von Anna")
    two.look("together-quarrel")
    two.page.get_by_label("Die gespeicherte Fassung gilt").check()
    two.press("Auswahl speichern")
    expect(two.page.locator(FIELD)).to_have_value("Von Anna")
    section = world.world.sections["§ 3"]
    two.page.goto(f"{world.base}/draft#{section}")
    two.page.locator(f"[id='{section}']").get_by_label("Zustimmung mit Änderungen").check()
    expect(two.page.locator(f"[id='status-{section}']")).to_contain_text("Gespeichert um")
    one.page.goto(f"{world.base}/draft")
    expect(one.page.locator(f"[id='here-{section}']")).to_have_text("Robin Zwei ist gerade hier.")
    one.look("together-draft")
    one.page.goto(world.base)
    one.look("together-hub")
    one.page.goto(f"/o/{world.world.bodies[TOWN]}/answers")
    one.look("together-start")


def test_by_keyboard_alone_a_field_is_answered_saved_and_left(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    anna = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, anna, member(world))
    page = anna.page

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"{selector} is not reached by the keyboard")

    page.keyboard.press("Tab")  # the first stop leads past the header
    page.keyboard.press("Enter")
    tab_to("input[type=radio]")
    page.keyboard.press("Space")
    tab_to(FIELD)
    page.keyboard.type("Nur mit Tasten")
    expect(page.locator(STATUS)).to_contain_text("Gespeichert um")
    tab_to("button[name=then]")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Gespeichert.", exact=True)).to_be_visible()
    assert stored(world)["main_message"] == "Nur mit Tasten"


def test_leaving_a_page_where_all_is_saved_asks_nothing_though_one_is_still_in_the_field(
    scene: tuple[Scene, str], chrome: Browser
) -> None:
    world, base = scene
    anna = Somebody(chrome, base, 1280, script=True)
    at_the_last_page(world, anna, member(world))
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    anna.page.on("dialog", answer)
    anna.page.locator(FIELD).click()
    anna.page.keyboard.type("Schon gespeichert")
    expect(anna.page.locator(STATUS)).to_contain_text("Gespeichert um")
    expect(anna.page.locator("form[data-dirty]")).to_have_count(0)
    go(anna.page.get_by_role("navigation", name="Sie sind hier").get_by_role("link", name="Probeanhörung"))
    assert asked == []
    assert stored(world)["main_message"] == "Schon gespeichert"
