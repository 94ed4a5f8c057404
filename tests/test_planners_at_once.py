"""Two planners look at the same points; one acts, then the other, who has not seen it: every pair of steps there is."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import Conflict, NotFound
from consultation.evaluation import many, parting, points, steps
from consultation.evaluation.models import Decision, Held, Point, PointTag
from consultation.evaluation.points import Writing
from consultation.states import PointState
from consultation.subjects import Actor
from tests.evaluation_world import World
from tests.test_evaluation_points import listed
from tests.test_evaluation_steps import colleague_of, weighing

FORWARD = [PointState.NEW, PointState.IN_REVIEW, PointState.DECIDED]
"""The only order in which a state that a colleague set may be left by these steps."""

Place = tuple[uuid.UUID, str]
Step = Callable[[Session, Actor, list[Held], Mapping[uuid.UUID, int]], Any]


def saves(of: Callable[[str], Writing]) -> Step:
    """At one point, with words that only this planner would write."""
    return lambda s, a, h, v: points.save(s, a, h[1].id, of(f"Von {a.person_id}"), version=v[h[1].id])


STEPS: dict[str, Step] = {
    "decide": lambda s, a, h, v: many.decide(s, a, h, Decision.NOTED, f"Von {a.person_id}", seen=v),
    "propose": lambda s, a, h, v: many.propose(s, a, h, Decision.NOTED, f"Von {a.person_id}", seen=v),
    "reply": lambda s, a, h, v: many.answer(s, a, h, f"Von {a.person_id}", seen=v),
    "tag": lambda s, a, h, v: many.tag(s, a, h, "speed"),
    "assign": lambda s, a, h, v: many.assign(s, a, h, a.person_id),
    "assign one": lambda s, a, h, v: points.save(
        s, a, h[1].id, Writing(assignee=(None, a.person_id)), version=v[h[1].id]
    ),
    "review": lambda s, a, h, v: points.review(s, a, h[1].id),
    "decide one": lambda s, a, h, v: points.decide(s, a, h[1].id, "accepted", f"Von {a.person_id}", version=v[h[1].id]),
    "text": saves(lambda words: Writing(text=words)),
    "answer one": saves(lambda words: Writing(reply=words, decision="noted")),
    "vote": saves(lambda words: Writing(vote=words, vote_by=words)),
    "note": saves(lambda words: Writing(note=words)),
    "merge": lambda s, a, h, v: parting.merge(s, a, h[1].id, h[0].id),
}  # fmt: skip


def state_of(session: Session) -> dict[Place, Any]:
    """Whatever a planner can write at a point."""
    columns = [getattr(Point, name) for name in steps.FIELDS if name != "tags"]
    names = [column.key for column in columns]
    rows = session.execute(select(Point.id, *columns)).all()
    whole: dict[Place, Any] = {(row[0], name): row[1 + i] for row in rows for i, name in enumerate(names)}
    for point_id, tag in session.execute(select(PointTag.point_id, PointTag.tag)):
        whole[point_id, f"tag {tag}"] = True
    return whole


def lost(written: dict[Place, Any], now: dict[Place, Any]) -> list[str]:
    def kept(place: Place) -> bool:
        if place[1] == "state":
            return FORWARD.index(now[place]) >= FORWARD.index(written[place])
        return bool(now.get(place) == written[place])

    return sorted({place[1] for place in written if not kept(place)})


def found(session: Session, world: World, ids: list[uuid.UUID]) -> list[Held]:
    """As a request finds the points, whose versions came with the page."""
    held = steps.hold(session, world.planner, world.consultation(session), ids)
    return sorted(held, key=lambda point: point.number)


@pytest.mark.parametrize("first", STEPS)
def test_whoever_acts_second_overwrites_nothing_that_was_not_seen(db: Database, first: str) -> None:
    with weighing(db, 3) as (session, world):
        colleague = colleague_of(session, world)
        opened = found(session, world, [point.id for point in listed(session, world)])
        seen = {held.id: held.version for held in opened}
        before = state_of(session)
        STEPS[first](session, colleague, opened, seen)
        after = state_of(session)
        written = {place: value for place, value in after.items() if before.get(place) != value}
        assert written
        for second, step in STEPS.items():
            attempt = session.begin_nested()
            try:
                step(session, world.planner, found(session, world, list(seen)), seen)
            except (Conflict, NotFound):
                session.expire_all()
                assert state_of(session) == after, (first, second)
            else:
                session.expire_all()
                assert lost(written, state_of(session)) == [], (first, second)
            attempt.rollback()
