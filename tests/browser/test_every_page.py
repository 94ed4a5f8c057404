"""Every page of the service in a real browser: wide, on a telephone and magnified, by day and by night."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import structlog
from playwright.sync_api import Browser, Page

from consultation.core.db import Database
from tests.browser.axe import findings
from tests.browser.keyboard import UNSEEN
from tests.browser.serving import free_port, served
from tests.browsing import site
from tests.page_table import LOOKS, Look, looked_at
from tests.plain_logs import plain_logs
from tests.tenancy_doors import routes
from tests.tenancy_table import ANONYMOUS
from tests.tenancy_world import NOW, World, build

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390, 320)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OUTSIDE = """[...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > window.innerWidth)
  .map(one => one.outerHTML.slice(0, 100)).slice(0, 10)"""


@dataclass
class Window:
    """A browser window that anybody of the world may use, and what went wrong in it."""

    page: Page
    base: str
    world: World
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in {"error", "warning"} else None
        )
        self.page.on(
            "request", lambda asked: self.wrong.append(asked.url) if not asked.url.startswith(self.base) else None
        )

    def sit_down(self, caller: str) -> None:
        self.page.context.clear_cookies()
        if caller != ANONYMOUS:
            self.page.context.add_cookies([{"name": "session", "value": self.world.cookies[caller], "url": self.base}])

    def check(self, look: Look) -> None:
        """A download or a way to another page would be no page."""
        answer = self.page.request.get(self.base + look.path(self.world), max_redirects=0)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        assert (answer.status, kind) == (200, "text/html"), "is it a page? see tests/page_table.py"

    def open(self, look: Look, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(self.base + look.path(self.world))

    def by_keyboard(self) -> Iterator[str]:
        """The first Tab leads past the frame of the page, and wherever the focus is, it is seen."""
        self.page.keyboard.press("Tab")
        first = self.page.evaluate("document.activeElement.getAttribute('href')")
        if first != "#main":
            yield f"the first Tab leads to {first}"
        yield from (f"unseen focus: {one}" for one in self.page.evaluate(UNSEEN))

    def examine(self, width: int) -> Iterator[str]:
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            yield f"{width}: sticks out to the side: {self.page.evaluate(OUTSIDE)}"
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme)
            yield from (f"{width} {theme}: {rule} {nodes}" for rule, nodes in findings(self.page, targets=True))
        self.page.emulate_media(color_scheme=THEMES[0])


@pytest.fixture(scope="module")
def window(chrome: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    folder, port = tmp_path_factory.mktemp("pages"), free_port()
    shutil.copyfile(sqlite_template, folder / "world.db")
    db, base = Database(f"sqlite:///{folder / 'world.db'}", threads=8, durable=False), f"http://127.0.0.1:{port}"
    app, world = site(db, NOW, base_url=base, data_dir=folder), build(db, folder / "documents")
    with served(app, port):
        made = Window(chrome.new_context(locale="de-DE", reduced_motion="reduce").new_page(), base, world)
        made.watch()
        yield made
        made.page.context.close()
    db.close()
    plain_logs()


@pytest.fixture
def app_routes(tmp_path: Path) -> set[str]:
    db = Database(f"sqlite:///{tmp_path / 'empty.db'}", threads=1)
    found = routes(site(db))
    db.close()
    return found


def test_every_page_is_looked_at(app_routes: set[str]) -> None:
    """A new page needs a row in tests/tenancy_table.py; what is no page says so in tests/page_table.py."""
    pages = {route for route in app_routes if route.startswith("GET ") and "/api/" not in route}
    assert sorted(pages - looked_at()) == [], "nobody looks at them"
    assert sorted(looked_at() - pages) == [], "they are gone"


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_everybody_can_use_it(window: Window, look: Look) -> None:
    window.wrong.clear()
    window.sit_down(look.caller)
    window.check(look)
    wrong: list[str] = []
    for width in WIDTHS:
        window.open(look, width)
        wrong += window.examine(width)
        if width == WIDTHS[0]:
            wrong += window.by_keyboard()
    assert not wrong + window.wrong, "\n".join(wrong + window.wrong)
