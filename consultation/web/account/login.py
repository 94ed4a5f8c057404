"""Log in by password or by a code that comes by mail; log out. A second step, if there is one, follows either way."""

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.http import Db, Form, Pages, cookies, page, safe_path, see_other
from consultation.http.actors import LoggedIn, Seen, Themselves, moment_of
from consultation.people import actions, codes, passwords, queries, sessions
from consultation.people.models import CodePurpose
from consultation.web.account.entering import START, WRONG_CODE, count_log_in, enter, right_code, send_code, welcome

router = Pages()
_WRONG = Problem(
    "email",
    M(
        "Mailadresse und Passwort passen nicht zusammen. Prüfen Sie beides, oder lassen Sie sich einen Code per Mail schicken."
    ),
)
_LOG_IN = frozenset({CodePurpose.LOG_IN})


@router.get("/login")
def show(request: Request, viewer: Seen) -> Response:
    wanted = safe_path(request.query_params.get("next", ""), START)
    return see_other(wanted) if viewer else page(request, "account/login.html", {"next": wanted, "email": ""})


@router.post("/login")
def log_in(request: Request, db: Db, form: Form) -> Response:
    email, wanted = form.line("email"), safe_path(form.line("next"), START)
    with db.transaction() as session:
        count_log_in(session, request, email, moment_of(request))
    with db.reader() as session:
        person = queries.person_by_email(session, email)
    stored, entrance = person.password_hash if person else None, None
    if passwords.matches(stored, form.raw("password")) and person and stored:
        with db.transaction() as session:
            if actions.still_has(session, person.id, stored):
                entrance = enter(request, session, person.id, email)
    if entrance is None:
        return page(request, "account/login.html", {"next": wanted, "email": email, "problems": (_WRONG,)}, 422)
    return welcome(request, entrance, wanted)


@router.get("/login/code")
def ask(request: Request) -> Response:
    wanted = safe_path(request.query_params.get("next", ""), START)
    return page(request, "account/ask_code.html", {"next": wanted, "email": ""})


@router.post("/login/code")
def send(request: Request, db: Db, form: Form) -> Response:
    email, wanted = form.line("email"), safe_path(form.line("next"), START)
    send_code(request, db, email, "mail.login_code")
    return page(request, "account/enter_code.html", {"next": wanted, "email": email, "code": "", "sent": True})


@router.get("/login/code/enter")
def show_code(request: Request) -> Response:
    return page(request, "account/enter_code.html", {"next": START, "email": "", "code": "", "sent": False})


@router.post("/login/code/enter")
def log_in_by_code(request: Request, db: Db, form: Form) -> Response:
    email, wanted, code = form.line("email"), safe_path(form.line("next"), START), form.line("code")[:60]
    right = right_code(request, db, email, code, _LOG_IN)
    if right is None:
        data = {"next": wanted, "email": email, "code": code, "sent": False, "problems": (WRONG_CODE,)}
        return page(request, "account/enter_code.html", data, 422)
    with db.transaction() as session:
        codes.consume(session, right, moment_of(request))
        entrance = enter(request, session, right.person_id, email)
    return welcome(request, entrance, wanted)


@router.post("/logout")
def log_out(request: Request, db: Db, viewer: LoggedIn, actor: Themselves) -> Response:
    with db.transaction() as session:
        sessions.end(session, actor, viewer.session_id)
    response = see_other("/login", M("Sie sind abgemeldet."))
    cookies.drop(request, response, cookies.SESSION)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
