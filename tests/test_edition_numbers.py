"""All editions of a consultation share one count; whoever reads a public one is told where it jumps."""

from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.core.language import say
from consultation.documents import editions
from consultation.documents.chapters import method
from consultation.documents.consolidated import meta_of
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.frozen import Frozen
from consultation.documents.numbering import placed
from consultation.states import Audience
from tests import edition_world as worlds


@pytest.mark.parametrize(
    ("number", "before", "told"),
    [
        (1, [], "1"),
        (3, [1, 2], "3"),
        (2, [], "2 – die erste veröffentlichte; Ausgaben, die nicht veröffentlicht sind, zählen mit"),
        (5, [2, 4], "5 – davor veröffentlicht: 2, 4; Ausgaben, die nicht veröffentlicht sind, zählen mit"),
    ],
)
def test_where_numbers_are_missing_it_is_said_which_editions_came_out(
    number: int, before: list[int], told: str
) -> None:
    assert say(placed(number, before), "de") == told


def test_the_first_public_edition_says_that_it_is_the_first_whatever_its_number(db: Database, tmp_path: Path) -> None:
    weighed = worlds.weighed(db, count=12)

    def compiled(audience: Audience) -> tuple[Frozen, dict[str, str]]:
        edition = worlds.compiled(db, weighed, tmp_path, audience)
        if audience == Audience.PUBLIC:
            with db.transaction() as session:
                editions.publish(session, weighed.planner, edition.id, tmp_path, texts_checked=True)
        found = Frozen(folder_of(tmp_path, edition.id) / SNAPSHOT)
        return found, dict(meta_of(found, "").facts)

    assert "Ausgabe" not in compiled(Audience.INTERNAL)[1], "whoever has all of them misses none"
    first, facts = compiled(Audience.PUBLIC)
    assert facts["Ausgabe"].startswith("2 – die erste veröffentlichte;")
    assert first.head["published_before"] == []
    assert "früheren öffentlichen Ausgabe erst" not in str(list(method.nodes(first)))
    second, facts = compiled(Audience.PUBLIC)
    assert facts["Ausgabe"].startswith("3 – davor veröffentlicht: 2;")
    assert "früheren öffentlichen Ausgabe erst" in str(list(method.nodes(second)))
