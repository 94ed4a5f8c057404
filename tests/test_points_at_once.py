"""Two planners take the same contribution out; one takes a step back while an answer comes in: no demand is lost, none empty."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import Conflict
from consultation.evaluation import contributions, parting, undoing
from consultation.evaluation.models import Contribution, Point
from tests import factories
from tests.evaluation_world import World, standing, submit
from tests.in_turn import in_turn

KIEL, HAMBURG, TOWN = "010510000000", "020000000000", "010510044000"


def _hand_in(session: Session, world: World, body: str, words: str) -> uuid.UUID:
    """Returns the revision, whose demands are not gathered yet."""
    return submit(session, world, body, {"main_message": words}).id


def _supported(db: Database) -> list[tuple[int, bool, int]]:
    """(number, merged away, contributions) of every point."""
    with db.reader() as session:
        count = select(func.count()).where(Contribution.point_id == Point.id).scalar_subquery()
        rows = session.execute(select(Point.number, Point.merged_into_id, count).order_by(Point.number))
        return [(number, merged is not None, n) for number, merged, n in rows]


def test_a_double_click_takes_a_contribution_out_once(db: Database) -> None:
    world = standing(db)
    with db.transaction() as session:
        for body in (KIEL, HAMBURG, TOWN):
            contributions.gather(session, _hand_in(session, world, body, "Mehr Zeit."), factories.MOMENT)
        first = session.scalars(select(Contribution.id)).first()
    assert first is not None
    refused = in_turn(
        db,
        lambda session: parting.take_out(session, world.planner, [first]),
        lambda session: parting.take_out(session, world.planner, [first]),
    )
    assert isinstance(refused, Conflict)
    assert _supported(db) == [(1, False, 2), (2, False, 1)]


def test_an_answer_that_comes_in_while_a_step_is_taken_back_keeps_a_living_point(db: Database) -> None:
    """Its demand joins the point that was taken out; the planner is told that this one cannot go any more."""
    world = standing(db)
    with db.transaction() as session:
        for body, words in ((KIEL, "Weniger Nachweise."), (HAMBURG, "Mehr Zeit.")):
            contributions.gather(session, _hand_in(session, world, body, words), factories.MOMENT)
        points = {point.number: point.id for point in session.scalars(select(Point))}
        parting.merge(session, world.planner, points[2], points[1])
        here = select(Contribution.id).where(Contribution.original_text == "Mehr Zeit.")
        step = parting.take_out(session, world.planner, [session.scalars(here).one()]).last_step
        late = _hand_in(session, world, TOWN, "Mehr Zeit.")
    assert step is not None
    refused = in_turn(
        db,
        lambda session: contributions.gather(session, late, factories.MOMENT),
        lambda session: undoing.undo(session, world.planner, world.consultation(session), step),
    )
    assert isinstance(refused, Conflict)
    assert _supported(db) == [(1, False, 1), (2, True, 0), (3, False, 2)]
