"""The annex of those who took part: who speaks for whom, and for whom that fell away because they answered themselves."""

from pathlib import Path

import orjson
import pytest

from consultation.documents.chapters import participants
from consultation.documents.folders import SNAPSHOT
from consultation.documents.frozen import Frozen
from consultation.documents.machine import encoded
from consultation.documents.outline import Paragraph, Table
from tests.frozen_editions import frozen


def annex(audience: str, folder: Path) -> tuple[list[str], list[tuple[str, ...]]]:
    """Paragraphs and rows of an edition whose first body represents the second, the third and one that never answered."""
    with frozen(audience, folder):
        lines = [orjson.loads(line) for line in (folder / SNAPSHOT).read_bytes().splitlines()]
    first, second, third = [record for record in lines if record["type"] == "participant"][:3]
    said = [
        (second["sender"], "represented"),
        (third["sender"], "supporter"),
        ({"name": "Stilldorf", "ars": "0"}, "represented"),
    ]
    first["spoken_for"] = [{"ars": b["ars"], "name": b["name"], "kind": kind, "population": 1} for b, kind in said]
    (folder / SNAPSHOT).write_bytes(b"".join(encoded(record) + b"\n" for record in lines))
    found = list(participants.nodes(Frozen(folder / SNAPSHOT)))
    [table] = [node for node in found if isinstance(node, Table)]
    return [node.text for node in found if isinstance(node, Paragraph)], [tuple(map(str, row)) for row in table.rows]


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_who_answered_itself_is_not_told_as_represented_without_saying_so(tmp_path: Path, audience: str) -> None:
    told, rows = annex(audience, tmp_path)
    second, third = rows[1][0], rows[2][0]
    assert rows[0][-1] == f"vertreten: {second} (hat selbst geantwortet); Stilldorf\nunterstützt: {third}"
    assert any("entfällt die Vertretung für sie" in text for text in told)
    assert any("die sich als Teilnehmerin nennen lassen" in text for text in told) == (audience == "public")
