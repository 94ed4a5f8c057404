"""Reminders: who gets one, who must never get one, at which hour, and that nobody gets it twice."""

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from consultation import worker
from consultation.consultations import actions as consultations
from consultation.consultations import extensions, stages
from consultation.consultations.codes import code_of
from consultation.consultations.models import Invitation, Reminder
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job, JobState
from consultation.mail.transport import Memory, Outgoing, Undeliverable
from consultation.people.models import Membership, Organisation, Person
from consultation.responses import actions, reminders
from consultation.responses.models import RepresentationKind, Response
from consultation.responses.reminders import Reason
from consultation.settings import Settings
from consultation.states import InvitationState, Purpose, Role
from tests import evaluation_world, factories
from tests.browsing import KEY
from tests.evaluation_world import PARTS, World, somebody_of, submit

KIEL, HAMBURG, OFFICE, COUNTY = "010510000000", "020000000000", "010535323", "01053"
TOWNS = ("010510044000", "030510044001", "090510044002", "010510044003")
FIRST = datetime(2026, 4, 16, 7, 0, tzinfo=UTC)
"""Nine o'clock in summer, fourteen days before the last day of April."""


@dataclass
class Scene:
    db: Database
    world: World
    post: Memory = field(default_factory=Memory)

    def work(self, moment: datetime, post: Any = None) -> list[str]:
        """One look of the worker and all that follows from it; the names of those who got a mail."""
        before = len(self.post.sent)
        worker.look_for_reminders(self.db, moment)
        worker.run_due(self.db, _settings(), post or self.post, moment)
        return sorted(mail.recipient.partition("@")[0] for mail in self.post.sent[before:])

    def reminded(self) -> list[str]:
        return [m.recipient.partition("@")[0] for m in self.post.sent if m.subject.startswith("Erinnerung")]

    def why(self, moment: datetime) -> dict[Reason, int]:
        with self.db.reader() as session:
            found = reminders.counts(session, self.world.consultation_id, moment)
        return {reason: number for reason, number in found.items() if number}


def _settings() -> Settings:
    return Settings.model_validate({"base_url": "https://dienst.example", "secret_key": KEY})


def build(db: Database) -> Scene:
    """Everybody has a mail address named by its key; the invitations are out, and nothing else is waiting."""
    world = evaluation_world.standing(db, 4)
    with db.transaction() as session:
        for invitation in session.scalars(select(Invitation)):
            key = next(key for key, one in world.bodies.items() if one == invitation.organisation_id)
            invitation.email = f"{key}@ort.example"
        session.execute(update(Job).values(state=JobState.DONE))
    return Scene(db, world)


@pytest.fixture
def scene(db: Database) -> Scene:
    return build(db)


EVERYBODY = sorted([*TOWNS, KIEL, HAMBURG, OFFICE, COUNTY])


# -- when ------------------------------------------------------------------------------------------------------------
def test_a_new_consultation_reminds_fourteen_and_three_days_before_the_deadline(scene: Scene) -> None:
    with scene.db.reader() as session:
        assert stages.of_consultation(session, scene.world.consultation_id) == [14, 3]
    assert scene.work(FIRST - timedelta(seconds=1)) == []
    assert scene.work(FIRST) == EVERYBODY
    assert scene.work(FIRST + timedelta(days=11) - timedelta(seconds=1)) == []
    assert scene.work(FIRST + timedelta(days=11)) == EVERYBODY
    assert scene.work(FIRST + timedelta(days=13)) == []


@pytest.mark.parametrize(
    ("deadline", "days", "expected"),
    [
        (date(2026, 3, 30), 1, datetime(2026, 3, 29, 7, tzinfo=UTC)),  # the night the hour is lost
        (date(2026, 3, 30), 2, datetime(2026, 3, 28, 8, tzinfo=UTC)),
        (date(2026, 10, 26), 1, datetime(2026, 10, 25, 8, tzinfo=UTC)),  # the night the hour comes twice
        (date(2026, 10, 26), 2, datetime(2026, 10, 24, 7, tzinfo=UTC)),
        (date(2027, 1, 10), 14, datetime(2026, 12, 27, 8, tzinfo=UTC)),
    ],
)
def test_nine_o_clock_is_nine_o_clock_in_germany_over_clock_changes(
    deadline: date, days: int, expected: datetime
) -> None:
    from consultation.core.times import end_of_day  # noqa: PLC0415 -- only here

    assert stages.due_at(end_of_day(deadline), days) == expected


