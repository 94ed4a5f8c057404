"""The form builder in a real browser: from nothing to a form one can try out; by keyboard alone, and without JavaScript."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from consultation.core.db import Database
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.browsing import site
from tests.factories import MOMENT
from tests.planning_world import Planning

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)
WAYS = [
    pytest.param(width, script, id=f"{width}-{'js' if script else 'plain'}")
    for width in WIDTHS
    for script in (True, False)
]


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "forms.db"
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    yield db
    db.close()


@pytest.fixture
def base(sqlite: Database, tmp_path: Path) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with served(site(sqlite, MOMENT, base_url=address, data_dir=tmp_path), port):
        yield address


def arrive(chrome: Browser, sqlite: Database, base: str, width: int, *, script: bool) -> Somebody:
    world = Planning(sqlite)
    paula = Somebody(chrome, base, width, script=script)
    paula.log_in(world.foundation.person.email)
    paula.page.goto(f"{world.foundation.at}/programmes/{world.programme}/forms/new")
    return paula


def ask(paula: Somebody, kind: str, title: str, fields: dict[str, str]) -> None:
    """A question at the end of the last part."""
    page = paula.page
    go(page.get_by_role("link", name="Frage hinzufügen").last)
    go(page.get_by_role("link", name=kind, exact=True))
    page.locator("[id='q.title.de']").fill(title)
    for name, text in fields.items():
        page.locator(f"[id='{name}']").fill(text)
    paula.press("Speichern")
    expect(page.get_by_role("link", name=title).first).to_be_visible()


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_a_form_with_a_condition_and_a_matrix_is_built_and_tried_out(
    chrome: Browser, sqlite: Database, base: str, width: int, script: bool
):
    paula = arrive(chrome, sqlite, base, width, script=script)
    page, look = paula.page, paula.look
    look("form-new")
    page.get_by_label("Mit einem leeren Formular").check()
    paula.press("Formular anlegen")
    look("form-new-errors")
    page.locator("[id='title.de']").fill("Aufwand und Nutzen")
    page.locator("[id='title.en']").fill("Burden and benefit")
    paula.press("Formular anlegen")
    look("form-empty")
    go(page.get_by_role("link", name="Frage hinzufügen"))
    look("form-gallery")
    go(page.get_by_role("link", name="Einfachauswahl"))
    paula.press("Speichern")
    look("form-question-errors")
    page.locator("[id='q.title.de']").fill("Haben Sie schon Fördermittel beantragt?")
    page.locator("[id='q.fields.0.settings.options.more']").fill("Ja\nNein\nNicht bekannt")
    paula.press("Speichern und hier bleiben")
    look("form-question")
    go(page.get_by_role("button", name="„Nicht bekannt“ nach oben"))
    paula.press("Speichern")
    ask(paula, "Skala für mehrere Zeilen", "Wie hoch war der Aufwand für …?",
        {"q.fields.0.settings.rows.more": "den Antrag\nden Nachweis\ndie Abstimmung im Haus"})  # fmt: skip
    go(page.get_by_role("link", name="Teil hinzufügen"))
    look("form-part")
    page.locator("[id='title.de']").fill("Zum Schluss")
    paula.press("Speichern")
    ask(paula, "Langer Text", "Was sollte einfacher werden?", {})
    ask(paula, "Veröffentlichungsfreigabe", "Was darf veröffentlicht werden?", {})
    go(page.get_by_role("link", name="Wie hoch war der Aufwand für …?"))
    paula.press("Bedingung festlegen")
    look("form-condition-empty")
    page.get_by_label("Frage, auf die es ankommt").select_option(index=1)
    paula.press("Diese Frage nehmen")
    page.get_by_label("Ja", exact=True).check()
    look("form-condition")
    paula.press("Vergleich speichern")
    go(page.get_by_role("link", name="Zurück zum Formular"))
    expect(
        page.get_by_text("Zeigen, wenn „1. Haben Sie schon Fördermittel beantragt?“ mit „Ja“ beantwortet ist")
    ).to_be_visible()
    page.locator("#check > summary").click()
    look("form-overview")
    try_out(paula)


def try_out(paula: Somebody) -> None:
    """As a respondent: the matrix appears with the answer that needs it."""
    page = paula.page
    go(page.get_by_role("link", name="Vorschau ansehen"))
    paula.look("form-preview")
    matrix = page.locator("#question-wie_hoch_war_der_aufwand_fuer")
    expect(matrix).to_be_hidden()
    page.get_by_label("Ja", exact=True).check()
    if paula.script:
        expect(matrix).to_be_visible()
    else:
        paula.press("Weiter")
        paula.press("Zurück")
        expect(matrix).to_be_visible()
    matrix.get_by_role("radio").first.check()
    paula.look("form-preview-answered")
    paula.press("Weiter")
    page.get_by_label("Was sollte einfacher werden?").fill("Weniger Nachweise.")
    paula.press("Weiter")
    expect(page.get_by_text("Weniger Nachweise.")).to_be_visible()
    expect(page.get_by_text("den Antrag")).to_be_visible()
    paula.look("form-preview-read")


def reach(page: Page, name: str) -> None:
    """Tab until the thing of this name has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(e => e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].innerText) || e.innerText || '')"
            "(document.activeElement)"
        )
        if str(said).strip().startswith(name):
            return
    raise AssertionError(f"{name!r} is not reached by keyboard")


def enter(page: Page, key: str = "Enter") -> None:
    with page.expect_event("load"):
        page.keyboard.press(key)


@pytest.mark.parametrize("width", WIDTHS)
def test_by_keyboard_alone_a_question_is_added_moved_and_deleted(
    chrome: Browser, sqlite: Database, base: str, width: int
):
    paula = arrive(chrome, sqlite, base, width, script=True)
    page = paula.page
    reach(page, "Mit einem leeren Formular")
    page.keyboard.press("Space")
    reach(page, "Titel eines leeren Formulars")
    page.keyboard.type("Mit der Tastatur")
    reach(page, "Formular anlegen")
    enter(page)
    for title in ("Erste Frage", "Zweite Frage"):
        reach(page, "Frage hinzufügen")
        enter(page)
        reach(page, "Kurzer Text")
        enter(page)
        reach(page, "Was wird gefragt?")
        page.keyboard.type(title)
        reach(page, "Speichern")
        enter(page)
        expect(page.get_by_role("link", name=title)).to_be_visible()
    reach(page, "„Erste Frage“ nach unten")
    enter(page)
    expect(page.locator(".build-question__title").first).to_contain_text("Zweite Frage")
    page.goto(page.url.partition("#")[0])
    reach(page, "Mehr")
    page.keyboard.press("Enter")
    reach(page, "Löschen …")
    enter(page)
    paula.look("form-delete")
    reach(page, "Ja, Frage löschen")
    enter(page)
    expect(page.get_by_role("link", name="Zweite Frage")).to_have_count(0)
    reach(page, "Rückgängig machen")
    enter(page)
    expect(page.get_by_role("link", name="Zweite Frage")).to_be_visible()
    paula.look("form-history-undone")
