"""A municipality's answer: written together, released, submitted once, reopened, withdrawn; and who may see it."""

import hashlib
import itertools
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations import extensions
from consultation.consultations import queries as consultation_queries
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, NotReady
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.core.times import end_of_day
from consultation.documents.bulk import open_export
from consultation.people.models import Organisation
from consultation.programmes import actions as programmes
from consultation.register.states import State
from consultation.responses import actions, answering, disclosures, queries, submission
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.models import (
    AnswerFact,
    Disclosure,
    DraftAnswer,
    PersonalValue,
    RepresentationKind,
    Response,
    Revision,
)
from consultation.responses.receipts import ALPHABET, check_character, is_receipt_number, new_receipt_number
from consultation.rulebook import VIEW_RESPONSE
from consultation.states import ResponseState, Role
from consultation.subjects import Actor, stranger, system
from tests import factories
from tests.evaluation_world import World, somebody_of, standing, submit, world, write

KIEL, HAMBURG, AMT = "010510000000", "020000000000", "010535323"
DEADLINE = end_of_day(date(2026, 4, 30))


@pytest.fixture
def scene(db: Database) -> World:
    return standing(db)


def at(actor: Actor, moment: datetime) -> Actor:
    return replace(actor, moment=moment)


def colleague(session: Session, scene: World, body: str, *roles: Role) -> Actor:
    return factories.member(
        session,
        session.get_one(Organisation, scene.bodies[body]),
        roles,
        moment=somebody_of(session, scene, body).moment,
    )


# -- writing together ------------------------------------------------------------------------------------------------
def test_two_colleagues_on_different_sections_keep_both(db: Database, scene: World) -> None:
    first, second = list(scene.sections.values())[:2]
    with db.transaction() as session:
        one, two = somebody_of(session, scene, KIEL), colleague(session, scene, KIEL, Role.CONTRIBUTOR)
        response = answering.start(session, one, scene.consultation_id)
    for actor, section in ((one, first), (two, second)):
        with db.transaction() as session:
            posted = {"section_agreement": Posted({section: "no"}, frozenset({section}), {section: 0})}
            assert answering.answer(session, actor, response.id, posted).collisions == ()
    with db.reader() as session:
        assert open_desk(session, one, response.id).answers["section_agreement"] == {first: "no", second: "no"}


def test_the_second_writer_of_the_same_answer_sees_both_texts_and_overwrites_nothing(
    db: Database, scene: World
) -> None:
    with db.transaction() as session:
        one, two = somebody_of(session, scene, KIEL), colleague(session, scene, KIEL, Role.CONTRIBUTOR)
        response = answering.start(session, one, scene.consultation_id)
        answering.answer(session, one, response.id, {"main_message": Posted("Erste Fassung")})
    with db.transaction() as session:
        answering.answer(session, one, response.id, {"main_message": Posted("Zweite Fassung", versions={"": 1})})
    with db.transaction() as session:
        saved = answering.answer(
            session, two, response.id, {"main_message": Posted("Andere Fassung", versions={"": 1})}
        )
    [collision] = saved.collisions
    assert (collision.mine, collision.theirs, collision.editor_id) == (
        "Andere Fassung",
        "Zweite Fassung",
        one.person_id,
    )
    assert saved.desk.answers["main_message"] == "Zweite Fassung"


def test_two_new_entries_with_the_same_number_collide_instead_of_vanishing(db: Database, scene: World) -> None:
    section = next(iter(scene.sections.values()))
    entries = [{"section": section, "kind": "insert", "text": text} for text in ("Zeile eins", "Zeile zwei")]
    with db.transaction() as session:
        one, two = somebody_of(session, scene, KIEL), colleague(session, scene, KIEL, Role.CONTRIBUTOR)
        response = answering.start(session, one, scene.consultation_id)
        for actor, entry, collided in ((one, entries[0], 0), (two, entries[1], 1)):
            posted = {"amendments": Posted({"1": entry}, frozenset({"1"}), {"1": 0})}
            assert len(answering.answer(session, actor, response.id, posted).collisions) == collided


