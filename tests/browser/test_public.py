"""Public pages in a real browser: read by everybody, and nobody else is asked for anything."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect

from consultation.core.db import Database
from tests import public_world
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.browsing import site
from tests.public_world import LATER, World

pytestmark = pytest.mark.browser


@dataclass
class Square:
    """The public service behind a real port."""

    world: World
    base: str
    chrome: Browser


@pytest.fixture
def square(chrome: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Square]:
    path, port = tmp_path / "public.db", free_port()
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    base = f"http://127.0.0.1:{port}"
    with db.transaction() as session:
        world = public_world.make(session, tmp_path / "documents")
    settings = {
        "imprint_name": "Amt für Beteiligung", "imprint_address": "Marktplatz 1\\n12345 Musterstadt",
        "imprint_email": "post@amt.example", "privacy_officer": "datenschutz@amt.example", "privacy_authority": "Aufsicht",
        "accessibility_authority": "Schlichtungsstelle nach § 16 BGG", "accessibility_checked": "2026-02-01",
    }  # fmt: skip
    with served(site(db, LATER, base_url=base, data_dir=str(tmp_path), **settings), port):
        yield Square(world, base, chrome)
    db.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_reads_and_finds_without_anybody_else_being_asked(square: Square, width: int) -> None:
    anybody = Somebody(square.chrome, square.base, width, script=True)
    page, asked = anybody.page, list[str]()

    def note(request: Request) -> None:
        asked.append(request.url)

    anybody.context.on("request", note)
    running, finished = (f"/consultations/{slug}" for slug in (square.world.running, square.world.finished))
    places = {
        "start": "/", "list": "/consultations", "consultation": running, "draft": f"{running}/draft", "finished": finished,
        "edition": f"{finished}/editions/1", "developers": "/developers", "accessibility": "/accessibility",
        "privacy": "/privacy", "imprint": "/imprint", "search-nothing": "/search?q=nirgendwo",
    }  # fmt: skip
    for name, path in places.items():
        page.goto(path)
        anybody.look(f"public-{name}")
    page.goto("/")
    page.get_by_label("Suchbegriff").fill("foerderung")
    go(page.get_by_role("button", name="Suchen"))
    expect(page.locator("mark").first).to_have_text("Förderung")
    anybody.look("public-search")
    go(page.get_by_role("link", name="Zweck: Förderung").first)
    expect(page.get_by_role("heading", name="Zweck: Förderung")).to_be_in_viewport()
    page.goto(f"{finished}/editions/1/document")
    foreign = [url for url in asked if not url.startswith((square.base, "data:"))]
    assert foreign == []
    assert len(asked) > len(places)


@pytest.mark.parametrize("width", [390, 320])
def test_examples_for_programmers_are_whole_on_a_telephone_and_show_where_the_keyboard_is(
    square: Square, width: int
) -> None:
    anybody = Somebody(square.chrome, square.base, width, script=True)
    page = anybody.page
    page.goto("/developers")
    boxes = page.locator(".app-code")
    assert boxes.count() == 3
    for box in boxes.all():
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    page.locator("main a").last.focus()
    page.keyboard.press("Tab")
    focused = page.evaluate(
        "() => [document.activeElement.className, getComputedStyle(document.activeElement).outlineStyle]"
    )
    assert focused == ["app-code", "solid"]
    anybody.context.close()
