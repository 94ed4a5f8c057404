"""The key that the data hang on: codes of invitations, second steps of the log-in and their recovery codes come from it.

The log tells which one it is, by eight signs derived from it: enough to notice another one, too little to try keys out on a copy
of the database. It goes where the database goes, so backup, restore and move need know nothing of it.
"""

import hashlib
import hmac
import uuid
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core import history
from consultation.core.history import HistoryEntry
from consultation.people import second_factor
from consultation.people.models import SecondFactor
from consultation.subjects import Actor

LENGTH = 8


class Key:
    """What the lines of the log are about; no table."""

    __tablename__: ClassVar = "secret_key"
    id: ClassVar = uuid.UUID("5ec2e7ce-0000-4000-8000-000000000001")


def fingerprint(key: str) -> str:
    return hmac.digest(key.encode(), b"fingerprint", hashlib.sha256).hex()[:LENGTH]


def noted(session: Session) -> str | None:
    """The fingerprint of the right one; None where no service of a version that notes it has started yet."""
    last = select(HistoryEntry.new).where(HistoryEntry.subject_id == Key.id).order_by(HistoryEntry.seq.desc()).limit(1)
    return session.scalar(last)


def note(session: Session, actor: Actor, key: str) -> None:
    """From now on it is this one."""
    history.record(session, actor, Key, "take_key", old=noted(session), new=fingerprint(key))


def adopt(session: Session, actor: Actor, key: str) -> int:
    """In place of one that is lost. Second steps that hang on that one are reset, for their codes are good no more; returns how
    many.
    """
    note(session, actor, key)
    stranded = session.scalars(select(SecondFactor.person_id)).all()
    for person_id in stranded:
        second_factor.reset(session, actor, person_id)
    return len(stranded)
