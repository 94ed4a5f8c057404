"""What axe finds in a page as it stands: all rules of WCAG 2.2 AA and the good habits."""

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page


def findings(page: Page, *, targets: bool = False) -> list[Any]:
    """Rule and the first places where it is broken. A page that axe has been in already keeps it.

    `targets`: the size of targets is looked at too; only where the page stands at its top, for further down a bar at the edge
    covers whatever lies below it just then. Only what is wrong is worked out in detail: half of the time.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = json.dumps({"resultTypes": ["violations"], "rules": {"target-size": {"enabled": targets}}})
    found: list[Any] = page.evaluate(
        f"axe.run({options}).then(found => found.violations.map("
        "one => [one.id, one.nodes.slice(0, 3).map(node => node.html)]))"
    )
    return found
