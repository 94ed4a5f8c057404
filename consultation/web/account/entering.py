"""What every way in has in common: the limits before it, the new session after it."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Problem
from consultation.core.language import M, Message
from consultation.core.text import identity_key
from consultation.http import client_address, cookies, see_other
from consultation.http.actors import moment_of
from consultation.people import actions, codes, limits, passwords, sessions
from consultation.people.codes import Attempt
from consultation.people.models import CodePurpose
from consultation.subjects import stranger

WRONG_CODE = Problem(
    "code",
    M("Mailadresse und Code passen nicht zusammen, oder der Code ist abgelaufen. Prüfen Sie beides, oder fordern Sie "
      "einen neuen Code an."),
)  # fmt: skip


def count_log_in(session: Session, request: Request, email: str, moment: datetime) -> None:
    limits.take(session, limits.LOG_IN_ADDRESS, client_address(request), moment)
    limits.take(session, limits.LOG_IN_ACCOUNT, identity_key(email), moment)


def send_code(request: Request, db: Database, email: str, kind: str) -> None:
    """Known or not: the same work here, the same answer. The mail goes out by the worker."""
    moment = moment_of(request)
    with db.transaction() as session:
        limits.take(session, limits.ASK_CODE_ADDRESS, client_address(request), moment)
        limits.take(session, limits.ASK_CODE_ACCOUNT, identity_key(email), moment)
        actions.ask_code(session, email, kind, stranger(moment))


def right_code(
    request: Request, db: Database, email: str, typed: str, purposes: frozenset[CodePurpose]
) -> Attempt | None:  # fmt: skip
    """Counts the attempt and compares; what is right still has to be consumed.

    A code has few attempts of its own, so that this way stays open while somebody guesses at the password.
    """
    moment = moment_of(request)
    with db.transaction() as session:
        limits.take(session, limits.LOG_IN_ADDRESS, client_address(request), moment)
        found = codes.attempt(session, email, purposes, moment)
    return found if passwords.matches(found.code_hash if found else None, codes.as_typed(typed)) else None


def enter(request: Request, session: Session, person_id: uuid.UUID, email: str) -> str:
    """A new token; what the browser had before ends, and the count of failures of this account too."""
    limits.give_back(session, limits.LOG_IN_ADDRESS, client_address(request))
    limits.forget(session, limits.LOG_IN_ACCOUNT, identity_key(email))
    return sessions.begin(session, person_id, moment_of(request), cookies.read(request, cookies.SESSION))


def welcome(request: Request, token: str, path: str, message: Message | None = None) -> Response:
    response = see_other(path, message)
    cookies.put(request, response, cookies.SESSION, token)
    return response
