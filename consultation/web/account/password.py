"""Set a password with a code from a mail: forgotten, or the first one of somebody who was invited."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import Invalid, Problem
from consultation.http import Db, Form, Pages, page
from consultation.http.actors import moment_of
from consultation.people import actions, codes, passwords, queries
from consultation.subjects import Actor
from consultation.web.account.entering import START, WRONG_CODE, enter, password_kept, right_code, send_code, welcome

router = Pages()


@router.get("/password")
def ask(request: Request) -> Response:
    return page(request, "account/ask_password.html", {"email": ""})


@router.post("/password")
def send(request: Request, db: Db, form: Form) -> Response:
    email = form.line("email")
    send_code(request, db, email, "mail.password_code")
    return page(request, "account/set_password.html", {"email": email, "code": "", "sent": True})


@router.get("/password/code")
def show(request: Request) -> Response:
    return page(request, "account/set_password.html", {"email": "", "code": "", "sent": False})


@router.post("/password/code")
def save(request: Request, db: Db, form: Form) -> Response:
    """A password that is refused costs no attempt and no code."""
    email, new, code = form.line("email"), form.raw("password"), form.line("code")[:60]
    problems: list[Problem] = list(passwords.problems(new, email))
    right = None if problems else right_code(request, db, email, code, codes.TO_SET_PASSWORD)
    if right is None:
        return _again(request, email, code, problems or [WRONG_CODE])
    with db.reader() as session:
        stored = queries.person(session, right.person_id).password_hash
    chosen, moment = passwords.chosen(new, stored), moment_of(request)
    try:
        with db.transaction() as session:
            codes.consume(session, right, moment)
            ended = actions.set_password(session, Actor(right.person_id, None, frozenset(), moment), chosen)
            entrance = enter(request, session, right.person_id, email)
    except Invalid as refused:
        return _again(request, email, code, refused.problems)
    return welcome(request, entrance, START, password_kept(elsewhere=bool(ended)))


def _again(request: Request, email: str, code: str, problems: Sequence[Problem]) -> Response:
    data = {"email": email, "code": code, "sent": False, "problems": problems}
    return page(request, "account/set_password.html", data, 422)
