"""Around and after the release, in a real browser: comments and return, release by keyboard, changing, withdrawing, the outcome."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from consultation.states import Role
from tests.browser.desks import answering, colleague, published
from tests.browser.somebody import SHOTS, Somebody, go
from tests.desk_world import Scene
from tests.edition_world import TEMPLATE
from tests.test_outcome import NAMED, Told

pytestmark = pytest.mark.browser
WAYS = [(1280, True), (390, True), (1280, False), (390, False)]
ANSWERS = {
    "mandate.kind": "administration", "main_message": "Bitte ein Antrag statt drei.", "burden_proof.hours": 12,
    "publication": {"participant": "named", "A": "named", "C": "described"},
}  # fmt: skip


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Scene, str]]:
    with answering(sqlite_template, tmp_path, ANSWERS) as made:
        yield made


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_an_answer_is_returned_with_a_comment_and_released(
    scene: tuple[Scene, str], chrome: Browser, width: int, script: bool
) -> None:
    world, base = scene
    anna, bea = (Somebody(chrome, base, width, script) for _ in range(2))
    anna.log_in(colleague(world, "Anna Muster", Role.CONTRIBUTOR))
    bea.log_in(colleague(world, "Bea Haupt", Role.RELEASER))
    anna.page.goto(f"{world.base}/review")
    expect(anna.page.get_by_text("Kiel (Schleswig-Holstein) schreibt:").first).to_be_visible()
    anna.press("Zur Freigabe vorlegen")

    bea.page.goto(f"{world.base}/review")
    bea.page.locator("details:has(#comment-main_message) > summary").click()
    bea.page.locator("#comment-main_message").fill("Bitte sagen, welche drei Anträge gemeint sind.")
    go(bea.page.locator("details[open]").get_by_role("button", name="Kommentar speichern"))
    comment = bea.page.get_by_role("article", name="Kommentar von Bea Haupt")
    expect(comment).to_contain_text("welche drei Anträge")
    bea.look("review-comment")
    bea.page.get_by_label("Was soll geändert werden?").fill("Siehe Kommentar.")
    bea.press("Zurückgeben")

    anna.page.goto(f"{world.base}/review")
    thread = anna.page.get_by_role("article", name="Kommentar von Bea Haupt")
    thread.locator("summary").click()
    thread.get_by_label("Ihre Antwort").fill("Steht jetzt in der Begründung.")
    go(thread.get_by_role("button", name="Antwort speichern"))
    thread = anna.page.get_by_role("article", name="Kommentar von Bea Haupt")
    expect(thread).to_contain_text("Steht jetzt in der Begründung.")
    go(thread.get_by_role("button", name="Als erledigt vermerken"))
    expect(anna.page.get_by_role("article", name="Kommentar von Bea Haupt")).to_contain_text("erledigt")
    anna.look("review-settled")
    anna.press("Zur Freigabe vorlegen")

    bea.page.goto(f"{world.base}/review")
    bea.press("Freigeben und abgeben")
    expect(bea.page.get_by_role("heading", level=1)).to_have_text("Eingangsbestätigung")
    expect(bea.page.get_by_text("welche drei Anträge")).to_have_count(0)
    bea.look("receipt-after")


def tab_to(page: Page, selector: str) -> None:
    """By the tab key alone, as somebody without a mouse comes there."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way by keyboard to {selector}")


