"""The pictures of the documentation: what somebody sees at a step of a journey that a test makes.

`PICTURES=1 pytest tests/browser -k 1280` takes them anew. Without it they stay, and the journey shows that every step of the
documentation can still be done.
"""

import importlib.util
import os
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
SHOWN = {
    "planner-preview": "entwurf-vorschau",
    "planner-form": "fragebogen",
    "planner-audience": "adressatenkreis",
    "planner-announce": "ankuendigen",
    "planner-points": "einzelpunkte",
    "planner-point": "einzelpunkt",
    "planner-editions": "ausgaben",
    "planner-edition": "ausgabe",
    "claim-code": "code-eingeben",
    "draft": "entwurf-kommentieren",
    "part": "fragen-beantworten",
    "review": "pruefen",
    "receipt": "eingangsbestaetigung",
}
"""Name of the look in a journey → picture."""
COLOURS = 64


def take(page: Page, look: str) -> None:
    if os.environ.get("PICTURES") and look in SHOWN:
        path = FOLDER / f"{SHOWN[look]}.png"
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=path, animations="disabled", caret="hide")
        _shrink(path)


def _shrink(path: Path) -> None:
    """Pages have few colours; where the library is missing the picture stays as it is."""
    if importlib.util.find_spec("PIL"):
        from PIL import Image  # noqa: PLC0415 -- not everybody has it

        with Image.open(path) as picture:
            few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
