"""Errors → answers: a problem page in the reader's language, a fragment for htmx, or RFC 9457 under /api."""

import errno
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consultation.core.errors import DomainError, Problem, TooMany
from consultation.core.language import M, Message
from consultation.core.outage import is_outage
from consultation.core.text import clean_line
from consultation.http.asked import is_api, is_piece, route_path
from consultation.http.csrf import Stale
from consultation.http.held import held
from consultation.http.nearest import page_above
from consultation.http.pages import page, safe_path
from consultation.http.problem_details import problem_details

_log = structlog.get_logger("refusals")

# status → (code, title, what to do)
_KNOWN: dict[int, tuple[str, Message, Message]] = {
    400: ("bad_request", M("Diese Anfrage ist fehlerhaft"), M("Bitte gehen Sie zurück und versuchen Sie es noch einmal.")),
    401: ("unauthorised", M("Anmeldung nötig"), M("Bitte melden Sie sich an.")),
    403: ("forbidden", M("Das dürfen Sie nicht"), M("Wenn Sie diese Berechtigung brauchen, wenden Sie sich an die "
          "Verwalterin oder den Verwalter Ihrer Organisation.")),
    404: ("not_found", M("Diese Seite gibt es nicht"), M("Bitte prüfen Sie die Adresse. Wenn die Seite nur für Eingeladene "
          "ist, melden Sie sich an und versuchen Sie es noch einmal.")),
    405: ("method_not_allowed", M("So lässt sich diese Seite nicht aufrufen"), M("Bitte beginnen Sie auf der Startseite.")),
    409: ("conflict", M("Das geht im Moment nicht"), M("Bitte laden Sie die Seite neu und prüfen Sie den Stand.")),
    413: ("too_large", M("Das ist zu viel auf einmal"), M("Eine Datei darf höchstens 25 MB groß sein, ein Formular höchstens "
          "2 MB Text enthalten. Bitte senden Sie weniger.")),
    415: ("unsupported_media_type", M("Dieses Format wird nicht angenommen"), M("Bitte senden Sie das Formular der Seite.")),
    422: ("invalid", M("Bitte prüfen Sie Ihre Angaben"), M("Bitte gehen Sie zurück und berichtigen Sie die Angaben.")),
    429: ("too_many", M("Zu viele Versuche"), M("Bitte warten Sie etwas und versuchen Sie es dann noch einmal.")),
    500: ("error", M("Hier ist ein Fehler passiert"), M("Das liegt nicht an Ihnen. Gespeicherte Angaben sind nicht verloren. "
          "Bitte versuchen Sie es in einigen Minuten noch einmal.")),
    503: ("unavailable", M("Der Dienst ist gerade nicht erreichbar"), M("Bitte versuchen Sie es in einigen Minuten noch "
          "einmal.")),
}  # fmt: skip

# What a client of the API did wrong, by the validator's kind of error and with its bounds; the input itself is never repeated.
_KINDS: dict[str, Callable[[Mapping[str, Any]], Message]] = {
    "missing": lambda _: M("Diese Angabe fehlt."),
    "extra_forbidden": lambda _: M("Diese Angabe ist hier nicht vorgesehen."),
    "json_invalid": lambda _: M("Das ist kein gültiges JSON."),
    "string_too_long": lambda bound: M("Dieser Text ist zu lang, höchstens: {most}.", most=bound["max_length"]),
    "string_too_short": lambda bound: M("Dieser Text ist zu kurz, mindestens: {least}.", least=bound["min_length"]),
    "greater_than_equal": lambda bound: M("Dieser Wert ist zu klein, mindestens: {least}.", least=bound["ge"]),
    "less_than_equal": lambda bound: M("Dieser Wert ist zu groß, höchstens: {most}.", most=bound["le"]),
}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_SEND_AGAIN = M("Der Dienst kann gerade nicht speichern. Senden Sie in einigen Minuten noch einmal, was Sie eben abgeschickt "
                "haben; doppelt zählt nichts.")  # fmt: skip
"""Whether it was stored is not known where the answer of the database is what was lost."""
_ONES_OWN = ("/o/", "/account", "/home", "/invited/", "/operator", "/logout")
_SESSIONS = frozenset({"unauthorised", Stale.code})
_HELD = M("Noch nicht gespeichert")
"""Where a session ended meanwhile and everything typed is at hand, the page says what to do instead of what was refused."""
_OVER, _LOG_IN_FIRST = (
    M("Sie sind nicht mehr angemeldet"),
    M("Das wurde nicht ausgeführt. Melden Sie sich an; danach sind Sie wieder auf der Seite, von der Sie kamen."),
)
_NO_WAY, _ASK = (
    M("Hier geht es nicht weiter"),
    M("Bitte prüfen Sie die Adresse. Fehlt Ihnen ein Recht, wenden Sie sich an die Verwaltung Ihrer Organisation."),
)
"""Over a sentence that says why: to somebody who is logged in, a page may be there and not be for them."""
_OTHERWISE = M("Dieser Wert hat nicht die erwartete Form.")


