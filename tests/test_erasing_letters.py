"""Forgetting somebody where answers came by letter: who typed a letter did not sign it."""

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.core.db import Database
from consultation.people.models import Organisation, Person
from consultation.responses.models import PersonalValue
from consultation.settings import load
from consultation.subjects import system
from consultation.upkeep import access, erasure, retention
from tests import evaluation_world, factories
from tests.evaluation_world import World
from tests.test_intake import KIEL, TOWN, enter

MAYOR, CLERK = "Kunigunde Quittenbaum", "Paul Planer"


@pytest.fixture
def world(db: Database) -> World:
    """Two letters, each signed by the mayor of its town, were entered by one planner."""
    made = evaluation_world.standing(db, 4)
    with db.transaction() as session:
        clerk = factories.person(session, CLERK)
        made.planner = replace(made.planner, person_id=clerk.id)
        for body, name in ((KIEL, MAYOR), (TOWN, "Volker Vogelbeer")):
            enter(session, made, body, name=name, function="Bürgermeister/in")
    return made


def erase(session: Session, world: World, person_id: uuid.UUID | None) -> erasure.Erased:
    return erasure.erase(session, system(world.planner.moment), session.get_one(Person, person_id), force=True)


def names(db: Database) -> set[str]:
    with db.reader() as session:
        kept = select(PersonalValue.value).where(PersonalValue.key == "release.name", PersonalValue.salt.is_not(None))
        return {value["value"] for value in session.scalars(kept) if value}


def end(db: Database, world: World) -> None:
    with db.transaction() as session:
        consultations.cancel(session, world.planner, world.slug, "Erledigt.")
        retention.carry_out(session, system(world.planner.moment), load({}, database_url="sqlite://"))


def test_erasing_who_typed_letters_leaves_the_names_of_those_who_signed_them(db: Database, world: World) -> None:
    with db.transaction() as session:
        clerk = session.get_one(Person, world.planner.person_id)
        assert MAYOR not in str(access.everything(session, clerk, world.planner.moment)), "nor are they told of them"
        assert erase(session, world, clerk.id).delayed == 0
    assert names(db) == {MAYOR, "Volker Vogelbeer"}
    end(db, world)
    assert names(db) == {MAYOR, "Volker Vogelbeer"}


def test_a_name_under_a_letter_goes_at_once_for_nothing_would_find_it_later(db: Database, world: World) -> None:
    with db.transaction() as session:
        mayor = factories.person(session, MAYOR)
        factories.membership(
            session, mayor, session.get_one(Organisation, world.bodies[KIEL]), factories.ANSWERING_ROLES
        )
        done = erase(session, world, mayor.id)
    assert done.delayed == 0
    assert done.changed > 0
    assert names(db) == {"Volker Vogelbeer"}
