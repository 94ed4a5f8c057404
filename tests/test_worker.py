"""Jobs, mails and the sealed procedure log: done at least once, seen when they fail, and proved afterwards."""

import threading
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from consultation import worker
from consultation.consultations import actions as consultations
from consultation.consultations import extensions
from consultation.consultations.codes import code_of
from consultation.consultations.models import Consultation, Invitation
from consultation.core import jobs
from consultation.core.db import Database
from consultation.core.history import HistoryEntry, HistorySeal, record
from consultation.core.jobs import Job, JobState
from consultation.core.sealing import START, link, seal
from consultation.evaluation.models import Contribution
from consultation.mail import failing
from consultation.mail.transport import Folder, Memory, Outgoing, Undeliverable, transport
from consultation.people.models import CodePurpose, OneTimeCode, Organisation
from consultation.programmes.models import Programme
from consultation.settings import Settings, load
from consultation.states import InvitationState, Role, Visibility
from tests import factories
from tests.evaluation_world import World, resubmit, somebody_of, standing, submit

KIEL = "010510000000"
LATER = factories.MOMENT + timedelta(days=30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({}, data_dir=tmp_path / "var", mail_from="Beteiligung <post@dienst.example>")


@pytest.fixture
def scene(db: Database) -> World:
    made = standing(db)
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        return made


def waiting(db: Database) -> list[tuple[str, JobState]]:
    with db.reader() as session:
        statement = select(Job.kind, Job.state).where(Job.state != JobState.DONE).order_by(Job.run_at)
        return [(kind, state) for kind, state in session.execute(statement)]


# -- jobs ------------------------------------------------------------------------------------------------------------
def test_every_job_is_claimed_once_by_many_workers(db: Database) -> None:
    with db.transaction() as session:
        for number in range(60):
            jobs.enqueue(session, "x", {"n": number}, run_at=factories.MOMENT)
    taken: list[int] = []

    def work() -> None:
        while True:
            with db.transaction() as session:
                job = jobs.claim(session, LATER)
                if job is None:
                    return
                jobs.succeed(session, job.id)
            taken.append(job.payload["n"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(60))


def test_a_job_of_a_change_that_was_rolled_back_is_never_seen(db: Database) -> None:
    def change() -> None:
        with db.transaction() as session:
            jobs.enqueue(session, "x", {}, run_at=factories.MOMENT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert waiting(db) == []


def test_a_second_job_with_the_same_key_is_left_out(db: Database) -> None:
    with db.transaction() as session:
        for _ in range(3):
            jobs.enqueue(session, "x", {}, run_at=factories.MOMENT, unique_key="once")
    assert waiting(db) == [("x", JobState.READY)]


def test_a_job_whose_worker_died_is_taken_again_after_its_lease(db: Database) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, "x", {}, run_at=factories.MOMENT)
    with db.transaction() as session:
        assert jobs.claim(session, factories.MOMENT)
    with db.transaction() as session:
        assert jobs.claim(session, factories.MOMENT + timedelta(minutes=1)) is None
        again = jobs.claim(session, factories.MOMENT + jobs.LEASE + timedelta(seconds=1))
        assert again
        assert again.attempts == 2


def test_what_keeps_failing_is_parked_with_its_error_and_the_others_go_on(
    db: Database, settings: Settings, scene: World
) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, "mail.place", {"id": "not an id"}, run_at=factories.MOMENT)
        submit(session, scene, KIEL, {"main_message": "Bitte einfacher."})
    post, moment = Memory(), factories.MOMENT + timedelta(days=2)
    for _ in range(jobs.MAX_ATTEMPTS):
        worker.run_due(db, settings, post, moment)
        moment += timedelta(hours=2)
    assert waiting(db) == [("mail.place", JobState.DEAD)]
    with db.reader() as session:
        assert "ValueError" in str(session.scalars(select(Job.last_error).where(Job.state == JobState.DEAD)).one())
    assert [mail.subject.split()[0] for mail in post.sent] == ["Eingangsbestätigung"]


def test_every_job_a_rule_or_a_room_causes_has_a_handler() -> None:
    from consultation.rulebook import WORKFLOWS  # noqa: PLC0415 -- only here

    caused = {kind for machine in WORKFLOWS for row in machine.rows.values() for kind in row.causes}
    source = Path(worker.__file__).parent
    for path in source.rglob("*.py"):
        text = path.read_text("utf-8")
        caused |= {piece.split('"')[0] for piece in text.split('enqueue(session, "')[1:]}
    assert caused <= set(worker.HANDLERS)


# -- mails -----------------------------------------------------------------------------------------------------------
def test_each_invited_body_gets_one_mail_with_a_code_that_works(db: Database, settings: Settings, scene: World) -> None:
    with db.transaction() as session:
        for number, invitation in enumerate(session.scalars(select(Invitation))):
            invitation.email, invitation.state = f"poststelle{number}@ort.example", InvitationState.PLANNED
        jobs.enqueue(session, "invitations.send", {"id": str(scene.consultation_id)}, run_at=factories.MOMENT)
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    worker.run_due(db, settings, post, LATER)
    with db.reader() as session:
        invitations = list(session.scalars(select(Invitation)))
    assert sorted(mail.recipient for mail in post.sent) == sorted(str(i.email) for i in invitations)
    secret = settings.secret_key.get_secret_value().encode()
    texts = {mail.recipient: mail.text for mail in post.sent}
    for invitation in invitations:
        text = texts[str(invitation.email)]
        assert code_of(secret, invitation) in text
        assert f"{settings.base_url}/claim" in text
        assert "30.04.2026, 24:00 Uhr" in text


class Refusing(Memory):
    def send(self, mail: Outgoing) -> None:
        raise Undeliverable("550 no such mailbox")


class Unreachable(Memory):
    def send(self, mail: Outgoing) -> None:
        raise OSError("connection refused")


def test_a_mail_that_is_refused_for_good_fails_the_invitation_visibly(
    db: Database, settings: Settings, scene: World
) -> None:
    invitation_id = _one_by_mail(db, scene)
    worker.run_due(db, settings, Refusing(), LATER)
    with db.reader() as session:
        invitation = session.get_one(Invitation, invitation_id)
        assert (invitation.state, invitation.failure) == (InvitationState.FAILED, "550 no such mailbox")


@dataclass
class Relay(Memory):
    """Takes as many mails as it may a day, and says so in the words of a refusal."""

    limit: int = 1

    def send(self, mail: Outgoing) -> None:
        if len(self.sent) >= self.limit:
            raise OSError("550 daily sending limit reached")
        super().send(mail)


def test_a_daily_limit_of_the_relay_fails_no_invitation_and_the_rest_go_out_later(
    db: Database, settings: Settings, scene: World
) -> None:
    with db.transaction() as session:
        for number, invitation in enumerate(session.scalars(select(Invitation))):
            invitation.email, invitation.state = f"poststelle{number}@ort.example", InvitationState.PLANNED
        jobs.enqueue(session, "invitations.send", {"id": str(scene.consultation_id)}, run_at=factories.MOMENT)
    first, second = Relay(), Memory()
    worker.run_due(db, settings, first, LATER)
    with db.reader() as session:
        assert set(session.scalars(select(Invitation.state))) == {InvitationState.SENT}
        waits = list(session.scalars(select(Job).where(Job.state == JobState.READY)))
        assert {job.last_error for job in waits} == {"OSError: 550 daily sending limit reached"}
    worker.run_due(db, settings, second, LATER + timedelta(days=1))
    assert len(first.sent) == 1
    assert len(second.sent) == len(waits) > 0


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(OSError("552 5.3.4 too big"), jobs.PATIENT_ATTEMPTS), (ValueError("bytes"), jobs.MAX_ATTEMPTS)],
)
def test_an_invitation_whose_mail_never_can_go_out_fails_visibly_after_the_usual_attempts(
    db: Database, settings: Settings, scene: World, error: Exception, attempts: int
) -> None:
    class Impossible(Memory):
        def send(self, mail: Outgoing) -> None:
            raise error

    invitation_id = _one_by_mail(db, scene)
    with db.transaction() as session:
        session.get_one(Invitation, invitation_id).state = InvitationState.SENT
        session.execute(update(Job).values(attempts=attempts - 2, last_error="before"))
    failure = ""
    for days, state in ((0, InvitationState.SENT), (1, InvitationState.FAILED)):
        worker.run_due(db, settings, Impossible(), LATER + timedelta(days=days))
        with db.reader() as session:
            invitation = session.get_one(Invitation, invitation_id)
            failure = invitation.failure
            assert invitation.state == state
    assert type(error).__name__ in failure
    assert waiting(db) == [("mail.invitation", JobState.DEAD)]
    with db.transaction() as session:  # the operator has seen to it
        [parked] = jobs.parked(session)
        assert jobs.repeat(session, parked.id, LATER)
        failing.tried_again(session, parked.kind, parked.payload, LATER)
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    assert len(post.sent) == 1
    with db.reader() as session:
        invitation = session.get_one(Invitation, invitation_id)
        assert (invitation.state, invitation.failure) == (InvitationState.SENT, "")


