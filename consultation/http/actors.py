"""Who asks: the viewer from the session cookie, acting for the organisation in the address, at the moment of the clock.

Every page route gets `load_viewer` from the app. A route then asks for what it needs:
`viewer: LoggedIn` (else to the log-in), `actor: Acting` (a member of the organisation in the path, else 404),
`actor: Operating` (the operator, else 404), `actor: Anybody` (the person without organisation, or a stranger).
"""

import uuid
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import Depends, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.http import cookies
from consultation.http.asked import Db, is_api, is_piece, settings_of
from consultation.http.forms import posted_form
from consultation.http.held import held
from consultation.http.marks import note
from consultation.http.pages import safe_path
from consultation.http.refusals import problem
from consultation.people import sessions
from consultation.people.viewers import Place, Viewer
from consultation.subjects import Actor, stranger

SECOND_STEP = "/account/second-step"


class LoginNeeded(Exception):
    """Answered by the way to the log-in page, and from there back."""


class SecondStepNeeded(Exception):
    """Answered by the way to the page where the second step of the log-in is set up."""


def now() -> datetime:
    """The clock of the app unless a test puts another one into `app.state.clock`."""
    return datetime.now(UTC)


def moment_of(request: Request) -> datetime:
    """When the request came, one value for all that it does."""
    known = getattr(request.state, "moment", None)
    if known is None:
        known = request.state.moment = request.app.state.clock()
    return cast(datetime, known)


async def load_viewer(request: Request, db: Db) -> None:
    """Sets `request.state.viewer`; that somebody was here is noted every five minutes.

    This is the first question to the database: if it is away, what was typed is still read, to be handed back.
    """
    request.state.viewer = None
    if not cookies.read(request, cookies.SESSION):
        return
    try:
        await run_in_threadpool(_find_viewer, request, db)
    except SQLAlchemyError:
        with suppress(HTTPException):  # a form that cannot be read is not what went wrong
            await posted_form(request)
        raise


def _find_viewer(request: Request, db: Database) -> None:
    moment = moment_of(request)
    viewer = sessions.find(db, cookies.read(request, cookies.SESSION), moment)
    request.state.viewer = viewer.withheld() if viewer and settings_of(request).second_factor_required else viewer
    if viewer and sessions.is_stale(viewer, moment):
        note(db, lambda session: sessions.seen(session, viewer.session_id, moment))


# Each looks at the request alone: a chain of dependencies would cost more than what it finds out.
async def _viewer(request: Request) -> Viewer | None:
    return cast("Viewer | None", getattr(request.state, "viewer", None))


async def _moment(request: Request) -> datetime:
    return moment_of(request)


async def _logged_in(request: Request) -> Viewer:
    return _marked(request)


async def _place(request: Request) -> Place:
    return place_of(request)


async def _acting(request: Request) -> Actor:
    return acting(request)


async def _operating(request: Request) -> Actor:
    viewer = logged_in(request)
    if viewer.owes_second_factor:
        raise SecondStepNeeded
    if not viewer.operator:
        raise NotFound(M("Diese Seite gibt es nicht"))
    return viewer.actor(moment_of(request))


async def _themselves(request: Request) -> Actor:
    return _marked(request).actor(moment_of(request))


async def _anybody(request: Request) -> Actor:
    viewer = await _viewer(request)
    return viewer.actor(moment_of(request)) if viewer else stranger(moment_of(request))


Seen = Annotated[Viewer | None, Depends(_viewer)]
Moment = Annotated[datetime, Depends(_moment)]
LoggedIn = Annotated[Viewer, Depends(_logged_in)]
InPlace = Annotated[Place, Depends(_place)]
Acting = Annotated[Actor, Depends(_acting)]
Operating = Annotated[Actor, Depends(_operating)]
Themselves = Annotated[Actor, Depends(_themselves)]
"""Somebody logged in, acting for no organisation."""
Anybody = Annotated[Actor, Depends(_anybody)]


def logged_in(request: Request) -> Viewer:
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    if viewer is None:
        raise LoginNeeded
    return viewer


def _marked(request: Request) -> Viewer:
    """For pages about the person: who belongs to a house of the demonstration sees its mark there too."""
    viewer = logged_in(request)
    request.state.demo = getattr(request.state, "demo", False) or any(place.demo for place in viewer.places)
    return viewer


def place_of(request: Request) -> Place:
    """The viewer's place in the organisation of the address; also gives the page its navigation and its demo mark."""
    known: Place | None = getattr(request.state, "place", None)
    if known is not None:
        return known
    viewer = logged_in(request)
    try:
        place = viewer.place(uuid.UUID(request.path_params["organisation_id"]))
    except ValueError:
        place = None
    if place is None and viewer.owes_second_factor:
        raise SecondStepNeeded
    if place is None:
        raise NotFound(M("Diese Organisation gibt es nicht, oder Sie gehören nicht dazu."))
    request.state.place, request.state.demo = place, place.demo
    request.state.navigation = _navigation(request, place)
    return place


def acting(request: Request) -> Actor:
    return logged_in(request).actor(moment_of(request), place_of(request))


def _navigation(request: Request, place: Place) -> list[SimpleNamespace]:
    home = f"/o/{place.organisation_id}"
    items = [
        (place.plans, M("Programme und Konsultationen"), f"{home}/programmes"),
        (place.answers, M("Stellungnahmen"), f"{home}/answers"),
        (True, M("Personen"), f"{home}/people"),
    ]
    return [
        SimpleNamespace(text=text, href=href, current=request.url.path.startswith(href))
        for shown, text, href in items
        if shown
    ]


def install(app: FastAPI) -> None:
    app.state.clock = now
    nowhere = app.router.default

    async def known_nowhere(scope: Scope, receive: Receive, send: Send) -> None:
        """No route has this address; the page that says so knows who asks, like every other page."""
        request = Request(scope, receive)
        if scope["type"] == "http" and not is_api(request):
            await load_viewer(request, app.state.database)
        await nowhere(scope, receive, send)

    app.router.default = known_nowhere
    app.add_exception_handler(LoginNeeded, _to_login)
    app.add_exception_handler(SecondStepNeeded, _to_second_step)


async def _to_login(request: Request, error: Exception) -> Response:
    """A page comes after the log-in; a posted form is handed back to be sent again then, a form saved by itself stays."""
    reading = request.method in {"GET", "HEAD"}
    if is_piece(request) and reading:
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    if is_piece(request) or held(request, 401):
        return problem(request, 401)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = safe_path(wanted, "") if reading else ""
    return RedirectResponse(f"/login?{urlencode({'next': back})}" if back else "/login", 303)


async def _to_second_step(request: Request, error: Exception) -> Response:
    """Whoever posts is refused: there is nothing of theirs to be kept that they had been allowed to write."""
    if is_piece(request):
        return Response(status_code=403, headers={"HX-Redirect": SECOND_STEP})
    return RedirectResponse(SECOND_STEP, 303) if request.method in {"GET", "HEAD"} else problem(request, 403)
