"""Programs at the API's door: `Authorization: Bearer …`, no cookies. A wrong token is refused, none at all is a stranger."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request

from consultation.core.db import Database
from consultation.http.actors import moment_of
from consultation.http.asked import Db
from consultation.http.marks import note
from consultation.people import tokens
from consultation.people.tokens import Scope, TokenActor
from consultation.subjects import Actor, stranger

_scheme = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="Zugangsschlüssel einer Organisation; wird unter „Mein Konto“ angelegt und einmal gezeigt.",
)


def _program(request: Request, db: Db, _: Annotated[object, Depends(_scheme)]) -> TokenActor | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    kind, _, token = header.partition(" ")
    moment = moment_of(request)
    with db.reader() as session:
        found = tokens.token_actor(session, token.strip(), moment) if kind.lower() == "bearer" else None
    if found is None:
        raise _unauthorised('Bearer error="invalid_token"')
    if found.is_stale:
        note(db, lambda session: tokens.used(session, found.token_id, moment))
    return found


MaybeProgram = Annotated[TokenActor | None, Depends(_program)]


async def _required(program: MaybeProgram) -> TokenActor:
    if program is None:
        raise _unauthorised("Bearer")
    return program


Program = Annotated[TokenActor, Depends(_required)]
"""Whoever has a valid token; `program.demand(Scope.…)` or `scoped(Scope.…)` asks for more."""


def still_acting(request: Request, db: Database, scope: Scope) -> Actor | None:
    """Who this token acts for now, while a long answer is on its way; `None` once it is no longer good for that."""
    token = request.headers.get("authorization", "").partition(" ")[2]
    with db.reader() as session:
        found = tokens.token_actor(session, token.strip(), request.app.state.clock())
    return found.actor if found and scope in found.scopes else None


def scoped(scope: Scope) -> Callable[[TokenActor], Awaitable[Actor]]:
    """`actor: Annotated[Actor, Depends(scoped(Scope.RESPONSES_WRITE))]`: 401 without token, 403 without the scope."""

    async def actor(program: Program) -> Actor:
        program.demand(scope)
        return program.acting(scope)

    return actor


async def _anybody(request: Request, program: MaybeProgram) -> Actor:
    return program.actor if program else stranger(moment_of(request))


AnyProgram = Annotated[Actor, Depends(_anybody)]
"""With a token its actor, without one a stranger: for what may be public."""


def _unauthorised(challenge: str) -> HTTPException:
    return HTTPException(401, headers={"WWW-Authenticate": challenge})