def test_there_are_never_more_entries_than_the_form_allows_and_the_first_new_ones_are_kept(
    db: Database, scene: World
) -> None:
    section = next(iter(scene.sections.values()))
    entry = {"section": section, "kind": "insert", "text": "Zeile"}

    def sent(new: range, gone: range = range(0)) -> dict[str, Posted]:
        items = frozenset(map(str, [*new, *gone]))
        return {"amendments": Posted({str(number): entry for number in new}, items)}

    with db.transaction() as session:
        actor = somebody_of(session, scene, KIEL)
        response = answering.start(session, actor, scene.consultation_id)
        limit = open_desk(session, actor, response.id).form.by_key["amendments"].settings.limit
        assert answering.answer(session, actor, response.id, sent(range(1, limit))).problems == ()
        full = answering.answer(session, actor, response.id, sent(range(limit, limit + 3)))
        assert [(p.field, dict(p.message.parameters)) for p in full.problems] == [("amendments", {"limit": limit})]
        assert full.unsaved == {("amendments", str(limit + 1)), ("amendments", str(limit + 2))}
        assert len(full.desk.answers["amendments"]) == limit
        refused = answering.answer(session, actor, response.id, {"amendments": Posted({"x": 1}, frozenset({"x"}))})
        assert ("amendments", "x") not in refused.desk.stored, "wrong ones are not kept beyond the limit either"
        swapped = answering.answer(session, actor, response.id, sent(range(limit + 1, limit + 2), range(1, 2)))
        assert (swapped.problems, len(swapped.desk.answers["amendments"])) == ((), limit)


def test_a_wrong_value_that_is_far_too_large_is_named_and_not_kept(db: Database, scene: World) -> None:
    with db.transaction() as session:
        actor = somebody_of(session, scene, KIEL)
        response = answering.start(session, actor, scene.consultation_id)
        saved = answering.answer(session, actor, response.id, {"burden_proof.hours": Posted("viele" * 50_000)})
    assert [problem.field for problem in saved.problems] == ["burden_proof.hours"] * 2
    assert saved.unsaved == {("burden_proof.hours", "")}
    assert ("burden_proof.hours", "") not in saved.desk.stored


def test_a_refused_value_is_kept_as_typed_and_named(db: Database, scene: World) -> None:
    with db.transaction() as session:
        actor = somebody_of(session, scene, KIEL)
        response = answering.start(session, actor, scene.consultation_id)
        saved = answering.answer(session, actor, response.id, {"burden_proof.hours": Posted("viele")})
    assert [problem.field for problem in saved.problems] == ["burden_proof.hours"]
    assert saved.desk.typed["burden_proof.hours"] == "viele"
    assert "burden_proof.hours" not in saved.desk.answers
    with db.reader() as session:
        assert "burden_proof.hours" in [p.field for p in open_desk(session, actor, response.id).missing]


def test_answers_to_hidden_questions_stay_while_editing_and_are_left_out_of_the_submission(db: Database) -> None:
    yes_no = {"options": [{"key": "yes", "label": {"de": "Ja"}}, {"key": "no", "label": {"de": "Nein"}}]}

    def question(key: str, kind: str, settings: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        return {"key": key, "title": {"de": key}, "fields": [{"type": kind, "settings": settings or {}}], **more}

    questions = [
        question("first", "single", yes_no),
        question("second", "short_text", when={"field": "first", "is": "yes"}),
        question("third", "short_text", when={"field": "second", "answered": True}),
        question("publication", "disclosure", with_nil_return=True),
    ]
    part = {"key": "A", "title": {"de": "Teil"}, "questions": questions}
    definition = {"key": "conditional", "title": {"de": "Bedingt"}, "parts": [part]}
    with db.transaction() as session:
        scene = world(session, definition=definition)
        response = write(session, scene, KIEL, {"first": "yes", "second": "Darum", "third": "Noch genauer"})
        actor = somebody_of(session, scene, KIEL)
        answering.answer(session, actor, response.id, {"first": Posted("no")})
        desk = open_desk(session, actor, response.id)
        assert desk.answers["third"] == "Noch genauer"
        revision = submission.submit(session, actor, response.id)
    assert queries.document(revision)["answers"] == {"first": "no"}


# -- submitting ------------------------------------------------------------------------------------------------------
def test_a_submission_is_canonical_hashed_logged_and_queued_together(db: Database, scene: World) -> None:
    with db.transaction() as session:
        revision = submit(session, scene, KIEL, {"need_fit": 4, "main_message": "Bitte einfacher."})
    document = orjson.loads(revision.document)
    assert hashlib.sha256(revision.document.encode()).hexdigest() == revision.content_hash
    assert orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode() == revision.document
    assert document["answers"]["need_fit"] == 4
    assert "publication" not in document["answers"]
    assert document["organisation"]["register"]["ags"] == "01051000"
    assert is_receipt_number(revision.receipt_number)
    with db.reader() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "submit")).one()
        assert (entry.details["hash"], entry.hash) == (revision.content_hash, revision.entry_hash)
        assert session.scalars(select(Job.kind).where(Job.kind == "response.submitted")).all() == ["response.submitted"]
        assert (
            queries.disclosure_in_force(session, revision.response_id, revision.submitted_at)["A"] == Disclosure.NAMED
        )


