"""The people of an organisation: everybody there sees them, managers invite, give roles, approve and remove."""

import uuid
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.http import Db, Form, page, see_other
from consultation.http.actors import Acting, InPlace
from consultation.people import actions, queries
from consultation.people.roles import ROLE_HINTS, ROLE_TITLES, roles_in
from consultation.people.viewers import Place
from consultation.rulebook import MANAGE_PEOPLE
from consultation.subjects import Actor

router = APIRouter(prefix="/o/{organisation_id}/people")


def _page(request: Request, db: Database, place: Place, actor: Actor, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        organisation = queries.organisation(session, place.organisation_id)
        data = {
            "organisation": organisation,
            "members": queries.members(session, organisation.id),
            "manages": MANAGE_PEOPLE(actor, None),
            "me": actor.person_id,
            "role_titles": ROLE_TITLES,
            "role_options": [(role.value, ROLE_TITLES[role], ROLE_HINTS[role]) for role in roles_in(organisation)],
            "typed": {},
        }
    return page(request, "account/people.html", data | more, status)


@router.get("")
def show(request: Request, db: Db, place: InPlace, actor: Acting) -> Response:
    return _page(request, db, place, actor)


@router.post("/invite")
def invite(request: Request, db: Db, place: InPlace, actor: Acting, form: Form) -> Response:
    typed: dict[str, Any] = {name: form.line(name) for name in ("email", "name", "function")}
    typed["roles"] = form.lines("roles")
    try:
        with db.transaction() as session:
            actions.invite_colleague(session, actor, **typed)
    except Invalid as refused:
        return _page(request, db, place, actor, 422, problems=refused.problems, typed=typed)
    return see_other(_path(place), M("Die Person gehört jetzt dazu und erhält eine Mail."))


@router.post("/{membership_id}/roles")
def give_roles(db: Db, place: InPlace, actor: Acting, membership_id: uuid.UUID, form: Form) -> Response:
    with db.transaction() as session:
        actions.give_roles(session, actor, membership_id, form.lines("roles"))
    return see_other(_path(place), M("Die Rechte sind gespeichert."))


@router.post("/{membership_id}/remove")
def remove(db: Db, place: InPlace, actor: Acting, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        left = queries.membership(session, membership_id).person_id == actor.person_id
        actions.remove_member(session, actor, membership_id)
    if left:
        return see_other("/home", M("Sie gehören nicht mehr zu dieser Organisation."))
    return see_other(_path(place), M("Die Person gehört nicht mehr dazu. Ihre Rechte enden sofort."))


@router.post("/four-eyes")
def four_eyes(db: Db, place: InPlace, actor: Acting, form: Form) -> Response:
    with db.transaction() as session:
        actions.set_four_eyes(session, actor, form.line("four_eyes") == "on")
    return see_other(_path(place), M("Gespeichert."))


def _path(place: Place) -> str:
    return f"/o/{place.organisation_id}/people"
