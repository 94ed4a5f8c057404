"""Figures agree with a naive recount of the submitted documents, whatever was answered."""

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from statistics import quantiles
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.evaluation import figures, statistics
from consultation.evaluation.figures import Filters, Row, Statistics
from consultation.evaluation.quartiles import lower_median, quartiles
from consultation.programmes import actions as programmes
from consultation.register.states import State
from consultation.responses import actions
from consultation.responses.models import Response, Revision
from consultation.subjects import stranger
from tests import evaluation_world, factories
from tests.keeping import kept

KLEINSTADT = {"larger_small_town", "small_small_town"}
SCALES, NUMBERS = {"need_fit", "burden_proof.level", "would_use"}, {"burden_proof.hours"}


@kept
def filled(db: Database, /, seed: int) -> evaluation_world.World:
    chance = random.Random(seed)
    with db.transaction() as session:
        world = evaluation_world.world(session, 24)
        for body in sorted(world.bodies):
            if chance.random() < 0.8:
                answers = evaluation_world.random_answers(chance, world.sections.values())
                nil_return = chance.random() < 0.1
                evaluation_world.submit(session, world, body, answers, nil_return=nil_return)
    return world


def counted(db: Database) -> list[dict[str, Any]]:
    """The counted documents that are no nil returns, read on their own."""
    with db.reader() as session:
        texts = session.scalars(select(Revision.document).join(Response, Response.counted_revision_id == Revision.id))
        documents = [orjson.loads(text) for text in texts]
    return [document for document in documents if not document["nil_return"]]


def belongs(document: dict[str, Any], grouping: str, group: str) -> bool:
    register, kind = document["organisation"]["register"], document["organisation"]["kind"]
    match grouping:
        case "total":
            return True
        case "size_class":
            own = register["size_class"] or kind
            return own == group or (group == "small_town" and own in KLEINSTADT)
        case "state":
            return bool(register["state"] == group)
        case "kind":
            return bool(kind == group)
        case _:
            return bool((document["answers"].get(grouping.removeprefix("by:")) or "") == group)