def test_an_incomplete_answer_is_refused_and_everything_missing_is_named(db: Database, scene: World) -> None:
    section = next(iter(scene.sections.values()))
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"amendments": {"1": {"section": section, "kind": "replace"}}})
        with pytest.raises(NotReady) as refusal:
            submission.submit(session, somebody_of(session, scene, KIEL), response.id)
    assert {"mandate.kind", "amendments.1.text"} <= {problem.field for problem in refusal.value.problems}


def test_a_double_click_gets_the_same_receipt(db: Database, scene: World) -> None:
    with db.transaction() as session:
        first = submit(session, scene, KIEL, {})
    with db.transaction() as session:
        again = submission.submit(session, somebody_of(session, scene, KIEL), first.response_id)
    assert again.receipt_number == first.receipt_number
    with db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 1


def test_eight_simultaneous_submissions_make_one_revision_one_log_line_and_one_job(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"mandate.kind": "administration"})
        actor = somebody_of(session, scene, KIEL)
    barrier, receipts = threading.Barrier(8), []

    def click() -> None:
        barrier.wait()
        with db.transaction() as session:
            receipts.append(submission.submit(session, actor, response.id).receipt_number)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 8
    assert len(set(receipts)) == 1
    with db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 1
        assert session.scalar(select(func.count()).where(HistoryEntry.action == "submit")) == 1
        assert session.scalar(select(func.count()).where(Job.kind == "response.submitted")) == 1


@pytest.mark.parametrize(("late", "open_"), [(timedelta(seconds=-1), True), (timedelta(0), False)])
def test_the_second_before_midnight_counts_and_midnight_does_not(
    db: Database, scene: World, late: timedelta, open_: bool
) -> None:
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"mandate.kind": "administration"})
        actor = at(somebody_of(session, scene, KIEL), DEADLINE + late)
        if open_:
            assert not submission.submit(session, actor, response.id).late
            return
        with pytest.raises(NotReady):
            submission.submit(session, actor, response.id)
        with pytest.raises(Conflict):
            answering.answer(session, actor, response.id, {"main_message": Posted("zu spät")})


def test_a_granted_extension_opens_every_path_and_the_answer_is_marked_late(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"mandate.kind": "administration"})
        actor = somebody_of(session, scene, KIEL)
        invitation = queries.invitation_for(session, actor, scene.consultation_id)
        asked = extensions.request(session, actor, invitation, date(2026, 5, 15), "Der Rat tagt erst im Mai.")
        extensions.grant(session, scene.planner, asked.id, "")
    with db.transaction() as session:
        later = at(actor, DEADLINE + timedelta(days=3))
        answering.answer(session, later, response.id, {"main_message": Posted("noch rechtzeitig")})
        assert submission.submit(session, later, response.id).late


def test_a_request_for_more_time_that_nobody_granted_changes_nothing(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"mandate.kind": "administration"})
        actor = somebody_of(session, scene, KIEL)
        invitation = queries.invitation_for(session, actor, scene.consultation_id)
        extensions.request(session, actor, invitation, date(2026, 5, 15), "Der Rat tagt erst im Mai.")
        with pytest.raises(NotReady):
            submission.submit(session, at(actor, DEADLINE + timedelta(hours=1)), response.id)


def test_author_and_releaser_are_different_people_unless_the_house_says_otherwise(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"mandate.kind": "administration"})
        author = somebody_of(session, scene, KIEL)
        session.get_one(Organisation, scene.bodies[KIEL]).four_eyes = True
        session.flush()
        with pytest.raises(NotReady) as refusal:
            submission.submit(session, author, response.id)
        assert [p.code for p in refusal.value.problems] == ["four_eyes"]
        head = colleague(session, scene, KIEL, Role.RELEASER)
        actions.mark_ready(session, author, response.id)
        assert submission.submit(session, head, response.id).person_id == head.person_id