def test_a_mail_server_that_is_away_is_tried_again_and_the_mail_comes_once(
    db: Database, settings: Settings, scene: World
) -> None:
    _one_by_mail(db, scene)
    worker.run_due(db, settings, Unreachable(), LATER)
    assert waiting(db) == [("mail.invitation", JobState.READY)]
    post = Memory()
    worker.run_due(db, settings, post, LATER + timedelta(days=3))
    assert len(post.sent) == 1


def _one_by_mail(db: Database, scene: World) -> uuid.UUID:
    with db.transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.organisation_id == scene.bodies[KIEL])).one()
        invitation.email = "poststelle@kiel.example"
        jobs.enqueue(session, "mail.invitation", {"id": str(invitation.id)}, run_at=factories.MOMENT)
        return invitation.id


def test_whoever_gets_more_time_reads_why_each_time(db: Database, settings: Settings, scene: World) -> None:
    _one_by_mail(db, scene)
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        for day, reason in ((15, "Ferien in fünf Ländern."), (29, "Der Rat tagt später.")):
            consultations.extend(session, scene.planner, scene.slug, date(2026, 5, day), reason)
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    worker.run_due(db, settings, post, LATER)
    assert len(post.sent) == 2
    for reason in ("Grund: Ferien in fünf Ländern.", "Grund: Der Rat tagt später."):
        assert sum(reason in mail.text for mail in post.sent) == 1


