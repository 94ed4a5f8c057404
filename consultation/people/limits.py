"""How often something may be tried: counters in the database, shared by all processes, gone with their window."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from consultation.core.db import insert_new
from consultation.core.errors import TooMany
from consultation.core.language import M, Message
from consultation.people.models import RateLimit


@dataclass(frozen=True)
class Limit:
    """So many attempts in a window that begins with the first of them."""

    name: str
    allowed: int
    window: timedelta


LOG_IN_ACCOUNT = Limit("log_in.account", 10, timedelta(minutes=15))
LOG_IN_ADDRESS = Limit("log_in.address", 100, timedelta(minutes=15))
SECOND_STEP = Limit("second_step.account", 5, timedelta(minutes=15))
SECOND_STEP_DAY = Limit("second_step.account.day", 30, timedelta(days=1))
ASK_CODE_ACCOUNT = Limit("ask_code.account", 5, timedelta(hours=1))
ASK_CODE_ADDRESS = Limit("ask_code.address", 50, timedelta(hours=1))
TEST_MAIL = Limit("test_mail.person", 10, timedelta(hours=1))
INVITE_COLLEAGUE = Limit("invite_colleague.organisation", 100, timedelta(days=1))


def take(session: Session, limit: Limit, whose: str, moment: datetime) -> None:
    """Count one attempt; raises TooMany when the window is full. Of racing attempts none is lost."""
    key = _key(limit, whose)
    fresh = {"key": key, "window_ends_at": moment + limit.window, "count": 0}
    insert_new(session, RateLimit, [fresh], ["key"])
    row = update(RateLimit).where(RateLimit.key == key).execution_options(synchronize_session=False)
    session.execute(
        row.where(RateLimit.window_ends_at <= moment).values(window_ends_at=fresh["window_ends_at"], count=0)
    )
    one_more = row.where(RateLimit.count < limit.allowed).values(count=RateLimit.count + 1)
    if session.execute(one_more.returning(RateLimit.count)).first() is None:
        ends = session.execute(select(RateLimit.window_ends_at).where(RateLimit.key == key)).scalar_one()
        wait = max(1, int((ends - moment).total_seconds()))
        raise TooMany(_too_many(wait), retry_after=wait)


def _too_many(seconds: int) -> Message:
    """In hours where that is shorter."""
    minutes = -(-seconds // 60)
    if minutes > 120:
        return M(
            "Das waren zu viele Versuche. Bitte warten Sie {hours} Stunden und versuchen Sie es dann noch einmal.",
            hours=-(-minutes // 60),
        )
    return M(
        "Das waren zu viele Versuche. Bitte warten Sie {minutes} Minuten und versuchen Sie es dann noch einmal.",
        minutes=minutes,
        one="Das waren zu viele Versuche. Bitte warten Sie eine Minute und versuchen Sie es dann noch einmal.",
    )


def give_back(session: Session, limit: Limit, whose: str) -> None:
    """The attempt that was just counted was a good one: many colleagues may share one address."""
    row = update(RateLimit).where(RateLimit.key == _key(limit, whose), RateLimit.count > 0)
    session.execute(row.values(count=RateLimit.count - 1).execution_options(synchronize_session=False))


def forget(session: Session, limit: Limit, whose: str) -> None:
    """After a success: mistyping yesterday does not count today."""
    session.execute(delete(RateLimit).where(RateLimit.key == _key(limit, whose)))


def sweep(session: Session, moment: datetime) -> None:
    """Counters whose window is over go away."""
    session.execute(delete(RateLimit).where(RateLimit.window_ends_at <= moment))


def _key(limit: Limit, whose: str) -> str:
    """Addresses and names are personal data: only a digest is kept."""
    return f"{limit.name}:{hashlib.sha256(whose.encode('utf-8', 'surrogatepass')).hexdigest()}"
