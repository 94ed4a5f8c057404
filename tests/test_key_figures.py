"""What a document tells of its points: how many are decided, how many of those are only to be looked at further."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consultation.core.language import say
from consultation.documents.chapters import points
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Node, Paragraph, Table
from consultation.evaluation.models import Decision
from consultation.rulebook import POINT
from consultation.states import PointState
from tests.frozen_editions import frozen


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[tuple[Frozen, list[Node]]]:
    with frozen("public", tmp_path) as (found, whole, _):
        yield found, list(whole.document.outline.walk())


def rows(nodes: list[Node], caption: str) -> dict[str, str]:
    table = next(node for node in nodes if isinstance(node, Table) and node.caption == caption)
    return {row[0]: row[1] for row in table.rows}


def test_how_many_of_the_decided_are_to_be_examined_further_stands_beside_their_number(
    edition: tuple[Frozen, list[Node]],
) -> None:
    found, nodes = edition
    decided = [one["decision"] for one in found.records("point") if one["state"] == PointState.DECIDED]
    further = decided.count(Decision.TO_BE_EXAMINED)
    figures = rows(nodes, "Kennzahlen")
    assert (figures["Entschiedene Einzelpunkte"], figures["davon werden weiter geprüft"]) == (
        str(len(decided)),
        str(further),
    )
    assert further == 1
    said = next(n.text for n in nodes if isinstance(n, Paragraph) and n.text.startswith("Entschieden sind"))
    assert said.endswith("Davon wird 1 weiter geprüft.")


def test_an_undecided_point_is_in_the_state_it_is_in(edition: tuple[Frozen, list[Node]]) -> None:
    found, _ = edition
    one = next(one for one in found.records("point") if one["decision"] is None)
    for state in (PointState.NEW, PointState.IN_REVIEW):
        assert say(POINT.states[state], "de") in points.decision(one | {"state": state}, found)


def test_only_contributions_that_may_be_shown_are_told_in_public_and_it_says_so(
    edition: tuple[Frozen, list[Node]],
) -> None:
    found, nodes = edition
    shown = sum(len(one["originals"]) for one in found.records("point"))
    figures = rows(nodes, "Kennzahlen")
    assert figures["Beiträge zu diesen Einzelpunkten, die hier gezeigt werden dürfen"] == str(shown)
