"""A body was forgotten: invited after the announcement it is asked like all others, and everybody can tell it came later."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consultation.consultations import actions, audience, later
from consultation.consultations.invitations import correct_address
from consultation.consultations.later import Wanted
from consultation.consultations.models import Address, Consultation, DeadlineExtension, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid
from consultation.core.history import HistoryEntry
from consultation.core.language import say
from consultation.core.times import end_of_day
from consultation.documents import editions
from consultation.documents.chapters import asked
from consultation.documents.outline import Paragraph, Table
from consultation.documents.procedure import procedure
from consultation.mail.transport import Memory
from consultation.people.models import Organisation
from consultation.people.organisations import municipal_organisation
from consultation.register.states import State
from consultation.responses import reminders
from consultation.responses.participation import participation
from consultation.settings import Settings
from consultation.states import Audience, ConsultationState, InvitationState, Purpose, Role
from consultation.worker import run_due
from tests import factories as make
from tests.browsing import BASE, KEY
from tests.evaluation_world import World, standing, submit
from tests.in_turn import in_turn

FORGOTTEN = "010510099099"
VILLAGE, AMT = "010535323801", "010535323"
GENERAL = end_of_day(date(2026, 4, 30))
WANTED = Wanted(Purpose.FOR_COMMENT, "rathaus@vergessenau.example", "", "Frau Muster", None)


@pytest.fixture
def scene(db: Database) -> World:
    found = standing(db)
    with db.transaction() as session:
        make.register_body(session, FORGOTTEN, "Vergessenau", population=4_000)
        found.bodies[FORGOTTEN] = municipal_organisation(session, found.planner, FORGOTTEN).id
        found.bodies["land"] = make.organisation(session, "Land Hessen", state=State.HE).id
    return found


def invite(session: Session, scene: World, body: str = FORGOTTEN, wanted: Wanted = WANTED) -> Invitation:
    return later.invite(session, scene.planner, scene.slug, scene.bodies[body], wanted)


def invitation(db: Database, scene: World, body: str = FORGOTTEN) -> Invitation:
    with db.reader() as session:
        return session.scalars(select(Invitation).where(Invitation.organisation_id == scene.bodies[body])).one()


def mails(db: Database, scene: World) -> list[str]:
    post = Memory()
    settings = Settings.model_validate({"base_url": BASE, "secret_key": KEY})
    run_due(db, settings, post, scene.planner.moment + timedelta(minutes=1))
    return [f"{mail.recipient}\n{mail.subject}\n{mail.text}" for mail in post.sent]


def problems(refused: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {problem.field: str(problem.message) for problem in refused.value.problems}


# -- it is asked like all others -------------------------------------------------------------------------------------
def test_a_forgotten_body_gets_its_mail_at_once_and_answers_like_all_others(db: Database, scene: World) -> None:
    with db.reader() as session:
        before = participation(session, scene.consultation_id)
    with db.transaction() as session:
        made = invite(session, scene)
        assert (made.state, made.sent_at, made.deadline) == (InvitationState.SENT, scene.planner.moment, GENERAL)
        assert not made.by_filter
    (mail,) = mails(db, scene)
    assert mail.startswith("rathaus@vergessenau.example\nEinladung zur Stellungnahme: Probeanhörung")
    assert "Frau Muster" in mail
    assert "30.04.2026" in mail
    with db.transaction() as session:
        submit(session, scene, FORGOTTEN, {"affected": "yes"})
    with db.reader() as session:
        after = participation(session, scene.consultation_id)
    assert after.total.invited == before.total.invited + 1
    assert after.total.submitted == 1
    assert sum(row.reach.invited for row in after.municipalities) == 1 + sum(
        row.reach.invited for row in before.municipalities
    )
    with db.reader() as session:
        assert FORGOTTEN in set(session.scalars(audience.asked(scene.consultation(session))))


def test_a_body_without_a_mail_address_gets_a_letter_to_print(db: Database, scene: World) -> None:
    with db.transaction() as session:
        made = invite(session, scene, wanted=replace(WANTED, email="", postal="Markt 1\n12345 Vergessenau"))
        assert (made.state, made.letter_at) == (InvitationState.SENT, scene.planner.moment)
    assert mails(db, scene) == []


def test_whom_a_mail_reached_after_the_letter_is_no_case_of_a_letter_even_when_the_address_is_forgotten(
    db: Database, scene: World
) -> None:
    postal = "Markt 1\n12345 Vergessenau"
    with db.transaction() as session:
        made = invite(session, scene, wanted=replace(WANTED, email="", postal=postal))
        assert made.as_letter
        correct_address(session, scene.planner, made.id, email="rathaus@vergessenau.example", postal=postal)
    with db.transaction() as session:
        session.get_one(Invitation, made.id).email = None  # as the periods of retention have it
    with db.reader() as session:
        assert not session.get_one(Invitation, made.id).as_letter


def test_who_is_invited_for_information_reads_along_and_is_not_counted_among_those_asked(
    db: Database, scene: World
) -> None:
    with db.transaction() as session:
        invite(session, scene, "land", replace(WANTED, purpose=Purpose.FOR_INFORMATION))
    (mail,) = mails(db, scene)
    assert "Zur Kenntnis: Probeanhörung" in mail
    with db.reader() as session:
        found = participation(session, scene.consultation_id)
        assert found.informed == 1
        assert later.asked_later(session, scene.consultation_id) == []


def test_the_address_is_known_to_the_house_from_then_on(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invite(session, scene)
    with db.reader() as session:
        known = later.known_address(session, scene.planner, scene.bodies[FORGOTTEN])
        assert known is not None
        assert (known.email, known.contact) == ("rathaus@vergessenau.example", "Frau Muster")
        assert session.scalar(select(func.count()).select_from(Address)) == 1


def test_whoever_is_invited_later_is_reminded_before_its_own_deadline(db: Database, scene: World) -> None:
    own = date(2026, 5, 29)
    with db.transaction() as session:
        invite(session, scene, wanted=replace(WANTED, until=own))
    day = own - timedelta(days=14)
    with db.transaction() as session:
        morning = datetime(2026, 5, 15, 8, tzinfo=UTC)
        assert reminders.make_due(session, scene.consultation_id, day, morning) == 1


# -- until when ------------------------------------------------------------------------------------------------------
def test_it_may_have_a_later_deadline_of_its_own_which_its_invitation_names(db: Database, scene: World) -> None:
    with db.transaction() as session:
        made = invite(session, scene, wanted=replace(WANTED, until=date(2026, 5, 29)))
        assert made.deadline == end_of_day(date(2026, 5, 29))
        assert later.last_day_hints(made) == []
    (mail,) = mails(db, scene)
    assert "Frist: 29.05.2026" in mail
    with db.reader() as session:
        assert session.scalar(select(func.count()).select_from(DeadlineExtension)) == 0, "nobody asked for more time"


@pytest.mark.parametrize(("day", "why"), [
    (date(2026, 2, 1), "in der Zukunft"), (date(2026, 4, 30), "später als die allgemeine"),
    (date(2026, 4, 20), "später als die allgemeine"),
])  # fmt: skip
def test_an_own_deadline_is_ahead_and_later_than_the_general_one(
    db: Database, scene: World, day: date, why: str
) -> None:
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        invite(session, scene, wanted=replace(WANTED, until=day))
    assert why in problems(refused)["until"]


def test_after_the_general_deadline_a_body_needs_one_of_its_own_unless_it_only_reads(
    db: Database, scene: World
) -> None:
    over = replace(scene, planner=replace(scene.planner, moment=GENERAL + timedelta(days=1)))
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        invite(session, over)
    assert "Die allgemeine Frist ist vorbei" in problems(refused)["until"]
    with db.transaction() as session:
        assert invite(session, over, wanted=replace(WANTED, until=date(2026, 5, 29))).deadline
        invite(session, over, "land", replace(WANTED, purpose=Purpose.FOR_INFORMATION))


def test_who_only_reads_has_no_deadline_of_its_own(db: Database, scene: World) -> None:
    wanted = replace(WANTED, purpose=Purpose.FOR_INFORMATION, until=date(2026, 5, 29))
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        invite(session, scene, "land", wanted)
    assert "braucht keine Frist" in problems(refused)["until"]


def test_a_last_day_on_which_nobody_works_is_pointed_out_by_the_land_of_the_body(db: Database, scene: World) -> None:
    with db.transaction() as session:
        made = invite(session, scene, wanted=replace(WANTED, until=date(2026, 5, 30)))
        assert "Wochenende" in str(later.last_day_hints(made)[0])
        made.extended_until = end_of_day(date(2025, 10, 31))  # Reformation Day, a Friday: a holiday in the north
        assert "Schleswig-Holstein Feiertag" in str(later.last_day_hints(made)[0])
        made.organisation.state = State.BY
        assert later.last_day_hints(made) == []
        made.organisation.state = State.SH


# -- what is refused -------------------------------------------------------------------------------------------------
def test_everything_that_is_wrong_is_said_at_once(db: Database, scene: World) -> None:
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        invite(session, scene, wanted=replace(WANTED, email="keine", until=date(2026, 2, 1)))
    assert set(problems(refused)) == {"email", "until"}
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        invite(session, scene, wanted=replace(WANTED, email=" ", postal=" "))
    assert "Mailadresse oder eine Postanschrift" in problems(refused)["email"]


def test_who_is_invited_already_is_not_invited_again(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invite(session, scene)
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        invite(session, scene, wanted=replace(WANTED, purpose=Purpose.FOR_INFORMATION))
    assert problems(refused) == {"body": "Vergessenau ist schon eingeladen, zur Stellungnahme."}


def test_two_planners_who_invite_the_same_body_at_once_make_one_invitation(db: Database, scene: World) -> None:
    refused = in_turn(
        db, lambda s: invite(s, scene), lambda s: invite(s, scene, wanted=replace(WANTED, email="x@y.example"))
    )
    assert isinstance(refused, Invalid)
    assert "ist schon eingeladen" in str(refused.problems[0].message)
    assert invitation(db, scene).email == "rathaus@vergessenau.example"
    assert len(mails(db, scene)) == 1


def test_two_who_invite_a_body_nobody_has_asked_before_make_one_organisation_and_one_invitation(
    db: Database, scene: World
) -> None:
    with db.transaction() as session:
        make.register_body(session, "010510099100", "Neuland", population=900)

    def work(session: Session) -> None:
        made = municipal_organisation(session, scene.planner, "010510099100")
        later.invite(session, scene.planner, scene.slug, made.id, WANTED)

    assert isinstance(in_turn(db, work, work), Invalid)
    with db.reader() as session:
        made = session.scalars(select(Organisation.id).where(Organisation.register_key == "010510099100")).one()
        session.scalars(select(Invitation).where(Invitation.organisation_id == made)).one()


def test_of_one_who_invites_while_another_begins_the_evaluation_only_the_first_does(db: Database, scene: World) -> None:
    over = replace(scene, planner=replace(scene.planner, moment=GENERAL + timedelta(days=1)))
    wanted = replace(WANTED, until=date(2026, 5, 29))
    refused = in_turn(
        db, lambda s: actions.evaluate(s, over.planner, scene.slug), lambda s: invite(s, over, wanted=wanted)
    )
    assert isinstance(refused, Conflict)


@pytest.mark.parametrize("state", [state for state in ConsultationState if state != ConsultationState.ANNOUNCED])
def test_nobody_is_invited_later_before_the_announcement_or_when_it_is_over(
    db: Database, scene: World, state: ConsultationState
) -> None:
    with db.transaction() as session:
        session.execute(update(Consultation).values(state=state))
    with db.transaction() as session, pytest.raises(Conflict):
        invite(session, scene)


def test_only_who_may_send_invitations_invites_and_a_land_unit_does_not(db: Database, scene: World) -> None:
    editor = replace(scene.planner, roles=frozenset({Role.EDITOR}))
    with db.transaction() as session, pytest.raises(Forbidden):
        later.invite(session, editor, scene.slug, scene.bodies[FORGOTTEN], WANTED)
    with db.transaction() as session:
        members = scene.consultation(session).programme.members
        next(m for m in members if m.organisation_id == scene.planner.organisation_id).state = State.SH
    with db.transaction() as session, pytest.raises(Forbidden):
        invite(session, scene)


# -- asked for comment after all -------------------------------------------------------------------------------------
def test_who_was_informed_is_asked_after_all_with_a_new_code(db: Database, scene: World) -> None:
    with db.transaction() as session:
        made = invite(session, scene, wanted=replace(WANTED, purpose=Purpose.FOR_INFORMATION))
    assert len(mails(db, scene)) == 1
    with db.transaction() as session:
        asked_now = later.ask_for_comment(session, scene.planner, made.id, date(2026, 5, 29))
        assert (asked_now.purpose, asked_now.code_counter) == (Purpose.FOR_COMMENT, 1)
        assert asked_now.deadline == end_of_day(date(2026, 5, 29))
    (mail,) = mails(db, scene)
    assert "Einladung zur Stellungnahme: Probeanhörung" in mail
    with db.transaction() as session:
        submit(session, scene, FORGOTTEN, {"affected": "yes"})
    with db.reader() as session:
        assert participation(session, scene.consultation_id).informed == 0
        assert later.asked_later(session, scene.consultation_id) == [scene.planner.moment]


def test_it_is_asked_once_and_only_where_it_can_be_reached(db: Database, scene: World) -> None:
    with db.transaction() as session:
        made = invite(session, scene, wanted=replace(WANTED, purpose=Purpose.FOR_INFORMATION))
        made.email = None
    with db.transaction() as session, pytest.raises(Invalid):
        later.ask_for_comment(session, scene.planner, made.id, None)
    with db.transaction() as session:
        session.get_one(Invitation, made.id).email = "rathaus@vergessenau.example"
    with db.transaction() as session, pytest.raises(Invalid):
        later.ask_for_comment(session, scene.planner, made.id, date(2026, 2, 1))
    refused = in_turn(
        db, lambda s: later.ask_for_comment(s, scene.planner, made.id, None),
        lambda s: later.ask_for_comment(s, scene.planner, made.id, None),
    )  # fmt: skip
    assert isinstance(refused, Conflict)
    assert "ist schon eingeladen, zur Stellungnahme" in str(refused.message)


# -- that it came later ----------------------------------------------------------------------------------------------
def test_the_procedure_log_tells_that_it_came_later_and_when(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invite(session, scene, wanted=replace(WANTED, until=date(2026, 5, 29)))
        invite(session, scene, "land", replace(WANTED, purpose=Purpose.FOR_INFORMATION))
    with db.reader() as session:
        entries = session.scalars(
            select(HistoryEntry).where(HistoryEntry.subject_type == "invitation").order_by(HistoryEntry.seq.desc())
        ).all()
        assert [entry.action for entry in entries[:4]] == ["send", "invite_later", "send", "invite_later"]
        nodes = list(procedure(session, scene.planner, scene.slug).outline.walk())
        said = [node.text for node in nodes if isinstance(node, Paragraph)]
        rows = [row for node in nodes if isinstance(node, Table) for row in node.rows]
    assert any("1 weitere Stelle zur Stellungnahme eingeladen" in str(text) for text in said)
    heard = next(row for row in rows if row[0] == "Vergessenau")
    assert heard[1].endswith(", nachträglich")
    assert not any(row[1].endswith("nachträglich") for row in rows if str(row[0]).startswith("Ort "))
    steps = [row[1] for row in rows]
    assert "Land Hessen nachträglich eingeladen, nachrichtlich" in steps
    assert any(
        step.startswith("Vergessenau nachträglich eingeladen, zur Stellungnahme, mit eigener Frist") for step in steps
    )


def test_the_procedure_log_calls_a_late_invitation_by_letter_a_letter(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invite(session, scene, wanted=replace(WANTED, email="", postal="Markt 1\n12345 Vergessenau"))
    with db.reader() as session:
        nodes = procedure(session, scene.planner, scene.slug).outline.walk()
        rows = [row for node in nodes if isinstance(node, Table) for row in node.rows]
    heard = next(row for row in rows if row[0] == "Vergessenau")
    assert heard[1].endswith(", nachträglich, als Brief zum Drucken")


def test_an_edition_tells_how_many_came_later_and_when_and_not_who(db: Database, scene: World, tmp_path: Path) -> None:
    with db.transaction() as session:
        invite(session, scene)
        edition = editions.start(session, scene.planner, scene.slug, Audience.INTERNAL)
    editions.compile_edition(db, tmp_path, edition.id, scene.planner.moment)
    head = json.loads(next(tmp_path.rglob("*.ndjson")).read_text("utf-8").splitlines()[0])
    moment = scene.planner.moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert head["consultation"]["audience"]["later"] == {"count": 1, "first": moment, "last": moment}
    assert head["consultation"]["audience"]["single"] == 1, "the county that was named with the filter, and nobody else"
    page = next(tmp_path.rglob("*.html")).read_text("utf-8")
    assert "Nach der Ankündigung wurde 1 weitere Stelle zur Stellungnahme eingeladen, am " in page
    assert "Vergessenau" not in page


def test_several_that_came_later_are_told_with_their_days() -> None:
    first, last = "2026-03-02T09:00:00Z", "2026-03-09T09:00:00Z"
    plain = {"chosen": False}
    (_, days) = asked.sentences(plain | {"later": {"count": 3, "first": first, "last": last}})
    assert say(days, "de").endswith(
        "3 weitere Stellen zur Stellungnahme eingeladen, vom 02.03.2026 bis zum 09.03.2026."
    )
    (_, day) = asked.sentences(plain | {"later": {"count": 2, "first": first, "last": first}})
    assert say(day, "de").endswith("2 weitere Stellen zur Stellungnahme eingeladen, alle am 02.03.2026.")
    assert len(list(asked.sentences(plain))) == 1, "an older edition says nothing of it"
