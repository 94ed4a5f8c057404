"""Two people of a town at one answer, neither of them with a mouse: where the other is, whose text counts, who gives it back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from consultation.responses.models import DraftAnswer, Revision
from consultation.states import Role
from tests.browser import keyboard
from tests.browser.desk_keys import WIDTHS, button, heading, link, somebody, to_part, to_the_hub
from tests.browser.desks import answering, colleague
from tests.browser.test_municipality_after import ANSWERS
from tests.desk_world import Scene

pytestmark = pytest.mark.browser
MESSAGE, JUDGEMENT = "input[name='main_message']", "input[name='would_use'][value='4']"
END, NEEDS = "Gesamturteil und Abschluss", "Bedarf und Finanzierung"


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Scene, str]]:
    with answering(sqlite_template, tmp_path) as made:
        yield made


def two_at_work(scene: tuple[Scene, str], chrome: Browser, width: int) -> tuple[Page, Page]:
    """Both have logged in and see the overview of the answer that one of them has begun."""
    world, base = scene
    names = ("Anna Eins", "Robin Zwei")
    one, two = (somebody(chrome, base, colleague(world, name, Role.CONTRIBUTOR), width) for name in names)
    to_the_hub(one)
    keyboard.press(button(one, "Stellungnahme beginnen"))
    to_the_hub(two)
    return one, two


@pytest.mark.parametrize("width", WIDTHS)
def test_each_sees_where_the_other_is_and_goes_there(scene: tuple[Scene, str], chrome: Browser, width: int) -> None:
    one, two = two_at_work(scene, chrome, width)
    to_part(one, END)
    to_part(two, NEEDS)
    there = two.locator("#colleagues")
    expect(there).to_contain_text(f"Anna Eins – {END}")
    expect(one.locator("#colleagues")).to_be_empty()  # nobody was there when the page came
    keyboard.write(one.locator(MESSAGE), "Von Anna")
    expect(one.locator("#colleagues")).to_contain_text(f"Robin Zwei – {NEEDS}")
    keyboard.press(there.get_by_role("link", name=END))
    heading(two, END)
    expect(two.locator("#colleagues")).to_contain_text("Anna Eins – auf dieser Seite")
    expect(two.locator(MESSAGE)).to_have_value("Von Anna")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_second_writer_sees_both_texts_and_chooses(scene: tuple[Scene, str], chrome: Browser, width: int) -> None:
    """Also while the page goes on saving what else is written on it: a choice not yet sent stays as it was made."""
    world, _ = scene
    one, two = two_at_work(scene, chrome, width)
    for page in (one, two):
        to_part(page, END)
    keyboard.write(one.locator(MESSAGE), "Von Anna")
    expect(one.locator("#save-status")).to_contain_text("Gespeichert um")
    keyboard.write(two.locator(MESSAGE), "Von Robin")
    keyboard.tab_to(two.locator("#save-status").get_by_role("link", name="Wählen Sie, welche Fassung gelten soll."))
    two.keyboard.press("Enter")
    quarrel = two.get_by_role("group", name="Ihre wichtigste Botschaft")
    for part in (two.get_by_role("heading", name="Zwei Fassungen derselben Antwort"), quarrel):
        expect(part).to_be_in_viewport(ratio=1)
    for text in ("Von Anna", "Von Robin"):
        expect(quarrel.get_by_text(text, exact=True)).to_be_visible()
    mine = two.get_by_label("Meine Fassung gilt")
    keyboard.choose(mine)
    saved_while(two, lambda: keyboard.choose(two.locator(JUDGEMENT)))
    expect(mine).to_be_checked()
    keyboard.tab_to(mine)
    saved_while(
        two, lambda: two.evaluate("document.querySelector('[data-guard]').dispatchEvent(new Event('save-now'))")
    )
    expect(mine).to_be_focused()
    keyboard.press(button(two, "Auswahl speichern"))
    expect(two.locator(MESSAGE)).to_have_value("Von Robin")
    expect(two.locator("#quarrels")).to_be_empty()
    with world.db.reader() as session:
        stored = {row.question_key: row.value["value"] for row in session.scalars(select(DraftAnswer))}
    assert stored == {"main_message": "Von Robin", "would_use": 4}


def saved_while(page: Page, doing: Callable[[], None], said: str = "Jemand hat dieselbe Antwort gespeichert.") -> None:
    """Until the page has saved itself and shows what came of it."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/part/" in answer.url):
        doing()
    expect(page.locator("#save-status")).to_contain_text(said)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_choice_between_two_texts_ends_when_one_of_them_changes(
    scene: tuple[Scene, str], chrome: Browser, width: int
) -> None:
    """What was chosen before was chosen over a text that is no longer the other one."""
    one, two = two_at_work(scene, chrome, width)
    for page in (one, two):
        to_part(page, END)
    keyboard.write(one.locator(MESSAGE), "Von Anna")
    expect(one.locator("#save-status")).to_contain_text("Gespeichert um")
    keyboard.write(two.locator(MESSAGE), "Von Robin")
    mine = two.get_by_label("Meine Fassung gilt")
    keyboard.choose(mine)
    saved_while(one, lambda: one.keyboard.type(", noch einmal"), "Gespeichert um")
    saved_while(two, lambda: keyboard.choose(two.locator(JUDGEMENT)))
    expect(two.get_by_role("group", name="Ihre wichtigste Botschaft")).to_contain_text("Von Anna, noch einmal")
    expect(mine).not_to_be_checked()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_answer_is_given_back_with_a_reason_and_then_released(
    sqlite_template: Path, tmp_path: Path, chrome: Browser, width: int
) -> None:
    with answering(sqlite_template, tmp_path, ANSWERS) as (world, base):
        anna = somebody(chrome, base, colleague(world, "Anna Muster", Role.CONTRIBUTOR), width)
        bea = somebody(chrome, base, colleague(world, "Bea Haupt", Role.RELEASER), width)
        to_the_hub(anna)
        keyboard.press(link(anna, "Prüfen, freigeben und abgeben"))
        keyboard.press(button(anna, "Zur Freigabe vorlegen"))
        keyboard.press(link(bea, "Stellungnahmen"))
        keyboard.press(link(bea, "Prüfen und freigeben"))
        keyboard.press(button(bea, "Zurückgeben"))
        expect(bea.locator("#error-summary")).to_be_focused()
        keyboard.tab_to(bea.locator("#error-summary a"))
        bea.keyboard.press("Enter")
        expect(bea.get_by_label("Was soll geändert werden?")).to_be_focused()
        bea.keyboard.type("Bitte die drei Anträge nennen.")
        keyboard.tab_to(button(bea, "Zurückgeben"))
        bea.evaluate("window.dispatchEvent(new HashChangeEvent('hashchange'))")  # as a slow machine tells of it: late
        expect(button(bea, "Zurückgeben")).to_be_focused()
        bea.keyboard.press("Shift+Tab")
        keyboard.press(button(bea, "Zurückgeben"))
        anna.goto(world.base)
        expect(anna.get_by_text("Bitte die drei Anträge nennen.")).to_be_visible()
        keyboard.press(link(anna, "Prüfen, freigeben und abgeben"))
        keyboard.press(button(anna, "Zur Freigabe vorlegen"))
        bea.reload()
        keyboard.press(link(bea, "Prüfen und freigeben"))
        keyboard.press(button(bea, "Freigeben und abgeben"))
        heading(bea, "Eingangsbestätigung")
        with world.db.reader() as session:
            sent = session.scalars(select(Revision)).one()
        assert (sent.number, sent.nil_return) == (1, False)
