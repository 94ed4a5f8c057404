"""Taking one's place in an invited organisation with the code of the invitation, by link or by typing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import claims, codes, invitations
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound, Problem
from consultation.core.language import M, Message
from consultation.evaluation.statistics import form_context
from consultation.forms.estimate import minutes
from consultation.http import Configured, Db, Form, Pages, client_address, page, see_other
from consultation.http.actors import Seen, moment_of
from consultation.people import actions, limits, passwords, queries
from consultation.people.limits import Limit
from consultation.people.models import Membership, Person
from consultation.people.passwords import Chosen
from consultation.people.roles import titles_of
from consultation.people.viewers import Viewer
from consultation.responses import queries as responses
from consultation.settings import Settings
from consultation.states import Purpose, Role
from consultation.subjects import Actor, stranger
from consultation.web.account.entering import enter, send_code, welcome

router = Pages(prefix="/claim")
BY_ADDRESS = Limit("claim.address", 60, timedelta(minutes=15))
ACCOUNTS = Limit("claim.accounts", 10, timedelta(days=1))
"""New accounts with the code of one invitation; an address that has one already counts like one that gets one."""


def _found(session: Session, request: Request, settings: Settings, code: str) -> Invitation:
    return codes.invitation_with(session, settings.secret_key.get_secret_value().encode(), code)


def _count(request: Request, db: Database) -> None:
    """Right codes count too: otherwise a full window would still tell right from wrong."""
    with db.transaction() as session:
        limits.take(session, BY_ADDRESS, client_address(request), moment_of(request))


@router.get("")
def ask(request: Request) -> Response:
    return page(request, "municipalities/claim_code.html", {"code": ""})


@router.post("")
def find(request: Request, db: Db, settings: Configured, form: Form) -> Response:
    _count(request, db)
    code = form.line("code")[:60]
    if wrong := _malformed(code):
        data = {"code": code, "problems": (Problem("code", wrong),)}
        return page(request, "municipalities/claim_code.html", data, 422)
    try:
        with db.reader() as session:
            secret = settings.secret_key.get_secret_value().encode()
            whole = codes.code_of(secret, _found(session, request, settings, code))
    except NotFound as unknown:
        data = {"code": code, "problems": (Problem("code", unknown.message),)}
        return page(request, "municipalities/claim_code.html", data, 422)
    return see_other(f"/claim/{whole}")


def _malformed(code: str) -> Message | None:
    """What everybody can see of a code: how long it is."""
    if not code:
        return M("Geben Sie den Code ein, der in Ihrer Einladung steht.")
    if (found := codes.how_many(code)) != codes.LENGTH:
        return M(
            "Der Code hat 16 Zeichen, hier stehen {count}. I, L, O, U, 0 und 1 kommen darin nicht vor.", count=found
        )
    return None


@router.get("/{code}")
def show(request: Request, db: Db, settings: Configured, viewer: Seen, code: str) -> Response:
    """Only shows: scanners that follow links in mails claim nothing."""
    _count(request, db)
    try:
        return _page(request, db, settings, viewer, code)
    except NotFound as unknown:
        data = {"code": code[:60], "problems": (Problem("code", unknown.message),)}
        return page(request, "municipalities/claim_code.html", data, 404)


@router.post("/{code}")
def claim(request: Request, db: Db, settings: Configured, viewer: Seen, code: str, form: Form) -> Response:
    _count(request, db)
    typed = {name: form.line(name) for name in ("name", "email", "function", "alone")}
    entrance = None
    with db.reader() as session:
        known = _found(session, request, settings, code)  # nobody makes us hash who knows no code
        code = codes.code_of(settings.secret_key.get_secret_value().encode(), known)  # as we write it, for addresses
    password = None if viewer else passwords.chosen(form.raw("password"))
    try:
        with db.transaction() as session:
            invitation = _found(session, request, settings, code)
            person = _person(session, request, viewer, invitation, password, typed)
            membership = _join(session, request, invitation, person, typed)
            if viewer is None:
                entrance = enter(request, session, person.id, person.email)
    except actions.Known:
        return _to_log_in(request, db, settings, code, typed["email"])
    except Invalid as refused:
        return _page(request, db, settings, viewer, code, status=422, problems=refused.problems, typed=typed)
    path = f"/claim/{code}" if membership.waiting else _answers(invitation)
    told = M("Ihr Platz ist angefragt.") if membership.waiting else _welcome(invitation, membership)
    return welcome(request, entrance, path, told) if entrance else see_other(path, told)


def _welcome(invitation: Invitation, membership: Membership) -> Message:
    return M(
        "Willkommen. Sie handeln jetzt für {organisation}. Ihre Rechte: {rights}.",
        organisation=invitation.organisation.name, rights=titles_of(membership.roles),
    )  # fmt: skip


def _person(
    session: Session, request: Request, viewer: Viewer | None, invitation: Invitation, password: Chosen | None,
    typed: Mapping[str, str],
) -> Person:  # fmt: skip
    if viewer is not None:
        return queries.person(session, viewer.person_id)
    actor = stranger(moment_of(request))
    limits.take(session, ACCOUNTS, str(invitation.id), actor.moment)
    return actions.create_person(session, actor, email=typed["email"], name=typed["name"], password=password)


def _to_log_in(request: Request, db: Database, settings: Settings, code: str, email: str) -> Response:
    """Whoever has an account comes in by a code that goes to its address; so its holder learns of it in any case."""
    with db.transaction() as session:
        limits.take(session, ACCOUNTS, str(_found(session, request, settings, code).id), moment_of(request))
    send_code(request, db, email, "mail.login_code")
    data = {"next": f"/claim/{code}", "email": email, "code": "", "sent": False, "known": True}
    return page(request, "account/enter_code.html", data)


def _join(
    session: Session, request: Request, invitation: Invitation, person: Person, typed: Mapping[str, str]
) -> Membership:
    """The first claimant may say at once that one person edits and releases."""
    moment = moment_of(request)
    actor = Actor(person.id, None, frozenset(), moment)
    untouched = not responses.has_written(session, invitation.organisation_id)
    membership = claims.claim(session, actor, invitation, person, function=typed["function"], first=untouched)
    roles = frozenset() if membership.waiting else frozenset(map(Role, membership.roles))
    if typed["alone"] and Role.MANAGER in roles:
        manager = Actor(person.id, invitation.organisation_id, roles, moment)
        actions.set_four_eyes(session, manager, False)
    return membership


@router.post("/{code}/pass-on")
def pass_on(request: Request, db: Db, settings: Configured, viewer: Seen, code: str, form: Form) -> Response:
    _count(request, db)
    moment, email = moment_of(request), form.line("other")
    try:
        with db.transaction() as session:
            actor = viewer.actor(moment) if viewer else stranger(moment)
            invitations.pass_on(session, actor, _found(session, request, settings, code), email)
    except Invalid as refused:
        problems = tuple(Problem("other", p.message) for p in refused.problems)
        return _page(request, db, settings, viewer, code, status=422, problems=problems, typed={"other": email})
    return see_other("/claim", M("Die Einladung ist weitergeleitet. Sie müssen nichts weiter tun."))


def _answers(invitation: Invitation) -> str:
    return f"/o/{invitation.organisation_id}/answers/{invitation.consultation.slug}"


def _page(
    request: Request, db: Database, settings: Settings, viewer: Viewer | None, code: str, *, status: int = 200,
    problems: tuple[Problem, ...] = (), typed: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    with db.reader() as session:
        invitation = _found(session, request, settings, code)
        organisation = invitation.organisation
        managed = queries.is_managed(session, organisation.id)
        first = actions.takes_all(session, organisation) and not responses.has_written(session, organisation.id)
        context = form_context(session, invitation.consultation)
    places = viewer.places if viewer else ()
    place = next((p for p in places if p.organisation_id == invitation.organisation_id), None)
    if place is not None and not place.waiting:
        return see_other(_answers(invitation))
    request.state.demo = invitation.organisation.demo or invitation.consultation.demo
    data: dict[str, Any] = {
        "code": code, "organisation": invitation.organisation.name, "consultation": invitation.consultation,
        "planner": invitation.consultation.programme.owner.name, "deadline": invitation.deadline, "first": first,
        "form": context.form, "asked": invitation.purpose == Purpose.FOR_COMMENT,
        "short": minutes(context, everything=False), "long": minutes(context, everything=True),
        "managed": managed, "waiting": place is not None, "problems": problems, "typed": typed or {},
    }  # fmt: skip
    return page(request, "municipalities/claim.html", data, status)
