"""After the log-in: the organisations somebody belongs to, and what they can do there."""

from starlette.requests import Request
from starlette.responses import Response

from consultation.http import Pages, page, see_other
from consultation.http.actors import LoggedIn
from consultation.people.kinds import KIND_TITLES
from consultation.people.roles import ROLE_TITLES
from consultation.people.viewers import Viewer
from consultation.web.account.entering import START

router = Pages()


@router.get(START)
def start(viewer: LoggedIn) -> Response:
    return see_other(_only_work(viewer) or "/home")


@router.get("/home")
def show(request: Request, viewer: LoggedIn) -> Response:
    return page(request, "account/home.html", {"kinds": KIND_TITLES, "roles": ROLE_TITLES})


def _only_work(viewer: Viewer) -> str | None:
    """Most people have one organisation and one thing to do there: nobody is asked where there is nothing to choose."""
    if viewer.owes_second_factor or viewer.invited or (viewer.operator and viewer.places):
        return None
    if viewer.operator:
        return "/operator"
    found = [
        f"/o/{place.organisation_id}/{work}"
        for place in viewer.places
        for work, theirs in (("programmes", place.plans), ("answers", place.answers))
        if theirs and not place.waiting
    ]
    return found[0] if len(found) == 1 and len(viewer.places) == 1 else None
