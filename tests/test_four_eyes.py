"""Who wrote an answer last does not release it alone; who only turned its pages did not write."""

import pytest
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import NotReady
from consultation.people.models import Organisation
from consultation.responses import actions, answering, submission
from consultation.responses.answering import Posted, fingerprint
from consultation.responses.models import RepresentationKind, Response
from consultation.states import Role
from consultation.subjects import Actor
from tests import factories
from tests.evaluation_world import World, somebody_of, standing, write

AMT, VILLAGE = "010535323", "010535323801"
COMPLETE = {"mandate.kind": "administration", "main_message": "eins"}


@pytest.fixture
def scene(db: Database) -> World:
    return standing(db)


def two(session: Session, scene: World) -> tuple[Response, Actor, Actor]:
    """Written by the first of two who may both write and release."""
    response, author = write(session, scene, AMT, COMPLETE), somebody_of(session, scene, AMT)
    house = session.get_one(Organisation, scene.bodies[AMT])
    house.four_eyes = True
    session.flush()
    return response, author, factories.member(session, house, (Role.CONTRIBUTOR, Role.RELEASER), moment=author.moment)


def refused(session: Session, actor: Actor, response: Response) -> None:
    with pytest.raises(NotReady) as refusal:
        submission.submit(session, actor, response.id)
    assert [problem.code for problem in refusal.value.problems] == ["four_eyes"]


def test_a_colleague_who_only_goes_on_to_the_next_page_has_written_nothing(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response, author, colleague = two(session, scene)
        same = {"main_message": Posted("eins", versions={"": 1}), "need_fit": Posted(None, versions={"": 0})}
        old = {"main_message": Posted("null", versions={"": 0}, shown={"": fingerprint("null")})}
        for posted in (same, old, {}):
            answering.answer(session, colleague, response.id, posted)
        actions.set_own_reference(session, colleague, response.id, "")
        actions.set_representation(session, colleague, response.id, {})
        refused(session, author, response)
        assert submission.submit(session, colleague, response.id).number == 1


def test_whoever_changes_an_answer_is_the_one_who_wrote_last(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response, author, colleague = two(session, scene)
        for value in ("zwei", None):
            answering.answer(session, author, response.id, {"need_fit": Posted(3)})
            answering.answer(session, colleague, response.id, {"main_message": Posted(value)})
            refused(session, colleague, response)
        assert submission.submit(session, author, response.id).number == 1


def test_the_reference_and_whom_it_speaks_for_are_part_of_what_is_written(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response, author, colleague = two(session, scene)
        actions.set_representation(session, colleague, response.id, {VILLAGE: RepresentationKind.REPRESENTED})
        refused(session, colleague, response)
        actions.set_own_reference(session, author, response.id, "AZ 1")
        refused(session, author, response)
        assert submission.submit(session, colleague, response.id).number == 1
