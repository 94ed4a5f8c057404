"""The ways at a town's desk that everybody without a mouse takes: logging in, to the overview, to what links and buttons say."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import keyboard
from tests.browser.somebody import Somebody
from tests.factories import PASSWORD

WIDTHS = (1280, 390)


def somebody(chrome: Browser, base: str, email: str, width: int) -> Page:
    page = Somebody(chrome, base, width, script=True).page
    keyboard.log_in(page, email, PASSWORD)
    return page


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def link(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("link", name=name).first


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def to_the_hub(page: Page) -> None:
    """From where one arrives after logging in."""
    keyboard.press(link(page, "Stellungnahmen"))
    keyboard.press(link(page, "Probeanhörung"))
    heading(page, "Probeanhörung")


def to_part(page: Page, title: str) -> None:
    """From the overview to a page of the form with all its questions."""
    keyboard.press(link(page, "Alle Fragen"))
    keyboard.press(page.locator(".kern-task-list").get_by_role("link", name=title))
    heading(page, title)
