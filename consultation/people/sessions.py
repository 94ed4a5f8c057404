"""Being logged in: a random token in the cookie, its hash in a row that ends after idle time, at a fixed age, or at once."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from consultation.core import history
from consultation.core.db import Database
from consultation.core.errors import Forbidden, NotFound
from consultation.core.language import M
from consultation.people.models import LoginSession, Membership, Organisation, Person, SecondFactor
from consultation.people.viewers import VIEWED, Viewer, viewer
from consultation.subjects import Actor

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=5)


def begin(
    session: Session, person_id: uuid.UUID, moment: datetime, replaced: str = "", *, device: str = "", **proof: str
) -> str:
    """The new token, said once. The session that the same browser had before ends. Raises Forbidden for deactivated people.

    `proof` stands in the log: how the second step was taken, if there was one.
    """
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise Forbidden(M("Dieses Konto ist gesperrt. Bitte wenden Sie sich an den Betrieb des Dienstes."))
    session.execute(delete(LoginSession).where(LoginSession.token_hash == digest(replaced)))
    session.execute(delete(LoginSession).where(LoginSession.person_id == person_id, LoginSession.expires_at <= moment))
    token = secrets.token_urlsafe(32)
    session.add(LoginSession(
        token_hash=digest(token), person_id=person_id, created_at=moment, last_seen_at=moment,
        expires_at=moment + LONGEST, device=device,
    ))  # fmt: skip
    history.record(session, _themselves(person_id, moment), person, "log_in", **proof)
    return token


def find(db: Database, token: str, moment: datetime) -> Viewer | None:
    """Who holds this token now; `None` for ended, idle, unknown and deactivated."""
    return viewer(db.glance(_HOLDER, {"token_hash": digest(token), "now": moment, "not_idle": moment - IDLE}))


_HOLDER = (
    select(
        *VIEWED,
        LoginSession.id.label("session_id"),
        LoginSession.last_seen_at,
        exists().where(SecondFactor.person_id == Person.id).label("second_factor"),
    )
    .select_from(LoginSession)
    .join(Person, Person.id == LoginSession.person_id)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.expires_at > bindparam("now"),
        LoginSession.last_seen_at > bindparam("not_idle"),
        Person.active,
    )
    .order_by(Organisation.sort_key, Organisation.id)
)
"""Asked with every request of somebody who is logged in: put together once, and read as columns."""


def is_stale(viewer: Viewer, moment: datetime) -> bool:
    """Whether `last_seen_at` should be written again."""
    return moment - viewer.last_seen_at >= SEEN_EVERY


def seen(session: Session, session_id: uuid.UUID, moment: datetime) -> None:
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=moment))


def open_sessions(session: Session, person_id: uuid.UUID, moment: datetime) -> Sequence[LoginSession]:
    query = select(LoginSession).where(LoginSession.person_id == person_id, *_alive(moment))
    return session.scalars(query.order_by(LoginSession.last_seen_at.desc())).all()


def end(session: Session, actor: Actor, session_id: uuid.UUID) -> None:
    """Log out here or elsewhere; one's own sessions only."""
    person = session.get_one(Person, actor.person_id)
    own = delete(LoginSession).where(LoginSession.id == session_id, LoginSession.person_id == person.id)
    result = session.execute(own)
    assert isinstance(result, CursorResult)
    if not result.rowcount:
        raise NotFound(M("Diese Sitzung ist schon beendet."))
    history.record(session, actor, person, "log_out")


def end_others(session: Session, actor: Actor, kept: uuid.UUID | None) -> None:
    """Log out everywhere but here (`kept`); without it everywhere."""
    person = session.get_one(Person, actor.person_id)
    end_all(session, person.id, kept)
    history.record(session, actor, person, "log_out_everywhere")


def end_all(session: Session, person_id: uuid.UUID, kept: uuid.UUID | None) -> int:
    """Part of a change that records itself. Returns how many ended."""
    over = delete(LoginSession).where(LoginSession.person_id == person_id)
    result = session.execute(over if kept is None else over.where(LoginSession.id != kept))
    assert isinstance(result, CursorResult)
    return result.rowcount


def sweep(session: Session, moment: datetime) -> None:
    """Sessions nobody can use any more go away."""
    over = (LoginSession.expires_at <= moment) | (LoginSession.last_seen_at <= moment - IDLE)
    session.execute(delete(LoginSession).where(over))


def digest(token: str) -> str:
    """SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _alive(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return LoginSession.expires_at > moment, LoginSession.last_seen_at > moment - IDLE


def _themselves(person_id: uuid.UUID, moment: datetime) -> Actor:
    return Actor(person_id, None, frozenset(), moment)
