"""Fehlanzeige in a real browser: nothing to say is said in a minute, alone or by two; what is missing or wrong is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from consultation.responses.models import Response, Revision
from consultation.states import Role
from tests.browser.desks import answering, colleague
from tests.browser.somebody import Somebody
from tests.desk_world import Scene

pytestmark = pytest.mark.browser
WAYS = [(1280, True), (390, True), (1280, False), (390, False)]


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Scene, str]]:
    with answering(sqlite_template, tmp_path) as made:
        yield made


def arrived(scene: tuple[Scene, str], chrome: Browser, way: tuple[int, bool], name: str, *roles: Role) -> Somebody:
    """Logged in, at the page of the consultation."""
    world, base = scene
    who = Somebody(chrome, base, *way)
    who.log_in(colleague(world, name, *roles))
    who.page.goto(world.base)
    return who


def title(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def is_told(who: Somebody, *problems: str) -> None:
    """Each with a link to its field; the summary has the focus where a script can give it."""
    summary = who.page.locator("#error-summary")
    expect(who.page).to_have_title(re.compile(r"^Fehler"))
    expect(summary.get_by_role("link")).to_have_text([re.compile(problem) for problem in problems])
    if who.script:
        expect(summary).to_be_focused()


def sent(world: Scene) -> list[tuple[bool, str]]:
    """Every submission: whether it is a nil return, and its receipt number."""
    with world.db.reader() as session:
        return [(row.nil_return, row.receipt_number) for row in session.scalars(select(Revision))]


def is_received(who: Somebody, world: Scene) -> None:
    page = who.page
    title(page, "Eingangsbestätigung")
    expect(page.get_by_text("Ihre Fehlanzeige ist abgegeben.")).to_be_visible()
    number = page.locator(".desk-receipt__number")
    expect(number).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))
    expect(page.locator(".kern-description-list")).to_contain_text("Fehlanzeige")
    assert sent(world) == [(True, number.inner_text())]
    with world.db.reader() as session:
        assert session.scalars(select(Response)).one().state == "submitted"


@pytest.mark.parametrize("way", WAYS)
def test_one_person_sends_a_nil_return_after_being_told_what_is_wrong(
    scene: tuple[Scene, str], chrome: Browser, way: tuple[int, bool]
) -> None:
    world, _ = scene
    world.four_eyes(False)
    bea = arrived(scene, chrome, way, "Bea Haupt", Role.CONTRIBUTOR, Role.RELEASER)
    page = bea.page
    bea.press("Fehlanzeige abgeben")
    title(page, "Fehlanzeige abgeben")
    expect(page.get_by_text("Sie zählt als Antwort, aber nicht als Zustimmung.")).to_be_visible()
    bea.look("nil-return")
    page.get_by_label("Datum des Beschlusses").fill("31.2.2026")
    page.get_by_label("Name", exact=True).fill("Beate Haupt")
    page.get_by_label("Funktion").fill("Erste Stadträtin")
    bea.press("Fehlanzeige abgeben")
    is_told(bea, "Das ist kein Datum", "Grundlage")
    bea.look("nil-return-wrong")
    assert sent(world) == []
    expect(page.get_by_label("Datum des Beschlusses")).to_have_value("31.2.2026")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Beate Haupt")
    expect(page.get_by_label("Funktion")).to_have_value("Erste Stadträtin")

    page.get_by_label("Mit Beschluss des zuständigen Gremiums").check()
    page.get_by_label("Datum des Beschlusses").fill("28.2.2026")
    page.locator("[name='disclosure_rest'][value='figures']").check()
    bea.press("Fehlanzeige abgeben")
    is_received(bea, world)
    for level in page.locator("input[name='disclosure.participant'], input[name='disclosure.A']").all():
        assert level.is_checked() == (level.get_attribute("value") == "figures")
    bea.look("nil-return-receipt")
    page.goto(world.base)
    expect(page.get_by_text("Ihre Fehlanzeige ist abgegeben.")).to_be_visible()
    page.goto(f"{world.base}/nil-return")
    expect(page.get_by_text("Das geht gerade nicht")).to_be_visible()
    expect(page.get_by_role("button", name="Fehlanzeige abgeben")).to_have_count(0)


@pytest.mark.parametrize("way", WAYS)
def test_who_may_not_release_prepares_it_and_another_one_sends_it(
    scene: tuple[Scene, str], chrome: Browser, way: tuple[int, bool]
) -> None:
    world, _ = scene
    anna = arrived(scene, chrome, way, "Anna Muster", Role.CONTRIBUTOR)
    anna.press("Fehlanzeige vorbereiten")
    expect(anna.page.get_by_text("Bereiten Sie die Fehlanzeige hier vor")).to_be_visible()
    anna.look("nil-return-prepare")
    anna.press("Fehlanzeige vorbereiten")
    is_told(anna, "Grundlage")

    bea = arrived(scene, chrome, way, "Bea Haupt", Role.RELEASER)
    bea.follow("Fehlanzeige abgeben")
    bea.press("Fehlanzeige abgeben")
    expect(bea.page.locator("#error-summary")).to_contain_text("Grundlage")
    expect(
        bea.page.get_by_text("Diese Angaben macht, wer in Ihrer Organisation das Recht „Bearbeitung“ hat")
    ).to_be_visible()
    bea.look("nil-return-lacking")
    assert sent(world) == []

    anna.page.get_by_label("Geschäft der laufenden Verwaltung").check()
    anna.press("Fehlanzeige vorbereiten")
    expect(anna.page.get_by_text("Gespeichert. Abgeben kann die Fehlanzeige jetzt")).to_be_visible()
    expect(anna.page.get_by_label("Geschäft der laufenden Verwaltung")).to_be_checked()
    anna.look("nil-return-prepared")
    assert sent(world) == []

    bea.press("Fehlanzeige abgeben")
    is_received(bea, world)
    anna.page.goto(world.base)
    expect(anna.page.get_by_text("Ihre Fehlanzeige ist abgegeben.")).to_be_visible()
