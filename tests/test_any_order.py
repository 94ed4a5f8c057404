"""Whatever people of a house do with their answer, in whatever order or at once: what went well had its whole effect, in some
order; what was refused had none; and what was submitted last is what counts.
"""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import DomainError
from consultation.responses import actions, answering, submission
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.models import Revision
from consultation.states import ResponseState as R
from consultation.subjects import Actor
from tests.evaluation_world import PARTS, somebody_of, standing
from tests.fault.invariants import problems

KIEL = "010510000000"
NOTHING = "(Fehlanzeige)"
OPEN, OVER = frozenset({R.DRAFTING, R.READY}), frozenset({R.SUBMITTED, R.DECLINED, R.WITHDRAWN})
LENGTH, PAIRS = 60, 25


@dataclass(frozen=True)
class Seen:
    """What can be told of an answer. `counts`: the message of the submission that counts."""

    state: R = R.DRAFTING
    message: str = ""
    counts: str | None = None
    submissions: int = 0


@dataclass(frozen=True)
class Step:
    """`effect`: what it makes of an answer, `None` where the rules refuse it."""

    name: str
    do: Callable[[Session, Actor, UUID], object]
    effect: Callable[[Seen], Seen | None]


def writes(message: str) -> Step:
    return Step(
        f"write {message}",
        lambda session, actor, here: answering.answer(session, actor, here, {"main_message": Posted(message)}),
        lambda seen: replace(seen, message=message) if seen.state == R.DRAFTING else None,
    )


def _submitted(seen: Seen, counts: str) -> Seen | None:
    if seen.state == R.SUBMITTED:
        return seen  # the same receipt again
    done = replace(seen, state=R.SUBMITTED, counts=counts, submissions=seen.submissions + 1)
    return done if seen.state in OPEN else None


def _moved(before: frozenset[R], after: R) -> Callable[[Seen], Seen | None]:
    return lambda seen: replace(seen, state=after) if seen.state in before else None


def _uncounted(before: frozenset[R], after: R) -> Callable[[Seen], Seen | None]:
    return lambda seen: replace(seen, state=after, counts=None) if seen.state in before else None


STEPS = (
    Step("mark_ready", actions.mark_ready, _moved(frozenset({R.DRAFTING}), R.READY)),
    Step("return", lambda s, a, r: actions.return_for_rework(s, a, r, "Kürzer."), _moved(frozenset({R.READY}), R.DRAFTING)),
    Step("submit", submission.submit, lambda seen: _submitted(seen, seen.message)),
    Step("nil", lambda s, a, r: submission.submit(s, a, r, nil_return=True), lambda seen: _submitted(seen, NOTHING)),
    Step("decline", actions.decline, _uncounted(OPEN, R.DECLINED)),
    Step("withdraw", actions.withdraw, _uncounted(frozenset({R.SUBMITTED}), R.WITHDRAWN)),
    Step("reopen", actions.reopen, _moved(OVER, R.DRAFTING)),
)  # fmt: skip


def some_step(dice: random.Random, number: int) -> Step:
    return writes(f"Botschaft {number}") if dice.random() < 0.35 else dice.choice(STEPS)


class House:
    def __init__(self, db: Database) -> None:
        self.db, world = db, standing(db)
        with db.transaction() as session:
            self.actor = somebody_of(session, world, KIEL)
            self.here = answering.start(session, self.actor, world.consultation_id).id
            levels = dict.fromkeys(PARTS, "figures")
            given = {
                "mandate.kind": Posted("administration"), "main_message": Posted("Erste"),
                "publication": Posted(levels, frozenset(levels)),
            }  # fmt: skip
            assert answering.answer(session, self.actor, self.here, given).problems == ()

    def take(self, step: Step) -> bool:
        """Whether it went well."""
        try:
            with self.db.transaction() as session:
                step.do(session, self.actor, self.here)
        except DomainError:
            return False
        return True

    def seen(self) -> Seen:
        with self.db.reader() as session:
            desk = open_desk(session, self.actor, self.here)
            counted = desk.response.counted_revision_id
            document = orjson.loads(session.get_one(Revision, counted).document) if counted else None
        counts = None if document is None else document["answers"].get("main_message", NOTHING)
        return Seen(desk.response.state, desk.answers["main_message"], counts, desk.response.revision_count)


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_each_step_has_the_effect_that_the_rules_name(db: Database, tmp_path: Path, seed: int) -> None:
    dice, house = random.Random(seed), House(db)
    expected, went_well = house.seen(), set[str]()
    for number in range(LENGTH):
        step = some_step(dice, number)
        after = step.effect(expected)
        assert house.take(step) == (after is not None), (number, step.name, expected)
        if after is not None:
            expected = after
            went_well.add(step.name.partition(" ")[0])
        assert house.seen() == expected, (number, step.name)
    assert len(went_well) > 5, "too much was refused to show anything"
    assert problems(db, tmp_path) == []


@pytest.mark.parametrize("seed", range(2))
def test_two_steps_at_once_are_as_if_one_had_come_after_the_other(db: Database, tmp_path: Path, seed: int) -> None:
    """Whoever comes too late may be refused; then nothing of it is there."""
    dice, house = random.Random(seed), House(db)
    both_went_well = 0
    with ThreadPoolExecutor(2) as two:
        for number in range(PAIRS):
            before, together = house.seen(), threading.Barrier(2)
            steps = [_possible(dice, before, 2 * number), _possible(dice, before, 2 * number + 1)]

            def take(step: Step, together: threading.Barrier = together) -> bool:
                together.wait(10)
                return house.take(step)

            done = [step for step, well in zip(steps, two.map(take, steps), strict=True) if well]
            both_went_well += len(done) == 2
            orders = (done, done[::-1])
            assert house.seen() in [_after(before, order) for order in orders], (
                number,
                [s.name for s in steps],
                before,
            )
    assert both_went_well, "nothing met anything"
    assert problems(db, tmp_path) == []


def _possible(dice: random.Random, seen: Seen, number: int) -> Step:
    """One that would go well if it were alone."""
    return next(step for step in iter(lambda: some_step(dice, number), None) if step.effect(seen) is not None)


def _after(seen: Seen | None, steps: list[Step]) -> Seen | None:
    for step in steps:
        seen = step.effect(seen) if seen is not None else None
    return seen
