"""A town's tasks without a mouse: taking one's place, commenting while reading, nil return, changing what was sent, the outcome."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from consultation.responses.models import DraftAnswer, Response, Revision
from consultation.states import Role
from tests.browser import keyboard
from tests.browser.desk_keys import WIDTHS, button, heading, link, somebody, to_part, to_the_hub
from tests.browser.desks import answering, colleague, published
from tests.browser.somebody import Somebody
from tests.browser.test_municipality_after import ANSWERS
from tests.desk_world import Scene
from tests.edition_world import TEMPLATE
from tests.factories import PASSWORD
from tests.test_outcome import NAMED

pytestmark = pytest.mark.browser
RECEIPT = re.compile(r"^\w{4}-\w{4}-\w{4}$")
WORDING = "Die Mittel werden nach der Zahl der Einwohner verteilt."


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Scene, str]]:
    with answering(sqlite_template, tmp_path) as made:
        yield made


def receipt_number(page: Page) -> str:
    heading(page, "Eingangsbestätigung")
    number = page.locator(".desk-receipt__number")
    expect(number).to_have_text(RECEIPT)
    return number.inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_place_is_taken_with_the_typed_code(scene: tuple[Scene, str], chrome: Browser, width: int) -> None:
    world, base = scene
    page = Somebody(chrome, base, width, script=True).page
    page.goto("/claim")
    keyboard.write(page.get_by_label("Code"), "AAAA-BBBB-CCCC-DDDD")
    keyboard.press(button(page, "Weiter"))
    expect(page.locator("#error-summary")).to_be_focused()
    keyboard.tab_to(page.locator("#error-summary a"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(world.code().lower().replace("-", " "))
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    heading(page, "Kiel")
    keyboard.write(page.get_by_label("Vor- und Nachname"), "Anna Muster")
    keyboard.write(page.get_by_label("Mailadresse", exact=True), "anna@kiel.example")
    keyboard.write(page.get_by_label("Passwort", exact=True), PASSWORD)
    keyboard.write(page.get_by_label("Ihre Funktion"), "Integrationsbeauftragte")
    keyboard.tick(page.get_by_label("In unserem Haus darf dieselbe Person bearbeiten und freigeben"))
    keyboard.press(button(page, "Konto anlegen und Platz einnehmen"))
    heading(page, "Probeanhörung")
    expect(page.get_by_text("Willkommen. Sie handeln jetzt für")).to_be_visible()
    keyboard.press(button(page, "Stellungnahme beginnen"))
    expect(page.get_by_role("heading", name="Ihre Stellungnahme")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_section_is_commented_while_reading(scene: tuple[Scene, str], chrome: Browser, width: int) -> None:
    world, base = scene
    page = somebody(chrome, base, colleague(world, "Anna Muster", Role.CONTRIBUTOR), width)
    to_the_hub(page)
    keyboard.press(button(page, "Stellungnahme beginnen"))
    keyboard.press(link(page, "Entwurf lesen"))
    key = world.world.sections["§ 3"]
    here = page.locator(f"[id='{key}']")
    keyboard.tab_to(page.locator("nav").get_by_role("link", name="§ 3 Vorschrift § 3"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(here.locator(":focus")).to_have_count(1)  # the list of contents leads there, the next key is in the section
    page.keyboard.press("Shift+Tab")
    keyboard.choose(here.get_by_label("Zustimmung mit Änderungen"))
    keyboard.unfold(here.locator("summary"))
    keyboard.pick(here.get_by_label("Was soll geschehen?"), "replace")
    keyboard.write(here.get_by_label("Wortlaut"), WORDING)
    expect(here.get_by_role("status")).to_contain_text("Gespeichert um")
    keyboard.press(here.get_by_role("button", name="Speichern"))
    expect(here.get_by_role("status")).to_have_text("Gespeichert.")
    expect(here.locator("summary").first).to_contain_text("nach der Zahl der Einwohner")
    expect(here.get_by_label("Zustimmung mit Änderungen")).to_be_checked()
    with world.db.reader() as session:
        stored = {row.question_key: row for row in session.scalars(select(DraftAnswer))}
    assert stored["section_agreement"].item_key == key
    assert stored["section_agreement"].value["value"] == "with_changes"
    assert (
        stored["amendments"].value["value"] | {"section": key, "kind": "replace", "text": WORDING}
        == (stored["amendments"].value["value"])
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_nil_return_is_prepared_by_one_and_sent_by_another(
    scene: tuple[Scene, str], chrome: Browser, width: int
) -> None:
    world, base = scene
    anna = somebody(chrome, base, colleague(world, "Anna Muster", Role.CONTRIBUTOR), width)
    to_the_hub(anna)
    keyboard.press(button(anna, "Fehlanzeige vorbereiten"))
    heading(anna, "Fehlanzeige abgeben")
    keyboard.choose(anna.get_by_label("Geschäft der laufenden Verwaltung"))
    keyboard.choose(anna.locator("[name='disclosure_rest'][value='figures']"))
    keyboard.press(button(anna, "Fehlanzeige vorbereiten"))
    expect(anna.get_by_text("Gespeichert. Abgeben kann die Fehlanzeige jetzt")).to_be_visible()

    bea = somebody(chrome, base, colleague(world, "Bea Haupt", Role.RELEASER), width)
    to_the_hub(bea)
    keyboard.press(link(bea, "Fehlanzeige abgeben"))
    expect(bea.get_by_label("Funktion")).to_have_value("Bürgermeisterin")
    keyboard.press(button(bea, "Fehlanzeige abgeben"))
    number = receipt_number(bea)
    expect(bea.get_by_text("Ihre Fehlanzeige ist abgegeben.")).to_be_visible()
    with world.db.reader() as session:
        sent = session.scalars(select(Revision)).one()
    assert (sent.nil_return, sent.receipt_number, sent.number) == (True, number, 1)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sent_answer_is_opened_changed_and_sent_again(
    sqlite_template: Path, tmp_path: Path, chrome: Browser, width: int
) -> None:
    with answering(sqlite_template, tmp_path, ANSWERS) as (world, base):
        page = somebody(chrome, base, colleague(world, "Bea Haupt", Role.CONTRIBUTOR, Role.RELEASER), width)
        to_the_hub(page)
        keyboard.press(link(page, "Prüfen, freigeben und abgeben"))
        keyboard.press(button(page, "Freigeben und abgeben"))
        first = receipt_number(page)
        keyboard.unfold(page.locator("summary").filter(has_text="Wieder öffnen"))
        keyboard.press(page.locator("details[open]").get_by_role("button", name="Wieder öffnen"))
        heading(page, "Probeanhörung")
        expect(page.get_by_text("Bis zur nächsten Abgabe zählt die zuletzt abgegebene Fassung.")).to_be_visible()
        to_part(page, "Gesamturteil und Abschluss")
        message = page.locator("[name='main_message']")
        keyboard.tab_to(message)
        page.keyboard.press("Control+A")
        page.keyboard.type("Bitte ein Antrag statt vier.")
        keyboard.press(button(page, "Speichern und zur Übersicht"))
        keyboard.press(link(page, "Prüfen, freigeben und abgeben"))
        expect(page.get_by_text("Bitte ein Antrag statt vier.", exact=True)).to_be_visible()
        keyboard.press(button(page, "Freigeben und abgeben"))
        second = receipt_number(page)
        assert second != first
        expect(page.get_by_role("row", name=re.compile(f"Fassung 1.*{first}"))).to_be_visible()
        keyboard.press(link(page, "Abgegebene Antworten ansehen"))
        expect(page.locator(".desk-wording__marked ins")).to_contain_text("vier")
        with world.db.reader() as session:
            response = session.scalars(select(Response)).one()
            counted = session.get_one(Revision, response.counted_revision_id)
        assert (response.state, counted.number, counted.receipt_number) == ("submitted", 2, second)


UNCOVERED = """() => {
  const bar = document.querySelector(".app-sticky"), one = document.activeElement;
  return bar.contains(one) || one.getBoundingClientRect().bottom <= bar.getBoundingClientRect().top;
}"""
"""Whether what has the focus is above the bar with the buttons, or in it. The page may still be on its way there."""


def test_the_bar_with_the_buttons_never_covers_what_has_the_focus(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    page = somebody(chrome, base, colleague(world, "Anna Muster", Role.CONTRIBUTOR), 1280)
    to_the_hub(page)
    keyboard.press(button(page, "Stellungnahme beginnen"))
    page.goto(f"{world.base}/part/F?path=all")
    save = button(page, "Speichern und weiter").or_(button(page, "Speichern und zur Prüfung"))
    for size in ((1280, 900), (1280, 500), (800, 700)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.reload()
        for _ in range(keyboard.FAR):
            page.keyboard.press("Tab")
            page.wait_for_function(UNCOVERED, timeout=10_000)
            if save.evaluate("one => one === document.activeElement"):
                break
        else:
            raise AssertionError("no Tab leads to the button that saves")


def test_what_comes_in_above_pushes_nothing_that_has_the_focus_under_the_bar(
    scene: tuple[Scene, str], chrome: Browser
) -> None:
    """Colleagues who are here, a font that arrives late, a message."""
    world, base = scene
    page = somebody(chrome, base, colleague(world, "Anna Muster", Role.CONTRIBUTOR), 1280)
    to_the_hub(page)
    keyboard.press(button(page, "Stellungnahme beginnen"))
    page.goto(f"{world.base}/part/F?path=all")
    page.set_viewport_size({"width": 1280, "height": 700})
    page.reload()
    lowest = page.evaluate(LOWEST_ABOVE_THE_BAR)
    assert lowest > 0, "something that takes the focus is in sight"
    page.evaluate("""() => {
      const more = document.createElement("div");
      more.style.height = "70px";
      document.querySelector("main").prepend(more);
    }""")
    page.wait_for_function(UNCOVERED, timeout=10_000)


LOWEST_ABOVE_THE_BAR = """() => {
  const edge = document.querySelector(".app-sticky").getBoundingClientRect().top;
  const all = [...document.querySelectorAll("main :is(input:not([type=hidden]), textarea, select, summary, a)")];
  const here = all.filter((one) => one.getBoundingClientRect().bottom <= edge && one.offsetParent);
  const one = here.reduce((a, b) => a.getBoundingClientRect().bottom > b.getBoundingClientRect().bottom ? a : b);
  one.focus({ preventScroll: true });
  return document.activeElement === one ? one.getBoundingClientRect().bottom : 0;
}"""
"""Gives the focus to what stands right above the bar."""


@pytest.mark.parametrize("width", WIDTHS)
def test_a_town_sees_what_became_of_its_demands(
    sqlite_template: Path, tmp_path: Path, chrome: Browser, width: int
) -> None:
    with published(sqlite_template, tmp_path) as (made, base, email):
        page = somebody(chrome, base, email, width)
        keyboard.press(link(page, "Stellungnahmen"))
        keyboard.press(link(page, "Was daraus geworden ist"))
        heading(page, "Schlussmitteilung")
        expect(page).to_have_url(re.compile(str(made.found.world.bodies[made.town(NAMED)])))
        expect(page.get_by_text("Von Ihren 3 Forderungen")).to_be_visible()
        expect(page.get_by_text(TEMPLATE).first).to_be_visible()
        paper = link(page, re.compile("PDF"))
        keyboard.tab_to(paper)
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        assert saved.value.suggested_filename.endswith(".pdf")
