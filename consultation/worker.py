"""The worker: takes jobs, does them at least once, backs off, parks what keeps failing. The table below says who does what."""

import re
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consultation.consultations import invitations
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core import jobs
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Urgency
from consultation.core.outage import is_outage
from consultation.core.sealing import seal
from consultation.documents import editions
from consultation.documents.models import Edition
from consultation.evaluation import contributions
from consultation.mail import failing, letters, waiting
from consultation.mail.kinds import LETTERS, WITH_CODE, CodeComposer, Composer
from consultation.mail.post import Letter, Post
from consultation.mail.transport import Transport, Undeliverable
from consultation.people import housekeeping
from consultation.people.codes import new_code
from consultation.people.models import ANSWERS, Membership
from consultation.responses import comments, presence, reminders, speaking
from consultation.responses.queries import ready_at, told_revision
from consultation.settings import Settings
from consultation.states import InvitationState

log = structlog.get_logger("worker")
ADDRESS = re.compile(r"<?\S+@\S+")
IDLE = 1.0
"""Seconds between two looks when there is nothing to do."""
SEAL_EVERY = 5.0
"""Seconds between two looks for log entries without a link in the chain."""
SWEEP_EVERY = 3600.0
REMIND_EVERY = 60.0
"""Seconds between two looks for reminders that are due."""
KEPT = timedelta(days=30)
"""How long jobs that are done can be looked up."""


@dataclass(frozen=True)
class Work:
    """One job in hand."""

    db: Database
    settings: Settings
    transport: Transport
    job_id: uuid.UUID
    payload: dict[str, Any]
    moment: datetime

    @property
    def subject(self) -> uuid.UUID:
        return uuid.UUID(self.payload["id"])

    @property
    def post(self) -> Post:
        return Post(self.settings, self.transport, self.job_id, self.moment)


class WorkerDiedError(Exception):
    """A job was taken up as often as any and never came back: it ended the worker itself."""


Handler = Callable[[Work], None]


def to_this_one(compose: Composer, work: Work) -> Letter | None:
    """The letter of this job. Put together inside a transaction (codes are kept there), to be sent after its commit."""
    wanted = work.payload.get("to", "")
    with work.db.transaction() as session:
        ready = [letter for letter in compose(session, work.post, work.payload) if letter.to == wanted]
    return ready[0] if ready else None


def mail(compose: Composer) -> Handler:
    def handle(work: Work) -> None:
        if letter := to_this_one(compose, work):
            work.post.send(letter)

    return handle


def mail_with_code(compose: CodeComposer) -> Handler:
    """The code is made before the transaction, which would keep everybody from writing while it is hashed."""

    def handle(work: Work) -> None:
        mail(partial(compose, new_code()))(work)

    return handle


def to_each(kind: str) -> Handler:
    """One mail job per recipient: an address that refuses, or lets wait, keeps and repeats nobody else's letter."""
    compose = LETTERS[kind]

    def handle(work: Work) -> None:
        with work.db.transaction() as session:
            letters_to = list(compose(session, work.post, work.payload))
            for to in sorted({one.to for one in letters_to if not one.spare} or {one.to for one in letters_to}):
                key = f"{kind}:{work.job_id}:{to}"
                jobs.enqueue(session, kind, {**work.payload, "to": to}, run_at=work.moment, unique_key=key)

    return handle


def invite(work: Work) -> None:
    """A mail the server refuses for good fails the invitation, visibly for the planner."""
    try:
        mail(letters.invitation)(work)
    except Undeliverable as refusal:
        with work.db.transaction() as session:
            failing.tell(session, "mail.invitation", work.payload, str(refusal), work.moment)


def remind(work: Work) -> None:
    """Asked once more, right before it leaves, whether the body must still get it."""
    letter, failure = to_this_one(letters.reminder, work), ""
    if letter is None:
        return
    try:
        work.post.send(letter)
    except Undeliverable as refusal:
        failure = str(refusal) or "-"
    with work.db.transaction() as session:
        reminders.done(session, work.subject, work.moment, failure)


def make_reminders(make: Callable[[Session, uuid.UUID, date, datetime], int]) -> Handler:
    """In slices of their own, as the invitations."""

    def handle(work: Work) -> None:
        while True:
            with work.db.transaction() as session:
                if not make(session, work.subject, date.fromisoformat(work.payload["day"]), work.moment):
                    return

    return handle


def send_invitations(work: Work) -> None:
    """In slices of their own, so that no transaction is long and a crash repeats little."""
    while True:
        with work.db.transaction() as session:
            if not invitations.send_all(session, work.subject, work.moment):
                return


