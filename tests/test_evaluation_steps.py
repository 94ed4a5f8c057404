"""Doing one thing to many points at once, and taking the last step back: all of it or nothing, never over a colleague."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound
from consultation.core.history import HistoryEntry
from consultation.core.language import say
from consultation.evaluation import many, parting, points, queries, steps, undoing
from consultation.evaluation.finding import Order, PointFilter, walk
from consultation.evaluation.models import Contribution, Decision, Held, Point, PointStep
from consultation.evaluation.numbers import both_numbers
from consultation.evaluation.points import Writing
from consultation.people.models import Organisation
from consultation.states import PointState, Role
from consultation.subjects import Actor
from tests import evaluation_world, factories
from tests.evaluation_world import World
from tests.test_evaluation_points import amendment, listed, send


@contextmanager
def weighing(db: Database, count: int = 5) -> Iterator[tuple[Session, World]]:
    """`count` demands of one town, the first of them made by two more."""
    world = evaluation_world.standing(db, 6)
    with db.transaction() as session:
        bodies = sorted(world.bodies)
        send(session, world, bodies[0], [amendment(world, "§ 3", f"Wunsch Nummer {i}") for i in range(1, count + 1)])
        for body in bodies[1:3]:
            send(session, world, body, [amendment(world, "§ 3", "Wunsch Nummer 1")])
        yield session, world


def colleague_of(session: Session, world: World) -> Actor:
    house = session.get_one(Organisation, world.planner.organisation_id)
    return replace(factories.member(session, house, factories.PLANNING_ROLES), moment=world.planner.moment)


def hold(session: Session, world: World, actor: Actor | None = None, *numbers: int) -> list[Held]:
    ids = [p.id for p in listed(session, world, limit=5000) if not numbers or p.number in numbers]
    return steps.hold(session, actor or world.planner, world.consultation(session), ids)


def undo(session: Session, world: World, actor: Actor | None = None) -> PointStep:
    actor = actor or world.planner
    consultation = world.consultation(session)
    last = session.scalar(
        select(func.max(PointStep.seq)).where(PointStep.person_id == actor.person_id, PointStep.undone_at.is_(None))
    )
    return undoing.undo(session, actor, consultation, last or 0)


def told(session: Session) -> list[str]:
    return list(session.scalars(select(HistoryEntry.action).where(HistoryEntry.subject_type == "point")))


def whole(session: Session, world: World) -> list[Any]:
    """Everything that can be done to a point, to compare before and after."""
    columns = [getattr(Point, name) for name in (*steps.FIELDS, "number", "last_step", "last_by", "search")]
    tags = {p.number: p.tags for p in listed(session, world, limit=5000)}
    rows = session.execute(select(*columns).order_by(Point.number)).all()
    where = session.execute(select(Contribution.id, Contribution.point_id).order_by(Contribution.id)).all()
    return [*map(tuple, rows), tags, *map(tuple, where)]


Act = Callable[[Session, World], Any]
ACTS: dict[str, Act] = {
    "decide": lambda s, w: many.decide(s, w.planner, hold(s, w), Decision.NOTED, "Danke.", seen={}),
    "propose": lambda s, w: many.propose(s, w.planner, hold(s, w), Decision.NOTED, "Danke.", seen={}),
    "reply": lambda s, w: many.answer(s, w.planner, hold(s, w), "Danke.", seen={}),
    "tag": lambda s, w: many.tag(s, w.planner, hold(s, w), "speed"),
    "assign": lambda s, w: many.assign(s, w.planner, hold(s, w), w.planner.person_id),
    "review": lambda s, w: points.review(s, w.planner, listed(s, w)[2].id),
    "save": lambda s, w: points.save(
        s, w.planner, listed(s, w)[1].id,
        Writing(text="Neu", decision="accepted", reply="Ja.", vote="Dafür", vote_by="Ref. 2", note="Anruf",
                tagged=frozenset({"speed"}), assignee=(None, w.planner.person_id), decides=True), version=1),
    "merge": lambda s, w: parting.merge(s, w.planner, listed(s, w)[3].id, listed(s, w)[0].id),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_the_last_step_is_taken_back_as_if_it_had_never_been(db: Database, name: str):
    with weighing(db) as (session, world):
        before = whole(session, world)
        ACTS[name](session, world)
        assert whole(session, world) != before
        undo(session, world)
        assert whole(session, world) == before
        assert "undo" in told(session)
        with pytest.raises(Conflict):
            undo(session, world)


def test_states_go_back_through_the_state_machine(db: Database):
    with weighing(db) as (session, world):
        first, second, *_ = listed(session, world)
        points.review(session, world.planner, second.id)
        many.decide(session, world.planner, hold(session, world, None, 1, 2), "noted", "", seen={})
        undo(session, world)
        back = session.execute(
            select(HistoryEntry.subject_id, HistoryEntry.action, HistoryEntry.old, HistoryEntry.new).where(
                HistoryEntry.action.startswith("back_to")
            )
        )
        assert {tuple(row) for row in back} == {
            (first.id, "back_to_new", "decided", "new"),
            (second.id, "back_to_review", "decided", "in_review"),
        }


def test_an_exception_taken_back_is_gone_and_its_number_is_not_given_again(db: Database):
    with weighing(db) as (session, world):
        whole_point = queries.get(session, world.planner, listed(session, world)[0].id)
        out = queries.originals(session, world.planner, whole_point)[0].contribution
        new = parting.take_out(session, world.planner, [out.id])
        assert (new.number, new.source_id) == (6, whole_point.id)
        undo(session, world)
        assert next((p.number, p.supporters) for p in listed(session, world)) == (1, 3)
        assert len(listed(session, world)) == 5
        assert queries.successor(session, world.planner, new.id) == whole_point.id
        again = parting.take_out(session, world.planner, [out.id])
        assert again.number == 7


def test_steps_are_taken_back_one_after_the_other(db: Database):
    with weighing(db) as (session, world):
        before = whole(session, world)
        for name in ("tag", "assign", "propose"):
            ACTS[name](session, world)
        for _ in range(3):
            undo(session, world)
        assert whole(session, world) == before


def test_nobody_takes_back_what_a_colleague_did_or_has_worked_on_since(db: Database):
    with weighing(db) as (session, world):
        colleague = colleague_of(session, world)
        ACTS["tag"](session, world)
        assert steps.last(session, colleague, world.consultation_id) is None
        with pytest.raises(Conflict):
            undo(session, world, colleague)
        assert steps.last(session, world.planner, world.consultation_id) is not None
        points.tag(session, colleague, listed(session, world)[1].id, "flexibility")
        assert steps.last(session, world.planner, world.consultation_id) is None
        with pytest.raises(Conflict, match="Punkt 2"):
            undo(session, world)
        undo(session, world, colleague)
        undo(session, world)
        assert {p.tags for p in listed(session, world)} == {()}


def test_two_colleagues_never_overwrite_each_other(db: Database):
    with weighing(db) as (session, world):
        colleague, point = colleague_of(session, world), listed(session, world)[0]
        points.save(session, colleague, point.id, Writing(reply="Erste", decision=None), version=1)
        with pytest.raises(Conflict):
            points.save(session, world.planner, point.id, Writing(reply="Zweite"), version=1)
        points.save(session, colleague, point.id, Writing(tagged=frozenset({"speed"})), version=1)
        points.save(session, world.planner, point.id, Writing(tagged=frozenset({"flexibility"})), version=1)
        assert listed(session, world)[0].tags == ("flexibility", "speed")
        points.assign(session, colleague, point.id, colleague.person_id)
        assigned = Writing(assignee=(None, world.planner.person_id))
        with pytest.raises(Conflict):
            points.save(session, world.planner, point.id, assigned, version=1)
        held = hold(session, world)
        with pytest.raises(Conflict, match="Punkt 1"):
            many.decide(session, world.planner, held, "noted", "", seen={p.id: 1 for p in held})
        assert {p.state for p in listed(session, world)} == {PointState.NEW}


def test_a_decided_point_stops_a_bulk_decision_and_is_named(db: Database):
    with weighing(db) as (session, world):
        points.decide(session, world.planner, listed(session, world)[2].id, "accepted", "Ja.", version=1)
        with pytest.raises(Conflict, match="entschieden: 3"):
            ACTS["decide"](session, world)
        many.decide(session, world.planner, hold(session, world, None, 1, 2, 4, 5), "noted", "", seen={})
        assert [p.decision for p in listed(session, world)] == ["noted", "noted", "accepted", "noted", "noted"]


def test_an_editor_does_not_decide_many_and_nobody_decides_without_a_decision(db: Database):
    with weighing(db) as (session, world):
        editor = replace(world.planner, roles=frozenset({Role.EDITOR}))
        with pytest.raises(Forbidden):
            many.decide(session, editor, hold(session, world), "noted", "", seen={})
        with pytest.raises(Invalid):
            many.decide(session, world.planner, hold(session, world), "nonsense", "", seen={})
        with pytest.raises(NotFound):
            steps.hold(session, world.planner, world.consultation(session), [uuid.uuid4()])


def test_a_note_can_be_written_on_a_decided_point_and_nothing_else(db: Database):
    with weighing(db) as (session, world):
        point = listed(session, world)[0]
        points.decide(session, world.planner, point.id, "noted", "Danke.", version=1)
        points.save(
            session, world.planner, point.id, Writing(note="Rückruf", reply="Danke.", decision="noted"), version=2
        )
        with pytest.raises(Conflict):
            points.save(session, world.planner, point.id, Writing(reply="Anders", decision="noted"), version=3)
        assert queries.get(session, world.planner, point.id).note == "Rückruf"


BULK: dict[str, Callable[[Session, World, list[Held]], Any]] = {
    "decide": lambda s, w, held: many.decide(s, w.planner, held, Decision.NOTED, "Danke.", seen={}),
    "propose": lambda s, w, held: many.propose(s, w.planner, held, Decision.NOTED, "Danke.", seen={}),
    "reply": lambda s, w, held: many.answer(s, w.planner, held, "Danke.", seen={}),
    "tag": lambda s, w, held: many.tag(s, w.planner, held, "speed"),
    "assign": lambda s, w, held: many.assign(s, w.planner, held, w.planner.person_id),
}


def test_seven_hundred_points_cost_as_many_statements_as_five(db: Database):
    with db.transaction() as session:
        world = evaluation_world.world(session, 6)
        for body in sorted(world.bodies)[:4]:
            send(session, world, body, [amendment(world, "§ 3", f"{body} wünscht {i}") for i in range(176)])
        ids = [place.id for place in walk(session, world.consultation_id, PointFilter(), order=Order.NUMBER).places]
        assert len(ids) == 704
        for name, act in BULK.items():
            asked = [_statements(session, world, chosen, act) for chosen in (ids[:4], ids[4:])]
            assert asked[0] == asked[1], name
            assert asked[0][0] <= 12, (name, asked)
            assert asked[0][1] <= 16, (name, asked)


def _statements(session: Session, world: World, chosen: list[uuid.UUID], act: Any) -> tuple[int, int]:
    """Of the step, and of taking it back."""
    consultation = world.consultation(session)
    step = _asked(session, lambda: act(session, world, steps.hold(session, world.planner, consultation, chosen)))
    return step, _asked(session, lambda: undo(session, world))


def _asked(session: Session, work: Callable[[], Any]) -> int:
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(session.connection(), "before_cursor_execute", note)
    work()
    session.flush()
    event.remove(session.connection(), "before_cursor_execute", note)
    return len(asked)


# -- finding and walking -----------------------------------------------------------------------------------------------
def test_words_are_found_however_umlauts_are_written_and_in_the_originals_too(db: Database):
    with weighing(db) as (session, world):
        body = sorted(world.bodies)[3]
        send(session, world, body, [amendment(world, "§ 3", "Die Förderung für Größere verlängern")])
        points.edit(session, world.planner, listed(session, world)[5].id, "Andere Worte", version=1)

        def numbers(text: str) -> list[int]:
            return [p.number for p in listed(session, world, PointFilter(text=text))]

        for text in ("förderung", "FOERDERUNG", "forderung groessere", "verlängern Weil", "worte andere"):
            assert numbers(text) == [6], text
        assert numbers("förderung wunsch") == []
        assert numbers(session.get_one(Organisation, world.bodies[body]).name.upper()) == [6]
        assert numbers("%") == [1, 2, 3, 4, 5, 6]


def test_the_number_of_a_point_finds_this_point_alone(db: Database):
    with weighing(db, 12) as (session, world):
        send(session, world, sorted(world.bodies)[3], [amendment(world, "§ 3", "Bis zu 99 Monate")])

        def numbers(text: str) -> list[int]:
            return [
                p.number for p in walk(session, world.consultation_id, PointFilter(text=text, supported=True)).places
            ]

        for text in ("1", "Punkt 1", "punkt 1", "Nr. 1", "nr 1", "#1", "Point 1"):
            assert numbers(text) == [1], text
        assert numbers('"1"') == [1, 10, 11, 12], "as a word of the text"
        assert numbers("99") == [13], "no point has this number"
        assert numbers("Punkt 99") == []
        assert numbers("Wunsch Nummer 12") == [12]


def test_a_number_above_a_thousand_is_written_as_a_name_and_found_as_sentences_write_it(db: Database):
    with weighing(db, 2) as (session, world):
        point = session.scalars(select(Point).where(Point.number == 2)).one()
        point.number, point.public_number = 1234, 1100
        session.flush()
        assert say(point.numbers, "de") == "1234, öffentlich Nr. 1100"
        for text in ("1234", "1.234", "Punkt 1.234", "point 1,234", "öffentlich 1100", "öffentlich Nr. 1.100"):
            found = walk(session, world.consultation_id, PointFilter(text=text))
            assert [place.number for place in found.places] == [1234], text


def test_a_long_number_with_dots_is_the_name_of_no_point_to_search_or_merge_into(db: Database):
    with weighing(db, 2) as (session, world):
        for text in (
            "3.000.000.000",
            "Punkt 3.000.000.000",
            "öffentlich 9.999.999.999.999.999.999",
            "9.999.999.999.999.999.999",
        ):
            assert queries.called(session, world.planner, world.consultation_id, text) == []
            assert walk(session, world.consultation_id, PointFilter(text=text)).places == ()
        assert queries.called(session, world.planner, world.consultation_id, "999.999.999") == []


def test_a_list_is_walked_in_its_order_also_from_a_point_that_left_it(db: Database):
    with weighing(db) as (session, world):
        chosen = PointFilter(undecided=True)
        found = walk(session, world.consultation_id, chosen)
        assert [p.number for p in found.places] == [1, 2, 3, 4, 5]
        assert found.places[0].key == (-3, 1)
        here = found.places[2]
        assert (found.before(here.key), found.after(here.key)) == (found.places[1], found.places[3])
        assert (found.before(found.places[0].key), found.after(found.places[-1].key)) == (None, None)
        points.decide(session, world.planner, here.id, "noted", "", version=1)
        later = walk(session, world.consultation_id, chosen)
        assert later.index(here.key) is None
        assert later.after(here.key) == found.places[3]
        assert later.seen != found.seen


def test_a_land_unit_learns_nothing_of_other_laender_by_filtering(db: Database):
    with weighing(db) as (session, world):
        for body, text in (("01053", "Nur aus Kiel"), ("020000000000", "Nur aus Hamburg")):
            send(session, world, body, [amendment(world, "§ 7", "Gemeinsam"), amendment(world, "§ 7", text)])

        def found(**chosen: Any) -> int:
            return len(walk(session, world.consultation_id, PointFilter(section=world.sections["§ 7"], **chosen), "HH"))

        assert found() == 2
        assert found(land="SH") == 0
        assert found(size_class="large_city") == 2
        assert found(text="aus hamburg") == 1
        assert found(text="hamburg") == 2
        for word in ("kiel", "Kreis Beispiel"):
            assert found(text=word) == 0


def test_dimensions_find_supporters_and_bodies_without_a_size_class_by_their_kind(db: Database):
    with weighing(db) as (session, world):
        send(session, world, "01053", [amendment(world, "§ 5", "Der Kreis wünscht")])
        by_kind = listed(session, world, PointFilter(size_class="county"))
        assert [p.text for p in by_kind] == ["Der Kreis wünscht"]
        assert listed(session, world, PointFilter(size_class="large_city", land="HH")) == []
        nobody = PointFilter(unassigned=True)
        assert len(listed(session, world, nobody)) == 6
        points.assign(session, world.planner, by_kind[0].id, world.planner.person_id)
        assert len(listed(session, world, nobody)) == 5


# -- exceptions --------------------------------------------------------------------------------------------------------
def test_an_exception_keeps_tags_and_assignee_and_tells_where_it_came_from(db: Database):
    with weighing(db) as (session, world):
        point = queries.get(session, world.planner, listed(session, world)[0].id)
        points.tag(session, world.planner, point.id, "speed")
        points.assign(session, world.planner, point.id, world.planner.person_id)
        points.decide(session, world.planner, point.id, "noted", "Danke.", version=1)
        said = [o.contribution.id for o in queries.originals(session, world.planner, point)]
        new = parting.take_out(session, world.planner, said[:2])
        assert ([t.tag for t in new.tags], new.assignee_id, new.state, new.decision) == (
            ["speed"], world.planner.person_id, PointState.NEW, None,
        )  # fmt: skip
        assert [(r.numbers, r.is_source) for r in queries.relatives(session, world.planner, new)] == [
            (both_numbers(1, None), True)
        ]
        source = queries.get(session, world.planner, point.id)
        assert [(r.numbers, r.is_source) for r in queries.relatives(session, world.planner, source)] == [
            (both_numbers(6, None), False)
        ]
        with pytest.raises(Conflict):
            parting.take_out(session, world.planner, said[2:])


def test_a_contribution_that_comes_later_inherits_the_decision_and_can_be_told(db: Database):
    with weighing(db) as (session, world):
        point = listed(session, world)[0]
        points.decide(session, world.planner, point.id, "noted", "Danke.", version=1)
        body = sorted(world.bodies)[4]
        send(session, world, body, [amendment(world, "§ 3", "Wunsch Nummer 1")])
        later = world.planner.moment.replace(year=2027)
        session.execute(
            update(Contribution).where(Contribution.organisation_id == world.bodies[body]).values(made_at=later)
        )
        found = queries.get(session, world.planner, point.id)
        assert found.decided_at is not None
        new = [o.contribution.made_at > found.decided_at for o in queries.originals(session, world.planner, found)]
        assert sorted(new) == [False, False, False, True]


def test_points_that_a_colleague_has_stay_with_them_unless_asked(db: Database):
    with weighing(db, 3) as (session, world):
        colleague, point = colleague_of(session, world), listed(session, world)[0]
        points.assign(session, colleague, point.id, colleague.person_id)
        mine = world.planner.person_id

        def assignees() -> list[uuid.UUID | None]:
            return [one.assignee_id for one in hold(session, world)]

        assert many.assign(session, world.planner, hold(session, world), mine) == 1
        assert assignees().count(colleague.person_id) == 1
        assert set(assignees()) == {mine, colleague.person_id}
        assert many.assign(session, world.planner, hold(session, world), None) == 1
        assert set(assignees()) == {None, colleague.person_id}
        assert many.assign(session, world.planner, hold(session, world), mine, reassign=True) == 0
        assert set(assignees()) == {mine}
