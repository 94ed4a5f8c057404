"""No other site can post in somebody's name. One dependency on the router of all pages: no route can forget it.

Three locks: what the browser says about the origin; a token in the form; the token belongs to the session cookie (or, before
log-in, to a visitor cookie), proved by the secret key. The API takes no cookies (see hosts.py) and needs none of this.
"""

import hmac
import secrets
from urllib.parse import urlsplit

from markupsafe import Markup
from starlette.requests import Request

from consultation.core.errors import Forbidden
from consultation.core.language import M
from consultation.http import cookies, signing
from consultation.http.asked import settings_of
from consultation.http.forms import PostedForm, posted_form

FIELD = "csrf_token"
HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Stale(Forbidden):
    """The form is from before a log-in or log-out, from another browser, or from another site."""

    code = "stale_form"


async def protect(request: Request) -> None:
    """Refuses every unsafe request without a valid token."""
    if request.method in SAFE_METHODS:
        return
    if not _from_here(request):
        raise Stale(M("Diese Anfrage kam nicht von einer Seite dieses Dienstes und wurde nicht ausgeführt."))
    given = request.headers.get(HEADER) or _line(await posted_form(request))
    if not _belongs(request, given):
        raise Stale(
            M(
                "Diese Seite ist nicht mehr aktuell, zum Beispiel weil Sie sich inzwischen an- oder abgemeldet haben. "
                "Bitte gehen Sie zurück, laden Sie die Seite neu und senden Sie Ihre Angaben noch einmal."
            )
        )


def _line(form: PostedForm) -> str:
    return form.line(FIELD)


def _from_here(request: Request) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    base = urlsplit(settings_of(request).base_url)
    given = urlsplit(origin)
    here = {(base.scheme, base.netloc), (request.url.scheme, request.headers.get("host", ""))}
    return (given.scheme, given.netloc) in here


def surely_from_here(request: Request) -> bool:
    """As the browser itself says; without its word nothing that was posted is shown again."""
    return _from_here(request) and bool(request.headers.get("origin") or request.headers.get("sec-fetch-site"))


def _belongs(request: Request, token: str) -> bool:
    bound = _bound_to(request)
    value = signing.verify(_key(request), "csrf", token) if token and bound else None
    return value is not None and hmac.compare_digest(value[_SALT:], bound)


_SALT = 12


def _bound_to(request: Request) -> bytes:
    """A digest of the cookie the form belongs to; empty if the browser sent none."""
    cookie = cookies.read(request, cookies.SESSION) or cookies.read(request, cookies.VISITOR)
    return _digest(request, cookie) if cookie else b""


def _digest(request: Request, cookie: str) -> bytes:
    return hmac.digest(_key(request).encode(), b"csrf-bound:" + cookie.encode("utf-8", "replace"), "sha256")[:16]


def _key(request: Request) -> str:
    return settings_of(request).secret_key.get_secret_value()


class Token:
    """Made when a page first asks for it. `visitor` is then the cookie the answer must set, if the browser has none."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._value = ""
        self._field = Markup()
        self.visitor = ""

    @property
    def used(self) -> bool:
        return bool(self._value)

    def value(self) -> str:
        if not self._value:
            bound = _bound_to(self._request)
            if not bound:
                self.visitor = secrets.token_urlsafe(24)
                bound = _digest(self._request, self.visitor)
            self._value = signing.sign(_key(self._request), "csrf", secrets.token_bytes(_SALT) + bound)
        return self._value

    def field(self) -> Markup:
        """For every form of the page the same."""
        self._field = self._field or Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, self.value())
        return self._field
