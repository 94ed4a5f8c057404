"""What changes beside an answer while it is submitted: either it is in the submission, or it is refused."""

from datetime import date

import pytest
from sqlalchemy import select

from consultation.consultations import corrections
from consultation.core.db import Database
from consultation.core.errors import Conflict
from consultation.programmes import drafts
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind
from consultation.responses import actions, queries, submission
from consultation.responses.desk import open_desk
from consultation.responses.models import Representation, RepresentationKind, Response, Revision
from consultation.states import ResponseState
from tests.evaluation_world import SECTIONS, World, somebody_of, standing, submit, write
from tests.in_turn import in_turn

KIEL, AMT = "010510000000", "010535323"
VILLAGES = ("010535323801", "010535323802")
REPRESENTED = RepresentationKind.REPRESENTED


@pytest.fixture
def scene(db: Database) -> World:
    return standing(db)


def test_whoever_it_speaks_for_and_its_reference_are_in_the_submission_or_refused(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response_id = write(session, scene, AMT, {"mandate.kind": "administration"}).id
        actor = somebody_of(session, scene, AMT)
        actions.set_representation(session, actor, response_id, {VILLAGES[0]: REPRESENTED})
    for change in (
        lambda session: actions.set_representation(session, actor, response_id, {VILLAGES[1]: REPRESENTED}),
        lambda session: actions.set_own_reference(session, actor, response_id, "NEU"),
    ):
        refused = in_turn(db, lambda session: submission.submit(session, actor, response_id), change)
        assert isinstance(refused, Conflict)
        with db.transaction() as session:
            response = session.get_one(Response, response_id)
            told = queries.document(session.scalars(select(Revision).order_by(Revision.number.desc()).limit(1)).one())
            assert (response.state, response.own_reference) == (ResponseState.SUBMITTED, told["own_reference"])
            kept = session.scalars(select(Representation.register_key)).all()
            assert kept == [body["ars"] for body in told["represented"]] == [VILLAGES[0]]
            actions.reopen(session, actor, response_id)


def test_what_was_changed_just_before_is_submitted(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response_id = write(session, scene, AMT, {"mandate.kind": "administration"}).id
        actor = somebody_of(session, scene, AMT)

    def change(session):
        actions.set_representation(session, actor, response_id, {VILLAGES[1]: REPRESENTED})
        actions.set_own_reference(session, actor, response_id, "NEU")

    def release(session):
        queries.own_one(session, actor, response_id)  # a page that has read it before
        submission.submit(session, actor, response_id)

    assert in_turn(db, change, release) is None
    with db.reader() as session:
        told = queries.document(session.scalars(select(Revision)).one())
    assert (told["own_reference"], [body["ars"] for body in told["represented"]]) == ("NEU", [VILLAGES[1]])


def test_the_council_agrees_to_what_it_was_shown_and_to_nothing_submitted_meanwhile(db: Database, scene: World) -> None:
    reserved = {"mandate.kind": "reserved", "mandate.date": "2026-02-01"}
    with db.transaction() as session:
        first, actor = submit(session, scene, KIEL, reserved), somebody_of(session, scene, KIEL)
        actions.reopen(session, actor, first.response_id)
    refused = in_turn(
        db,
        lambda session: submission.submit(session, actor, first.response_id),
        lambda session: actions.confirm_resolution(session, actor, first.response_id, first.number),
    )
    assert isinstance(refused, Conflict)
    with db.transaction() as session:
        last = queries.last_revision(session, first.response_id)
        assert last is not None
        assert (last.number, last.reserved) == (2, True)
        assert session.get_one(Response, first.response_id).confirmed_at is None
        actions.confirm_resolution(session, actor, first.response_id, last.number)


def test_a_withdrawn_answer_has_nothing_to_confirm(db: Database, scene: World) -> None:
    with db.transaction() as session:
        first = submit(session, scene, KIEL, {"mandate.kind": "reserved", "mandate.date": "2026-02-01"})
        actor = somebody_of(session, scene, KIEL)
        actions.withdraw(session, actor, first.response_id)
        with pytest.raises(Conflict):
            actions.confirm_resolution(session, actor, first.response_id, first.number)


def test_an_answer_names_no_version_that_it_was_not_asked_in(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response_id = write(session, scene, KIEL, {"mandate.kind": "administration"}).id
        actor = somebody_of(session, scene, KIEL)
        tree = DraftTree("Zweite", (), tuple(DraftSection(number, f"Vorschrift {number}", 1) for number in SECTIONS))
        programme = scene.consultation(session).programme.slug
        draft = drafts.save(session, scene.planner, programme, tree, kind=DraftKind.LAW, dated=date(2026, 3, 1)).id
        desk = open_desk(session, actor, response_id)

    def correct() -> None:
        with db.transaction() as session:
            now = scene.consultation(session)
            assert now.form_version_id is not None
            wanted = corrections.check(
                session,
                scene.planner,
                now,
                draft_version_id=draft,
                form_version_id=now.form_version_id,
                reason="Fehler",
            )
            corrections.correct(session, scene.planner, now, wanted)

    correct()
    with pytest.raises(Conflict), db.transaction() as session:
        submission.submit_held(session, actor, desk, submission.Release())
    with db.transaction() as session:
        told = queries.document(submission.submit(session, actor, response_id))
    assert (told["consultation"]["version"], told["draft_version"]["number"]) == (2, 2)
