"""Between the two steps of the log-in: a signed cookie says for ten minutes whose password, or code by mail, was right."""

import hashlib
import uuid
from datetime import timedelta

import orjson
from sqlalchemy.orm import Session
from starlette.requests import Request

from consultation.core.db import hold
from consultation.http import cookies, key_of, signing
from consultation.http.actors import moment_of
from consultation.people import queries, second_factor
from consultation.people.models import Person

SECONDS = 600
_PURPOSE = "first_step"


def prove(request: Request, person: Person, salt: str) -> str:
    """Worth nothing once the password or the second step has changed."""
    until = moment_of(request) + timedelta(seconds=SECONDS)
    said = [str(person.id), int(until.timestamp()), _state(person, salt)]
    return signing.sign(key_of(request), _PURPOSE, orjson.dumps(said))


def proved(request: Request, session: Session) -> Person | None:
    """Who took the first step in this browser, if it is still good."""
    value = signing.verify(key_of(request), _PURPOSE, cookies.read(request, cookies.FIRST_STEP))
    if value is None:
        return None
    person_id, until, state = orjson.loads(value)
    person = queries.active_person(session, uuid.UUID(person_id))
    if person is None or until <= moment_of(request).timestamp():
        return None
    return person if state == _state(person, second_factor.salt_of(session, person.id)) else None


def still_proved(request: Request, session: Session, person: Person) -> bool:
    """For the transaction that begins the session: nobody sets another password until it ends."""
    hold(session, Person, person.id)
    return proved(request, session) is not None


def _state(person: Person, salt: str) -> str:
    return hashlib.sha256(f"{person.password_hash}:{salt}".encode()).hexdigest()