def test_who_answers_for_a_body_is_told_too_and_nobody_twice(db: Database, settings: Settings, scene: World) -> None:
    invitation_id, post = _one_by_mail(db, scene), Memory()
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        invitation = session.get_one(Invitation, invitation_id)
        house = session.get_one(Organisation, invitation.organisation_id)
        other = session.scalars(select(Invitation).where(Invitation.email.is_(None))).first()
        assert other is not None
        by_letter = session.get_one(Organisation, other.organisation_id)
        for name, where, roles in (
            ("Anna", house, {Role.CONTRIBUTOR}), ("Bert", house, {Role.RELEASER}), ("Cem", house, {Role.MANAGER}),
            ("Dora", by_letter, {Role.CONTRIBUTOR}),
        ):  # fmt: skip
            person = factories.person(session, f"{name} Muster", email=f"{name.lower()}@ort.example")
            factories.membership(session, person, where, roles)
        same = factories.person(session, "Zentrale Poststelle", email="poststelle@kiel.example")
        factories.membership(session, same, house, {Role.CONTRIBUTOR})
        consultations.extend(session, scene.planner, scene.slug, date(2026, 5, 15), "Sitzungspause")
    worker.run_due(db, settings, post, LATER)
    told = {mail.recipient: mail.text for mail in post.sent}
    assert sorted(told) == ["anna@ort.example", "bert@ort.example", "dora@ort.example", "poststelle@kiel.example"]
    assert len(post.sent) == len(told)
    assert "Guten Tag Anna Muster," in told["anna@ort.example"]
    assert f"/o/{house.id}/answers/{scene.slug}" in told["anna@ort.example"]
    with db.reader() as session:
        code = code_of(settings.secret_key.get_secret_value().encode(), session.get_one(Invitation, invitation_id))
    assert [name for name, text in told.items() if code in text] == ["poststelle@kiel.example"]


def test_who_was_given_more_time_reads_by_whom_and_where_to_go_on(
    db: Database, settings: Settings, scene: World
) -> None:
    invitation_id, post = _one_by_mail(db, scene), Memory()
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        house = session.get_one(Organisation, scene.bodies[KIEL])
        factories.membership(session, factories.person(session, "Anna Muster"), house, {Role.CONTRIBUTOR})
        extensions.give(session, scene.planner, invitation_id, date(2026, 5, 15), "Ratssitzung")
        owner = session.get_one(Organisation, scene.planner.organisation_id).name
    worker.run_due(db, settings, post, LATER)
    (mail,) = post.sent
    assert mail.subject == "Mehr Zeit gewährt: Probeanhörung"
    for said in ("Guten Tag Anna Muster,", f"Entschieden hat: {owner}", f"/o/{house.id}/answers/{scene.slug}"):
        assert said in mail.text, mail.text


