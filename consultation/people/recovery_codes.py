"""Ten codes that stand in for the app of the second step, each once. Shown when they are made, kept as digests only."""

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime

from sqlalchemy import CursorResult, Delete, ScalarSelect, Update, delete, func, select, update
from sqlalchemy.orm import Session

from consultation.people.codes import ALPHABET, as_typed
from consultation.people.models import RecoveryCode

HOW_MANY = 10
LENGTH = 12
"""Of 31 signs: 59 bits, and a few attempts only."""


def make(session: Session, key: str, person_id: uuid.UUID) -> list[str]:
    """In clear ("KM7P-2XQD-9RTA"). Earlier ones are worthless from now on."""
    drop(session, person_id)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    hashes = (_digest(key, person_id, code) for code in codes)
    session.add_all(RecoveryCode(person_id=person_id, code_hash=digest, used_at=None) for digest in hashes)
    return ["-".join(code[at : at + 4] for at in range(0, LENGTH, 4)) for code in codes]


def left(person_id: uuid.UUID) -> ScalarSelect[int]:
    """How many are unused."""
    unused = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return unused.scalar_subquery()


def use(session: Session, key: str, person_id: uuid.UUID, typed: str, moment: datetime) -> bool:
    """Whether this was an unused code; of two requests with the same one one wins."""
    unused = update(RecoveryCode).where(
        RecoveryCode.person_id == person_id, RecoveryCode.code_hash == _digest(key, person_id, typed),
        RecoveryCode.used_at.is_(None),
    )  # fmt: skip
    return hit(session, unused.values(used_at=moment))


def drop(session: Session, person_id: uuid.UUID) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _digest(key: str, person_id: uuid.UUID, typed: str) -> str:
    """Under the installation's key: without it nobody can try out codes against a copy of the database."""
    return hmac.digest(key.encode(), f"recovery:{person_id}:{as_typed(typed)}".encode(), hashlib.sha256).hex()


def hit(session: Session, statement: Update | Delete) -> bool:
    """Whether exactly one row was changed."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
