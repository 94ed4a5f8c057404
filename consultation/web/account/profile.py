"""One's own account: name, language, password, and where one is logged in."""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.http import Db, Form, Pages, cookies, page, see_other, settings_of
from consultation.http.actors import LoggedIn, Themselves, moment_of
from consultation.http.language import language_chosen
from consultation.people import actions, passwords, sessions, tokens
from consultation.people.tokens import SCOPE_TITLES
from consultation.people.viewers import Viewer
from consultation.web.account.entering import (
    WRONG_PASSWORD,
    Entrance,
    begin,
    demand_password,
    knows_password,
    password_kept,
    welcome,
)

router = Pages()


def account_page(request: Request, db: Database, viewer: Viewer, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        data = {
            "sessions": sessions.open_sessions(session, viewer.person_id, moment_of(request)),
            "tokens": tokens.tokens_of(session, viewer.person_id),
            "scopes": SCOPE_TITLES,
            "places": [(place, tokens.scopes_for(place.roles)) for place in viewer.places if place.roles],
            "typed": {}, "new_token": "", "contact": settings_of(request).imprint_email,
        }  # fmt: skip
    return page(request, "account/account.html", data | more, status)


@router.get("/account")
def show(request: Request, db: Db, viewer: LoggedIn) -> Response:
    return account_page(request, db, viewer)


@router.post("/account")
def save(request: Request, db: Db, viewer: LoggedIn, actor: Themselves, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("name", "language")}
    try:
        with db.transaction() as session:
            actions.change_person(session, actor, **typed)
    except Invalid as refused:
        return account_page(request, db, viewer, 422, problems=refused.problems, typed=typed)
    told = M("Ihre Angaben sind gespeichert.")
    response = see_other("/account", told, language=language_chosen(request, typed["language"]))
    cookies.drop(request, response, cookies.LANGUAGE)  # it would go before the setting
    return response


@router.post("/account/password")
def change_password(request: Request, db: Db, viewer: LoggedIn, actor: Themselves, form: Form) -> Response:
    new = form.raw("password")
    problems = list(passwords.problems(new, viewer.email))
    known = knows_password(request, db, viewer, form.raw("current_password"))
    if known is None:
        problems.insert(0, WRONG_PASSWORD)
    if problems:
        return account_page(request, db, viewer, 422, problems=problems)
    chosen = passwords.chosen(new, known)
    try:
        with db.transaction() as session:
            demand_password(session, viewer, known)
            ended = actions.set_password(session, actor, chosen)
            token = begin(request, session, viewer.person_id)
    except Invalid as refused:
        return account_page(request, db, viewer, 422, problems=refused.problems)
    return welcome(request, Entrance(token), "/account", password_kept(elsewhere=ended > 1))


@router.post("/account/sessions/end-others")
def end_others(db: Db, viewer: LoggedIn, actor: Themselves) -> Response:
    with db.transaction() as session:
        sessions.end_others(session, actor, viewer.session_id)
    return see_other("/account#sessions", M("Alle anderen Sitzungen sind beendet."))


@router.post("/account/sessions/{session_id}/end")
def end(db: Db, actor: Themselves, session_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        sessions.end(session, actor, session_id)
    return see_other("/account#sessions", M("Die Sitzung ist beendet."))