def test_who_has_less_time_than_before_reads_so_with_the_reason(db: Database, settings: Settings, scene: World) -> None:
    invitation_id, post = _one_by_mail(db, scene), Memory()
    with db.transaction() as session:
        extensions.give(session, scene.planner, invitation_id, date(2026, 5, 25), "Ratssitzung")
        session.execute(update(Job).values(state=JobState.DONE))
        extensions.give(session, scene.planner, invitation_id, date(2026, 5, 15), "Wir hatten uns vertippt.", sure=True)
    worker.run_due(db, settings, post, LATER)
    (mail,) = post.sent
    assert mail.subject == "Ihre Frist ist verkürzt: Probeanhörung"
    assert "Ihre Stelle hat weniger Zeit als bisher. Die neue Frist: 15.05.2026, 24:00 Uhr" in mail.text
    assert "Begründung: Wir hatten uns vertippt." in mail.text


def test_the_mails_about_two_editions_can_be_told_apart_by_their_subject(
    db: Database, settings: Settings, scene: World
) -> None:
    invitation_id = str(_one_by_mail(db, scene))
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        for number in (1, 2):
            told = {"id": invitation_id, "number": number}
            jobs.enqueue(session, "mail.published", told, run_at=factories.MOMENT + timedelta(days=number))
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    assert [mail.subject for mail in post.sent] == [
        f"Ergebnis veröffentlicht (Ausgabe {number}): Probeanhörung" for number in (1, 2)
    ]


@pytest.mark.parametrize("public", [True, False])
def test_the_mail_about_results_asks_to_log_in_only_where_that_is_needed(
    db: Database, settings: Settings, scene: World, public: bool
) -> None:
    invitation_id = str(_one_by_mail(db, scene))
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        session.execute(
            update(Consultation).values(visibility=Visibility.PUBLIC if public else Visibility.INVITED_ONLY)
        )
        told = {"id": invitation_id, "number": 1}
        jobs.enqueue(session, "mail.published", told, run_at=factories.MOMENT + timedelta(days=1))
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    [mail] = post.sent
    assert ("melden Sie sich dazu zuerst an" in mail.text) is not public
    assert "Ist die Konsultation nicht öffentlich" not in mail.text


def test_a_submission_becomes_contributions_and_a_receipt_for_the_house(
    db: Database, settings: Settings, scene: World
) -> None:
    with db.transaction() as session:
        session.execute(update(Programme).values(reference="42-7/2026"))
        revision = submit(session, scene, KIEL, {"main_message": "Bitte einfacher."})
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    [mail] = post.sent
    assert revision.receipt_number in mail.subject
    assert revision.content_hash in mail.text
    assert "Geschäftszeichen: 42-7/2026" in mail.text
    with db.reader() as session:
        assert session.scalars(select(Contribution.original_text)).all() == ["Bitte einfacher."]


def test_each_submission_gets_its_own_receipt_however_late_and_however_often_the_worker_comes(
    db: Database, settings: Settings, scene: World
) -> None:
    post = Memory()
    with db.transaction() as session:
        first = submit(session, scene, KIEL, {"main_message": "Bitte einfacher."})
    with db.transaction() as session:
        assert jobs.claim(session, LATER)
    with db.transaction() as session:
        second = resubmit(session, scene, somebody_of(session, scene, KIEL), {"main_message": "Bitte schneller."})
    worker.run_due(db, settings, post, LATER + timedelta(hours=1))  # what the first worker died with, and the rest
    subjects = sorted(mail.subject for mail in post.sent)
    assert len(subjects) == 2
    assert all(any(one.receipt_number in subject for subject in subjects) for one in (first, second))
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.READY))
    again = Memory()
    worker.run_due(db, settings, again, LATER + timedelta(hours=2))
    told = {mail.message_id: mail.subject for mail in post.sent}
    assert {mail.message_id: mail.subject for mail in again.sent} == told