def install(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    status, message = error.status, error.message
    if status == 403 and error.code == "forbidden" and _unknown(request):
        status, message = 404, _KNOWN[404][1]  # a stranger does not learn what exists
    if status == 404 and _unknown(request):
        message = _KNOWN[404][1]
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    code = error.code if status == error.status else _KNOWN[status][0]
    return problem(request, status, message, error.problems, code=code, headers=headers)


def _unknown(request: Request) -> bool:
    return not is_api(request) and getattr(request.state, "viewer", None) is None


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405 and request.method in {"GET", "HEAD"} and not is_api(request):
        return _back_to_the_form(request)
    headers = dict(error.headers or {})
    if error.status_code == 405 and is_api(request):
        headers |= _allowed(request)
    return problem(request, error.status_code, headers=headers)


def _back_to_the_form(request: Request) -> Response:
    """The address of a form that was refused, loaded anew: the page it stands on."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(safe_path(page_above(request) + query), 303)


def _allowed(request: Request) -> dict[str, str]:
    """All methods that are documented for this address; the framework knows those of the first route that fits only."""
    methods = request.app.openapi()["paths"].get(route_path(request.scope), {})
    return {"Allow": ", ".join(sorted(method.upper() for method in methods))} if methods else {}


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [Problem(_place(entry["loc"]), _what_is_wrong(entry)) for entry in error.errors()[:50]]
    if not is_api(request) and request.method in {"GET", "HEAD"}:
        return problem(request, 404)  # an address with an impossible id leads nowhere
    return problem(request, 422, problems=found)


def _what_is_wrong(entry: Mapping[str, Any]) -> Message:
    told = _KINDS.get(entry["type"])
    return told(entry.get("ctx", {})) if told else _OTHERWISE


def _place(parts: Iterable[Any]) -> str:
    """`answers.burden.hours`: where it went wrong; names a client made up are cleaned and cut."""
    return ".".join(clean_line(str(part))[:60] for part in list(parts)[1:10])


def crashed(request: Request, error: BaseException) -> Response:
    """The reader gets a reference, the log the same reference and the traceback.

    A database or disk that is away, full or read-only is no fault of the programme: later it may go well.
    """
    if is_outage(error) or (isinstance(error, OSError) and error.errno in _FULL):
        _log.error("unavailable", error=type(getattr(error, "orig", None) or error).__name__)
        message = None if request.method in {"GET", "HEAD"} else _SEND_AGAIN
        return problem(request, 503, message, headers={"Retry-After": "10"})
    reference = secrets.token_hex(4)
    _log.error("crashed", reference=reference, exc_info=error)
    return problem(request, 500, reference=reference)


def problem(
    request: Request,
    status: int,
    message: Message | None = None,
    problems: Iterable[Problem] = (),
    *,
    code: str = "",
    reference: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """The answer to a request that cannot be fulfilled."""
    known_code, title, remedy = _KNOWN.get(status) or _KNOWN[400 if status < 500 else 500]
    data: dict[str, Any] = {
        "status": status, "code": code or known_code, "title": title, "message": message, "remedy": remedy,
        "problems": tuple(problems), "reference": reference,
    }  # fmt: skip
    if is_api(request):
        response = problem_details(request, status, data["code"], message, data["problems"], reference)
    elif is_piece(request) and data["code"] in _SESSIONS:
        response = page(request, "parts/signed_out.html", status=status, partial=True)
        response.headers["X-Session"] = "over"
    elif is_piece(request):
        response = page(request, "parts/problem.html", data, status, partial=True)
    else:
        typed = data["held"] = held(request, status, data["code"])
        if typed:
            data["languages"] = ()  # another page would not have what was typed
        data |= _said_otherwise(request, data)
        response = page(request, "problem.html", data, status, partial=True)
    response.headers.update(headers or {})
    return response


def _said_otherwise(request: Request, data: dict[str, Any]) -> dict[str, Any]:
    """Heading and sentence agree: who is logged out meanwhile, or may not come here, does not hear of something else."""
    over, stranger = data["code"] in _SESSIONS, _unknown(request)
    if over and data["held"]:
        return {"title": _HELD, "message": None}
    if over and stranger and request.url.path.startswith(_ONES_OWN):
        return {"title": _OVER, "message": _LOG_IN_FIRST, "log_in": urlencode({"next": page_above(request)})}
    if data["status"] == 404 and not stranger and data["message"] not in {None, data["title"]}:
        return {"title": _NO_WAY, "remedy": _ASK}
    return {}