def check(row: Row, key: str, item: str, documents: list[dict[str, Any]]) -> None:
    values = [document["answers"].get(key) for document in documents]
    if item:
        values = [(value or {}).get(item) for value in values]
    given_ = [value for value in values if value is not None]
    assert (row.base, row.answered, row.not_answered) == (len(documents), len(given_), len(documents) - len(given_))
    if key in NUMBERS:
        return check_numbers(row, given_)
    if isinstance(next(iter(given_), None), dict):
        return None
    chosen = Counter(str(one) for value in given_ for one in (value if isinstance(value, list) else [value]))
    if key in SCALES:
        apart = chosen.pop("cannot_judge", 0)
        assert (row.cannot_judge, row.valid) == (apart, len(given_) - apart)
        steps = sorted(value for value in given_ if value != "cannot_judge")
        assert row.lower_median == (steps[(len(steps) - 1) // 2] if steps else None)
    n = row.valid
    for option in row.options:
        assert option.count == chosen.pop(option.key, 0)
        assert option.share == (Fraction(option.count, n) if n else None)
    assert not chosen or not row.options
    return None


def check_numbers(row: Row, numbers: list[float]) -> None:
    if not numbers:
        assert row.quartiles is None
        return
    expected = quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
    assert row.quartiles is not None
    assert [float(q) for q in (row.quartiles.lower, row.quartiles.median, row.quartiles.upper)] == pytest.approx(
        expected
    )


def check_all(found: Statistics, documents: list[dict[str, Any]]) -> int:
    rows = 0
    assert found.base == len(documents)
    for field in found.fields:
        for table in field.tables:
            for row in table.rows:
                members = [d for d in documents if belongs(d, table.grouping, row.group)]
                check(row, field.key, field.item, members)
                rows += 1
            groups = [row.group for row in table.rows if row.group != "small_town"]
            assert sum(row.base for row in table.rows if row.group in groups) == len(documents)
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_agrees_with_a_naive_recount(db: Database, seed: int):
    world = filled(db, seed)
    with db.reader() as session:
        found = statistics.for_planner(session, world.planner, world.consultation(session))
    assert found.groupings == ("total", "size_class", "state", "kind", "by:prior_experience")
    assert check_all(found, counted(db)) > 300


def test_filters_narrow_and_figures_still_agree(db: Database):
    world = filled(db, 4)
    towns = [d for d in counted(db) if d["organisation"]["register"]["size_class"] in KLEINSTADT]
    with db.reader() as session:
        chosen = Filters(states=frozenset({"SH", "NI"}), size_classes=frozenset(KLEINSTADT))
        found = statistics.for_planner(session, world.planner, world.consultation(session), chosen)
    check_all(found, [d for d in towns if d["organisation"]["register"]["state"] in {"SH", "NI"}])


def test_what_a_page_shows_is_the_same_as_in_all_figures(db: Database):
    world = filled(db, 8)
    with db.reader() as session:
        consultation = world.consultation(session)
        whole = statistics.for_planner(session, world.planner, consultation)
        context = statistics.form_context(session, consultation)
        for part, by in product({field.part for field in whole.fields}, whole.groupings):
            found = statistics.for_page(session, world.planner, consultation, context, part, by)
            shown = {name for name in whole.groupings if not name.startswith("by:")} | {by}
            assert found.base == whole.base
            assert list(found.fields) == [
                replace(field, tables=tuple(table for table in field.tables if table.grouping in shown))
                for field in whole.fields
                if field.part == part
            ]


def test_figures_take_the_same_few_queries_for_any_number_of_answers(db: Database):
    world = filled(db, 5)
    with db.reader() as session:
        consultation = world.consultation(session)
        seen: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *a: seen.append(a[2]))
        statistics.statistics(session, consultation)
    assert sum("answer_fact" in statement for statement in seen) == 2
    assert len(seen) <= 6  # the draft is read once per process


def test_withdrawn_and_superseded_answers_do_not_count(db: Database):
    with db.transaction() as session:
        world = evaluation_world.world(session)
        one, two, *_ = sorted(world.bodies)
        first = evaluation_world.submit(session, world, one, {"affected": "yes"})
        evaluation_world.submit(session, world, two, {"affected": "no"})
        actor = evaluation_world.somebody_of(session, world, one)
        actions.reopen(session, actor, first.response_id)
    with db.transaction() as session:
        evaluation_world.submit(session, world, one, {"affected": "unclear"}, later=1)
    with db.transaction() as session:
        assert affected(session, world) == {"yes": 0, "no": 1, "unclear": 1}
        actions.withdraw(session, actor, first.response_id)
    with db.reader() as session:
        assert affected(session, world) == {"yes": 0, "no": 1, "unclear": 0}


def affected(session, world) -> dict[str, int]:
    field = statistics.statistics(session, world.consultation(session)).field("affected")
    assert field is not None
    assert field.total is not None
    return {option.key: option.count for option in field.total.options}


def test_nobody_but_planners_sees_live_figures(db: Database):
    with db.transaction() as session:
        world = evaluation_world.world(session)
        evaluation_world.submit(session, world, min(world.bodies), {"affected": "yes"})
        body = evaluation_world.somebody_of(session, world, min(world.bodies))
        other = factories.member(session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES)
        consultation = world.consultation(session)
        for actor in (stranger(factories.MOMENT), body, other):
            with pytest.raises(NotFound):
                statistics.for_planner(session, actor, consultation)


def test_figures_survive_json(db: Database):
    world = filled(db, 6)
    with db.reader() as session:
        found = statistics.statistics(session, world.consultation(session))
    assert figures.from_json(orjson.loads(orjson.dumps(found.to_json()))) == found


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40))
def test_quartiles_are_those_of_type_seven(numbers: list[int]):
    found = quartiles(Counter(map(float, numbers)))
    assert found is not None
    assert [float(found.lower), float(found.median), float(found.upper)] == quantiles(numbers, n=4, method="inclusive")


@given(st.lists(st.integers(1, 5), min_size=1))
def test_the_lower_median_is_a_step_somebody_chose(steps: list[int]):
    assert lower_median(Counter(steps)) == sorted(steps)[(len(steps) - 1) // 2]


def test_a_land_unit_sees_the_figures_of_its_land_only(db: Database):
    world = filled(db, 7)
    with db.transaction() as session:
        unit = factories.planning_organisation(session, "Landesamt")
        programmes.share(session, world.planner, world.consultation(session).programme.slug, unit.id, State.NI)
        reader = factories.member(session, unit, factories.PLANNING_ROLES)
    with db.reader() as session:
        consultation = world.consultation(session)
        found = statistics.for_planner(session, reader, consultation)
        with pytest.raises(NotFound):
            statistics.for_planner(session, reader, consultation, Filters(states=frozenset({"SH"})))
    check_all(found, [d for d in counted(db) if d["organisation"]["register"]["state"] == "NI"])