def test_a_code_is_made_while_sending_and_stored_hashed_only(db: Database, settings: Settings) -> None:
    with db.transaction() as session:
        person = factories.person(session)
        jobs.enqueue(session, "mail.login_code", {"id": str(person.id)}, run_at=factories.MOMENT)
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    with db.reader() as session:
        code = session.scalars(select(OneTimeCode)).one()
    assert code.purpose == CodePurpose.LOG_IN
    assert code.code_hash.startswith("$argon2id$")
    assert code.code_hash not in post.sent[0].text


def test_mails_of_demo_data_carry_the_mark_and_user_text_stays_as_typed(
    db: Database, settings: Settings, scene: World
) -> None:
    with db.transaction() as session:
        consultation = scene.consultation(session)
        consultation.demo, consultation.title = True, "Förderung <b>& mehr</b> {{ 7 * 7 }}\r\nBcc: alle@welt.example"
        organisation = session.get_one(Organisation, scene.bodies[KIEL])
        organisation.name = "Kiel & Söhne <script>"
    _one_by_mail(db, scene)
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    [mail] = post.sent
    assert mail.subject.startswith("[Beispieldaten] ")
    assert mail.text.startswith("Beispieldaten – frei erfunden")
    assert "Kiel & Söhne <script>" in mail.text
    assert "{{ 7 * 7 }}" in mail.text


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    way = transport(f"folder:{tmp_path}/mail", "Beteiligung <post@dienst.example>", tmp_path)
    assert isinstance(way, Folder)
    return way


def test_a_repeated_mail_is_the_same_file_and_headers_cannot_be_smuggled_in(folder: Folder) -> None:
    mail = Outgoing(
        "a@b.example", "Betreff\r\nBcc: c@d.example", "Grüße – „so“ 👍\n", uuid.UUID(int=7), factories.MOMENT
    )
    folder.send(mail)
    folder.send(mail)
    [path] = folder.path.iterdir()
    read = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert read["Subject"] == "Betreff Bcc: c@d.example"
    assert read["To"] == "a@b.example"
    assert read["Message-ID"] == f"<{uuid.UUID(int=7)}@dienst.example>"
    body = read.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["Grüße – „so“ 👍"]


# -- the sealed log --------------------------------------------------------------------------------------------------
def test_the_chain_seals_every_entry_once_and_can_be_recomputed(db: Database, scene: World) -> None:
    with db.transaction() as session:
        submit(session, scene, KIEL, {})
    for _ in range(2):
        worker.seal_log(db)
    with db.reader() as session:
        rows = session.execute(
            select(HistorySeal.chain, HistoryEntry.hash)
            .join(HistoryEntry, HistoryEntry.seq == HistorySeal.entry_seq)
            .order_by(HistorySeal.position)
        ).all()
        assert len(rows) == session.scalar(select(func.count()).select_from(HistoryEntry))
    chain = START
    for sealed, entry in rows:
        chain = link(chain, entry)
        assert sealed == chain


def test_an_entry_that_became_visible_late_is_sealed_after_the_others(db: Database, scene: World) -> None:
    worker.seal_log(db)
    with db.transaction() as session:
        consultation = scene.consultation(session)
        record(session, scene.planner, consultation, "test")
        session.flush()
        assert seal(session) == 1
        assert seal(session) == 0


def test_two_sealers_at_once_make_one_chain(db: Database, scene: World) -> None:
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        worker.seal_log(db)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.seal_log(db)
    with db.reader() as session:
        entries = session.scalar(select(func.count()).select_from(HistoryEntry))
        positions = session.scalars(select(HistorySeal.position).order_by(HistorySeal.position)).all()
    assert positions == list(range(1, (entries or 0) + 1))


def test_a_receipt_carries_the_last_sealed_head(db: Database, scene: World) -> None:
    worker.seal_log(db)
    with db.transaction() as session:
        head = session.scalars(select(HistorySeal.chain).order_by(HistorySeal.position.desc()).limit(1)).one()
        assert submit(session, scene, KIEL, {}).sealed_head == head


def test_sessions_codes_and_old_jobs_are_swept(db: Database, scene: World) -> None:
    with db.transaction() as session:
        somebody_of(session, scene, KIEL)
    moment: datetime = LATER + timedelta(days=60)
    worker.sweep(db, moment)
    with db.reader() as session:
        assert session.scalar(select(func.count()).where(Job.state == JobState.DONE)) == 0
