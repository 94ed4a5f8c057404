"""A draft in a real browser: imported and corrected, met by its next version with doubts settled, compared; once by keyboard."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from consultation.core.db import Database
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.browsing import site
from tests.factories import MOMENT
from tests.planning_world import Planning
from tests.test_web_planners_drafts import LAW, SHORTER

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)
_EIGHT = "### § 8 Rückforderung"
"""Split in two below: one half could be the old one under a new heading."""


@dataclass
class Bench:
    world: Planning
    base: str

    def paula(self, chrome: Browser, width: int, *, script: bool = True) -> Somebody:
        one = Somebody(chrome, self.base, width, script=script)
        one.log_in(self.world.foundation.person.email)
        return one

    @property
    def programme(self) -> str:
        return f"{self.world.foundation.at}/programmes/{self.world.programme}"


@pytest.fixture
def bench(sqlite_template: Path, tmp_path: Path) -> Iterator[Bench]:
    path = tmp_path / "planner.db"
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with served(site(db, MOMENT, base_url=base, data_dir=tmp_path), port):
        yield Bench(Planning(db), base)
    db.close()


def file(text: str) -> dict[str, object]:
    return {"name": "entwurf.md", "mimeType": "text/markdown", "buffer": text.encode()}


def bring_in(page: Page, bench: Bench, text: str) -> None:
    """As far as the preview."""
    page.goto(f"{bench.programme}/drafts/import")
    page.set_input_files("#file", file(text))  # type: ignore[arg-type]  # playwright's own typed dict
    go(page.get_by_role("button", name="Vorschau zeigen"))


def save(page: Page) -> None:
    go(page.get_by_role("button", name="Fassung speichern"))


def doubtful() -> str:
    """§ 8 became two, § 4 went, a sum and a share changed."""
    start = SHORTER.index(_EIGHT)
    end = SHORTER.index("### § 9 ", start)
    body = SHORTER[start:end].removeprefix(_EIGHT).strip().split("\n\n")
    half = max(1, len(body) // 2)
    halves = "### § 8 Rückzahlung\n\n" + "\n\n".join(body[:half]) + "\n\n### § 8a Zinsen\n\n" + "\n\n".join(body[half:])
    return SHORTER[:start] + halves + "\n\n" + SHORTER[end:]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_draft_is_imported_and_corrected(chrome: Browser, bench: Bench, width: int):
    paula = bench.paula(chrome, width)
    page, look = paula.page, paula.look
    bring_in(page, bench, LAW)
    save(page)
    go(page.get_by_role("link", name="Text berichtigen"))
    look("drafts-outline")
    go(page.get_by_role("button", name="„§ 5 Förderzeitraum“ nach oben"))
    titles = page.locator(".draft-outline__item > a").all_inner_texts()
    assert titles.index("§ 5 Förderzeitraum") < titles.index("§ 4 Doppelförderung")
    go(page.get_by_role("link", name="§ 2 Verteilung").first)
    look("drafts-section")
    assert "| Berlin | 3,9385 |" in page.locator("#text").input_value()
    page.fill("#heading", "Verteilung auf die Länder")
    page.fill("#text", page.locator("#text").input_value() + "\n\n- a) neu gerechnet\n- b) neu verteilt")
    page.locator("summary", has_text="So schreiben Sie").click()
    look("drafts-section-help")
    go(page.get_by_role("button", name="Vorschau"))
    expect(page.get_by_role("heading", name="Vorschau, noch nicht gespeichert")).to_be_visible()
    look("drafts-section-preview")
    go(page.get_by_role("button", name="Speichern"))
    expect(page.get_by_role("link", name="§ 2 Verteilung auf die Länder")).to_be_visible()
    go(page.get_by_role("link", name="Abschnitt einfügen"))
    go(page.get_by_role("button", name="Speichern"))
    look("drafts-new-errors")
    page.fill("#heading", "Schlussbestimmungen")
    page.fill("#text", "Es gilt das Haushaltsrecht.")
    go(page.get_by_role("button", name="Speichern"))
    expect(page.get_by_role("link", name="Schlussbestimmungen")).to_be_visible()
    go(page.get_by_role("link", name="Schlussbestimmungen"))
    page.locator("summary", has_text="Abschnitt entfernen").click()
    look("drafts-remove")
    go(page.get_by_role("button", name="Ja, entfernen"))
    go(page.get_by_role("link", name="Fertig, Fassung lesen"))
    expect(page.get_by_text("neu gerechnet")).to_be_visible()
    look("drafts-corrected")


@pytest.mark.parametrize("width", WIDTHS)
def test_unsaved_text_is_not_left_by_mistake(chrome: Browser, bench: Bench, width: int):
    page = bench.paula(chrome, width).page
    bring_in(page, bench, LAW)
    save(page)
    go(page.get_by_role("link", name="Text berichtigen"))
    go(page.get_by_role("link", name="§ 4 Doppelförderung").first)
    page.fill("#heading", "Mühsam getippt")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]  # a dialog
        dialog.dismiss()  # type: ignore[attr-defined]  # a dialog

    page.on("dialog", stay)
    page.get_by_role("link", name="Abbrechen").click()
    expect(page.locator("#heading")).to_have_value("Mühsam getippt")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_second_version_is_imported_with_its_doubts_settled(chrome: Browser, bench: Bench, width: int, script: bool):
    paula = bench.paula(chrome, width, script=script)
    page, look = paula.page, paula.look
    bring_in(page, bench, LAW)
    save(page)
    bring_in(page, bench, doubtful())
    expect(page.get_by_role("heading", name="Bitte klären")).to_be_visible()
    look("drafts-doubts")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("§ 8 Rückzahlung")
    look("drafts-doubts-open")
    page.get_by_label("„§ 8 Rückzahlung“ ist der Abschnitt:").select_option(label="§ 8 Rückforderung")
    expect(page.get_by_text("Text stand bisher in „§ 8 Rückforderung“")).to_be_visible()
    save(page)
    expect(page.get_by_text("Fassung 2 ist gespeichert")).to_be_visible()
    look("drafts-second")


@pytest.mark.parametrize("width", WIDTHS)
def test_two_versions_are_compared(chrome: Browser, bench: Bench, width: int):
    paula = bench.paula(chrome, width)
    page, look = paula.page, paula.look
    for text in (LAW, SHORTER):
        bring_in(page, bench, text)
        save(page)
    go(page.get_by_role("link", name="Mit der vorigen Fassung vergleichen"))
    expect(page.locator("del", has_text="3,5").first).to_be_visible()
    expect(page.locator("ins", has_text="7,5").first).to_be_visible()
    look("drafts-compare")
    page.emulate_media(media="print")
    assert page.locator("del").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    assert page.locator("ins").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"


def tab_to(page: Page, words: str) -> None:
    """With the Tab key alone to what is called so."""
    for _ in range(250):
        page.keyboard.press("Tab")
        here = "(e => e === document.body ? '' : (e.labels && e.labels[0] || e).innerText || e.value || '')"
        if words in page.evaluate(f"{here}(document.activeElement)"):
            return
    raise AssertionError(words)


def enter(page: Page) -> None:
    with page.expect_event("load"):
        page.keyboard.press("Enter")


def test_a_draft_is_imported_settled_corrected_and_compared_by_keyboard_only(chrome: Browser, bench: Bench):
    page = bench.paula(chrome, 1280).page
    bring_in(page, bench, LAW)
    tab_to(page, "Fassung speichern")
    enter(page)
    page.goto(f"{bench.programme}/drafts/import")
    tab_to(page, "Datei mit dem Entwurf")
    page.set_input_files("#file", file(doubtful()))  # type: ignore[arg-type]  # the system's own dialog is not ours to test
    tab_to(page, "Vorschau zeigen")
    enter(page)
    tab_to(page, "„§ 8 Rückzahlung“ ist der Abschnitt:")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Fassung speichern")
    enter(page)
    tab_to(page, "Text berichtigen")
    enter(page)
    tab_to(page, "„§ 2 Verteilung“ nach oben")
    enter(page)
    tab_to(page, "§ 3 Förderbereiche")
    enter(page)
    tab_to(page, "Überschrift")
    page.keyboard.press("End")
    page.keyboard.type(" neu")
    tab_to(page, "Speichern")
    enter(page)
    tab_to(page, "Fertig, Fassung lesen")
    enter(page)
    tab_to(page, "Mit der vorigen Fassung vergleichen")
    enter(page)
    expect(page.get_by_role("heading", name="Vergleich der Fassungen 1 und 2")).to_be_visible()
    expect(page.locator("ins", has_text="neu").first).to_be_visible()
