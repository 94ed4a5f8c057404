"""What every way in has in common: the limits before it, the new session after it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid, Problem, TooMany
from consultation.core.language import M, Message
from consultation.core.text import identity_key
from consultation.http import client_address, cookies, language_of, see_other
from consultation.http.actors import moment_of
from consultation.people import actions, codes, limits, passwords, queries, second_factor, sessions
from consultation.people.codes import Attempt
from consultation.people.devices import device
from consultation.people.models import CodePurpose
from consultation.people.viewers import Viewer
from consultation.subjects import stranger
from consultation.web.account import first_step

START = "/login/start"
"""Where everybody goes who wanted nothing in particular."""
WRONG_CODE = Problem(
    "code",
    M("Mailadresse und Code passen nicht zusammen, oder der Code ist abgelaufen. Prüfen Sie beides, oder fordern Sie "
      "einen neuen Code an."),
)  # fmt: skip

WRONG_PASSWORD = Problem("current_password", M("Das ist nicht Ihr jetziges Passwort."))


def count_log_in(session: Session, request: Request, email: str, moment: datetime) -> None:
    limits.take(session, limits.LOG_IN_ADDRESS, client_address(request), moment)
    limits.take(session, limits.LOG_IN_ACCOUNT, identity_key(email), moment)


def send_code(request: Request, db: Database, email: str, kind: str) -> None:
    """Known or not: the same work here, the same answer. The mail goes out by the worker."""
    moment = moment_of(request)
    with db.transaction() as session:
        limits.take(session, limits.ASK_CODE_ADDRESS, client_address(request), moment)
        limits.take(session, limits.ASK_CODE_ACCOUNT, identity_key(email), moment)
        actions.ask_code(session, email, kind, stranger(moment), language_of(request))


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


def knows_password(request: Request, db: Database, viewer: Viewer, typed: str) -> str | None:
    """The hash that fits what was typed, for `demand_password`; None where it is wrong. Asked again before anything that would
    lock somebody out of their own account. Counted as a log-in.
    """
    with db.transaction() as session:
        count_log_in(session, request, viewer.email, moment_of(request))
    with db.reader() as session:
        stored = queries.person(session, viewer.person_id).password_hash
    if not passwords.matches(stored, typed):
        return None
    with db.transaction() as session:
        _was_right(request, session, viewer.email)
    return stored


def demand_password(session: Session, viewer: Viewer, known: str | None) -> None:
    """In the transaction that needs it: `known` fitted, and fits still. Raises Invalid."""
    if known is None or not actions.still_has(session, viewer.person_id, known):
        raise Invalid(WRONG_PASSWORD.message, problems=[WRONG_PASSWORD])


def password_kept(*, elsewhere: bool) -> Message:
    """`elsewhere`: there were sessions besides this one."""
    if elsewhere:
        return M("Ihr Passwort ist gespeichert. Auf anderen Geräten sind Sie jetzt abgemeldet.")
    return M("Ihr Passwort ist gespeichert.")


def locked(refused: TooMany) -> tuple[Problem, ...]:
    """How long it takes is said at the field, where one tries again."""
    return (Problem("code", refused.message),)


def too_many(response: Response, refused: TooMany) -> Response:
    response.headers["Retry-After"] = str(refused.retry_after)
    return response


def _was_right(request: Request, session: Session, email: str) -> None:
    limits.give_back(session, limits.LOG_IN_ADDRESS, client_address(request))
    limits.forget(session, limits.LOG_IN_ACCOUNT, identity_key(email))


@dataclass(frozen=True)
class Entrance:
    """A session, or (with a second step still to come) the proof of the first."""

    token: str = ""
    first_step: str = ""


def enter(request: Request, session: Session, person_id: uuid.UUID, email: str) -> Entrance:
    """The first step is done. Without a second one a session begins."""
    _was_right(request, session, email)
    if salt := second_factor.salt_of(session, person_id):
        return Entrance(first_step=first_step.prove(request, queries.person(session, person_id), salt))
    return Entrance(begin(request, session, person_id))


def begin(request: Request, session: Session, person_id: uuid.UUID, **proof: str) -> str:
    """A new token; the session that the browser had before ends."""
    had, agent = cookies.read(request, cookies.SESSION), request.headers.get("user-agent", "")
    return sessions.begin(session, person_id, moment_of(request), had, device=device(agent), **proof)


def welcome(request: Request, entrance: Entrance, path: str, message: Message | None = None) -> Response:
    if entrance.first_step:
        response = see_other(f"/login/second-step?{urlencode({'next': path})}", message)
        cookies.put(request, response, cookies.FIRST_STEP, entrance.first_step, seconds=first_step.SECONDS)
        return response
    response = see_other(path, message)
    cookies.put(request, response, cookies.SESSION, entrance.token)
    return response
