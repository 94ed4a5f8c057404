"""Our own style sheets: what one block opens it closes, so that no rule is silently one of a small screen only."""

from collections.abc import Iterator

import pytest

from consultation.core.places import package_folder

SHEETS = sorted((package_folder() / "static").glob("*.css"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_every_block_is_closed_and_only_conditions_hold_blocks(path):
    assert list(_deep(path.read_text("utf-8"))) == []


def _deep(text: str) -> Iterator[str]:
    """Lines at which a rule stands inside another one, or something is still open at the end."""
    opened: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        for piece in line.replace("{", "{\0").replace("}", "}\0").split("\0"):
            if piece.endswith("{"):
                if opened and not opened[-1].startswith("@"):
                    yield f"{number}: {line}"
                opened.append(piece.strip())
            elif piece.endswith("}"):
                opened.pop()
        if len(opened) > 1 and opened[-2].startswith("@media") and opened[-1].startswith("@media"):
            yield f"{number}: {line}"
    yield from opened


def test_a_block_left_open_is_noticed():
    assert list(_deep("@media (x) {\n a { b: c; }\n@media (y) {\n d { e: f; }\n}"))
    assert list(_deep("a { b: c;\nd { e: f; }\n}"))
    assert list(_deep("@media (x) {\n a { b: c; }\n}\nd { e: f; }")) == []
