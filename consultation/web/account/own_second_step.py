"""One's own second step of the log-in: set up with an app, changed, removed; recovery codes. Each asks for the password."""

from typing import Any

import orjson
import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid, Problem, TooMany
from consultation.core.language import M
from consultation.http import Db, Form, Pages, key_of, page, see_other, settings_of, signing
from consultation.http.actors import SECOND_STEP, LoggedIn, Themselves, moment_of
from consultation.people import second_factor
from consultation.people.viewers import Viewer
from consultation.web.account.entering import WRONG_PASSWORD, demand_password, knows_password, locked, too_many

router = Pages(prefix=SECOND_STEP)
_PURPOSE = "offered_second_step"
_SECONDS = 900
_NO_CODE = Problem("code", M("Geben Sie die sechs Ziffern ein, die Ihre App zeigt."))
_TOO_LATE = M("Das Einrichten hat zu lange gedauert. Bitte beginnen Sie noch einmal.")


def _page(request: Request, db: Database, viewer: Viewer, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        found = second_factor.find(session, viewer.person_id)
    return page(request, "account/own_second_step.html", {"found": found, **more}, status)


@router.get("")
def show(request: Request, db: Db, viewer: LoggedIn) -> Response:
    return _page(request, db, viewer)


@router.post("/begin")
def begin(request: Request, db: Db, viewer: LoggedIn, form: Form) -> Response:
    """No redirect: the secret stands in this answer, and in no address."""
    if knows_password(request, db, viewer, form.raw("current_password")) is None:
        return _page(request, db, viewer, 422, problems=(WRONG_PASSWORD,))
    return _offer(request, viewer, second_factor.new_salt())


def _offer(
    request: Request, viewer: Viewer, salt: str, status: int = 200, problems: tuple[Problem, ...] = ()
) -> Response:
    secret = second_factor.secret_of(key_of(request), viewer.person_id, salt)
    address = second_factor.address_of(secret, viewer.email, settings_of(request).site_name)
    drawn = segno.make_qr(address, error="m").svg_inline(scale=4, light="#fff", svgclass=None, lineclass=None)
    data = {
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "qr": Markup(drawn),  # noqa: S704 -- lines of the library; the address is in them as squares only
        "offered": _sign(request, viewer, salt),
        "problems": problems,
    }
    return page(request, "account/second_step_offered.html", data, status)


def _sign(request: Request, viewer: Viewer, salt: str) -> str:
    """Shows that the password was asked for a short while ago, in this session."""
    said = [str(viewer.session_id), salt, int(moment_of(request).timestamp()) + _SECONDS]
    return signing.sign(key_of(request), _PURPOSE, orjson.dumps(said))


def _offered(request: Request, viewer: Viewer, signed: str) -> str | None:
    value = signing.verify(key_of(request), _PURPOSE, signed)
    if value is None:
        return None
    session_id, salt, until = orjson.loads(value)
    good = session_id == str(viewer.session_id) and until > moment_of(request).timestamp()
    return str(salt) if good else None


@router.post("")
def confirm(request: Request, db: Db, viewer: LoggedIn, actor: Themselves, form: Form) -> Response:
    """The recovery codes stand in this answer only."""
    salt = _offered(request, viewer, form.raw("offered"))
    if salt is None:
        return see_other(SECOND_STEP, _TOO_LATE, "info")
    if not second_factor.is_of_app(form.line("code")):
        return _offer(request, viewer, salt, 422, (_NO_CODE,))
    try:
        with db.transaction() as session:
            second_factor.count(session, viewer.person_id, moment_of(request))
        with db.transaction() as session:
            codes = second_factor.add(session, actor, key_of(request), salt, form.line("code"), viewer.session_id)
    except Invalid as refused:
        return _offer(request, viewer, salt, 422, tuple(refused.problems))
    except TooMany as refused:
        return too_many(_offer(request, viewer, salt, 429, locked(refused)), refused)
    return page(request, "account/recovery_codes.html", {"codes": codes, "added": True})


@router.post("/recovery-codes")
def renew(request: Request, db: Db, viewer: LoggedIn, actor: Themselves, form: Form) -> Response:
    known = knows_password(request, db, viewer, form.raw("current_password"))
    try:
        with db.transaction() as session:
            demand_password(session, viewer, known)
            codes = second_factor.renew_codes(session, actor, key_of(request))
    except Invalid as refused:
        return _page(request, db, viewer, 422, problems=refused.problems)
    return page(request, "account/recovery_codes.html", {"codes": codes, "added": False})


@router.post("/remove")
def remove(request: Request, db: Db, viewer: LoggedIn, actor: Themselves, form: Form) -> Response:
    known = knows_password(request, db, viewer, form.raw("current_password"))
    try:
        with db.transaction() as session:
            demand_password(session, viewer, known)
            second_factor.remove(session, actor, viewer.session_id)
    except Invalid as refused:
        return _page(request, db, viewer, 422, problems=refused.problems)
    return see_other(SECOND_STEP, M("Die zweite Stufe ist entfernt. Andere Sitzungen wurden beendet."))
