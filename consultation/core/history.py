"""The procedure log: append-only rows, each with its own hash, written in the transaction of the change it tells.

`perform` is the only way to change a state: check, guarded UPDATE, log entry and job rows, or nothing at all.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import BigInteger, ForeignKey, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from consultation.core.db import Base, compare_and_set, insert_rows, set_all
from consultation.core.jobs import enqueue
from consultation.core.workflow import Workflow

Sequence64 = BigInteger().with_variant(Integer, "sqlite")


class Acting(Protocol):
    """Who did it and when; the domain's `Actor` is one."""

    @property
    def person_id(self) -> uuid.UUID | None: ...
    @property
    def organisation_id(self) -> uuid.UUID | None: ...
    @property
    def moment(self) -> datetime: ...


A = TypeVar("A", bound=Acting)


class HistoryEntry(Base):
    """One line of the procedure log. Holds ids, never names; a trigger refuses UPDATE and DELETE."""

    __tablename__ = "history_entry"
    seq: Mapped[int] = mapped_column(Sequence64, primary_key=True, autoincrement=True)
    moment: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    consultation_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    organisation_id: Mapped[uuid.UUID | None]
    person_id: Mapped[uuid.UUID | None]
    old: Mapped[str | None] = mapped_column(String(80))
    new: Mapped[str | None] = mapped_column(String(80))
    details: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))


class HistorySeal(Base):
    """A link of the hash chain, added by the sealer job: SHA-256 of the link before and the entry's hash."""

    __tablename__ = "history_seal"
    position: Mapped[int] = mapped_column(Sequence64, primary_key=True, autoincrement=False)
    entry_seq: Mapped[int] = mapped_column(ForeignKey("history_entry.seq"), unique=True)
    chain: Mapped[str] = mapped_column(String(64))


def entry_hash(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON (sorted keys) of everything the entry says, without its number."""
    return hashlib.sha256(_canonical(values)).hexdigest()


def _canonical(values: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(values), option=orjson.OPT_SORT_KEYS, default=str)


_SAID = (
    "action", "subject_type", "subject_id", "consultation_id", "organisation_id", "person_id", "old", "new", "details",
)  # fmt: skip


def said(entry: HistoryEntry) -> bytes:
    """The canonical JSON of an entry as it stands now: its SHA-256 is the entry's hash, unless somebody changed it."""
    return _canonical({name: getattr(entry, name) for name in _SAID} | {"moment": _moment(entry.moment)})


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def last_done(session: Session, subject_id: uuid.UUID, action: str) -> datetime | None:
    """When this was last done with it."""
    same = HistoryEntry.subject_id == subject_id, HistoryEntry.action == action
    return session.scalar(select(func.max(HistoryEntry.moment)).where(*same))


def record(
    session: Session, actor: Acting, subject: Any, action: str, *,
    old: str | None = None, new: str | None = None, **details: Any,
) -> HistoryEntry:  # fmt: skip
    """Write one line. `subject` is a row with an id; its `consultation_id` (or itself, if it is one) is found here."""
    entry = HistoryEntry(**_line(actor, subject, action, old, new, details))
    session.add(entry)
    return entry


def record_all(
    session: Session, actor: Acting, subjects: Iterable[Any], action: str, *, new: str | None = None, **details: Any
) -> None:
    """A line for each of many subjects in one statement; with a `new` state each says its old one."""
    lines = [_line(actor, s, action, str(s.state) if new else None, new, details) for s in subjects]
    insert_rows(session, HistoryEntry, lines)


def _line(
    actor: Acting, subject: Any, action: str, old: str | None, new: str | None, details: Mapping[str, Any]
) -> dict[str, Any]:
    table = subject.__tablename__
    values: dict[str, Any] = {
        "moment": _moment(actor.moment),
        "action": action,
        "subject_type": table,
        "subject_id": str(subject.id),
        "consultation_id": _text(subject.id if table == "consultation" else getattr(subject, "consultation_id", None)),
        "organisation_id": _text(actor.organisation_id),
        "person_id": _text(actor.person_id),
        "old": old,
        "new": new,
        "details": orjson.loads(orjson.dumps(details, default=str)),
    }
    ids = {name: _id(values[name]) for name in values if name.endswith("_id")}
    return values | ids | {"moment": actor.moment, "hash": entry_hash(values)}


def perform(
    session: Session, workflow: Workflow[A, Any], actor: A, subject: Any, action: str, *,
    details: Mapping[str, Any] | None = None, payload: Mapping[str, Any] | None = None, **changes: Any,
) -> HistoryEntry:  # fmt: skip
    """Check the table, change state and `changes` with a guarded UPDATE, log it, enqueue the jobs it causes.

    `payload`: the ids that those jobs need besides that of the subject.
    """
    row = workflow.check(actor, subject, action)
    old = subject.state
    compare_and_set(session, subject, {"state": old}, {"state": row.target, **changes})
    for kind in row.causes:
        enqueue(session, kind, {"id": str(subject.id), **(payload or {})}, run_at=actor.moment)
    return record(session, actor, subject, action, old=str(old), new=str(row.target), **(details or {}))


def perform_all(
    session: Session, workflow: Workflow[A, Any], actor: A, table: type[Any], subjects: Sequence[Any], action: str, *,
    details: Mapping[str, Any] | None = None, **changes: Any,
) -> None:  # fmt: skip
    """As `perform` for many rows of one table, all or none, in as many statements as for one."""
    for subject in subjects:
        workflow.check(actor, subject, action)
    if not subjects:
        return
    row = workflow.rows[action]
    set_all(session, table, [subject.id for subject in subjects], row.sources, {"state": row.target, **changes})
    for kind in row.causes:
        for subject in subjects:
            enqueue(session, kind, {"id": str(subject.id)}, run_at=actor.moment)
    record_all(session, actor, subjects, action, new=str(row.target), **(details or {}))


def _text(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)


def _id(value: str | None) -> uuid.UUID | None:
    return None if value is None else uuid.UUID(value)
