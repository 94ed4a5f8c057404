"""Public figures of a whole consultation: right where they are shown, silent where they would tell."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select

from consultation.core.db import Database
from consultation.evaluation.earlier import read_memory
from consultation.evaluation.figures import Statistics
from consultation.evaluation.public import Published, public
from consultation.responses import disclosures
from consultation.responses.desk import open_desk
from consultation.responses.models import Response, Revision
from tests import evaluation_world, factories

CUT = factories.MOMENT + timedelta(days=20)


def submitted(db: Database, level, count: int = 30, answers=None) -> evaluation_world.World:
    """`level` and `answers` are asked with the number of each body."""
    chance = random.Random(count)
    with db.transaction() as session:
        world = evaluation_world.world(session, count)
        for number, body in enumerate(sorted(world.bodies)):
            given = answers(number) if answers else evaluation_world.random_answers(chance, world.sections.values())
            evaluation_world.submit(session, world, body, given, level=level(number))
    return world


def published(db: Database, world: evaluation_world.World, moment=CUT, earlier: Sequence[Published] = ()) -> Published:
    """`earlier` as the next edition reads them from the disk."""
    read = [read_memory(orjson.loads(orjson.dumps(one.memory.to_json()))) for one in earlier]
    with db.reader() as session:
        return public(session, world.consultation(session), moment, earlier=[one for one in read if one])


def rows(found: Statistics) -> Iterator[tuple[str, str, str, int]]:
    for field in found.fields:
        for table in field.tables:
            yield from ((field.key, table.grouping, row.group, row.answered) for row in table.rows)


def documents(db: Database) -> list[dict[str, Any]]:
    with db.reader() as session:
        texts = session.scalars(select(Revision.document).join(Response, Response.counted_revision_id == Revision.id))
        return [orjson.loads(text) for text in texts]


def test_what_is_named_by_all_is_shown_in_full_with_city_states_among_the_independent_cities(db: Database):
    world = submitted(db, lambda _: "named", 10)
    found = published(db, world).statistics
    affected = found.field("affected")
    assert affected is not None
    kinds = affected.table("kind")
    assert kinds is not None
    assert {row.group: row.base for row in kinds.rows}["independent_city"] == 2
    assert "city_state" not in {row.group for row in kinds.rows}
    answered = [document for document in documents(db) if "affected" in document["answers"]]
    assert affected.total is not None
    assert affected.total.answered == len(answered)
    states = affected.table("state")
    assert states is not None
    for row in states.rows:
        there = [d for d in answered if d["organisation"]["register"]["state"] == row.group]
        assert row.answered == len(there)
        for option in row.options:
            assert option.count == sum(d["answers"]["affected"] == option.key for d in there)


def test_those_who_allow_nothing_are_in_no_public_figure(db: Database):
    world = submitted(db, lambda number: "none" if number % 2 else "named", 12)
    found = published(db, world)
    with db.reader() as session:
        total = session.query(Revision).count()
    assert found.statistics.base == (total + 1) // 2
    assert all(field.total is None or field.total.base == found.statistics.base for field in found.statistics.fields)


def test_a_confidential_question_is_never_counted_as_published(db: Database):
    world = submitted(db, lambda _: dict.fromkeys(evaluation_world.PARTS, "named") | {"B": "figures"}, 4,
                      lambda number: {"budget_constraint": "none", "affected": "yes"})  # fmt: skip
    found = published(db, world).statistics
    budget, affected = found.field("budget_constraint"), found.field("affected")
    assert budget is not None
    assert budget.total is None
    assert "{minimum}" in budget.notes[0].text
    assert affected is not None
    assert affected.total is not None


def test_hidden_answers_are_shown_only_in_groups_that_are_large_and_mixed(db: Database):
    answers = ("yes", "no", "unclear")
    world = submitted(db, lambda _: "figures", 40, lambda number: {"affected": answers[number * 7 % 3]})
    affected = published(db, world).statistics.field("affected")
    assert affected is not None
    assert affected.total is not None
    for table in affected.tables:
        for row in table.rows:
            assert row.answered >= 5 or row.base == 0
            assert max(option.count for option in row.options) < row.answered
    assert all(table.row("HH") is None for table in affected.tables)


def test_a_changed_disclosure_counts_from_its_moment_on(db: Database):
    world = submitted(db, lambda _: "figures", 12, lambda number: {"affected": "yes"})
    before = published(db, world)
    with db.transaction() as session:
        for body in sorted(world.bodies):
            actor = evaluation_world.somebody_of(session, world, body)
            response_id = session.scalars(
                select(Response.id).where(Response.organisation_id == actor.organisation_id)
            ).one()
            later = evaluation_world.at(actor, CUT)
            disclosures.change(session, later, open_desk(session, later, response_id), {"C": "named"})
    assert published(db, world, CUT - timedelta(seconds=1)).statistics == before.statistics
    after = published(db, world).statistics.field("affected")
    assert before.statistics.field("affected").total is None  # type: ignore[union-attr]  # the form has this field
    assert after is not None
    assert after.total is not None


def test_an_edition_that_adds_one_hidden_answer_leaves_the_question_out(db: Database):
    mixed = ("yes", "no", "unclear")
    world = submitted(
        db, lambda _: "figures", 20, lambda number: {"affected": mixed[number % 3], "need_fit": 1 + number % 5}
    )
    first = published(db, world)
    again = published(db, world, earlier=[first])
    assert (again.statistics, again.problems) == (first.statistics, ())
    with db.transaction() as session:
        body = min(world.bodies)
        actor = evaluation_world.somebody_of(session, world, body)
        evaluation_world.resubmit(session, world, actor, {"affected": "unclear", "need_fit": 1})
    second = published(db, world, earlier=[first])
    assert second.problems == ()
    left_out = second.statistics.field("affected")
    assert left_out is not None
    assert left_out.tables == ()
    assert second.statistics.field("need_fit").total is not None  # type: ignore[union-attr]  # the form has this field


def test_published_figures_agree_with_a_recount_of_what_may_be_counted(db: Database):
    world = submitted(db, lambda number: evaluation_world.LEVELS[number % 3], 45)
    found = published(db, world).statistics
    counted = documents(db)
    shown = list(rows(found))
    assert len(shown) > 50
    for key, grouping, group, answered in shown:
        if grouping not in ("total", "state") or key in ("section_agreement", "amendments"):
            continue
        there = [d for d in counted if grouping == "total" or d["organisation"]["register"]["state"] == group]
        assert answered == sum(key in d["answers"] for d in there)
