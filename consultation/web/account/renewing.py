"""A page outlived its session: somebody logs in again in another window, and the page goes on with a new token."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consultation.http import Pages, page
from consultation.http.actors import LoggedIn, Seen
from consultation.http.csrf import Token

router = Pages(prefix="/login")


@router.get("/done")
def done(request: Request, viewer: LoggedIn) -> Response:
    """Where the log-in in the other window ends: it tells the way back."""
    return page(request, "account/logged_in.html")


@router.get("/token")
def token(request: Request, viewer: Seen) -> Response:
    """For saving.js alone: who is logged in now, and the token that forms of this browser need. No other site reads it."""
    if viewer is None:
        return Response(status_code=401)
    who = {"person": str(viewer.person_id), "name": viewer.name, "token": Token(request).value()}
    return Response(orjson.dumps(who), media_type="application/json")