def test_whoever_was_invited_later_than_a_stage_is_not_reminded_of_it(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.execute(
            update(Invitation)
            .where(Invitation.organisation_id == scene.world.bodies[KIEL])
            .values(sent_at=FIRST + timedelta(hours=1))
        )
    assert scene.work(FIRST + timedelta(hours=2)) == [one for one in EVERYBODY if one != KIEL]


def test_a_body_with_more_time_is_reminded_before_its_own_deadline(scene: Scene) -> None:
    with scene.db.transaction() as session:
        invitation = _invitation(session, scene, KIEL)
        extensions.give(session, scene.world.planner, invitation.id, date(2026, 5, 10), "Der Rat tagt.")
        session.execute(update(Job).values(state=JobState.DONE))
    assert KIEL not in scene.work(FIRST)
    assert scene.work(FIRST + timedelta(days=10)) == [KIEL]


def test_a_service_that_was_down_makes_up_for_three_days_and_not_for_more(scene: Scene) -> None:
    assert scene.work(FIRST + timedelta(days=2, hours=3)) == EVERYBODY
    assert scene.work(FIRST + timedelta(days=11 + 3)) == []


def test_stages_are_changed_switched_off_and_refused_when_they_make_no_sense(scene: Scene) -> None:
    def plan(*days: int) -> list[int]:
        with scene.db.transaction() as session:
            return stages.plan(session, scene.world.planner, scene.world.slug, days)

    assert plan(7, 21, 7) == [21, 7]
    for wrong in ((0,), (91,), (1, 2, 3, 4, 5, 6)):
        with pytest.raises(Invalid):
            plan(*wrong)
    assert scene.work(FIRST) == []
    assert scene.work(FIRST + timedelta(days=7)) == EVERYBODY
    plan()
    assert scene.work(FIRST + timedelta(days=11)) == []
    with scene.db.reader() as session:
        said = session.scalars(select(HistoryEntry.new).where(HistoryEntry.action == "plan_reminders")).all()
    assert said == ["21, 7", "-"]


# -- to whom ---------------------------------------------------------------------------------------------------------
def test_whoever_must_not_be_reminded_is_not_and_the_page_can_say_why(scene: Scene) -> None:
    with scene.db.transaction() as session:
        submit(session, scene.world, KIEL, {"main_message": "Bitte einfacher."})
        submit(session, scene.world, HAMBURG, {}, nil_return=True)
        _represent(session, scene, COUNTY, {TOWNS[0]})
        submit(session, scene.world, COUNTY, {"main_message": "Zu dritt."})
        _decline(session, scene, TOWNS[1])
        withdrawn = submit(session, scene.world, TOWNS[2], {"main_message": "Doch nicht."})
        actions.withdraw(session, somebody_of(session, scene.world, TOWNS[2]), withdrawn.response_id)
        _invitation(session, scene, TOWNS[3]).purpose = Purpose.FOR_INFORMATION
        session.execute(update(Job).values(state=JobState.DONE))
    why = scene.why(FIRST)
    assert why == {Reason.ANSWERED: 2, Reason.NIL_RETURN: 1, Reason.REPRESENTED: 1, Reason.DECLINED: 1,
                   Reason.WITHDRAWN: 1, Reason.INFORMED: 1, Reason.DUE: 1}  # fmt: skip
    with scene.db.reader() as session:
        listed = reminders.bodies(session, scene.world.consultation_id, FIRST, Reason.DECLINED)
        assert [one.organisation_id for one in listed] == [scene.world.bodies[TOWNS[1]]]
    assert scene.work(FIRST) == [OFFICE]
    assert scene.why(FIRST + timedelta(hours=1))[Reason.TODAY] == 1


def test_nobody_is_reminded_of_a_cancelled_consultation(scene: Scene) -> None:
    worker.look_for_reminders(scene.db, FIRST)
    with scene.db.transaction() as session:
        consultations.cancel(session, evaluation_world.at(scene.world.planner, FIRST), scene.world.slug, "Haushalt")
    scene.work(FIRST + timedelta(minutes=1))
    assert scene.reminded() == []


def test_whoever_answers_between_the_job_and_its_mail_gets_no_mail(scene: Scene) -> None:
    with scene.db.transaction() as session:
        reminders.make_due(session, scene.world.consultation_id, FIRST.date(), FIRST)
    with scene.db.transaction() as session:
        submit(session, scene.world, KIEL, {"main_message": "Gerade noch."})
    scene.work(FIRST + timedelta(minutes=1))
    assert KIEL not in scene.reminded()
    with scene.db.reader() as session:
        withheld = session.scalars(select(Reminder.withheld).where(Reminder.sent_at.is_(None))).all()
    assert withheld == [Reason.ANSWERED]


def test_the_mail_prints_the_code_and_the_bodys_own_deadline_again(scene: Scene) -> None:
    scene.work(FIRST)
    mail = next(one for one in scene.post.sent if one.recipient.startswith(KIEL))
    with scene.db.reader() as session:
        code = code_of(KEY.encode(), _invitation(session, scene, KIEL))
    assert code in mail.text
    assert "30.04.2026, 24:00 Uhr" in mail.text
    assert "Stiftung Miteinander hat Kiel um eine Stellungnahme gebeten" in mail.text


def test_an_address_the_server_refuses_is_told_and_the_others_get_their_mail(scene: Scene) -> None:
    class Picky(Memory):
        def send(self, mail: Outgoing) -> None:
            if mail.recipient.startswith(KIEL):
                raise Undeliverable("550 unknown")
            super().send(mail)

    post = Picky()
    scene.work(FIRST, post)
    assert len(post.sent) == len(EVERYBODY) - 1
    with scene.db.reader() as session:
        assert session.scalars(select(Reminder.failure).where(Reminder.failure != "")).all() == ["550 unknown"]


# -- to those who answer there ---------------------------------------------------------------------------------------
def _join(scene: Scene, body: str, name: str, roles: Iterable[Role] = factories.ANSWERING_ROLES, **more: Any) -> str:
    """Somebody more in the house of a body; their address."""
    with scene.db.transaction() as session:
        person = factories.person(session, name)
        person.active = more.pop("active", True)
        house = session.get_one(Organisation, scene.world.bodies[body])
        membership = factories.membership(session, person, house, frozenset(roles))
        for key, value in more.items():
            setattr(membership, key, value)
        return person.email


def _begin(scene: Scene, body: str, *, ready: bool = False) -> str:
    """Somebody of the body begins its answer, and may lay it before those who release; their address."""
    with scene.db.transaction() as session:
        whole = {"mandate.kind": "administration", "publication": dict.fromkeys(PARTS, "figures")}
        response = evaluation_world.write(
            session, scene.world, body, whole if ready else {"main_message": "Erster Satz"}
        )
        if ready:
            actions.mark_ready(session, somebody_of(session, scene.world, body), response.id)
        author = session.get_one(Person, somebody_of(session, scene.world, body).person_id).email
        session.execute(update(Job).values(state=JobState.DONE))
        return author


def _mails(scene: Scene, moment: datetime = FIRST) -> dict[str, str]:
    before = len(scene.post.sent)
    scene.work(moment)
    sent = scene.post.sent[before:]
    assert len({mail.recipient for mail in sent}) == len(sent), "each address once"
    return {mail.recipient: mail.text for mail in sent}


def test_whoever_answers_for_a_body_is_reminded_besides_its_address_and_nobody_else_there(scene: Scene) -> None:
    author = _begin(scene, KIEL)
    releaser = _join(scene, KIEL, "Frau Chefin", {Role.RELEASER})
    others = [
        _join(scene, KIEL, "Nur Verwaltung", {Role.MANAGER}),
        _join(scene, KIEL, "Noch nicht zugestimmt", waiting=True),
        _join(scene, KIEL, "Eingeladen", invited_at=FIRST),
        _join(scene, KIEL, "Längst gegangen", active=False),
    ]
    mails = _mails(scene)
    assert set(mails) == {f"{key}@ort.example" for key in EVERYBODY} | {author, releaser}
    assert not set(others) & set(mails)


def test_an_address_that_is_invited_and_answers_gets_one_reminder(scene: Scene) -> None:
    author = _begin(scene, KIEL)
    with scene.db.transaction() as session:
        _invitation(session, scene, KIEL).email = author.upper()
    assert [address.lower() for address in _mails(scene)].count(author.lower()) == 1


def test_who_has_begun_reads_that_it_is_not_submitted_and_who_releases_that_it_waits_for_them(scene: Scene) -> None:
    author, other = _begin(scene, KIEL), _begin(scene, HAMBURG, ready=True)
    mails = _mails(scene)
    begun, waits = (
        "Ihre Stellungnahme ist begonnen, aber nicht abgegeben.",
        "liegt zur Freigabe vor, ist aber nicht abgegeben",
    )
    assert {address for address in mails if begun in mails[address]} == {f"{KIEL}@ort.example", author}
    assert {address for address in mails if waits in mails[address]} == {f"{HAMBURG}@ort.example", other}
    assert "Bisher liegt keine Antwort vor" in mails[f"{OFFICE}@ort.example"]
    with scene.db.reader() as session:
        code, house = code_of(KEY.encode(), _invitation(session, scene, KIEL)), scene.world.bodies[KIEL]
    assert code in mails[f"{KIEL}@ort.example"]
    assert code not in mails[author]
    assert f"https://dienst.example/o/{house}/answers/{scene.world.slug}" in mails[author]


@pytest.mark.parametrize("reached", ["letter", "failed"])
def test_a_body_no_mail_reached_is_reminded_once_somebody_answers_there(scene: Scene, reached: str) -> None:
    with scene.db.transaction() as session:
        invitation = _invitation(session, scene, KIEL)
        if reached == "letter":
            invitation.email, invitation.postal = None, "Rathausplatz 1"
        else:
            invitation.state = InvitationState.FAILED
    assert scene.why(FIRST)[Reason.LETTER if reached == "letter" else Reason.NOT_REACHED] == 1
    author = _join(scene, KIEL, "Kollegin")
    assert scene.why(FIRST) == {Reason.DUE: len(EVERYBODY)}
    mails = _mails(scene)
    assert author in mails
    assert f"{KIEL}@ort.example" not in mails


def test_an_address_that_takes_nothing_keeps_the_reminder_from_nobody_else_there(scene: Scene) -> None:
    class Closed(Memory):
        def send(self, mail: Outgoing) -> None:
            if mail.recipient.startswith(KIEL):
                raise Undeliverable("550 unknown")
            super().send(mail)

    author, post = _begin(scene, KIEL), Closed()
    scene.work(FIRST, post)
    assert [mail.recipient for mail in post.sent].count(author) == 1
    with scene.db.reader() as session:
        invited = _invitation(session, scene, KIEL).id
        row = session.scalars(select(Reminder).where(Reminder.invitation_id == invited)).one()
    assert row.sent_at is not None
    assert row.failure == "550 unknown"


def test_whoever_is_still_to_get_the_reminder_when_the_answer_comes_does_not(scene: Scene) -> None:
    author = _begin(scene, KIEL)

    class Answers(Memory):
        """Kiel submits as soon as the first of its mails has left."""

        def send(self, mail: Outgoing) -> None:
            super().send(mail)
            if mail.recipient in (author, f"{KIEL}@ort.example") and not answered:
                answered.append(mail.recipient)
                with scene.db.transaction() as session:
                    submit(session, scene.world, KIEL, {"main_message": "Jetzt doch."})

    answered: list[str] = []
    post = Answers()
    scene.work(FIRST, post)
    reminded = [one.recipient for one in post.sent if one.subject.startswith("Erinnerung")]
    assert [one for one in reminded if one in (author, f"{KIEL}@ort.example")] == answered
    with scene.db.reader() as session:
        invited = _invitation(session, scene, KIEL).id
        row = session.scalars(select(Reminder).where(Reminder.invitation_id == invited)).one()
    assert row.sent_at is not None
    assert row.withheld == ""


# -- once ------------------------------------------------------------------------------------------------------------
def test_two_workers_and_a_clock_that_jumps_back_remind_each_body_once(scene: Scene) -> None:
    def look() -> None:
        worker.look_for_reminders(scene.db, FIRST)
        worker.run_due(scene.db, _settings(), scene.post, FIRST)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for jump in (timedelta(0), timedelta(days=1), timedelta(hours=-20), timedelta(days=2)):
        scene.work(FIRST + jump)
    assert sorted(scene.reminded()) == EVERYBODY


def test_a_reminder_by_hand_goes_to_those_who_are_due_once_a_day(scene: Scene) -> None:
    with scene.db.transaction() as session:
        submit(session, scene.world, KIEL, {"main_message": "Bitte einfacher."})
        session.execute(update(Job).values(state=JobState.DONE))

    def now(moment: datetime) -> int:
        with scene.db.transaction() as session:
            return reminders.remind_now(session, evaluation_world.at(scene.world.planner, moment), scene.world.slug)

    moment = FIRST - timedelta(days=5)
    assert now(moment) == len(EVERYBODY) - 1
    scene.work(moment)
    assert scene.reminded() == sorted(scene.reminded(), key=scene.reminded().index)
    assert KIEL not in scene.reminded()
    with pytest.raises(Conflict):
        now(moment + timedelta(minutes=1))
    assert now(moment + timedelta(days=1)) == len(EVERYBODY) - 1


def test_only_a_publisher_reminds_and_strangers_find_nothing(scene: Scene) -> None:
    editor = replace(scene.world.planner, roles=frozenset({Role.EDITOR}))
    with pytest.raises(Forbidden), scene.db.transaction() as session:
        reminders.remind_now(session, editor, scene.world.slug)


# -- whatever happens ------------------------------------------------------------------------------------------------
def _invitation(session: Any, scene: Scene, body: str) -> Invitation:
    found: Invitation = session.scalars(
        select(Invitation).where(Invitation.organisation_id == scene.world.bodies[body])
    ).one()
    return found


def _body(scene: Scene, session: Any, invitation_id: Any) -> str:
    invited = session.get_one(Invitation, invitation_id)
    return next(key for key, one in scene.world.bodies.items() if one == invited.organisation_id)


def _represent(session: Any, scene: Scene, speaker: str, bodies: Iterable[str]) -> None:
    response = evaluation_world.write(session, scene.world, speaker, {})
    spoken_for = dict.fromkeys(bodies, RepresentationKind.REPRESENTED)
    evaluation_world.speaks_for(session, response, spoken_for)


def _decline(session: Any, scene: Scene, body: str) -> None:
    response = evaluation_world.write(session, scene.world, body, {"main_message": "Nein."})
    actions.decline(session, somebody_of(session, scene.world, body), response.id)


SPEAKER = COUNTY
BODIES = [*TOWNS[:3], KIEL]


class Course(RuleBasedStateMachine):
    """A model beside the service: what each body is, whatever it does and whatever the clock does."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "x.db"
        shutil.copyfile(self.template, path)
        self.db = Database(f"sqlite:///{path}", threads=2, durable=False)
        self.scene = build(self.db)
        self.now = FIRST - timedelta(days=2)
        self.cancelled = False
        self.silent = dict.fromkeys((*BODIES, SPEAKER), True)
        self.speaks_for: set[str] = set()
        self.counted: set[str] = set()

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()

    def whose(self) -> dict[str, str]:
        """Address → body: the invited one, and those of the people there."""
        bodies = {one: key for key, one in self.scene.world.bodies.items()}
        there = select(Person.email, Membership.organisation_id).join(Membership, Membership.person_id == Person.id)
        with self.db.reader() as session:
            people = {email: bodies[one] for email, one in session.execute(there) if one in bodies}
        return {f"{key}@ort.example": key for key in self.scene.world.bodies} | people

    def may(self, body: str) -> bool:
        spoken = SPEAKER in self.counted and body in self.speaks_for
        return self.silent.get(body, True) and not spoken and not self.cancelled

    @rule(body=st.sampled_from([*BODIES, SPEAKER]), nil=st.booleans())
    def answers(self, body: str, nil: bool) -> None:
        if self.silent[body] and not self.cancelled:
            with self.db.transaction() as session:
                submit(session, self.scene.world, body, {"main_message": "Ja."}, nil_return=nil)
            self.silent[body] = False
            self.counted.add(body)

    @rule(body=st.sampled_from(BODIES))
    def withdraws(self, body: str) -> None:
        if body in self.counted and not self.cancelled:
            with self.db.transaction() as session:
                actor = somebody_of(session, self.scene.world, body)
                response = session.scalars(
                    select(Response).where(Response.organisation_id == actor.organisation_id)
                ).one()
                actions.withdraw(session, actor, response.id)
            self.counted.discard(body)

    @rule(body=st.sampled_from(BODIES))
    def declines(self, body: str) -> None:
        if self.silent[body] and not self.cancelled:
            with self.db.transaction() as session:
                _decline(session, self.scene, body)
            self.silent[body] = False

    @rule(body=st.sampled_from(BODIES))
    def is_spoken_for(self, body: str) -> None:
        if self.silent[SPEAKER] and not self.cancelled:
            self.speaks_for.add(body)
            with self.db.transaction() as session:
                _represent(session, self.scene, SPEAKER, self.speaks_for)

    @rule(body=st.sampled_from(BODIES))
    def is_only_informed(self, body: str) -> None:
        with self.db.transaction() as session:
            _invitation(session, self.scene, body).purpose = Purpose.FOR_INFORMATION
        self.silent[body] = False

    @rule()
    def is_cancelled(self) -> None:
        if not self.cancelled:
            with self.db.transaction() as session:
                consultations.cancel(session, self.scene.world.planner, self.scene.world.slug, "Haushalt")
            self.cancelled = True

    @rule()
    def planner_reminds(self) -> None:
        try:
            with self.db.transaction() as session:
                reminders.remind_now(
                    session, evaluation_world.at(self.scene.world.planner, self.now), self.scene.world.slug
                )
        except Conflict:
            pass

    @rule(hours=st.integers(-30, 24 * 6))
    def clock_moves(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def worker_works(self) -> None:
        before = len(self.scene.post.sent)
        self.scene.work(self.now)
        for mail in self.scene.post.sent[before:]:
            if mail.subject.startswith("Erinnerung"):
                assert self.may(self.whose()[mail.recipient]), mail.recipient

    @invariant()
    def nobody_gets_a_stage_twice_or_two_on_one_day(self) -> None:
        with self.db.reader() as session:
            found = session.execute(select(Reminder.invitation_id, Reminder.stage, Reminder.day)).all()
        assert len({(one, stage) for one, stage, _ in found}) == len(found)
        assert len({(one, day) for one, _, day in found}) == len(found)
        mails = [m for m in self.scene.post.sent if m.subject.startswith("Erinnerung")]
        assert len({(m.recipient, m.message_id) for m in mails}) == len(mails)
        with self.db.reader() as session:
            reminded = Counter(_body(self.scene, session, one) for one, _, _ in found)
        whose = self.whose()
        assert all(times <= reminded[whose[address]] for address, times in Counter(m.recipient for m in mails).items())


def test_whatever_happens_a_reminder_never_reaches_those_who_must_not_get_it(sqlite_template: Path) -> None:
    Course.template = sqlite_template
    run_state_machine_as_test(Course, settings=effort(max_examples=25, stateful_step_count=20, deadline=None))
