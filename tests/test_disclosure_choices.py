"""What may be published: the body decides it, and what was chosen last is in force."""

from dataclasses import replace
from datetime import timedelta

from consultation.core.db import Database
from consultation.documents.senders import read_levels
from consultation.responses import actions, disclosures, entering, queries
from consultation.responses.desk import open_desk
from consultation.subjects import Actor
from tests.evaluation_world import World, at, somebody_of
from tests.test_intake import ANSWERS, KIEL, enter, response_of, world

__all__ = ["world"]

NAMED = {"publication": {"participant": "named", "A": "named"}}


def in_force(db: Database, world: World, actor: Actor) -> dict[str, str]:
    with db.reader() as session:
        found = queries.disclosure_in_force(session, response_of(session, world).id, actor.moment)
        return {part: level.value for part, level in found.items()}


def house_at(db: Database, world: World, minutes: int) -> Actor:
    with db.transaction() as session:
        return at(somebody_of(session, world, KIEL), world.planner.moment + timedelta(minutes=minutes))


def decide(db: Database, world: World, actor: Actor, **chosen: str) -> None:
    with db.transaction() as session:
        disclosures.change(session, actor, open_desk(session, actor, response_of(session, world).id), chosen)


def test_what_the_house_decided_itself_holds_whatever_a_letter_says_later(db: Database, world: World) -> None:
    with db.transaction() as session:
        enter(session, world, answers=ANSWERS | NAMED)
    assert in_force(db, world, world.planner) == {"participant": "named", "A": "named"}
    house = house_at(db, world, 5)
    decide(db, world, house, participant="none", A="none")
    world.planner = at(world.planner, house.moment + timedelta(minutes=5))
    with db.transaction() as session:
        revision = enter(session, world, answers=ANSWERS | NAMED | {"main_message": "Berichtigt."})
        assert len(entering.not_taken(session, world.planner, revision)) == 2
    assert in_force(db, world, world.planner) == {"participant": "none", "A": "none"}
    house = replace(house, moment=world.planner.moment + timedelta(minutes=5))
    with db.transaction() as session:  # what it finds in its draft says so as well
        response_id = response_of(session, world).id
        actions.reopen(session, house, response_id)
        assert open_desk(session, house, response_id).answers["publication"] == {"participant": "none", "A": "none"}


def test_what_the_house_confirmed_as_the_letter_said_it_holds_whatever_a_later_letter_says(
    db: Database, world: World
) -> None:
    with db.transaction() as session:
        enter(session, world, answers=ANSWERS | NAMED)
    house = house_at(db, world, 5)
    decide(db, world, house, participant="named", A="named")
    world.planner = at(world.planner, house.moment + timedelta(minutes=5))
    with db.transaction() as session:
        less = {"publication": {"participant": "none", "A": "none"}}
        revision = enter(session, world, answers=ANSWERS | less)
        assert len(entering.not_taken(session, world.planner, revision)) == 2
    assert in_force(db, world, world.planner) == {"participant": "named", "A": "named"}


def test_a_letter_corrects_what_an_earlier_letter_said_of_publication(db: Database, world: World) -> None:
    with db.transaction() as session:
        enter(session, world, answers=ANSWERS | NAMED)
    world.planner = at(world.planner, world.planner.moment + timedelta(minutes=5))
    with db.transaction() as session:
        less = {"publication": {"participant": "named", "A": "none"}}
        revision = enter(session, world, answers=ANSWERS | less)
        assert entering.not_taken(session, world.planner, revision) == ()
    assert in_force(db, world, world.planner) == {"participant": "named", "A": "none"}


def test_of_two_choices_at_once_the_one_that_was_confirmed_last_is_in_force(db: Database, world: World) -> None:
    """The request of the earlier moment waited for the other one."""
    with db.transaction() as session:
        enter(session, world, answers=ANSWERS | {"publication": {"participant": "none"}})
    earlier, later = house_at(db, world, 10), house_at(db, world, 11)
    decide(db, world, later, participant="named")
    decide(db, world, earlier, participant="none")
    assert in_force(db, world, earlier) == in_force(db, world, later) == {"participant": "none"}
    with db.reader() as session:
        levels = read_levels(session, world.consultation_id, later.moment)
        assert levels[response_of(session, world).id] == {"participant": "none"}


def test_who_chose_the_same_at_an_earlier_moment_is_confirmed_what_is_in_force(db: Database, world: World) -> None:
    with db.transaction() as session:
        enter(session, world)
    earlier, later = house_at(db, world, 10), house_at(db, world, 11)
    decide(db, world, later, participant="named")
    decide(db, world, earlier, participant="named")
    assert in_force(db, world, earlier) == in_force(db, world, later) == {"participant": "named"}
