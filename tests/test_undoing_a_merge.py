"""A merge taken back: whatever demands the same as the point that comes back is there again, however late it came."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.evaluation import parting, queries
from consultation.evaluation.models import PointStep
from tests.evaluation_world import World
from tests.test_evaluation_points import amendment, listed, send
from tests.test_evaluation_steps import undo, weighing


def _supporters(session: Session, world: World) -> dict[int, int]:
    return {point.number: point.supporters for point in listed(session, world)}


def _demands(session: Session, world: World, body: int, text: str) -> None:
    send(session, world, sorted(world.bodies)[body], [amendment(world, "§ 3", text)])


def test_a_demand_that_came_after_a_merge_goes_home_with_the_point_it_repeats(db: Database):
    with weighing(db) as (session, world):
        second, fourth = (listed(session, world)[place] for place in (1, 3))
        parting.merge(session, world.planner, fourth.id, second.id)
        _demands(session, world, 3, "Wunsch Nummer 4")
        _demands(session, world, 4, "Wunsch Nummer 2")
        assert _supporters(session, world) == {1: 3, 2: 3, 3: 1, 5: 1}
        undo(session, world)
        assert _supporters(session, world) == {1: 3, 2: 2, 3: 1, 4: 2, 5: 1}
        said = queries.originals(session, world.planner, queries.get(session, world.planner, fourth.id))
        assert {one.contribution.original_text for one in said} == {"Wunsch Nummer 4"}


def test_what_the_target_held_itself_stays_there(db: Database):
    """An exception brought back into its point, and taken out again."""
    with weighing(db) as (session, world):
        whole = queries.get(session, world.planner, listed(session, world)[0].id)
        out = queries.originals(session, world.planner, whole)[0].contribution
        exception = parting.take_out(session, world.planner, [out.id])
        parting.merge(session, world.planner, exception.id, whole.id)
        _demands(session, world, 3, "Wunsch Nummer 1")
        undo(session, world)
        assert _supporters(session, world)[1] == 3
        assert _supporters(session, world)[exception.number] == 1


def test_a_merge_noted_before_the_target_was_noted_too_is_taken_back_as_ever(db: Database):
    with weighing(db) as (session, world):
        second, fourth = (listed(session, world)[place] for place in (1, 3))
        parting.merge(session, world.planner, fourth.id, second.id)
        step = session.scalars(select(PointStep)).one()
        kept = [pair for pair in step.moved if pair[1] == str(fourth.id)]
        session.execute(update(PointStep).values(moved=kept))
        session.expire_all()
        undo(session, world)
        assert _supporters(session, world) == {1: 3, 2: 1, 3: 1, 4: 1, 5: 1}
