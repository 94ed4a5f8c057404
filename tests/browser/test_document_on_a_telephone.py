"""The HTML document of an edition on a telephone: nothing sticks out sideways, every cell says its column, one finds back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from consultation.documents.charts import TELEPHONE
from consultation.documents.formats import write_document
from tests.browser import desks
from tests.browser.axe import findings
from tests.browser.somebody import go
from tests.documents import golden

pytestmark = pytest.mark.browser
WIDTHS = (320, 390, 768, 1280)
STICKING_OUT = """[...document.querySelectorAll("body *")].filter(one => {
  if (one.closest(".scroll:has(.figures), .skip, .cards thead, .on-paper, svg")) return false;
  const place = one.getBoundingClientRect();
  return place.width > 1 && (place.right > window.innerWidth + 0.5 || place.left < -0.5);
}).slice(0, 5).map(one => one.outerHTML.slice(0, 120))"""
UNNAMED = """[...document.querySelectorAll("table.cards")].flatMap(table => {
  const heads = [...table.tHead.rows[0].cells].map(cell => cell.innerText.replace(/\\s+/g, " ").trim());
  return [...table.tBodies[0].rows].flatMap(row => [...row.cells].map((cell, at) => [cell, heads[at]]))
    .filter(([cell, head]) => cell.innerText && !getComputedStyle(cell, "::before").content.includes(
      JSON.stringify(head).slice(1, -1))).map(([cell, head]) => head + " | " + cell.outerHTML.slice(0, 120));
}).slice(0, 5)"""
UNTRUE_HINTS = """[...document.querySelectorAll("table.figures")].filter(table => {
  const room = table.closest(".scroll"), hint = room.previousElementSibling;
  return (getComputedStyle(hint).display !== "none") !== (room.scrollWidth > room.clientWidth + 1);
}).map(table => table.caption?.innerText ?? table.outerHTML.slice(0, 120))"""


@dataclass
class Shown:
    edition: str
    """The address of the page of a published edition."""
    read: str
    """Its document as it was sent to be read, in a file: under the policy of documents no script runs, axe neither."""
    golden: str
    """A file with everything that is hard to show."""
    page: Page

    def open(self, address: str, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(media="screen", color_scheme="light")
        self.page.goto(address)


@pytest.fixture(scope="module")
def shown(chrome: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("document")
    write_document(golden.compiled().outline, "html", folder / "golden.html")
    with desks.published(sqlite_template, folder) as (told, base, _):
        edition = f"{base}/consultations/{told.found.world.slug}/editions/{told.edition.number}"
        page = chrome.new_context(locale="de-DE").new_page()
        (folder / "read.html").write_bytes(page.request.get(f"{edition}/document").body())
        yield Shown(edition, f"file://{folder}/read.html", f"file://{folder}/golden.html", page)
        page.context.close()


@pytest.fixture(params=["read", "golden"])
def document(request: pytest.FixtureRequest, shown: Shown) -> str:
    return shown.read if request.param == "read" else shown.golden


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_sideways(shown: Shown, document: str, width: int) -> None:
    shown.open(document, width)
    assert shown.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert shown.page.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_use_it(shown: Shown, width: int) -> None:
    shown.open(shown.read, width)
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        shown.page.emulate_media(color_scheme=scheme)
        assert findings(shown.page, targets=True) == []


@pytest.mark.parametrize("width", WIDTHS[:2])
def test_every_cell_says_its_column(shown: Shown, document: str, width: int) -> None:
    shown.open(document, width)
    assert shown.page.locator("table.cards td:visible").count() > 0
    assert shown.page.evaluate(UNNAMED) == []


def test_cards_stay_tables_for_those_who_listen(shown: Shown) -> None:
    shown.open(shown.golden, 320)
    table = shown.page.get_by_role("table").filter(has_text="Geltender Text")
    assert table.get_by_role("columnheader").all_inner_texts() == [
        "Geltender Text", "Punkt", "Unterstützer", "Entscheidung", "Antwort",
    ]  # fmt: skip
    assert [row.get_by_role("cell").count() for row in table.get_by_role("row").all()] == [0, *[5] * 5]


def test_figures_are_pushed_sideways_beside_their_first_column(shown: Shown) -> None:
    shown.open(shown.golden, 320)
    region = shown.page.get_by_role("region", name="Antworten zu Frage 27")
    name, last = region.get_by_role("rowheader").nth(1), region.get_by_role("row").nth(2).get_by_role("cell").last
    where: Any = name.bounding_box()
    region.focus()
    for _ in range(12):
        shown.page.keyboard.press("ArrowRight")
    shown.page.wait_for_function(
        "box => box.scrollLeft + box.clientWidth >= box.scrollWidth - 1", arg=region.element_handle()
    )
    expect(last).to_be_in_viewport(ratio=1)
    now: Any = name.bounding_box()
    assert (round(now["x"]), round(now["width"])) == (round(where["x"]), round(where["width"]))
    expect(region.locator("caption span")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_says_so_if_and_only_if_it_is_broader_than_the_screen(shown: Shown, document: str, width: int) -> None:
    shown.open(document, width)
    assert shown.page.locator("table.figures").count() > 1
    assert shown.page.evaluate(UNTRUE_HINTS) == []


def test_the_labels_of_charts_can_be_read_and_each_chart_is_one_picture(shown: Shown) -> None:
    for width, least in ((390, 13), (320, 11)):
        shown.open(shown.golden, width)
        charts = shown.page.locator(".on-telephone svg:visible")
        assert charts.count() == shown.page.get_by_role("img").count() > 0
        for chart in charts.all():
            place: Any = chart.bounding_box()
            assert 12 * place["width"] / TELEPHONE.width >= least


def test_on_paper_there_is_nothing_of_all_this(shown: Shown) -> None:
    for address in (shown.read, shown.golden):
        shown.open(address, 390)
        shown.page.emulate_media(media="print")
        for gone in (".hint", ".on-telephone", ".to-contents", ".way-back"):
            assert shown.page.locator(f"{gone}:visible").count() == 0, gone
        assert {one.evaluate("one => getComputedStyle(one).display") for one in shown.page.locator("table").all()} == {
            "table"
        }
        assert (
            shown.page.locator(".cards td").first.evaluate("one => getComputedStyle(one, '::before').content") == "none"
        )


@pytest.mark.parametrize("width", WIDTHS[1:3])
def test_who_lands_in_the_document_finds_the_way_back(shown: Shown, width: int) -> None:
    shown.open(f"{shown.edition}/document", width)
    shown.page.keyboard.press("Tab")
    expect(shown.page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    shown.page.keyboard.press("Tab")
    back = shown.page.get_by_role("navigation", name="Weg zurück").get_by_role("link", name="Zur Seite dieser Ausgabe")
    expect(back).to_be_focused()
    go(back)
    assert shown.page.url == shown.edition
    expect(shown.page.get_by_role("heading", level=1)).to_be_visible()


def test_from_the_end_of_a_chapter_one_finds_the_contents(shown: Shown) -> None:
    shown.open(f"{shown.edition}/document", 390)
    shown.page.get_by_role("link", name="Zurück zum Inhalt").last.click()
    expect(shown.page.get_by_role("heading", name="Inhalt", exact=True)).to_be_in_viewport()
