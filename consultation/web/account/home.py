"""After the log-in: the organisations somebody belongs to, and what they can do there."""

from starlette.requests import Request
from starlette.responses import Response

from consultation.http import Pages, page
from consultation.http.actors import LoggedIn
from consultation.people.kinds import KIND_TITLES
from consultation.people.roles import ROLE_TITLES

router = Pages()


@router.get("/home")
def show(request: Request, viewer: LoggedIn) -> Response:
    return page(request, "account/home.html", {"kinds": KIND_TITLES, "roles": ROLE_TITLES})
