"""Jobs are rows written in the same transaction as the change that causes them: both happen or neither."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, ScalarSelect, String, Update, case, delete, exists, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from consultation.core.db import Base, Identified, insert_new, words

LEASE = timedelta(minutes=15)
MAX_ATTEMPTS = 8
PATIENT_ATTEMPTS = 130
"""Of a job that waits for something outside (a mail server, the disk): about five days, once an hour in the end."""
STRUGGLING = 4
"""Attempts after which somebody may want to look."""


class JobState(StrEnum):
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Urgency(IntEnum):
    """What is due is done in this order. Whoever makes a job knows who waits for it; its kind alone does not tell."""

    AT_THE_SCREEN = 1
    """Somebody cannot go on before it is there: a code to log in with."""
    ORDINARY = 2
    TO_ALL = 3
    """One of as many as there are bodies invited; nobody notices a minute."""


class Job(Identified, Base):
    """Work to be done at least once. The payload holds ids only; `unique_key` makes a job one of its kind."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "urgency", "run_at", "id"),)
    kind: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    unique_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[JobState] = mapped_column(words(JobState))
    urgency: Mapped[int]
    run_at: Mapped[datetime]
    attempts: Mapped[int]
    locked_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(2000))


class JobPause(Identified, Base):
    """As long as one of these has no end no worker takes a job: after a restore nothing leaves the house unasked."""

    __tablename__ = "job_pause"
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None]


MAIL = "mail."
"""How the kinds of jobs begin that are a mail each."""
_STRUGGLING = (Job.state == JobState.READY, Job.attempts >= STRUGGLING)


def enqueue(
    session: Session, kind: str, payload: dict[str, Any], *, run_at: datetime, unique_key: str | None = None,
    urgency: Urgency = Urgency.ORDINARY,
) -> None:  # fmt: skip
    """A second job with the same `unique_key` is silently left out."""
    values = {
        "id": uuid.uuid4(), "kind": kind, "payload": payload, "unique_key": unique_key, "state": JobState.READY,
        "urgency": int(urgency), "run_at": run_at, "attempts": 0,
    }  # fmt: skip
    insert_new(session, Job, [values], ["unique_key"])


def claim(session: Session, moment: datetime) -> Job | None:
    """Take the next due job under a lease: what a dead worker left, which has waited out a lease; then the most urgent,
    then the oldest. Each is the first entry of a part of the index, however many wait.
    """
    left = _first(Job.state == JobState.RUNNING, Job.locked_until < moment, Job.run_at <= moment)
    ready = _first(Job.state == JobState.READY, Job.run_at <= moment)
    take: Update = (
        update(Job)
        .where(Job.id == func.coalesce(left, ready))
        .values(state=JobState.RUNNING, attempts=Job.attempts + 1, locked_until=moment + LEASE)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(take.returning(Job), execution_options={"populate_existing": True}).one_or_none()


def _first(*due: ColumnElement[bool]) -> ScalarSelect[uuid.UUID]:
    """SQLite drops the lock hint; its BEGIN IMMEDIATE already serialises."""
    order = (Job.urgency, Job.run_at, Job.id)
    found = select(Job.id).where(*due, ~_paused()).order_by(*order).limit(1)
    return found.with_for_update(skip_locked=True).scalar_subquery()


def hold(session: Session, job_id: uuid.UUID, moment: datetime) -> None:
    """Longer than a lease: whoever still works on it says so."""
    session.execute(
        update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING).values(locked_until=moment + LEASE)
    )


def succeed(session: Session, job_id: uuid.UUID) -> None:
    _finish(session, job_id, state=JobState.DONE, last_error=None)


def fail(session: Session, job: Job, error: str, moment: datetime, most: int = MAX_ATTEMPTS) -> None:
    """Back off exponentially; after the last attempt the job is parked and visible to the operator."""
    state = JobState.DEAD if job.attempts >= most else JobState.READY
    _finish(session, job.id, state=state, last_error=error[:2000], run_at=moment + _pause_after(job.attempts))


def _pause_after(attempts: int) -> timedelta:
    return timedelta(seconds=min(3600, 5 * 2 ** min(attempts, 10)))


