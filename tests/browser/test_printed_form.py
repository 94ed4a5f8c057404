"""A part of the form on paper: browsers print no backgrounds, so what was chosen is drawn with borders."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from consultation.states import Role
from tests.browser.desks import answering, colleague
from tests.browser.somebody import SHOTS, Somebody
from tests.desk_world import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Scene, str]]:
    with answering(sqlite_template, tmp_path, {"mandate.kind": "administration"}) as made:
        yield made


def test_what_was_chosen_is_seen_on_paper_and_no_row_is_torn_apart(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    anna = Somebody(chrome, base, 1280, script=True)
    anna.log_in(colleague(world, "Anna Muster", Role.CONTRIBUTOR))
    page = anna.page
    page.goto(f"{world.base}/part/A?path=all")
    page.emulate_media(media="print")
    chosen = page.locator("input[name='mandate.kind']:checked")
    other = page.locator("input[name='mandate.kind']:not(:checked)").first

    def border(place: str) -> list[str]:
        one = chosen if place == "chosen" else other
        style = "getComputedStyle(one)"
        read: list[str] = one.evaluate(f"(one) => [{style}.borderTopWidth, {style}.borderTopColor]")
        return read

    assert border("chosen") == ["16px", "rgb(0, 0, 0)"], "as wide as the mark: a black disc"
    assert border("other")[0] == "2px"
    page.goto(f"{world.base}/part/C?path=all")
    rows = page.locator(".app-grid__row")
    if rows.count():
        assert rows.first.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"
    if SHOTS:
        page.goto(f"{world.base}/part/A?path=all")
        page.pdf(path=str(Path(SHOTS) / "printed-part.pdf"), print_background=False)
