"""A planner without a mouse builds a form from nothing, has it checked and goes through it as a town would."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from consultation.core.db import Database
from consultation.forms.models import FormVersion
from tests.browser.desk_keys import WIDTHS, button, link, somebody
from tests.browser.keyboard import choose, pick, press, tab_to, tick, unfold, write
from tests.browser.serving import Serve
from tests.factories import MOMENT
from tests.planning_world import Planning

pytestmark = pytest.mark.browser
APPLIED, BURDEN = "Haben Sie schon Fördermittel beantragt?", "Wie hoch war der Aufwand für …?"
SIMPLER, SHOWN = "Was sollte einfacher werden?", "Was darf veröffentlicht werden?"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_form_is_built_checked_and_tried_out(chrome: Browser, sqlite: Database, serve: Serve, width: int):
    world = Planning(sqlite)
    _, base = serve(MOMENT)
    page = somebody(chrome, base, world.foundation.person.email, width)
    page.goto(f"{world.foundation.at}/programmes/{world.programme}/forms/new")
    begin(page)
    ask(page, "Einfachauswahl", APPLIED, {"q.fields.0.settings.options.more": ["Ja", "Nein", "Nicht bekannt"]})
    ask(page, "Skala für mehrere Zeilen", BURDEN, {"q.fields.0.settings.rows.more": ["den Antrag", "den Nachweis"]})
    add_page(page, "Zum Schluss")
    ask(page, "Langer Text", SIMPLER, {})
    what_is_missing(page)
    ask(page, "Veröffentlichungsfreigabe", SHOWN, {})
    show_only_if(page, BURDEN, answered="Ja")
    nothing_is_missing(page)
    try_out(page)
    built_as_said(sqlite)


def begin(page: Page) -> None:
    choose(page.get_by_label("Mit einem leeren Formular"))
    press(button(page, "Formular anlegen"))
    expect(page.locator("#error-summary")).to_be_focused()
    tab_to(page.locator("#error-summary a"))
    page.keyboard.press("Enter")
    expect(page.locator("[id='title.de']")).to_be_focused()
    page.keyboard.type("Aufwand und Nutzen")
    press(button(page, "Formular anlegen"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Aufwand und Nutzen")


def ask(page: Page, kind: str, title: str, lists: dict[str, list[str]]) -> None:
    """A question at the end of the last page."""
    press(page.get_by_role("link", name="Frage hinzufügen").last)
    press(page.get_by_role("link", name=kind, exact=True))
    write(page.locator("[id='q.title.de']"), title)
    for name, rows in lists.items():
        tab_to(page.locator(f"[id='{name}']"))
        for row in rows:
            page.keyboard.type(row)
            page.keyboard.press("Enter")
    press(button(page, "Speichern"))
    expect(link(page, title)).to_be_visible()


def add_page(page: Page, title: str) -> None:
    press(link(page, "Teil hinzufügen"))
    write(page.locator("[id='title.de']"), title)
    press(button(page, "Speichern"))
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def what_is_missing(page: Page) -> None:
    """The check says it and leads there."""
    unfold(page.locator("#check > summary"))
    wanted = page.locator("#check").get_by_role("link", name="Veröffentlichungsfreigabe")
    expect(wanted).to_be_visible()
    tab_to(wanted)


def nothing_is_missing(page: Page) -> None:
    expect(page.locator("#check > summary")).to_have_text(re.compile("^Nichts hindert die Ankündigung"))


def show_only_if(page: Page, question: str, answered: str) -> None:
    """„Zeigen, wenn …“: the earlier question, the comparison, the answer."""
    press(link(page, question))
    press(button(page, "Bedingung festlegen"))
    earlier = page.get_by_label("Frage, auf die es ankommt")
    pick(earlier, earlier.locator("option", has_text=APPLIED).get_attribute("value") or "")
    press(button(page, "Diese Frage nehmen"))
    choose(page.get_by_label("ist", exact=True))
    press(button(page, "Vergleich speichern"))
    expect(page.locator("#error-summary")).to_be_focused()
    tick(page.get_by_label(answered, exact=True))
    press(button(page, "Vergleich speichern"))
    expect(page.get_by_text("Die Bedingung ist gespeichert.")).to_be_visible()
    press(link(page, "Zurück zum Formular"))
    expect(page.get_by_text(f"Zeigen, wenn „1. {APPLIED}“ mit „{answered}“ beantwortet ist")).to_be_visible()


def try_out(page: Page) -> None:
    """As a town: the matrix comes with the answer that asks for it, and goes with another."""
    press(link(page, "Vorschau ansehen"))
    matrix = page.get_by_role("group", name=BURDEN)
    expect(matrix).to_be_hidden()
    choose(page.get_by_label("Ja", exact=True))
    expect(matrix).to_be_visible()
    choose(page.get_by_label("Nein", exact=True))
    expect(matrix).to_be_hidden()
    choose(page.get_by_label("Ja", exact=True))
    expect(matrix).to_be_visible()
    for row in ("den Antrag", "den Nachweis"):
        choose(page.get_by_role("group", name=row).get_by_role("radio").nth(1))
    press(button(page, "Weiter"))
    write(page.get_by_label(SIMPLER), "Weniger Nachweise.")
    press(button(page, "Weiter"))
    expect(page.get_by_role("heading", level=1)).to_have_text("So würde die Antwort gelesen")
    for said in ("Ja", "Weniger Nachweise."):
        expect(page.get_by_text(said, exact=True)).to_be_visible()
    for row in ("den Antrag", "den Nachweis"):
        expect(page.get_by_text(row)).to_be_visible()
    press(link(page, "Zurück zum Formular"))


def built_as_said(db: Database) -> None:
    with db.reader() as session:
        form = session.scalars(select(FormVersion)).one().definition
    parts = [[question["title"]["de"] for question in part["questions"]] for part in form["parts"]]
    assert parts == [[APPLIED, BURDEN], [SIMPLER, SHOWN]]
    first, matrix = form["parts"][0]["questions"]
    assert matrix["when"]["field"] == first["key"], json.dumps(matrix["when"])
    assert [row["label"]["de"] for row in matrix["fields"][0]["settings"]["rows"]] == ["den Antrag", "den Nachweis"]