def press_by_keyboard(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_event("load"):
        page.keyboard.press("Enter")


def test_release_and_comment_by_keyboard_alone(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    bea = Somebody(chrome, base, 1280, script=True)
    bea.log_in(colleague(world, "Bea Haupt", Role.CONTRIBUTOR, Role.RELEASER))
    bea.page.goto(f"{world.base}/review")
    tab_to(bea.page, "details:has(#comment-main_message) > summary")
    bea.page.keyboard.press("Enter")
    tab_to(bea.page, "#comment-main_message")
    bea.page.keyboard.type("Kurz genug?")
    press_by_keyboard(bea.page, "details[open] button")
    expect(bea.page.get_by_role("article", name="Kommentar von Bea Haupt")).to_contain_text("Kurz genug?")
    press_by_keyboard(bea.page, "form[action$='/submit'] button")
    expect(bea.page.get_by_role("heading", level=1)).to_have_text("Eingangsbestätigung")


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_a_submitted_answer_is_changed_compared_and_withdrawn(
    scene: tuple[Scene, str], chrome: Browser, width: int, script: bool
) -> None:
    world, base = scene
    bea = Somebody(chrome, base, width, script)
    bea.log_in(colleague(world, "Bea Haupt", Role.CONTRIBUTOR, Role.RELEASER))
    bea.page.goto(f"{world.base}/review")
    bea.press("Freigeben und abgeben")
    bea.page.locator("summary").filter(has_text="Wieder öffnen").click()
    go(bea.page.locator("details[open]").get_by_role("button", name="Wieder öffnen"))
    bea.page.goto(f"{world.base}/part/F?path=all")
    bea.page.locator("[name='main_message']").fill("Bitte ein Antrag statt vier.")
    bea.press("Speichern und zur Übersicht")
    bea.page.goto(f"{world.base}/review")
    bea.press("Freigeben und abgeben")
    bea.follow("Abgegebene Antworten ansehen")
    marked = bea.page.locator(".desk-wording__marked")
    expect(marked.locator("del")).to_contain_text("drei")
    expect(marked.locator("ins")).to_contain_text("vier")
    bea.look("revision")
    bea.page.goto(f"{world.base}/receipt")
    expect(bea.page.get_by_role("link", name="Fassung 1 lesen und vergleichen")).to_be_visible()
    bea.page.locator("summary").filter(has_text="Zurücknehmen").click()
    expect(bea.page.get_by_text("Sie zählt ab sofort nicht mehr")).to_be_visible()
    bea.look("withdraw")
    bea.press("Ja, zurücknehmen")
    bea.page.goto(f"{world.base}/receipt")
    expect(bea.page.get_by_text("Diese Abgabe zählt nicht mehr.")).to_be_visible()


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, str, str]]:
    with published(sqlite_template, tmp_path_factory.mktemp("outcome")) as made:
        yield made


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_a_town_sees_what_became_of_its_demands(
    told: tuple[Told, str, str], chrome: Browser, soffice: str, pdftoppm: str, tmp_path: Path, width: int, script: bool
) -> None:
    made, base, email = told
    rita = Somebody(chrome, base, width, script)
    rita.log_in(email)
    house = made.found.world.bodies[made.town(NAMED)]
    rita.page.goto(f"/o/{house}/answers/{made.found.world.slug}/receipt")
    rita.follow("Schlussmitteilung: was daraus geworden ist")
    expect(rita.page.get_by_role("heading", level=1)).to_have_text("Schlussmitteilung")
    expect(rita.page.get_by_text("Von Ihren 3 Forderungen")).to_be_visible()
    expect(rita.page.get_by_text(TEMPLATE).first).to_be_visible()
    rita.look("outcome")
    if (width, script) != (1280, True):
        return
    for kind in ("pdf", "docx"):
        content = rita.page.request.get(f"{rita.page.url}.{kind}")
        assert "beispieldaten" in content.headers["content-disposition"]
        (tmp_path / f"notice.{kind}").write_bytes(content.body())
    pages = drawn(pdftoppm, tmp_path / "notice.pdf"), drawn(pdftoppm, in_word(soffice, tmp_path / "notice.docx"))
    assert [1 <= len(found) <= 3 for found in pages] == [True, True]
    assert all(page.stat().st_size > 5_000 for found in pages for page in found)


def drawn(program: str, paper: Path) -> list[Path]:
    """Its pages as pictures."""
    target = Path(SHOTS or paper.parent) / f"notice-{paper.parent.name}"
    subprocess.run([program, "-r", "60", "-png", paper, target], check=True)
    return sorted(target.parent.glob(f"{target.name}-*.png"))


def in_word(program: str, paper: Path) -> Path:
    """As an office program prints it."""
    out = paper.parent / "office"
    command = [program, f"-env:UserInstallation=file://{paper.parent}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", out, paper], check=True, capture_output=True)
    return out / f"{paper.stem}.pdf"