def test_a_nil_return_asks_only_for_mandate_and_disclosure_and_counts_as_a_reply(db: Database, scene: World) -> None:
    with db.transaction() as session:
        revision = submit(session, scene, KIEL, {"need_fit": 5}, nil_return=True)
        assert revision.nil_return
        assert set(queries.document(revision)["answers"]) == {"mandate.kind"}
        response = queries.get(session, scene.planner, revision.response_id)
        assert response.counted_revision_id == revision.id


def test_contact_data_stands_beside_the_revision_and_the_document_holds_only_its_hash(
    db: Database, scene: World
) -> None:
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"mandate.kind": "administration"})
        actor = somebody_of(session, scene, KIEL)
        revision = submission.submit(session, actor, response.id, name="Erika Muster", function="Bürgermeisterin")
    assert "Erika" not in revision.document
    with db.reader() as session:
        values = {v.key: v for v in session.scalars(select(PersonalValue))}
    assert values["release.name"].value == {"value": "Erika Muster"}
    assert queries.document(revision)["personal"]["release.name"] == submission.salted_hash(values["release.name"])


def test_an_answer_under_council_reservation_is_provisional_until_confirmed(db: Database, scene: World) -> None:
    with db.transaction() as session:
        revision = submit(session, scene, KIEL, {"mandate.kind": "reserved", "mandate.date": "2026-05-12"})
        assert revision.reserved
        actor = somebody_of(session, scene, KIEL)
        with pytest.raises(Conflict, match="für den"):
            actions.confirm_resolution(
                session, at(actor, datetime(2026, 5, 11, 21, 59, tzinfo=UTC)), revision.response_id, 1
            )
        meets = at(actor, datetime(2026, 5, 11, 22, 0, tzinfo=UTC))  # the day begins, in Berlin
        actions.confirm_resolution(session, meets, revision.response_id, 1)
        with pytest.raises(Conflict):
            actions.confirm_resolution(session, actor, revision.response_id, 1)


# -- afterwards ------------------------------------------------------------------------------------------------------
def test_a_reopened_answer_counts_with_its_last_revision_until_the_next(db: Database, scene: World) -> None:
    with db.transaction() as session:
        first = submit(session, scene, KIEL, {"need_fit": 2})
        actor = somebody_of(session, scene, KIEL)
        response = actions.reopen(session, actor, first.response_id)
        assert (response.state, response.counted_revision_id) == (ResponseState.DRAFTING, first.id)
        answering.answer(session, actor, response.id, {"need_fit": Posted(5)})
        second = submission.submit(session, actor, response.id)
        assert (second.number, queries.get(session, actor, response.id).counted_revision_id) == (2, second.id)
        facts = session.execute(
            select(AnswerFact.revision_id, AnswerFact.option).where(AnswerFact.question == "need_fit")
        ).all()
        assert facts == [(second.id, "5")]


def test_a_withdrawn_answer_counts_no_more(db: Database, scene: World) -> None:
    with db.transaction() as session:
        revision = submit(session, scene, KIEL, {"need_fit": 2})
        response = actions.withdraw(session, somebody_of(session, scene, KIEL), revision.response_id, "Irrtum")
        assert response.counted_revision_id is None
        assert session.scalar(select(func.count()).select_from(AnswerFact)) == 0


def test_after_the_deadline_only_the_planner_reopens_with_day_and_reason(db: Database, scene: World) -> None:
    with db.transaction() as session:
        revision = submit(session, scene, KIEL, {})
        actor = at(somebody_of(session, scene, KIEL), DEADLINE + timedelta(days=1))
        with pytest.raises(NotReady):
            actions.reopen(session, actor, revision.response_id)
        planner = at(scene.planner, DEADLINE + timedelta(days=1))
        with pytest.raises(NotReady):
            actions.reopen(session, planner, revision.response_id)
        actions.reopen(
            session, planner, revision.response_id, until=DEADLINE + timedelta(days=5), reason="Zahlendreher"
        )
        answering.answer(session, actor, revision.response_id, {"need_fit": Posted(3)})
        assert submission.submit(session, actor, revision.response_id).number == 2


