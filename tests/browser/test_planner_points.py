"""Weighing in a real browser: fifty points with bulk and exceptions, by mouse and by keyboard alone, taken back, published."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from consultation.core.db import Database
from consultation.documents.models import Edition
from consultation.evaluation.models import Point
from consultation.states import EditionState, PointState
from tests import evaluation_world
from tests.browser.keyboard import HIDDEN
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.browser.test_planner import WIDTHS, log_in
from tests.browsing import site
from tests.factories import MOMENT
from tests.test_web_planners_running import DEMAND, Running, point_of

pytestmark = pytest.mark.browser
LATER = MOMENT + timedelta(days=70)
WISHES = 50
EXCEPTIONS = "7, 20-21"
NARROW = 767
"""Where the box for many points stands behind the list instead of before it."""
LOW = [(1280, 720), (1280, 600), (390, 844)]


class Desk:
    """A planner at the screen, with fifty wishes of one town besides what Running holds."""

    def __init__(self, running: Running, app: FastAPI, base: str) -> None:
        self.running, self.app, self.base, self.at = running, app, base, running.at()

    def states(self) -> dict[str, int]:
        with self.running.db.reader() as session:
            counted = session.execute(select(Point.state, func.count()).group_by(Point.state))
            return {str(state): count for state, count in counted}


@pytest.fixture
def desk(sqlite_template: Path, tmp_path: Path) -> Iterator[Desk]:
    path, port = tmp_path / "points.db", free_port()
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    running = Running(db, tmp_path)
    with db.transaction() as session:
        section = running.world.sections["§ 5"]
        wishes = {
            str(number): {"section": section, "kind": "replace", "text": f"Die Frist beträgt {number} Monate.",
                          "rationale": "Weil wir sie brauchen.", "priority": "should"}
            for number in range(1, WISHES + 1)
        }  # fmt: skip
        evaluation_world.submit(session, running.world, "030510044004", {"amendments": wishes})
    running.work(MOMENT + timedelta(days=2))
    base = f"http://127.0.0.1:{port}"
    app = site(db, LATER, base_url=base, data_dir=tmp_path)
    with served(app, port):
        yield Desk(running, app, base)
    db.close()


def at_the_desk(chrome: Browser, desk: Desk, width: int, path: str = "/points") -> Somebody:
    paula = log_in(chrome, desk.base, width, desk.running.emails["paula"])
    paula.page.goto(desk.at + path)
    return paula


def load(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_event("load"):
        page.keyboard.press(key)


@pytest.mark.parametrize("width", WIDTHS)
def test_fifty_points_are_decided_at_once_with_exceptions_and_taken_back(chrome: Browser, desk: Desk, width: int):
    paula = at_the_desk(chrome, desk, width)
    page = paula.page
    paula.look("points-list")
    page.get_by_label("Text, Stelle oder Nummer").fill("FRIST Monate")
    go(page.get_by_role("button", name="Filtern"))
    expect(page.get_by_text(f"{WISHES} Punkte").first).to_be_visible()
    ticked = page.locator("[data-ticked]")
    expect(ticked).to_have_text("0 angekreuzt")
    for number in (0, 1):
        page.locator("[data-row] input[type=checkbox]").nth(number).check()
    expect(ticked).to_have_text("2 angekreuzt")
    expect(ticked).to_be_in_viewport()
    page.get_by_text("Viele Punkte auf einmal bearbeiten").click()
    expect(page.get_by_label("die angekreuzten")).to_be_focused()
    expect(page.get_by_label("die angekreuzten")).to_be_in_viewport()
    expect(ticked).to_be_in_viewport()
    if width > NARROW:
        expect(page.locator("[data-row]").nth(1)).to_be_in_viewport()
    page.get_by_label(f"alle {WISHES}, die zum Filter passen").check()
    page.get_by_label("Ausnahmen bei „alle“").fill(EXCEPTIONS)
    paula.look("points-bulk")
    bulk = page.locator("#bulk")
    bulk.get_by_label("Entscheidung", exact=True).select_option(label="wird teilweise berücksichtigt")
    bulk.get_by_label("Erwiderung").fill("Die Frist wird verlängert, aber nicht so weit.")
    go(bulk.get_by_role("button", name="Entscheiden", exact=True))
    expect(page.get_by_text("47 Punkte sind bearbeitet.")).to_be_visible()
    assert desk.states()[PointState.DECIDED] == WISHES - 3
    paula.look("points-decided")
    go(page.get_by_role("button", name="Rückgängig: Entscheidung"))
    expect(page.get_by_text("Der letzte Schritt ist rückgängig gemacht.")).to_be_visible()
    assert PointState.DECIDED not in desk.states()


def test_heading_and_buttons_stay_in_sight_on_a_usual_screen(chrome: Browser, desk: Desk):
    page = at_the_desk(chrome, desk, 1280).page
    page.set_viewport_size({"width": 1280, "height": 900})
    heading = page.get_by_role("heading", name="Einzelpunkte")
    before = heading.bounding_box()
    page.get_by_text("Fortschritt nach Abschnitt und Person").click()
    assert heading.bounding_box() == before
    page.get_by_text("Viele Punkte auf einmal bearbeiten").click()
    for name in ("Entscheiden", "Vorschlagen", "Nur erwidern", "Vergeben", "Entfernen", "Zuweisen", "Zusammenführen"):
        button = page.locator("#bulk").get_by_role("button", name=name, exact=True)
        expect(button).to_be_in_viewport(ratio=1)
    box = page.locator("#bulk").bounding_box()
    assert box is not None
    assert box["height"] < 0.47 * 900, "rows of the list stay in sight above it"


def focus_is_in_sight(page: Page) -> None:
    """Chromium takes its time to scroll to what has the focus."""
    page.wait_for_function(f"() => !({HIDDEN})(document.activeElement)", timeout=2000)
    expect(page.locator("*:focus")).to_be_in_viewport()


@pytest.mark.parametrize("opened", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize(("width", "height"), LOW)
def test_the_box_for_many_points_hides_no_row_that_has_the_focus_on_a_low_window(
    chrome: Browser, desk: Desk, width: int, height: int, opened: bool
):
    page = at_the_desk(chrome, desk, width).page
    page.set_viewport_size({"width": width, "height": height})
    if opened:
        page.get_by_text("Viele Punkte auf einmal bearbeiten").click()
        expect(page.get_by_label("die angekreuzten")).to_be_focused()
        focus_is_in_sight(page)
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="Filtern").focus()
    for key in ["Tab"] * 16 + ["Shift+Tab"] * 6:
        page.keyboard.press(key)
        focus_is_in_sight(page)


@pytest.mark.parametrize(("width", "height"), LOW)
def test_at_least_half_of_a_low_window_is_left_to_the_list(chrome: Browser, desk: Desk, width: int, height: int):
    page = at_the_desk(chrome, desk, width).page
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_text("Viele Punkte auf einmal bearbeiten").click()
    page.locator("[data-row]").nth(6).evaluate("row => row.scrollIntoView({block: 'start', behavior: 'instant'})")
    assert page.locator("#bulk").evaluate("box => box.getBoundingClientRect().top") >= height / 2


@pytest.mark.parametrize("width", WIDTHS)
def test_fifty_points_are_decided_by_keyboard_alone(chrome: Browser, desk: Desk, width: int):
    paula = at_the_desk(chrome, desk, width)
    page, keys = paula.page, paula.page.keyboard
    expect(page.get_by_role("button", name="Tastenkürzel")).to_be_visible()
    keys.press("/")
    keys.type("frist monate")
    load(page, "Enter")
    keys.press("d")
    expect(page.locator("#decision")).to_be_focused()
    keys.type("wird teil")
    keys.press("Escape")
    keys.press("r")
    keys.type("Teils.")
    for _ in range(20):
        if page.evaluate("document.activeElement.name") == "scope":
            break
        keys.press("Shift+Tab")
    keys.press("ArrowDown")
    expect(page.get_by_label(f"alle {WISHES}, die zum Filter passen")).to_be_checked()
    keys.press("Tab")
    keys.type(EXCEPTIONS)
    for _ in range(20):
        if page.evaluate("document.activeElement.value") == "decide":
            break
        keys.press("Tab")
    load(page, "Enter")
    expect(page.get_by_text("47 Punkte sind bearbeitet.")).to_be_visible()
    page.goto(f"{desk.at}/points?q=frist&state=open&order=number")
    walk_through_the_exceptions(page)
    assert desk.states() == {"decided": WISHES, "new": 3}
    page.goto(f"{desk.at}/points")
    load(page, "u")
    assert desk.states() == {"decided": WISHES - 1, "new": 4}


def walk_through_the_exceptions(page: Page) -> None:
    """Three points are left: to the second by the list, back to the first, then one after the other."""
    keys = page.keyboard
    keys.press("j")
    keys.press("n")
    load(page, "Enter")
    expect(page.get_by_role("heading", name="Punkt 20")).to_be_visible()
    load(page, "k")
    for number in (7, 20, 21):
        expect(page.get_by_role("heading", name=f"Punkt {number}", exact=True)).to_be_visible()
        keys.press("d")
        keys.press("ArrowDown")
        keys.press("r")
        keys.type("Ja, gern. jkndu?")
        load(page, "Control+Enter")
    expect(page.get_by_text("Kein Punkt passt dazu.")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_keys_are_explained_and_can_be_switched_off(chrome: Browser, desk: Desk, width: int):
    paula = at_the_desk(chrome, desk, width)
    page, keys = paula.page, paula.page.keyboard
    keys.press("?")
    expect(page.get_by_role("dialog", name="Tastenkürzel")).to_be_visible()
    paula.look("points-keys")
    page.get_by_label("Tastenkürzel auf diesem Gerät benutzen").uncheck()
    keys.press("Escape")
    keys.press("d")
    expect(page.locator("#bulk")).not_to_have_attribute("open", "")
    page.reload()
    page.get_by_role("button", name="Tastenkürzel").click()
    page.get_by_label("Tastenkürzel auf diesem Gerät benutzen").check()
    keys.press("Escape")
    keys.press("d")
    expect(page.locator("#decision")).to_be_focused()


@pytest.mark.parametrize("width", WIDTHS)
def test_one_point_is_weighed_and_an_exception_taken_out(chrome: Browser, desk: Desk, width: int):
    point = point_of(desk.running, DEMAND)
    paula = at_the_desk(chrome, desk, width, f"/points/{point.id}")
    page = paula.page
    paula.look("point")
    page.get_by_label("wird nicht berücksichtigt", exact=True).check()
    page.get_by_label("Erwiderung").fill("Der Eigenanteil bleibt.")
    page.get_by_label("Einfachere Antragstellung").check()
    page.get_by_text("Votum einer Fachstelle").click()
    page.get_by_label("Wer rät?").fill("Haushaltsreferat")
    page.locator("#vote").fill("Nicht finanzierbar.")
    go(page.get_by_role("button", name="Speichern", exact=True))
    expect(page.get_by_text(f"Punkt {point.number} ist entschieden.")).to_be_visible()
    paula.look("point-decided")
    page.get_by_label("Ausnahme: Ort 1").check()
    go(page.get_by_role("button", name="Angekreuzte als eigenen Punkt herausnehmen"))
    expect(page.get_by_text("Das ist jetzt ein eigener Punkt")).to_be_visible()
    expect(page.get_by_role("link", name=f"Punkt {point.number}", exact=True)).to_be_visible()
    paula.look("point-exception")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_colleague_was_faster_and_both_texts_are_shown(chrome: Browser, desk: Desk, width: int):
    point = point_of(desk.running, DEMAND)
    paula = at_the_desk(chrome, desk, width, f"/points/{point.id}")
    edgar = log_in(chrome, desk.base, width, desk.running.emails["edgar"])
    edgar.page.goto(f"{desk.running.at('edgar')}/points/{point.id}")
    for who, reply in ((edgar, "Edgars Erwiderung"), (paula, "Paulas Erwiderung")):
        who.page.get_by_label("Erwiderung").fill(reply)
        go(who.page.get_by_role("button", name="Speichern", exact=True))
    page = paula.page
    expect(page.get_by_text("Jemand anderes hat inzwischen gespeichert")).to_be_visible()
    expect(page.get_by_text("Edgars Erwiderung")).to_be_visible()
    expect(page.get_by_label("Erwiderung")).to_have_value("Paulas Erwiderung")
    paula.look("point-both")
    go(page.get_by_role("button", name="Speichern", exact=True))
    expect(page.get_by_label("Erwiderung")).to_have_value("Paulas Erwiderung")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_edition_of_decided_points_is_compiled_before_ones_eyes_and_published(
    chrome: Browser, desk: Desk, width: int
):
    paula = at_the_desk(chrome, desk, width, "")
    page = paula.page
    go(page.get_by_role("button", name="Auswertung beginnen"))
    page.goto(f"{desk.at}/editions")
    page.get_by_label("Öffentlich").check()
    page.get_by_text("Nur einen Teil der Antworten berücksichtigen").click()
    page.get_by_label("Niedersachsen").check()
    go(page.get_by_role("button", name="Ausgabe erstellen"))
    expect(page.get_by_text("kann nicht auf Länder beschränkt werden").first).to_be_visible()
    paula.look("editions-refused")
    page.get_by_label("Niedersachsen").uncheck()
    page.get_by_text("Nur einen Teil der Einzelpunkte zeigen").click()
    page.get_by_label("nur entschiedene Punkte").check()
    go(page.get_by_role("button", name="Ausgabe erstellen"))
    paula.look("edition-compiling")
    desk.running.work(LATER)
    go(page.get_by_role("link", name="Ausgabe ansehen"))
    expect(page.get_by_text("nur entschiedene", exact=True)).to_be_visible()
    with desk.running.db.transaction() as session:
        edition = session.scalars(select(Edition)).one()
        assert (edition.state, edition.error) == (EditionState.COMPILED, "")
        edition.problems = []  # five towns are too few to publish figures of; here the way matters
    page.reload()
    page.locator("#publish summary").click()
    expect(page.get_by_text("0 Einzelpunkte, davon 0 mit Ihrer Entscheidung")).to_be_visible()
    paula.look("edition-publish")
    page.get_by_label("Alle Texte dieser Ausgabe sind geprüft.").check()
    go(page.get_by_role("button", name="Ja, veröffentlichen"))
    expect(page.get_by_text("ist veröffentlicht").first).to_be_visible()
    page.goto(f"{desk.at}/editions")
    paula.look("editions-published")


@pytest.mark.parametrize("width", WIDTHS)
def test_reply_templates_are_written_and_used(chrome: Browser, desk: Desk, width: int):
    paula = at_the_desk(chrome, desk, width, "/replies")
    page = paula.page
    paula.look("replies-empty")
    page.get_by_label("Name").fill("Dank")
    page.get_by_label("Text", exact=True).fill("Wir danken für den Hinweis.")
    go(page.get_by_role("button", name="Textbaustein speichern"))
    paula.look("replies")
    page.goto(f"{desk.at}/points/{point_of(desk.running, DEMAND).id}")
    page.get_by_label("Textbaustein").select_option(label="Dank")
    expect(page.get_by_label("Erwiderung")).to_have_value("Wir danken für den Hinweis.")
