"""One-time codes by mail. The worker makes a code while it sends it, so that no row and no job ever holds one in clear.

Hashing is slow and must not hold a transaction: `new_code` hashes before the one in which `make_code` keeps it. Checking takes
three steps for the same reason: `attempt` counts, `passwords.matches` compares outside, `consume` uses the code up.
"""

import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Update, delete, select, update
from sqlalchemy.orm import Session

from consultation.core.errors import Conflict
from consultation.core.language import M
from consultation.core.text import identity_key
from consultation.people import passwords
from consultation.people.models import CodePurpose, OneTimeCode, Person

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1."""
LENGTH = 8
ATTEMPTS = 5
LIFETIMES = {
    CodePurpose.LOG_IN: timedelta(minutes=15),
    CodePurpose.PASSWORD: timedelta(minutes=15),
    CodePurpose.PLACE: timedelta(days=14),
}
TO_SET_PASSWORD = frozenset({CodePurpose.PASSWORD, CodePurpose.PLACE})


@dataclass(frozen=True)
class Attempt:
    """A code somebody may now try to have typed right."""

    code_id: uuid.UUID
    person_id: uuid.UUID
    code_hash: str


@dataclass(frozen=True)
class NewCode:
    """Of nobody yet."""

    clear: str = field(repr=False)
    hash: str


def new_code() -> NewCode:
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return NewCode(f"{code[:4]}-{code[4:]}", passwords.hashed(code))


def make_code(session: Session, person_id: uuid.UUID, purpose: CodePurpose, moment: datetime, code: NewCode) -> str:
    """The new code in clear, for the mail only ("KM7P-2XQD"). Earlier ones of the same purpose are worthless from now on."""
    session.execute(
        delete(OneTimeCode).where(OneTimeCode.person_id == person_id, OneTimeCode.purpose == purpose)
    )  # fmt: skip
    session.add(OneTimeCode(
        person_id=person_id, purpose=purpose, code_hash=code.hash, made_at=moment,
        expires_at=moment + LIFETIMES[purpose], attempts=0, used_at=None,
    ))  # fmt: skip
    return code.clear


def as_typed(text: str) -> str:
    """People type hyphens, spaces and small letters."""
    return "".join(sign for sign in text.upper() if sign.isalnum())[:40]


def attempt(session: Session, email: str, purposes: Collection[CodePurpose], moment: datetime) -> Attempt | None:
    """Counts one try at the newest open code of this address; `None` if there is none, or none left to try."""
    query = (
        select(OneTimeCode.id, OneTimeCode.person_id, OneTimeCode.code_hash)
        .join(Person, Person.id == OneTimeCode.person_id)
        .where(
            Person.email_key == identity_key(email), Person.active, OneTimeCode.purpose.in_(purposes),
            OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > moment,
        )
        .order_by(OneTimeCode.made_at.desc(), OneTimeCode.id)
        .limit(1)
    )  # fmt: skip
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    counted = _change(found.id).where(OneTimeCode.attempts < ATTEMPTS).values(attempts=OneTimeCode.attempts + 1)
    return Attempt(*found) if _hit(session, counted) else None


def consume(session: Session, attempt: Attempt, moment: datetime) -> None:
    """Of two requests with the same code one wins; the other gets Conflict."""
    if not _hit(session, _change(attempt.code_id).where(OneTimeCode.used_at.is_(None)).values(used_at=moment)):
        raise Conflict(M("Dieser Code wurde schon benutzt. Bitte fordern Sie einen neuen an."))


def drop_all(session: Session, person_id: uuid.UUID) -> None:
    """After a new password no code that is still on its way opens the account."""
    session.execute(delete(OneTimeCode).where(OneTimeCode.person_id == person_id))


def sweep(session: Session, moment: datetime) -> None:
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at <= moment))


def _change(code_id: uuid.UUID) -> Update:
    return update(OneTimeCode).where(OneTimeCode.id == code_id).execution_options(synchronize_session=False)


def _hit(session: Session, statement: Update) -> bool:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
