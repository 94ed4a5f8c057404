"""Organisations as the operator sees them: made, allowed to plan, given a manager."""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound, Problem
from consultation.core.language import M
from consultation.http import Configured, Db, Form, Pages, PostedForm, page, see_other
from consultation.http.actors import Operating
from consultation.people import actions, queries, second_factor
from consultation.people.kinds import KIND_TITLES, OrganisationKind, PartnerKind
from consultation.people.roles import ROLE_TITLES
from consultation.register.states import State
from consultation.web.operator.overview import overview

router = Pages(prefix="/operator/organisations")


@router.post("")
def create(request: Request, db: Db, settings: Configured, actor: Operating, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("kind", "name", "partner_kind", "state", "may_plan")}
    try:
        with db.transaction() as session:
            made = actions.create_organisation(session, actor, may_plan=form.checked("may_plan"), **_chosen(form))
    except Invalid as refused:
        return overview(request, db, settings, 422, problems=refused.problems, typed=typed)
    return see_other(
        f"/operator/organisations/{made.id}", M("Die Organisation ist angelegt. Geben Sie ihr eine Verwaltung.")
    )


def _chosen(form: PostedForm) -> dict[str, Any]:
    """Words of the lists as what they mean. Raises Invalid for others."""
    try:
        return {
            "kind": OrganisationKind(form.line("kind")),
            "name": form.line("name"),
            "state": State(form.line("state")) if form.line("state") else None,
            "partner_kind": PartnerKind(form.line("partner_kind")) if form.line("partner_kind") else None,
        }
    except ValueError:
        wrong = Problem("kind", M("Wählen Sie Art und Land aus den Listen."))
        raise Invalid(M("Die Organisation wurde nicht angelegt."), problems=[wrong]) from None


def _page(request: Request, db: Database, organisation_id: uuid.UUID, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        organisation = queries.organisation(session, organisation_id)
        members = queries.members(session, organisation_id)
        data = {
            "organisation": organisation,
            "members": members,
            "managed": queries.is_managed(session, organisation_id),
            "with_second_step": second_factor.having(session, [m.person_id for m in members if m.belongs]),
            "kind_titles": KIND_TITLES,
            "role_titles": ROLE_TITLES,
            "demo": organisation.demo,
            "typed": {},
        }
    return page(request, "operator/organisation.html", data | more, status)


@router.get("/{organisation_id}")
def show(request: Request, db: Db, actor: Operating, organisation_id: uuid.UUID) -> Response:
    return _page(request, db, organisation_id)


@router.post("/{organisation_id}/may-plan")
def mark(db: Db, actor: Operating, organisation_id: uuid.UUID, form: Form) -> Response:
    with db.transaction() as session:
        actions.mark_may_plan(session, actor, organisation_id, form.line("may_plan") == "yes")
    return see_other(f"/operator/organisations/{organisation_id}", M("Gespeichert."))


@router.post("/{organisation_id}/manager")
def appoint(request: Request, db: Db, actor: Operating, organisation_id: uuid.UUID, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("email", "name")}
    try:
        with db.transaction() as session:
            actions.appoint_manager(session, actor, organisation_id, **typed)
    except Invalid as refused:
        return _page(request, db, organisation_id, 422, problems=refused.problems, typed=typed)
    return see_other(
        f"/operator/organisations/{organisation_id}",
        M("Die Einladung ist unterwegs. Die Person gehört dazu, sobald sie annimmt."),
    )


@router.post("/{organisation_id}/people/{membership_id}/invite-again")
def appoint_again(db: Db, actor: Operating, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        actions.appoint_again(session, actor, organisation_id, membership_id)
    return see_other(
        f"/operator/organisations/{organisation_id}",
        M("Die Mail geht noch einmal hinaus. Der frühere Code gilt dann nicht mehr."),
    )


@router.post("/{organisation_id}/people/{membership_id}/withdraw")
def withdraw_appointment(db: Db, actor: Operating, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        actions.withdraw_appointment(session, actor, organisation_id, membership_id)
    return see_other(f"/operator/organisations/{organisation_id}", M("Die Einladung ist zurückgezogen."))


@router.post("/{organisation_id}/people/{membership_id}/let-in")
def let_in(db: Db, actor: Operating, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        actions.let_in(session, actor, organisation_id, membership_id)
    return see_other(
        f"/operator/organisations/{organisation_id}",
        M("Die Person verwaltet die Organisation jetzt und erhält eine Mail."),
    )


@router.post("/{organisation_id}/people/{membership_id}/reset-second-step")
def reset_second_step(db: Db, actor: Operating, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        member = queries.membership(session, membership_id)
        if member.organisation_id != organisation_id or not member.belongs:
            raise NotFound(M("Diese Person gehört nicht zur Organisation."))
        second_factor.reset(session, actor, member.person_id)
    return see_other(
        f"/operator/organisations/{organisation_id}",
        M("Die zweite Stufe ist zurückgesetzt. Die Person erhält eine Mail."),
    )
