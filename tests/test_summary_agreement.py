"""What the summary puts first among sections and statements: one alone, and of enough bodies, or nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from consultation.documents.chapters import summary
from consultation.documents.folders import SNAPSHOT
from consultation.documents.frozen import Frozen
from consultation.documents.machine import encoded
from consultation.documents.outline import Paragraph
from tests.frozen_editions import frozen

SECTIONS, AGREED = "section_agreement", "Am häufigsten ohne Änderungen zugestimmt wird"
REFUSED, HIGHEST = "Am häufigsten abgelehnt wird", "Die höchste Zustimmung erhält"


def told(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> list[str]:
    """The paragraphs of the summary; `change` is given the total rows of the sections."""
    with frozen("internal", folder):
        lines = [orjson.loads(line) for line in (folder / SNAPSHOT).read_bytes().splitlines()]
    change([r["tables"][0]["rows"][0] for r in lines if r["type"] == "figure" and r["key"] == SECTIONS])
    (folder / SNAPSHOT).write_bytes(b"".join(encoded(record) + b"\n" for record in lines))
    return [node.text for node in summary.nodes(Frozen(folder / SNAPSHOT)) if isinstance(node, Paragraph)]


def agree(row: dict[str, Any], count: int) -> None:
    """So many answered, and all of them agree without changes."""
    row |= {"answered": count}
    for option in row["options"]:
        option.update({"count": count, "share": 1.0} if option["key"] == "full" else {"count": 0, "share": 0.0})


def said(paragraphs: list[str], sentence: str) -> bool:
    return any(text.startswith(sentence) for text in paragraphs)


def test_the_section_with_the_highest_agreement_is_named_where_it_is_alone(tmp_path: Path) -> None:
    found = told(tmp_path, lambda rows: None)
    assert said(found, AGREED)
    assert said(found, REFUSED)
    assert said(found, HIGHEST)


def test_where_two_share_the_first_place_neither_is_named(tmp_path: Path) -> None:
    def tie(rows: list[dict[str, Any]]) -> None:
        for row in rows[:2]:
            agree(row, 9)

    found = told(tmp_path, tie)
    assert not said(found, AGREED)
    assert said(found, REFUSED)


@pytest.mark.parametrize(("count", "named"), [(4, False), (5, True)])
def test_of_fewer_than_five_nothing_is_said_to_be_most(tmp_path: Path, count: int, named: bool) -> None:
    assert said(told(tmp_path, lambda rows: agree(rows[0], count)), AGREED) == named
