"""What axe finds in a page as it stands: all rules of WCAG 2.2 AA and the good habits."""

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

OPTIONS = json.dumps({"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}})
"""Only what is wrong is worked out in detail, a third of the time; the size of targets has to be asked for."""
FINDINGS = f"""async () => {{
  const sticky = [...document.querySelectorAll("body *")].filter(one => getComputedStyle(one).position === "sticky");
  sticky.forEach(one => one.style.setProperty("position", "static", "important"));
  const found = await axe.run({OPTIONS});
  sticky.forEach(one => one.style.removeProperty("position"));
  return found.violations.map(one => [one.id, one.nodes.slice(0, 3).map(node => node.html)]);
}}"""
"""A bar that sticks to the edge covers a piece of whatever lies below it just now; people scroll."""


def findings(page: Page) -> list[Any]:
    """Rule and the first places where it is broken. A page that axe has been in already keeps it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[Any] = page.evaluate(FINDINGS)
    return found