def test_the_disclosure_can_change_after_closing_and_every_choice_is_kept(db: Database, scene: World) -> None:
    with db.transaction() as session:
        revision = submit(session, scene, KIEL, {}, level="named")
        actor = at(somebody_of(session, scene, KIEL), DEADLINE + timedelta(days=30))
        disclosures.change(session, actor, open_desk(session, actor, revision.response_id), {"C": "none"})
        before = queries.disclosure_in_force(session, revision.response_id, DEADLINE)
        after = queries.disclosure_in_force(session, revision.response_id, actor.moment)
        clerk = replace(actor, roles=frozenset({Role.CONTRIBUTOR}))
        desk = open_desk(session, clerk, revision.response_id)
        with pytest.raises(Forbidden):
            disclosures.change(session, clerk, desk, {"C": "named"})
    assert (before["C"], after["C"], after["D"]) == (Disclosure.NAMED, Disclosure.NONE, Disclosure.NAMED)


def test_an_export_tells_the_disclosure_in_force_of_those_who_chose_again_and_of_those_who_did_not(
    db: Database, scene: World
) -> None:
    later = DEADLINE + timedelta(days=30)
    with db.transaction() as session:
        twice = submit(session, scene, KIEL, {}, level="named").response_id
        once = submit(session, scene, HAMBURG, {}, level="figures").response_id
        actor = at(somebody_of(session, scene, KIEL), later)
        for level in ("none", "described"):
            disclosures.change(session, actor, open_desk(session, actor, twice), {"C": level})
    with db.reader() as session:
        for moment, of_c in ((DEADLINE, "named"), (later, "described")):
            told = {r["id"]: r["disclosure"] for r in open_export(session, system(moment), scene.slug).records()}
            for response_id in (once, twice):
                assert told[str(response_id)] == queries.disclosure_in_force(session, response_id, moment)
            assert (told[str(twice)]["C"], told[str(twice)]["D"], told[str(once)]["C"]) == (of_c, "named", "figures")


# -- who may see -----------------------------------------------------------------------------------------------------
def test_no_planner_sees_a_draft_in_progress_and_strangers_see_nothing(db: Database, scene: World) -> None:
    with db.transaction() as session:
        draft = write(session, scene, KIEL, {"main_message": "noch geheim"})
        other = somebody_of(session, scene, HAMBURG)
        for actor in (scene.planner, other, stranger(scene.planner.moment)):
            with pytest.raises(NotFound):
                queries.get(session, actor, draft.id)
        submitted = submit(session, scene, HAMBURG, {})
        assert queries.get(session, scene.planner, submitted.response_id).submitted_once
        with pytest.raises(NotFound):
            open_desk(session, scene.planner, submitted.response_id)


def test_a_body_that_declined_can_be_reopened_by_the_planner_who_sees_nothing_of_its_draft(
    db: Database, scene: World
) -> None:
    with db.transaction() as session:
        draft = write(session, scene, KIEL, {"main_message": "noch geheim"})
        actions.decline(session, somebody_of(session, scene, KIEL), draft.id)
    later = DEADLINE + timedelta(days=5)
    with db.transaction() as session:
        planner = at(scene.planner, DEADLINE + timedelta(days=1))
        with pytest.raises(NotFound):
            open_desk(session, planner, draft.id)
        assert list(open_export(session, planner, scene.slug).records()) == []
        assert queries.get(session, planner, draft.id).state == ResponseState.DECLINED
        actions.reopen(session, planner, draft.id, until=later, reason="Doch gefragt")
    with db.transaction() as session:
        with pytest.raises(NotFound):
            queries.get(session, planner, draft.id)
        actor = at(somebody_of(session, scene, KIEL), later - timedelta(hours=1))
        answering.answer(session, actor, draft.id, {"mandate.kind": Posted("administration")})
        assert submission.submit(session, actor, draft.id).number == 1


