"""The second step of the log-in: a code of an app (TOTP, RFC 6238), or one of ten recovery codes instead.

The secret that the app holds is derived from the installation's key, the person and a random salt: a copy of the database
without the key opens nothing. Everywhere here `key` is that key.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from consultation.core import history
from consultation.core.db import hold
from consultation.core.errors import Conflict, Invalid, NotFound
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.people import limits, recovery_codes, sessions
from consultation.people.accounts import OPERATING
from consultation.people.codes import as_typed
from consultation.people.models import BELONGS, Membership, Organisation, Person, SecondFactor
from consultation.people.recovery_codes import hit
from consultation.states import PLANNING
from consultation.subjects import Actor

DIGITS = 6
DRIFT = 1
"""So many half minutes the clock of a telephone may be wrong."""
NO_FACTOR = M("Für dieses Konto ist keine zweite Stufe eingerichtet.")


class Proof(StrEnum):
    """How the second step was taken."""

    APP = "app"
    RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True)
class Set:
    """What a person sees of their own second step."""

    since: datetime
    codes_left: int


def new_salt() -> str:
    return secrets.token_hex(16)


def secret_of(key: str, person_id: uuid.UUID, salt: str) -> str:
    """160 bits in base32, as apps want it."""
    derived = hmac.digest(key.encode(), f"second-factor:{person_id}:{salt}".encode(), hashlib.sha256)
    return base64.b32encode(derived[:20]).decode()


def address_of(secret: str, email: str, site: str) -> str:
    """What the QR code says ("otpauth://totp/…")."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site)


def find(session: Session, person_id: uuid.UUID) -> Set | None:
    query = select(SecondFactor.created_at, recovery_codes.left(person_id)).where(SecondFactor.person_id == person_id)
    row = session.execute(query).one_or_none()
    return Set(*row) if row else None


class Lacking(NamedTuple):
    """How many people have no second step who should: whoever is both counts as operator."""

    operators: int
    planners: int


def lacking(session: Session) -> Lacking:
    """As `Viewer.should_have_second_factor`, of all who can log in."""
    query = (
        select(Person.id, Person.operator, Membership.roles)
        .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, BELONGS))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.active, SecondFactor.person_id.is_(None), or_(Person.operator, Organisation.may_plan))
    )
    found = session.execute(query).all()
    operators = {row.id for row in found if row.operator}
    planners = {row.id for row in found if PLANNING & set(row.roles or ())}
    return Lacking(len(operators), len(planners - operators))


