"""The second step of the log-in, for those who have one: a code of the app, or a recovery code."""

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import Problem, TooMany
from consultation.core.language import M
from consultation.http import Db, Form, Pages, client_address, cookies, key_of, page, safe_path, see_other
from consultation.http.actors import Seen, moment_of
from consultation.people import limits, second_factor
from consultation.web.account import first_step
from consultation.web.account.entering import START, Entrance, begin, locked, too_many, welcome

router = Pages(prefix="/login/second-step")
_AGAIN = M("Bitte melden Sie sich noch einmal an: Der erste Schritt gilt zehn Minuten.")
_NO_CODE = Problem(
    "code", M("Geben Sie die sechs Ziffern ein, die Ihre App zeigt, oder einen Ersatzcode mit zwölf Zeichen.")
)
_WRONG = Problem(
    "code",
    M("Dieser Code passt nicht, oder er wurde schon benutzt. Warten Sie auf den nächsten in der App, oder geben Sie einen "
      "Ersatzcode ein."),
)  # fmt: skip


@router.get("")
def show(request: Request, db: Db, viewer: Seen) -> Response:
    wanted = safe_path(request.query_params.get("next", ""), START)
    if viewer:
        return see_other(wanted)
    with db.reader() as session:
        person = first_step.proved(request, session)
    return (
        page(request, "account/second_step.html", {"next": wanted}) if person else see_other("/login", _AGAIN, "info")
    )


@router.post("")
def take(request: Request, db: Db, form: Form) -> Response:
    moment, wanted, code = moment_of(request), safe_path(form.line("next"), START), form.line("code")
    try:
        with db.transaction() as session:
            limits.take(session, limits.LOG_IN_ADDRESS, client_address(request), moment)
            person = first_step.proved(request, session)
            if person is not None and second_factor.is_code(code):
                second_factor.count(session, person.id, moment)
    except TooMany as refused:
        data = {"next": wanted, "problems": locked(refused)}
        return too_many(page(request, "account/second_step.html", data, 429), refused)
    if person is None:
        return see_other("/login", _AGAIN, "info")
    if not second_factor.is_code(code):
        return page(request, "account/second_step.html", {"next": wanted, "problems": (_NO_CODE,)}, 422)
    with db.transaction() as session:
        if not first_step.still_proved(request, session, person):
            return see_other("/login", _AGAIN, "info")
        proof = second_factor.use(session, key_of(request), person.id, code, moment)
        if proof is None:
            return page(request, "account/second_step.html", {"next": wanted, "problems": (_WRONG,)}, 422)
        limits.give_back(session, limits.LOG_IN_ADDRESS, client_address(request))
        token = begin(request, session, person.id, second_step=proof.value)
    response = welcome(request, Entrance(token), wanted)
    cookies.drop(request, response, cookies.FIRST_STEP)
    return response