def test_the_view_in_sql_is_the_view_of_the_rulebook(db: Database, scene: World) -> None:
    town = "010510044000"
    with db.transaction() as session:
        write(session, scene, KIEL, {})
        actions.decline(session, somebody_of(session, scene, town), write(session, scene, town, {}).id)
        submit(session, scene, HAMBURG, {})
        withdrawn = submit(session, scene, AMT, {})
        actions.withdraw(session, somebody_of(session, scene, AMT), withdrawn.response_id)
        land = factories.planning_organisation(session, "Land")
        programme = consultation_queries.get(session, scene.planner, scene.slug).programme
        programmes.share(session, scene.planner, programme.slug, land.id, State.SH)
        scoped = factories.member(session, land, factories.PLANNING_ROLES)
        outside = factories.member(
            session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES
        )
    with db.reader() as session:
        everything = [
            queries.get(session, system(scene.planner.moment), r) for r in session.scalars(select(Response.id))
        ]
        people = [scene.planner, scoped, outside, *scene.actors.values(), stranger(scene.planner.moment)]
        powerless = [replace(actor, roles=frozenset()) for actor in people]
        for actor in itertools.chain(people, powerless):
            seen = {response.id for response in session.scalars(queries.visible(actor))}
            assert seen == {response.id for response in everything if VIEW_RESPONSE(actor, response)}


def test_nobody_is_invited_by_knowing_the_address(db: Database, scene: World) -> None:
    with db.transaction() as session:
        outsider = factories.member(session, factories.organisation(session, "Stadt Ohne Einladung", register_key=None))
        with pytest.raises(NotFound):
            answering.start(session, outsider, scene.consultation_id)


def test_every_writing_action_of_a_response_leaves_its_line_in_the_log(db: Database, scene: World) -> None:
    with db.transaction() as session:
        revision = submit(session, scene, AMT, {})
        actor = somebody_of(session, scene, AMT)
        response = actions.reopen(session, actor, revision.response_id)
        actions.set_representation(session, actor, response.id, {"010535323801": "represented"})  # type: ignore[dict-item]  # a word is enough
        actions.mark_ready(session, actor, response.id)
        actions.return_for_rework(session, actor, response.id, "Bitte kürzer")
        actions.decline(session, actor, response.id, "doch nicht")
        logged = session.scalars(
            select(HistoryEntry.action).where(HistoryEntry.subject_id == response.id).order_by(HistoryEntry.seq)
        ).all()
        drafts = session.scalar(select(func.count()).select_from(DraftAnswer))
    assert logged == [
        "start_response",
        "submit",
        "choose_disclosure",
        "reopen",
        "set_representation",
        "mark_ready",
        "return_for_rework",
        "decline",
    ]
    assert drafts


def test_a_house_whose_members_the_register_knows_speaks_for_these_alone(db: Database, scene: World) -> None:
    """A stranger would be asked and reminded no more; that it supports the answer anybody may say."""
    with db.transaction() as session:
        response = write(session, scene, AMT, {})
        actor = somebody_of(session, scene, AMT)
        with pytest.raises(Invalid) as refused:
            actions.set_representation(session, actor, response.id, {KIEL: RepresentationKind.REPRESENTED})
        assert "Kiel gehört nach dem Gemeindeverzeichnis nicht zu Ihnen" in str(refused.value.problems[0].message)
        own = {"010535323801": RepresentationKind.REPRESENTED, KIEL: RepresentationKind.SUPPORTER}
        actions.set_representation(session, actor, response.id, own)
        assert {body.key: kind for body, kind in queries.represented(session, response.id)} == own


# -- receipts --------------------------------------------------------------------------------------------------------
def test_a_receipt_number_finds_every_wrong_character_and_every_swap() -> None:
    for _ in range(200):
        number = new_receipt_number()
        assert is_receipt_number(number.lower())
        compact = number.replace("-", "")
        place = hash(number) % 11
        wrong = compact[:place] + ALPHABET[(ALPHABET.index(compact[place]) + 1) % 32] + compact[place + 1 :]
        assert not is_receipt_number(wrong)
        swapped = compact[:place] + compact[place + 1] + compact[place] + compact[place + 2 :]
        assert swapped == compact or not is_receipt_number(swapped)
    assert check_character("00000000000") == "0"


def test_an_invitation_for_information_asks_for_no_answer(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.organisation_id == scene.bodies[KIEL])).one()
        invitation.purpose = "for_information"  # type: ignore[assignment]  # a word is enough
        session.flush()
        with pytest.raises(Forbidden):
            answering.start(session, somebody_of(session, scene, KIEL), scene.consultation_id)


def test_a_cancelled_consultation_takes_no_answers(db: Database, scene: World) -> None:
    with db.transaction() as session:
        response = write(session, scene, KIEL, {"mandate.kind": "administration"})
        consultations.cancel(session, scene.planner, scene.slug, "Haushaltssperre")
        with pytest.raises((Conflict, NotReady)):
            submission.submit(session, somebody_of(session, scene, KIEL), response.id)
