"""Answers that came by mail, letter or workshop: counted once, original kept, the body's own always wins."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from consultation import worker
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, NotReady
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job, JobState
from consultation.core.language import M, say
from consultation.documents.bulk import open_export
from consultation.documents.receipt import receipt
from consultation.evaluation.models import Contribution
from consultation.mail.transport import Memory
from consultation.programmes.models import Programme
from consultation.responses import actions, entering, intake
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.intake import Received, Standing
from consultation.responses.models import (
    AnswerFact,
    Channel,
    DraftAnswer,
    Intake,
    PersonalValue,
    RepresentationKind,
    Response,
    Revision,
)
from consultation.responses.participants import participants
from consultation.responses.participation import participation
from consultation.responses.queries import document
from consultation.responses.titles import came
from consultation.settings import Settings
from consultation.states import Purpose, ResponseState, Role
from consultation.subjects import Actor
from tests import evaluation_world, factories
from tests.browsing import KEY
from tests.evaluation_world import World, somebody_of, submit, write
from tests.in_turn import in_turn

KIEL, TOWN, AMT = "010510000000", "010510044000", "010535323"
VILLAGES = ("010535323801", "010535323802")
LETTER = "Sehr geehrte Damen und Herren,\n\nder Eigenanteil muss entfallen.\n\nMit freundlichen Grüßen"
RECEIVED = Received(Channel.LETTER, date(2026, 3, 2), "AZ 7/26", LETTER)
ANSWERS = {"affected": "yes", "main_message": "Der Eigenanteil muss entfallen."}


@pytest.fixture
def world(db: Database) -> World:
    made = evaluation_world.standing(db, 4)
    with db.transaction() as session:
        session.execute(update(Invitation).values(email="post@ort.example"))
        session.execute(update(Job).values(state=JobState.DONE))
    return made


def invitation_id(session: Any, world: World, body: str) -> uuid.UUID:
    found: uuid.UUID = session.scalars(
        select(Invitation.id).where(Invitation.organisation_id == world.bodies[body])
    ).one()
    return found


def begin(
    session: Any, world: World, body: str = KIEL, received: Received = RECEIVED, actor: Actor | None = None, **how: Any
) -> Intake:
    return intake.begin(session, actor or world.planner, invitation_id(session, world, body), received, **how)


def keep(session: Any, world: World, made: Intake, answers: dict[str, Any]) -> Any:
    posted = {
        key: Posted(value, frozenset(value) if isinstance(value, dict) else frozenset())
        for key, value in answers.items()
    }
    return intake.keep(session, world.planner, made.id, posted, made.version)


def enter(session: Any, world: World, body: str = KIEL, received: Received = RECEIVED, **how: Any) -> Revision:
    beside = {"beside": how["beside"]} if "beside" in how else {}
    made = begin(session, world, body, received, **beside)
    keep(session, world, made, how.pop("answers", ANSWERS))
    return entering.submit_for(session, world.planner, made.id, silent_about_rest=True, **how)


def response_of(session: Any, world: World, body: str = KIEL) -> Response:
    found: Response = session.scalars(select(Response).where(Response.organisation_id == world.bodies[body])).one()
    return found


# -- what it becomes -------------------------------------------------------------------------------------------------
def test_a_letter_counts_once_as_what_it_is_with_its_original_beside_it(db: Database, world: World) -> None:
    with db.transaction() as session:
        revision = enter(session, world, name="Kim Muster", function="Bürgermeisterin")
        assert revision.channel == Channel.LETTER
        assert revision.person_id == world.planner.person_id
        assert not revision.late
        received = document(revision)["received"]
        assert received == {"channel": "letter", "on": "2026-03-02", "reference": "AZ 7/26",
                            "original_hash": hashlib.sha256(LETTER.encode()).hexdigest()}  # fmt: skip
        assert document(revision)["answers"] == ANSWERS
        response = response_of(session, world)
        assert (response.state, response.counted_revision_id) == (ResponseState.SUBMITTED, revision.id)
        assert set(session.scalars(select(PersonalValue.key))) == {"release.name", "release.function"}
        assert session.scalars(select(Revision.id)).all() == [revision.id]
    with db.reader() as session:
        counts = participation(session, world.consultation_id).total
        assert (counts.submitted, counts.answered) == (1, 1)
        assert session.scalars(select(func.count()).select_from(AnswerFact)).one() > 1
        kept = intake.of_revision(session, revision.id)
        assert kept is not None
        assert (kept.original, kept.person_id) == (LETTER, world.planner.person_id)
        read = receipt(session, world.planner, response.id, 1)
        facts = dict(read.meta.facts)
        assert facts["Erfassungsweg"] == "Brief"
        assert facts["Eingegangen am"] == "02.03.2026"
        assert facts["Erfasst durch"] == "Stiftung Miteinander"
        assert "der Eigenanteil muss entfallen." in [getattr(node, "text", "") for node in read.nodes()]


def test_the_day_it_came_is_told_beside_the_day_it_was_entered(db: Database, world: World) -> None:
    with db.transaction() as session:
        entered, own = enter(session, world), submit(session, world, TOWN, ANSWERS)
        assert str(came(entered)) == "02.03.2026, erfasst am 03.03.2026, 10:00 Uhr"
        assert say(came(entered), "en") == "2 March 2026, entered on 3 March 2026, 10:00"
        assert str(came(own)) == say(M("{moment}", moment=own.submitted_at), "de")
        days = {
            one.revision_id: one.received_on
            for one in participants(session, world.consultation_id, world.planner.moment)
        }
    assert days == {entered.id: date(2026, 3, 2), own.id: None}


def test_the_original_can_never_be_changed_or_removed(db: Database, world: World) -> None:
    with db.transaction() as session:
        enter(session, world)
    for change in (update(Intake).values(original="anders"), delete(Intake)):
        with pytest.raises(DatabaseError), db.transaction() as session:
            session.execute(change)
    with db.reader() as session:
        assert session.scalars(select(Intake.original)).one() == LETTER


@pytest.mark.parametrize(("day", "late"), [(date(2026, 4, 30), False), (date(2026, 5, 1), True)])
def test_lateness_goes_by_the_day_of_receipt_and_not_by_the_day_of_entering(
    db: Database, world: World, day: date, late: bool
) -> None:
    world.planner = evaluation_world.at(world.planner, factories.MOMENT + timedelta(days=70))
    with db.transaction() as session:
        assert enter(session, world, received=replace(RECEIVED, received_on=day)).late == late


def test_what_the_letter_leaves_open_is_published_nowhere(db: Database, world: World) -> None:
    from consultation.responses.queries import disclosure_in_force  # noqa: PLC0415 -- only here

    with db.transaction() as session:
        enter(session, world)
        enter(session, world, TOWN, answers=ANSWERS | {"publication": {"participant": "named"}})
    with db.reader() as session:
        assert disclosure_in_force(session, response_of(session, world).id, world.planner.moment) == {}
        chosen = disclosure_in_force(session, response_of(session, world, TOWN).id, world.planner.moment)
        assert {part: str(level) for part, level in chosen.items()} == {"participant": "named"}


def test_a_nil_return_by_mail_is_a_reply(db: Database, world: World) -> None:
    with db.transaction() as session:
        made = begin(session, world, received=replace(RECEIVED, channel=Channel.MAIL, original="Fehlanzeige."))
        with pytest.raises(NotReady):
            entering.submit_for(session, world.planner, made.id, silent_about_rest=True)
        entering.submit_for(session, world.planner, made.id, nil_return=True, silent_about_rest=True)
    with db.reader() as session:
        assert participation(session, world.consultation_id).total.nil_returns == 1


def test_wrong_values_are_named_kept_and_never_submitted_and_gaps_are_confirmed(db: Database, world: World) -> None:
    with db.transaction() as session:
        made = begin(session, world)
        problems = keep(session, world, made, {"affected": "vielleicht", "main_message": "Ja."})
        assert [problem.field for problem in problems] == ["affected"]
        _, desk = intake.desk(session, world.planner, made.id)
        assert desk.typed["affected"] == "vielleicht"
        with pytest.raises(NotReady) as refused:
            entering.submit_for(session, world.planner, made.id, silent_about_rest=True)
        assert [problem.field for problem in refused.value.problems] == ["affected"]
        keep(session, world, made, {"affected": None})
        assert entering.gaps(intake.desk(session, world.planner, made.id)[1])
        with pytest.raises(NotReady) as refused:
            entering.submit_for(session, world.planner, made.id)
        assert [problem.field for problem in refused.value.problems] == ["silent"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"received_on": date(2027, 1, 1)}, "received_on"), ({"original": " \n"}, "original"),
     ({"original": "x" * 500_001}, "original"), ({"channel": Channel.PORTAL}, "channel")],
)  # fmt: skip
def test_what_is_said_of_the_letter_is_checked(db: Database, world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused, db.transaction() as session:
        begin(session, world, received=replace(RECEIVED, **changes))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_colleague_who_saved_in_between_is_not_overwritten(db: Database, world: World) -> None:
    with db.transaction() as session:
        made = begin(session, world)
        keep(session, world, made, {"main_message": "Erste."})
    with pytest.raises(Conflict), db.transaction() as session:
        intake.keep(session, world.planner, made.id, {"main_message": Posted("Zweite.")}, 1)
    with db.reader() as session:
        assert intake.desk(session, world.planner, made.id)[1].answers["main_message"] == "Erste."


def written_down(db: Database, world: World) -> uuid.UUID:
    """At version 2."""
    with db.transaction() as session:
        made = begin(session, world)
        keep(session, world, made, ANSWERS)
        return made.id


def submit_for(world: World, intake_id: uuid.UUID) -> Callable[[Session], Revision]:
    return lambda session: entering.submit_for(session, world.planner, intake_id, silent_about_rest=True)


def test_what_a_colleague_saved_a_moment_before_is_what_is_submitted(db: Database, world: World) -> None:
    made = written_down(db, world)

    def change(session: Session) -> None:
        intake.keep(session, world.planner, made, {"affected": Posted("no")}, 2)
        intake.correct(session, world.planner, made, replace(RECEIVED, original="Anderer Wortlaut"), 3)

    assert in_turn(db, change, submit_for(world, made)) is None
    with db.reader() as session:
        told, kept = document(session.scalars(select(Revision)).one()), session.get_one(Intake, made)
        assert (told["answers"], told["received"]["original_hash"]) == (
            ANSWERS | {"affected": "no"},
            kept.original_hash,
        )
        assert (kept.answers["affected"], kept.original) == ({"": {"value": "no"}}, "Anderer Wortlaut")


def test_what_is_being_submitted_takes_no_change_any_more(db: Database, world: World) -> None:
    late: list[Callable[..., object]] = [
        lambda session, made: intake.keep(session, world.planner, made, {"affected": Posted("no")}, 2),
        lambda session, made: intake.correct(session, world.planner, made, replace(RECEIVED, reference="AZ 8"), 2),
        lambda session, made: intake.discard(session, world.planner, made),
        lambda session, made: submit_for(world, made)(session),
    ]
    for change in late:
        made = written_down(db, world)
        refused = in_turn(db, submit_for(world, made), partial(change, made=made))
        assert isinstance(refused, Conflict | NotFound)
        with db.reader() as session:
            kept = session.get_one(Intake, made)
            assert kept.revision_id is not None
            assert (kept.version, kept.reference, kept.answers["affected"]) == (2, "AZ 7/26", {"": {"value": "yes"}})


def test_what_was_discarded_a_moment_before_is_not_submitted(db: Database, world: World) -> None:
    made = written_down(db, world)
    refused = in_turn(db, lambda session: intake.discard(session, world.planner, made), submit_for(world, made))
    assert isinstance(refused, Conflict | NotFound)
    with db.reader() as session:
        assert session.scalars(select(Revision)).all() == []


# -- the body itself -------------------------------------------------------------------------------------------------
def test_the_body_is_told_with_its_receipt_and_finds_the_answers_when_it_reopens(db: Database, world: World) -> None:
    with db.transaction() as session:
        session.execute(update(Programme).values(reference="42-7/2026"))
        revision = enter(session, world)
    post = Memory()
    settings = Settings.model_validate({"base_url": "https://dienst.example", "secret_key": KEY})
    worker.run_due(db, settings, post, factories.MOMENT + timedelta(days=2))
    (mail,) = post.sent
    assert mail.recipient == "post@ort.example"
    assert "Geschäftszeichen: 42-7/2026" in mail.text
    assert revision.receipt_number in mail.text
    assert "(Brief)" in mail.text
    with db.transaction() as session:
        actor = somebody_of(session, world, KIEL)
        response = response_of(session, world)
        actions.reopen(session, actor, response.id)
        assert open_desk(session, actor, response.id).answers == ANSWERS
        assert response.counted_revision_id == revision.id
        own = submit(session, world, KIEL, {"main_message": "Selbst gesagt."})
        assert (own.number, own.channel) == (2, Channel.PORTAL)
        assert response_of(session, world).counted_revision_id == own.id
    worker.run_due(db, settings, post, factories.MOMENT + timedelta(days=3))
    with db.reader() as session:
        assert participation(session, world.consultation_id).total.submitted == 1
        assert session.scalars(select(func.count()).select_from(Contribution)).one() >= 1


def test_beside_a_draft_the_letter_counts_until_the_bodys_own_answer_and_the_draft_is_untouched(
    db: Database, world: World
) -> None:
    with db.transaction() as session:
        write(session, world, KIEL, {"main_message": "Streng geheimer Entwurf"})
        before = [(row.question_key, row.value, row.version) for row in session.scalars(select(DraftAnswer))]
        with pytest.raises(Invalid) as refused:
            begin(session, world)
        assert [problem.field for problem in refused.value.problems] == ["beside"]
        made = begin(session, world, beside=True)
        _, desk = intake.desk(session, world.planner, made.id)
        assert desk.answers == {}
        keep(session, world, made, ANSWERS)
        with pytest.raises(NotReady):
            entering.submit_for(session, world.planner, made.id, silent_about_rest=True)
        revision = entering.submit_for(session, world.planner, made.id, silent_about_rest=True, beside=True)
        assert "Streng geheimer Entwurf" not in revision.document
    with db.transaction() as session:
        response = response_of(session, world)
        assert (response.state, response.counted_revision_id) == (ResponseState.DRAFTING, revision.id)
        assert [(row.question_key, row.value, row.version) for row in session.scalars(select(DraftAnswer))] == before
        own = submit(session, world, KIEL, {"main_message": "Selbst gesagt."})
        assert response_of(session, world).counted_revision_id == own.id
    with pytest.raises(Conflict), db.transaction() as session:
        begin(session, world, beside=True)


def test_of_a_body_that_is_writing_the_letter_tells_no_reference_and_nobody_it_speaks_for(
    db: Database, world: World
) -> None:
    with db.transaction() as session:
        draft, actor = write(session, world, AMT, {"main_message": "Geheim"}), somebody_of(session, world, AMT)
        actions.set_representation(session, actor, draft.id, dict.fromkeys(VILLAGES, RepresentationKind.REPRESENTED))
        actions.set_own_reference(session, actor, draft.id, "INTERN-42")
        told = document(enter(session, world, AMT, beside=True))
        assert (told["own_reference"], told["represented"]) == (RECEIVED.reference, [])
        assert "INTERN-42" not in str(list(open_export(session, world.planner, world.slug).records()))
        own = document(submit(session, world, AMT, {"main_message": "Selbst gesagt."}))
        assert own["own_reference"] == "INTERN-42"
        assert [body["ars"] for body in own["represented"]] == list(VILLAGES)


def test_the_reference_of_the_letter_is_the_bodys_own_when_it_reopens(db: Database, world: World) -> None:
    with db.transaction() as session:
        assert document(enter(session, world))["own_reference"] == RECEIVED.reference
        assert response_of(session, world).own_reference == RECEIVED.reference
        actions.reopen(session, somebody_of(session, world, KIEL), response_of(session, world).id)
        assert document(submit(session, world, KIEL, {}))["own_reference"] == RECEIVED.reference


def test_an_answer_given_while_the_planner_was_typing_wins(db: Database, world: World) -> None:
    with db.transaction() as session:
        made = begin(session, world)
        keep(session, world, made, ANSWERS)
    with db.transaction() as session:
        own = submit(session, world, KIEL, {"main_message": "Selbst gesagt."})
    with pytest.raises(Conflict), db.transaction() as session:
        entering.submit_for(session, world.planner, made.id, silent_about_rest=True)
    with db.reader() as session:
        assert response_of(session, world).counted_revision_id == own.id


def test_a_second_letter_takes_the_place_of_the_first_as_a_new_revision(db: Database, world: World) -> None:
    with db.transaction() as session:
        enter(session, world)
        second = enter(session, world, answers={"main_message": "Doch anders."})
        assert second.number == 2
        assert response_of(session, world).counted_revision_id == second.id
    with db.reader() as session:
        assert [entry.action for entry in session.scalars(select(HistoryEntry).where(HistoryEntry.new == "submitted"))] == [
            "enter", "enter"]  # fmt: skip


def test_nothing_is_entered_for_who_declined_or_is_only_informed(db: Database, world: World) -> None:
    with db.transaction() as session:
        response = write(session, world, KIEL, {"main_message": "Nein."})
        actions.decline(session, somebody_of(session, world, KIEL), response.id)
        session.execute(
            update(Invitation)
            .where(Invitation.organisation_id == world.bodies[TOWN])
            .values(purpose=Purpose.FOR_INFORMATION)
        )
        assert intake.standing_of(intake.response_of(session, session.get_one(Invitation, response.invitation_id))) == (
            Standing.AWAY
        )
    for body in (KIEL, TOWN):
        with pytest.raises(Conflict), db.transaction() as session:
            begin(session, world, body)


# -- who -------------------------------------------------------------------------------------------------------------
def test_only_editors_of_the_programme_enter_and_see_what_is_being_entered(db: Database, world: World) -> None:
    with db.transaction() as session:
        made = begin(session, world)
        stranger = factories.member(
            session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES
        )
        town = somebody_of(session, world, KIEL)
    publisher = replace(world.planner, roles=frozenset({Role.PUBLISHER}))
    expected: list[tuple[Actor, type[DomainError]]] = [(publisher, Forbidden), (stranger, NotFound), (town, NotFound)]
    for actor, refusal in expected:
        with pytest.raises(refusal), db.transaction() as session:
            begin(session, world, actor=actor)
        acts: list[Callable[..., object]] = [intake.get, intake.desk, intake.discard, entering.submit_for]
        for act in acts:
            with pytest.raises(NotFound), db.transaction() as session:
                act(session, actor, made.id)


def test_what_was_begun_can_be_corrected_and_discarded(db: Database, world: World) -> None:
    with db.transaction() as session:
        made = begin(session, world)
        intake.correct(session, world.planner, made.id, replace(RECEIVED, reference="AZ 8"), 1)
        assert [(one.reference, name) for one, name in intake.open_ones(session, world.consultation_id)] == [
            ("AZ 8", "Kiel")
        ]
        intake.discard(session, world.planner, made.id)
        assert intake.open_ones(session, world.consultation_id) == []
