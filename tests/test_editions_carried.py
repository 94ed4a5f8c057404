"""Supporters who are figures only, in one public edition after the other: nobody who goes or comes alone can be told."""

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from consultation.core.db import Database
from consultation.documents.carried import Carried
from consultation.documents.models import Edition
from consultation.responses.models import Response
from consultation.states import Audience, EditionState, ResponseState
from tests import edition_world as worlds

POINT, MINIMUM = uuid.uuid4(), 5
PEOPLE = st.frozensets(st.integers(0, 14).map(str), max_size=15)


@given(st.lists(PEOPLE, min_size=2, max_size=5))
def test_numbers_of_two_editions_never_differ_by_fewer_people_than_a_number_needs(
    editions: list[frozenset[str]],
) -> None:
    kept: list[dict[str, frozenset[str]]] = []
    for silent in editions:
        here = Carried(kept)
        shown = here.number(POINT, silent, MINIMUM)
        behind = here.now[str(POINT)]
        assert shown == (len(behind) if len(behind) >= MINIMUM else 0)
        assert all(behind == old[str(POINT)] or len(behind ^ old[str(POINT)]) >= MINIMUM for old in kept)
        kept = [*kept, here.now]


def test_without_earlier_editions_everybody_counts_who_is_there() -> None:
    assert [Carried().number(POINT, frozenset(map(str, range(n))), MINIMUM) for n in (0, 4, 5, 9)] == [0, 0, 5, 9]


def test_a_body_that_withdraws_between_two_editions_leaves_no_trace_at_its_demands(
    db: Database, tmp_path: Path
) -> None:
    weighed = worlds.weighed(db, count=60)
    first = _published(db, weighed, tmp_path, hours=0)
    [before] = _demands(tmp_path, first)
    assert before["figures"] >= MINIMUM
    with db.transaction() as session:
        town = sorted(key for key in weighed.world.bodies if key.startswith(("01", "03", "09")) and len(key) == 12)[3]
        own = Response.organisation_id == weighed.world.bodies[town]
        assert len(session.scalars(select(Response.id).where(own)).all()) == 1
        session.execute(update(Response).where(own).values(state=ResponseState.WITHDRAWN, counted_revision_id=None))
    second = _published(db, weighed, tmp_path, hours=1)
    assert _demands(tmp_path, second) == [before]
    whole = worlds.compiled(db, weighed, tmp_path, Audience.INTERNAL)
    [inside] = _demands(tmp_path, whole)
    assert inside["count"] == len(inside["named"])


def _published(db: Database, weighed: worlds.Weighed, documents: Path, hours: int) -> Edition:
    """Its problems are those of other figures: here only the points are looked at."""
    weighed.planner = replace(weighed.planner, moment=worlds.AFTER + timedelta(hours=hours))
    edition = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    with db.transaction() as session:
        session.get_one(Edition, edition.id).state = EditionState.PUBLISHED
    return edition


def _demands(documents: Path, edition: Edition) -> list[dict[str, Any]]:
    """What is said of those who support the demand that many have."""
    lines = worlds.path_of(documents, edition, "ndjson").read_bytes().splitlines()
    found = [record for record in map(orjson.loads, lines) if record["type"] == "point"]
    return [point["supporters"] for point in found if worlds.TEMPLATE in point["text"]]