def to_all_invited(kind: str) -> Handler:
    """One mail job per invitation, whatever became of it, and one for each who answers there; each made once."""

    def handle(work: Work) -> None:
        with work.db.transaction() as session:
            extra = _extra(session, kind, work)
            consultation_id = uuid.UUID(extra.pop("consultation"))
            for invitation_id, to in _invited(session, consultation_id):
                key = f"{kind}:{work.job_id}:{invitation_id}" + (f":{to}" if to else "")
                told = {"id": str(invitation_id), **extra} | ({"to": to} if to else {})
                jobs.enqueue(session, kind, told, run_at=work.moment, unique_key=key, urgency=Urgency.TO_ALL)

    return handle


def _invited(session: Session, consultation_id: uuid.UUID) -> Iterator[tuple[uuid.UUID, str]]:
    """(invitation, ""), and (invitation, person) for everybody who answers for the body."""
    sent = Invitation.consultation_id == consultation_id, Invitation.state != InvitationState.PLANNED
    for invitation_id in session.scalars(select(Invitation.id).where(*sent)).all():
        yield invitation_id, ""
    there = select(Invitation.id, Membership.person_id).where(*sent, ANSWERS)
    for invitation_id, person_id in session.execute(
        there.join(Membership, Membership.organisation_id == Invitation.organisation_id)
    ).all():
        yield invitation_id, str(person_id)


def _extra(session: Session, kind: str, work: Work) -> dict[str, Any]:
    """What the letters of this kind need besides the invitation."""
    if kind == "mail.published":
        edition = session.get_one(Edition, work.subject)
        return {"consultation": str(edition.consultation_id), "number": edition.number}
    if kind == "mail.cancelled":
        statement = select(HistoryEntry.details).where(
            HistoryEntry.subject_id == work.subject, HistoryEntry.action == "cancel"
        )
        details = session.scalars(statement).first() or {}
        return {"consultation": str(work.subject), "reason": details.get("reason", "")}
    if kind == "mail.corrected":
        version = session.get_one(ConsultationVersion, work.subject)
        return {"consultation": str(version.consultation_id), "reason": version.reason}
    reason = ""
    if entry := work.payload.get("entry"):  # jobs of earlier versions have none
        reason = session.get_one(HistoryEntry, int(entry)).details["reason"]
    return {"consultation": str(session.get_one(Consultation, work.subject).id), "reason": reason}


def submitted(kind: str) -> Handler:
    """A submission's contributions become points; then the house gets its receipt by mail, and those it speaks for theirs, unless
    they had it (`quiet`).
    """
    tell = to_each(kind)

    def handle(work: Work) -> None:
        with work.db.transaction() as session:
            revision = told_revision(session, work.payload)
            if revision is not None:
                contributions.gather(session, revision.id, work.moment)
                if not work.payload.get("quiet"):
                    speaking.tell_the_named(session, revision, work.moment)
        if not work.payload.get("quiet"):
            tell(work)

    return handle


def tell_what_waits(work: Work) -> None:
    """Somebody who may release from now on gets the mail that went to the others when the answers were laid before them."""
    with work.db.transaction() as session:
        for response in ready_at(session, work.subject, work.moment):
            waiting.tell(session, work.post, response, work.payload["person"], work.job_id)


def gather_again(work: Work) -> None:
    """After a correction: what was submitted before makes the points it did not make then. One response at a time."""
    with work.db.reader() as session:
        answered = contributions.answered(session, work.subject)
    for response_id in answered:
        with work.db.transaction() as session:
            contributions.gather_response(session, response_id, work.moment)


def compile_edition(work: Work) -> None:
    """Volumes of a national consultation take minutes: as long as it gets on, nobody else takes the job."""
    started = time.monotonic()

    def go_on(percent: int) -> None:
        with work.db.transaction() as session:
            jobs.hold(session, work.job_id, work.moment + timedelta(seconds=time.monotonic() - started))

    editions.compile_edition(work.db, work.settings.documents, work.subject, work.moment, go_on)


def give_up_edition(work: Work) -> None:
    editions.give_up(work.db, work.settings.documents, work.subject, work.moment)


def seal_log(db: Database) -> None:
    """Between two jobs, every few seconds. Of two workers that seal at once one loses the position, and nothing else."""
    try:
        with db.transaction() as session:
            while seal(session):
                pass
    except IntegrityError:
        log.info("another worker sealed")