def kills_its_workers(job: Job) -> bool:
    """Whether a claimed job is to be given up untried. A worker that died left no word, so a job that was only ever begun is
    given up early; one that said it waits for something outside may have been caught by a restart, and waits on.
    """
    return job.attempts > (MAX_ATTEMPTS if job.last_error is None else PATIENT_ATTEMPTS)


def parked(session: Session, limit: int = 100) -> Sequence[Job]:
    """What was given up, newest first; somebody has to look."""
    return session.scalars(
        select(Job).where(Job.state == JobState.DEAD).order_by(Job.run_at.desc(), Job.id).limit(limit)
    ).all()


@dataclass(frozen=True)
class Standing:
    """What is not done: all that waits, of these what fails and is tried on (mails apart from the rest), what was given up."""

    waiting: int
    mails: int
    others: int
    parked: int
    due_since: datetime | None
    """When the oldest should have been begun."""


def standing(session: Session, moment: datetime) -> Standing:
    ready, of_mail = Job.state == JobState.READY, Job.kind.startswith(MAIL)
    row = session.execute(
        select(
            func.count().filter(Job.state != JobState.DEAD),
            func.count().filter(*_STRUGGLING, of_mail),
            func.count().filter(*_STRUGGLING, ~of_mail),
            func.count().filter(Job.state == JobState.DEAD),
            func.min(case((ready & (Job.run_at <= moment), Job.run_at))),
        ).where(Job.state.in_((JobState.READY, JobState.RUNNING, JobState.DEAD)))
    ).one()
    return Standing(*row)


@dataclass(frozen=True)
class Struggling:
    """A job that fails and is tried on: what it ran into, and about when it did first."""

    error: str
    since: datetime


def struggling(session: Session) -> Struggling | None:
    """The one that was tried most often; mails before others."""
    order = (Job.kind.startswith(MAIL).desc(), Job.attempts.desc(), Job.run_at, Job.id)
    job = session.scalars(select(Job).where(*_STRUGGLING).order_by(*order).limit(1)).one_or_none()
    if job is None:
        return None
    waited = sum((_pause_after(attempt) for attempt in range(1, job.attempts + 1)), timedelta())
    return Struggling(job.last_error or "", job.run_at - waited)


def repeat(session: Session, job_id: uuid.UUID, moment: datetime) -> Job | None:
    """Try a parked job anew with all its attempts; `None` if it is not parked (any more)."""
    again = (
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.DEAD)
        .values(state=JobState.READY, attempts=0, last_error=None, run_at=moment)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(again.returning(Job), execution_options={"populate_existing": True}).one_or_none()


def forget_done(session: Session, before: datetime) -> None:
    """Rows of jobs done long ago; what failed for good stays until somebody looked."""
    session.execute(delete(Job).where(Job.state == JobState.DONE, Job.run_at < before))


def _paused() -> ColumnElement[bool]:
    return exists().where(JobPause.ended_at.is_(None))


def pause(session: Session, moment: datetime, reason: str) -> JobPause:
    made = JobPause(id=uuid.uuid4(), since=moment, reason=reason[:200], ended_at=None)
    session.add(made)
    session.flush()
    return made


def pauses(session: Session) -> Sequence[JobPause]:
    """Those that have not ended, oldest first."""
    return session.scalars(select(JobPause).where(JobPause.ended_at.is_(None)).order_by(JobPause.since)).all()


def last_pause(session: Session) -> datetime | None:
    """When jobs were last paused, whether or not they are still."""
    return session.scalar(select(func.max(JobPause.since)))


def waiting(session: Session) -> dict[str, int]:
    """Kind → how many of it are not done; without those that were given up."""
    statement = select(Job.kind, func.count()).where(Job.state.in_((JobState.READY, JobState.RUNNING)))
    return {kind: count for kind, count in session.execute(statement.group_by(Job.kind).order_by(Job.kind))}  # noqa: C416 -- rows are no pairs to the type checker


def _finish(session: Session, job_id: uuid.UUID, **values: Any) -> None:
    session.execute(update(Job).where(Job.id == job_id).values(locked_until=None, **values))
