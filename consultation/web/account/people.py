"""The people of an organisation: everybody there sees them, managers invite, give roles, approve and remove."""

import uuid
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.language import M
from consultation.http import Db, Form, Pages, page, see_other
from consultation.http.actors import Acting, InPlace
from consultation.people import actions, queries
from consultation.people.roles import ROLE_HINTS, ROLE_TITLES, roles_in
from consultation.people.viewers import Place
from consultation.rulebook import MANAGE_PEOPLE
from consultation.states import Role
from consultation.subjects import Actor

router = Pages(prefix="/o/{organisation_id}/people")


def _page(request: Request, db: Database, place: Place, actor: Actor, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        organisation = queries.organisation(session, place.organisation_id)
        everybody = queries.members(session, organisation.id)
        present = [m for m in everybody if m.belongs]
        data = {
            "organisation": organisation,
            "waiting": [m for m in everybody if m.waiting],
            "present": present,
            "invited": [m for m in everybody if m.invited_at and not m.waiting],
            "successors": [("", M("Bitte wählen"))] * (len(present) > 1)
            + [(str(m.id), m.person.name) for m in present if m.person_id != actor.person_id],
            "manages": MANAGE_PEOPLE(actor, None),
            "only_manager": [m.person_id for m in present if Role.MANAGER in m.roles] == [actor.person_id],
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
    typed |= {"roles": form.lines("roles"), "elsewhere": form.checked("elsewhere")}
    try:
        with db.transaction() as session:
            actions.invite_colleague(session, actor, **typed)
    except Invalid as refused:
        return _page(request, db, place, actor, 422, problems=refused.problems, typed=typed)
    return see_other(_path(place), M("Die Einladung ist unterwegs. Die Person gehört dazu, sobald sie annimmt."))


@router.post("/hand-over")
def hand_over(request: Request, db: Db, place: InPlace, actor: Acting, form: Form) -> Response:
    typed = {"successor": form.line("successor"), "then": form.line("then")}
    leaves = typed["then"] == "leave"
    try:
        with db.transaction() as session:
            actions.hand_over(session, actor, typed["successor"], leave=leaves)
    except Invalid as refused:
        return _page(request, db, place, actor, 422, problems=refused.problems, typed=typed)
    if leaves:
        return see_other("/home", M("Die Verwaltung ist übergeben. Sie gehören nicht mehr zu dieser Organisation."))
    return see_other(_path(place), M("Die Verwaltung ist übergeben."))


@router.post("/{membership_id}/roles")
def give_roles(
    request: Request, db: Db, place: InPlace, actor: Acting, membership_id: uuid.UUID, form: Form
) -> Response:
    try:
        with db.transaction() as session:
            actions.give_roles(session, actor, membership_id, form.lines("roles"))
    except Invalid as refused:
        problems = [replace(problem, field="given") for problem in refused.problems]
        return _page(request, db, place, actor, 422, problems=problems, typed={"member": str(membership_id)})
    except Conflict as refused:
        return _kept(request, db, place, actor, membership_id, refused)
    return see_other(_path(place), M("Die Rechte sind gespeichert."))


@router.post("/{membership_id}/invite-again")
def invite_again(db: Db, place: InPlace, actor: Acting, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        actions.invite_again(session, actor, membership_id)
    return see_other(_path(place), M("Die Mail geht noch einmal hinaus. Der frühere Code gilt dann nicht mehr."))


@router.post("/{membership_id}/remove")
def remove(request: Request, db: Db, place: InPlace, actor: Acting, membership_id: uuid.UUID) -> Response:
    try:
        with db.transaction() as session:
            gone = queries.membership(session, membership_id)
            actions.remove_member(session, actor, membership_id)
    except Conflict as refused:
        return _kept(request, db, place, actor, membership_id, refused)
    if gone.person_id == actor.person_id:
        return see_other("/home", M("Sie gehören nicht mehr zu dieser Organisation."))
    if gone.waiting:
        return see_other(_path(place), M("Die Anfrage ist abgelehnt."))
    if gone.invited_at:
        return see_other(_path(place), M("Die Einladung ist zurückgezogen."))
    return see_other(_path(place), M("Die Person gehört nicht mehr dazu. Ihre Rechte enden sofort."))


@router.post("/four-eyes")
def four_eyes(db: Db, place: InPlace, actor: Acting, form: Form) -> Response:
    with db.transaction() as session:
        actions.set_four_eyes(session, actor, form.line("four_eyes") == "on")
    return see_other(_path(place), M("Gespeichert."))


def _kept(
    request: Request, db: Database, place: Place, actor: Actor, membership_id: uuid.UUID, refused: Conflict
) -> Response:
    """Somebody has to manage: said where the person stands in the list."""
    problems, typed = (Problem("given", refused.message),), {"member": str(membership_id)}
    return _page(request, db, place, actor, 409, problems=problems, typed=typed)


def _path(place: Place) -> str:
    return f"/o/{place.organisation_id}/people"