HANDLERS: Mapping[str, Handler] = {
    **{kind: mail(compose) for kind, compose in LETTERS.items()},
    **{kind: mail_with_code(compose) for kind, compose in WITH_CODE.items()},
    "invitations.send": send_invitations,
    "consultation.cancelled": to_all_invited("mail.cancelled"),
    "consultation.corrected": to_all_invited("mail.corrected"),
    "consultation.extended": to_all_invited("mail.extended"),
    "contributions.gather": gather_again,
    "edition.compile": compile_edition,
    "edition.published": to_all_invited("mail.published"),
    "extension.requested": to_each("mail.extension_requested"),
    "extension.decided": to_each("mail.extension_decided"),
    "people.four_eyes": to_each("mail.four_eyes"),
    "people.may_release": tell_what_waits,
    "people.place_refused": to_each("mail.place_refused"),
    "mail.invitation": invite,
    "mail.reminder": remind,
    "reminders.due": make_reminders(reminders.make_due),
    "reminders.now": make_reminders(reminders.make_now),
    "response.ready": to_each("mail.ready"),
    "response.returned": to_each("mail.returned"),
    "response.entered": submitted("mail.entered"),
    "response.submitted": submitted("mail.receipt"),
    "response.withdrawn": to_each("mail.withdrawn"),
}


GIVE_UP: Mapping[str, Handler] = {"edition.compile": give_up_edition}
"""What becomes of the subject of a job that killed its worker each time; other jobs are parked, and that is all."""


def given_up(kind: str) -> Handler:
    def handle(work: Work) -> None:
        if kind in GIVE_UP:
            GIVE_UP[kind](work)
        raise WorkerDiedError

    return handle


def run_one(db: Database, settings: Settings, transport: Transport, moment: datetime) -> bool:
    """Do one due job, whatever becomes of it; False if none was due."""
    with db.transaction() as session:
        job = jobs.claim(session, moment)
        if job is None:
            return False
        session.expunge(job)
    work = Work(db, settings, transport, job.id, job.payload, moment)
    try:
        handle = given_up(job.kind) if jobs.kills_its_workers(job) else HANDLERS[job.kind]
        handle(work)
    except Exception as error:  # noqa: BLE001 -- whatever a job runs into, the others go on
        log.warning("job failed", kind=job.kind, job=str(job.id), attempt=job.attempts, error=type(error).__name__)
        with db.transaction() as session:
            patient = isinstance(error, OSError) or is_outage(error)
            most = jobs.PATIENT_ATTEMPTS if patient else jobs.MAX_ATTEMPTS
            jobs.fail(session, job, reason_of(error), moment, most)
            if job.attempts >= most:
                failing.tell(session, job.kind, job.payload, reason_of(error), moment)
        return True
    with db.transaction() as session:
        jobs.succeed(session, job.id)
    return True


def reason_of(error: Exception) -> str:
    """For operators: what a mail server or the disk said, without addresses; of anything else the kind and the place only,
    since its words may be those of an answer.
    """
    if isinstance(error, OSError | Undeliverable):
        return f"{type(error).__name__}: {ADDRESS.sub('…', str(error))}"
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} ({Path(place.filename).name}, {place.lineno})"


def run_due(db: Database, settings: Settings, transport: Transport, moment: datetime) -> int:
    """Everything that is due at this moment: for tests and the demo, whose time is not now."""
    done = 0
    while run_one(db, settings, transport, moment):
        done += 1
    return done


@dataclass
class Turn:
    """Something done now and then by this process, however busy it is with jobs."""

    every: float
    do: Callable[[], None]
    taken_at: float = float("-inf")

    def take(self) -> None:
        if time.monotonic() - self.taken_at >= self.every:
            self.do()
            self.taken_at = time.monotonic()


def sweep(db: Database, moment: datetime) -> None:
    """Whatever nobody can use any more goes away: sessions, codes, counters, comments in the house, jobs done long ago."""
    with db.transaction() as session:
        housekeeping.sweep(session, moment)
        presence.sweep(session, moment)
        comments.forget(session, moment)
        jobs.forget_done(session, moment - KEPT)


def look_for_reminders(db: Database, moment: datetime) -> None:
    """What is due becomes jobs; several workers, and clocks that jump, make each job once."""
    with db.transaction() as session:
        reminders.tick(session, moment)


def run_forever(db: Database, settings: Settings, transport: Transport, stop: threading.Event) -> None:
    """Until `stop` is set; the job in hand is finished first."""
    turns = [
        Turn(SEAL_EVERY, lambda: seal_log(db)),
        Turn(SWEEP_EVERY, lambda: sweep(db, datetime.now(UTC))),
        Turn(SWEEP_EVERY, lambda: editions.sweep(db, settings.documents)),
        Turn(REMIND_EVERY, lambda: look_for_reminders(db, datetime.now(UTC))),
    ]
    while not stop.is_set():
        busy = False
        try:
            for turn in turns:
                turn.take()
            busy = run_one(db, settings, transport, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 -- a database that restarts must not end the worker
            log.warning("worker cannot reach the database", error=type(error).__name__)
        if not busy:
            stop.wait(IDLE)
