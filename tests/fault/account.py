"""What must be found in the end when towns worked while servers died: all that was acknowledged, and nothing twice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation import worker
from consultation.core.db import Database
from consultation.core.jobs import Job, JobState
from consultation.documents import editions
from consultation.documents.models import Edition
from consultation.mail.transport import transport
from consultation.responses.models import DraftAnswer, Response, Revision
from consultation.settings import Settings
from consultation.states import EditionState
from tests.fault.invariants import problems
from tests.fault.towns import Record, Submission

FINISHED = frozenset({EditionState.COMPILED, EditionState.FAILED})
RECEIPT = re.compile(r"Eingangsbestätigung (\S+):")


def settle(db: Database, settings: Settings, moment: datetime) -> None:
    """A worker comes hours later: whatever the dead had in hand can be taken up again, and is done."""
    post = transport(settings.mail, settings.mail_from, settings.data_dir)
    for hours in (1, 3, 6):
        worker.run_due(db, settings, post, moment + timedelta(hours=hours))
    editions.sweep(db, settings.documents)


def account(db: Database, settings: Settings, records: Sequence[Record], begun: Iterable[UUID]) -> list[str]:
    """One line for each thing that is not as it must be. `begun`: editions whose beginning was acknowledged."""
    found = [f"{record.email} was refused: {line}" for record in records for line in record.refusals]
    with db.reader() as session:
        for record in records:
            found += _answers(session, record)
        found += [*_jobs(session), *_editions(session, begun)]
    found += _mails(settings, records)
    return found + problems(db, settings.documents)


def _answers(session: Session, record: Record) -> Iterator[str]:
    response_id = session.scalar(select(Response.id).where(Response.organisation_id == record.organisation_id))
    asked = select(DraftAnswer.value).where(
        DraftAnswer.response_id == response_id, DraftAnswer.question_key == "main_message"
    )
    stored = session.scalar(asked) or {}
    if stored.get("value", "") != record.word:
        yield f"{record.email} wrote {record.word!r} last, {stored.get('value')!r} is there"
    there = [_as_submission(one) for one in session.scalars(
        select(Revision).where(Revision.response_id == response_id).order_by(Revision.number)
    )]  # fmt: skip
    yield from (f"{record.email}: {one} was acknowledged and is lost" for one in record.submissions if one not in there)
    yield from (f"{record.email}: {one} was never acknowledged" for one in there if one not in record.submissions)
    if len({one.receipt for one in there}) != len(there):
        yield f"{record.email}: one receipt for two submissions"


def _as_submission(revision: Revision) -> Submission:
    word = orjson.loads(revision.document)["answers"].get("main_message")
    return Submission(revision.number, revision.receipt_number, word)


def _jobs(session: Session) -> Iterator[str]:
    for job in session.scalars(select(Job).where(Job.state != JobState.DONE)):
        yield f"job {job.kind} is {job.state} after {job.attempts} attempts: {job.last_error}"


def _editions(session: Session, begun: Iterable[UUID]) -> Iterator[str]:
    """That their files are whole is one of the things that always hold (`invariants`)."""
    there = {edition.id: edition for edition in session.scalars(select(Edition))}
    yield from (f"edition {one} was begun and is lost" for one in begun if one not in there)
    for edition in there.values():
        if edition.state not in FINISHED:
            yield f"edition {edition.number} is {edition.state}"
        if edition.state == EditionState.FAILED and not edition.error:
            yield f"edition {edition.number} failed and does not say why"


def _mails(settings: Settings, records: Sequence[Record]) -> Iterator[str]:
    """Each submission has its one receipt by mail; sent twice, it is the same mail with the same Message-ID."""
    known: dict[str, tuple[str, str, str]] = {}
    for path in sorted(settings.data_dir.glob("mail/*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        content = (mail["to"], mail["subject"], mail.get_content())
        if known.setdefault(mail["message-id"], content) != content:
            yield f"two different mails {mail['message-id']}: {mail['subject']}"
    told = sorted((to, number[1]) for to, subject, _ in known.values() if (number := RECEIPT.match(subject)))
    wanted = sorted((record.email, one.receipt) for record in records for one in record.submissions)
    yield from (f"no receipt by mail: {one}" for one in wanted if one not in told)
    yield from (f"a receipt by mail too many: {one}" for one in told if told.count(one) > wanted.count(one))
