"""What must hold whenever nothing is being done, whatever happened before."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation import states
from consultation.consultations.models import Consultation, DeadlineExtension, Invitation
from consultation.core.db import Database
from consultation.core.history import HistoryEntry, HistorySeal
from consultation.core.jobs import Job
from consultation.core.sealing import START, link, seal
from consultation.core.tables import all_tables
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.models import Edition, EditionFile
from consultation.evaluation.models import Point
from consultation.responses.models import PersonalValue, Response, Revision
from consultation.responses.submission import salted_hash
from consultation.states import EditionState, ResponseState

STATEFUL: tuple[Any, ...] = (Consultation, Invitation, Response, Edition, DeadlineExtension, Point)
STATES = {name for kind in vars(states).values() if isinstance(kind, EnumType) and kind.__name__.endswith("State")
          for name in map(str, kind.__members__.values())}  # fmt: skip
SUBMISSIONS = frozenset({"submit", "submit_nil_return", "enter"})
RECEIPT_JOBS = frozenset({"response.submitted", "response.entered"})


def problems(db: Database, documents: Path) -> list[str]:
    """One line for each thing that is not as it must be."""
    with db.transaction() as session:
        while seal(session):
            pass
    with db.reader() as session:
        return [
            *_receipts(session), *_submissions(session), *_states(session), *_personal(session), *_editions(session, documents),
            *_chain(session),
        ]  # fmt: skip


def _receipts(session: Session) -> Iterator[str]:
    """Revision ⇔ line in the log ⇔ job that tells the house: as many of one as of the others, and the same."""
    lines: dict[str, HistoryEntry] = {}
    for entry in session.scalars(select(HistoryEntry).where(HistoryEntry.action.in_(SUBMISSIONS))):
        if entry.details["receipt"] in lines:
            yield f"two lines of receipt {entry.details['receipt']}"
        lines[entry.details["receipt"]] = entry
    for revision in session.scalars(select(Revision)):
        line = lines.pop(revision.receipt_number, None)
        if line is None or (line.hash, line.subject_id) != (revision.entry_hash, revision.response_id):
            yield f"revision {revision.receipt_number} has no line in the log"
        if hashlib.sha256(revision.document.encode()).hexdigest() != revision.content_hash:
            yield f"revision {revision.receipt_number} is not what its hash says"
    yield from (f"line without revision: {number}" for number in lines)


def _submissions(session: Session) -> Iterator[str]:
    jobs = Counter(job.payload["id"] for job in session.scalars(select(Job)) if job.kind in RECEIPT_JOBS)
    made = Counter(str(one) for one in session.scalars(select(Revision.response_id)))
    if jobs != made:
        yield f"receipt jobs {jobs} for submissions {made}"
    for response in session.scalars(select(Response)):
        if made[str(response.id)] != response.revision_count:
            yield f"response {response.id} counts {response.revision_count} of {made[str(response.id)]} revisions"
        if response.state == ResponseState.SUBMITTED and response.counted_revision_id is None:
            yield f"response {response.id} is submitted, and nothing counts"


def _states(session: Session) -> Iterator[str]:
    """The last line that tells of a change of state tells the state that is."""
    last: dict[object, str] = {}
    for subject, new in session.execute(
        select(HistoryEntry.subject_id, HistoryEntry.new)
        .where(HistoryEntry.new.in_(STATES))  # other lines tell of a deadline, a number, a title
        .order_by(HistoryEntry.seq)
    ):
        last[subject] = str(new)
    for table in STATEFUL:
        for row in session.scalars(select(table)):
            if row.id in last and last[row.id] != str(row.state):
                yield f"{table.__tablename__} {row.id} is {row.state}, the log says {last[row.id]}"


def _personal(session: Session) -> Iterator[str]:
    documents = {one.id: orjson.loads(one.document) for one in session.scalars(select(Revision))}
    found: Counter[object] = Counter()
    for value in session.scalars(select(PersonalValue)):
        found[value.revision_id] += 1
        if value.salt and documents[value.revision_id]["personal"].get(value.key) != salted_hash(value):
            yield f"{value.key} is not what the revision says"
    for revision, document in documents.items():
        if found[revision] != len(document["personal"]):
            yield f"revision {revision} names {len(document['personal'])} personal values, {found[revision]} are there"


def _editions(session: Session, documents: Path) -> Iterator[str]:
    """A finished edition has all its files, whole; nothing else has any."""
    finished = set()
    for edition in session.scalars(select(Edition)):
        folder = folder_of(documents, edition.id)
        files = session.scalars(select(EditionFile).where(EditionFile.edition_id == edition.id)).all()
        if edition.state in (EditionState.COMPILED, EditionState.PUBLISHED):
            finished.add(folder.name)
            wanted = {SNAPSHOT: edition.snapshot_hash} | {file.name: file.sha256 for file in files}
            for name, wanted_hash in wanted.items():
                path = folder / name
                if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted_hash:
                    yield f"edition {edition.number}: {name} is missing or another"
        elif files:
            yield f"edition {edition.number} is {edition.state} and has files"
    if documents.is_dir():
        yield from (
            f"files without an edition: {name}" for name in {path.name for path in documents.iterdir()} - finished
        )


def _chain(session: Session) -> Iterator[str]:
    entries = {seq: line for seq, line in session.execute(select(HistoryEntry.seq, HistoryEntry.hash))}  # noqa: C416 -- rows are no pairs to the type checker
    chain = START
    for place, row in enumerate(session.scalars(select(HistorySeal).order_by(HistorySeal.position)), start=1):
        chain = link(chain, entries.pop(row.entry_seq, ""))
        if (row.position, row.chain) != (place, chain):
            yield f"the chain breaks at {place}"
            return
    if entries:
        yield f"{len(entries)} lines are not sealed"


def fingerprint(db: Database, documents: Path) -> dict[str, str]:
    """Table or file → a digest; what comes and goes with the mere use of the service is left out."""
    found = {}
    with db.reader() as session:
        for table in all_tables().sorted_tables:
            if table.name in {"rate_limit", "presence", "login_session", "history_seal"}:
                continue
            kept = [column for column in table.columns if column.name != "last_used_at"]
            rows = sorted(repr(tuple(row)) for row in session.execute(table.select().with_only_columns(*kept)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    for path in sorted(documents.rglob("*")):
        found[str(path.relative_to(documents))] = (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        )
    return found
