"""Somebody at a screen: what the tests in a real browser share."""

import os
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.browser import pictures
from tests.browser.axe import findings
from tests.factories import PASSWORD

SHOTS = os.environ.get("SCREENSHOTS", "")
"""A folder for pictures of every page that is looked at."""


def go(link: Locator) -> None:
    """Click what leads to another page, and wait until that page has loaded.

    A click returns before the next page is there; whoever looks then may see neither. Waiting for a mere navigation
    would be satisfied by a change of the address within the page.
    """
    with link.page.expect_event("load"):
        link.click()


class Somebody:
    """Somebody at a screen; every page they come to is looked at."""

    def __init__(self, chrome: Browser, base: str, width: int, script: bool) -> None:
        options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "java_script_enabled": script}
        self.context: BrowserContext = chrome.new_context(base_url=base, locale="de-DE", **options)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.script, self.width = script, width
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console", lambda message: self.errors.append(message.text) if "Content Security" in message.text else None
        )

    def look(self, name: str) -> None:
        """Nothing sticks out to the side, and axe finds nothing in this state of the page.

        Narrow screens are looked at in the dark, wide ones in the light: test_every_page looks at each page in both.
        """
        if SHOTS:
            kind = "js" if self.script else "plain"
            self.page.screenshot(path=f"{SHOTS}/{name}-{self.width}-{kind}.png", full_page=True)
        if not self.script:
            return
        if self.width == 1280:
            pictures.take(self.page, name)
        assert self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name
        self.page.emulate_media(color_scheme="dark" if self.width < 600 else "light")
        assert (found := findings(self.page)) == [], (name, found)
        assert self.errors == []

    def log_in(self, email: str) -> None:
        self.page.goto("/login")
        self.page.get_by_label("Mailadresse").fill(email)
        self.page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        self.press("Anmelden")

    def press(self, name: str) -> None:
        go(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        go(self.page.get_by_role("link", name=name).first)
