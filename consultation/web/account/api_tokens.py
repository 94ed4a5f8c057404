"""Keys for programs: made, shown once, revoked."""

import uuid

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M
from consultation.http import Db, Form, Pages, see_other
from consultation.http.actors import LoggedIn, Themselves, moment_of
from consultation.people import tokens
from consultation.people.viewers import Place, Viewer
from consultation.web.account.profile import account_page

router = Pages()
VALIDITY = {"30": 30, "365": 365, "": None}


@router.post("/account/tokens")
def create(request: Request, db: Db, viewer: LoggedIn, form: Form) -> Response:
    """No redirect: the answer to this one request is the only place where the key ever stands."""
    name = form.line("token_name")
    actor = viewer.actor(moment_of(request), _place(viewer, form.line("organisation")))
    try:
        with db.transaction() as session:
            plain = tokens.create_token(
                session, actor, name, form.lines("scopes"), VALIDITY.get(form.line("days"), 30)
            )  # fmt: skip
    except Invalid as refused:
        return account_page(request, db, viewer, 422, problems=refused.problems, typed={"token_name": name})
    return account_page(request, db, viewer, new_token=plain)


@router.post("/account/tokens/{token_id}/revoke")
def revoke(db: Db, actor: Themselves, token_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        tokens.revoke_token(session, actor, token_id)
    return see_other("/account#tokens", M("Der Zugangsschlüssel gilt nicht mehr."))


def _place(viewer: Viewer, organisation: str) -> Place:
    try:
        place = viewer.place(uuid.UUID(organisation))
    except ValueError:
        place = None
    if place is None:
        raise NotFound(M("Diese Organisation gibt es nicht, oder Sie gehören nicht dazu."))
    return place
