"""An organisation invites somebody: they look at it, and say yes or no. Nobody acts for a house without having said yes."""

import uuid

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.language import M
from consultation.http import Db, Pages, page, see_other
from consultation.http.actors import LoggedIn, Themselves
from consultation.people import actions, queries
from consultation.people.roles import ROLE_HINTS, ROLE_TITLES, titles_of

router = Pages(prefix="/invited/{membership_id}")


@router.get("")
def show(request: Request, db: Db, viewer: LoggedIn, membership_id: uuid.UUID) -> Response:
    with db.reader() as session:
        invitation = queries.invitation_to(session, viewer.person_id, membership_id)
        host = queries.host(session, membership_id)
    request.state.demo = invitation.organisation.demo
    data = {"invitation": invitation, "host": host, "role_titles": ROLE_TITLES, "role_hints": ROLE_HINTS}
    return page(request, "account/invited.html", data)


@router.post("/accept")
def accept(db: Db, actor: Themselves, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        accepted = actions.accept(session, actor, membership_id)
    told = M(
        "Willkommen. Sie handeln jetzt für {organisation}. Ihre Rechte: {rights}.",
        organisation=accepted.organisation.name, rights=titles_of(accepted.roles),
    )  # fmt: skip
    return see_other("/home", told)


@router.post("/refuse")
def refuse(db: Db, actor: Themselves, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        refused = actions.refuse(session, actor, membership_id)
    return see_other("/home", M("Sie haben die Einladung abgelehnt: {organisation}.",
                                organisation=refused.organisation.name))  # fmt: skip