def having(session: Session, person_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of these people who have a second step; for the operator."""
    return frozenset(session.scalars(select(SecondFactor.person_id).where(SecondFactor.person_id.in_(person_ids))))


def salt_of(session: Session, person_id: uuid.UUID) -> str:
    """Empty if there is no second step."""
    return session.scalar(select(SecondFactor.salt).where(SecondFactor.person_id == person_id)) or ""


def add(session: Session, actor: Actor, key: str, salt: str, typed: str, kept: uuid.UUID) -> list[str]:
    """The recovery codes, in clear for this once. Replaces what there was; all sessions but `kept` end.

    Raises Invalid unless `typed` is what the app with the secret of this salt shows now.
    """
    person = session.get_one(Person, actor.person_id)
    step = _step(secret_of(key, person.id, salt), typed, actor.moment)
    if step is None:
        raise Invalid.about(
            "code",
            M(
                "Dieser Code passt nicht. Warten Sie auf den nächsten in der App, und prüfen Sie die Uhrzeit Ihres Geräts."
            ),
        )
    hold(session, Person, person.id)
    known = _drop(session, person.id)
    session.add(SecondFactor(person_id=person.id, salt=salt, last_step=step, created_at=actor.moment))
    codes = recovery_codes.make(session, key, person.id)
    sessions.end_all(session, person.id, kept)
    _forget_attempts(session, person.id)
    _tell(session, actor, person, "change_second_factor" if known else "add_second_factor")
    return codes


def renew_codes(session: Session, actor: Actor, key: str) -> list[str]:
    """Ten new recovery codes; the old ones are worthless then. Raises NotFound without a second step."""
    person = session.get_one(Person, actor.person_id)
    if not salt_of(session, person.id):
        raise NotFound(NO_FACTOR)
    codes = recovery_codes.make(session, key, person.id)
    _tell(session, actor, person, "renew_recovery_codes")
    return codes


def remove(session: Session, actor: Actor, kept: uuid.UUID) -> None:
    """The acting person's own; all sessions but `kept` end. Raises NotFound without a second step."""
    person = session.get_one(Person, actor.person_id)
    if not _drop(session, person.id):
        raise NotFound(NO_FACTOR)
    sessions.end_all(session, person.id, kept)
    _tell(session, actor, person, "remove_second_factor")


def reset(session: Session, actor: Actor, person_id: uuid.UUID) -> None:
    """By the operator, for somebody who lost app and codes. All their sessions end. Raises Conflict without a second step."""
    OPERATING.demand(actor, None)
    person = session.get(Person, person_id)
    if person is None or not _drop(session, person.id):
        raise Conflict(NO_FACTOR)
    sessions.end_all(session, person.id, None)
    _forget_attempts(session, person.id)
    _tell(session, actor, person, "reset_second_factor")


def count(session: Session, person_id: uuid.UUID, moment: datetime) -> None:
    """Before every attempt. Raises TooMany."""
    limits.take(session, limits.SECOND_STEP, str(person_id), moment)
    limits.take(session, limits.SECOND_STEP_DAY, str(person_id), moment)


def use(session: Session, key: str, person_id: uuid.UUID, typed: str, moment: datetime) -> Proof | None:
    """Uses up a code of the app or a recovery code; of two requests with the same code one wins."""
    salt = salt_of(session, person_id)
    if not salt:
        return None
    step = _step(secret_of(key, person_id, salt), typed, moment)
    if step is not None and _advance(session, person_id, step):
        _forget_attempts(session, person_id)
        return Proof.APP
    if recovery_codes.use(session, key, person_id, typed, moment):
        _forget_attempts(session, person_id)
        enqueue(session, "mail.account_changed", {"id": str(person_id), "what": "use_recovery_code"}, run_at=moment)
        return Proof.RECOVERY_CODE
    return None


def _advance(session: Session, person_id: uuid.UUID, step: int) -> bool:
    """Whether no code of this half minute, or of a later one, was used before."""
    newer = update(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.last_step < step)
    return hit(session, newer.values(last_step=step))


def is_of_app(typed: str) -> bool:
    """Whether this looks like a code of an app: what does not is no attempt."""
    digits = _digits(typed)
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


def is_code(typed: str) -> bool:
    """Of an app, or a recovery code."""
    return is_of_app(typed) or len(as_typed(typed)) == recovery_codes.LENGTH


def _digits(typed: str) -> str:
    return "".join(typed.split())


def _step(secret: str, typed: str, moment: datetime) -> int | None:
    """The half minute whose code this is; `None` for none near `moment`."""
    digits = _digits(typed)
    if not is_of_app(typed):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=moment, valid_window=DRIFT)
    except OTPVerificationError:
        return None


def _drop(session: Session, person_id: uuid.UUID) -> bool:
    """Whether there was a second step."""
    recovery_codes.drop(session, person_id)
    return hit(session, delete(SecondFactor).where(SecondFactor.person_id == person_id))


def _forget_attempts(session: Session, person_id: uuid.UUID) -> None:
    limits.forget(session, limits.SECOND_STEP, str(person_id))
    limits.forget(session, limits.SECOND_STEP_DAY, str(person_id))


def _tell(session: Session, actor: Actor, person: Person, what: str) -> None:
    """A line in the log and a mail to the person, whoever did it."""
    history.record(session, actor, person, what)
    enqueue(session, "mail.account_changed", {"id": str(person.id), "what": what}, run_at=actor.moment)
