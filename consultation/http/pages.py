"""Pages and redirects: a template, the reader's language, the token for its forms, and what every page shows."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send

from consultation.core import markup
from consultation.core.language import LANGUAGES, Language, Message
from consultation.http import cookies, flash
from consultation.http.asked import settings_of
from consultation.http.csrf import Token
from consultation.http.language import language_asked, language_of
from consultation.http.nearest import page_above

_YEAR = 365 * 24 * 3600
_NAMES: dict[Language, str] = {"de": "Deutsch", "en": "English"}


def page(
    request: Request, name: str, data: Mapping[str, Any] | None = None, status: int = 200, *, partial: bool = False
) -> HTMLResponse:
    """A whole page; with `partial` a piece of one for htmx, which leaves the sentence of the last redirect alone.

    Templates may use: `viewer`, `site`, `language`, `languages`, `path`, `flash`, `demo`, `problems`, `navigation`,
    `breadcrumbs`, `asset(name)`, `integrity(name)`, `csrf_field()`, `csrf_token()`.
    """
    language, token = language_of(request), Token(request)
    said = None if partial else flash.told(request)
    shown = {"flash": said, "languages": _switch(request, language, status)}
    values = {**_surroundings(request, language, token), **shown, **(data or {})}
    response = HTMLResponse(markup.render(name, values, language), status, {"Content-Language": language})
    if token.visitor:
        cookies.put(request, response, cookies.VISITOR, token.visitor)
    if said:
        cookies.drop(request, response, cookies.FLASH)
    if switched := language_asked(request):
        cookies.put(request, response, cookies.LANGUAGE, switched, seconds=_YEAR)
    return response


def _surroundings(request: Request, language: Language, token: Token) -> dict[str, Any]:
    settings, assets = settings_of(request), request.app.state.assets
    return {
        "site": SimpleNamespace(name=settings.site_name, authority_line=settings.authority_line),
        "viewer": getattr(request.state, "viewer", None),
        "path": request.url.path,
        "demo": getattr(request.state, "demo", False),
        "problems": (),
        "navigation": getattr(request.state, "navigation", ()),
        "breadcrumbs": (),
        "asset": assets.address,
        "integrity": assets.integrity,
        "csrf_field": token.field,
        "csrf_token": token.value,
    }


_REFUSED = frozenset({409, 422})


def _switch(request: Request, language: Language, status: int) -> list[SimpleNamespace]:
    """Links to this very page in the other languages. The answer to a form has no address of its own: where the form was
    refused they lead to the page it stands on, and where it was taken there are none (some answers are shown once).
    """
    reading = request.method in {"GET", "HEAD"}
    if not reading and status not in _REFUSED:
        return []
    place = "" if reading else safe_path(page_above(request))
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    return [
        SimpleNamespace(
            code=code, name=_NAMES[code], current=code == language, href=f"{place}?{urlencode([*kept, ('lang', code)])}"
        )
        for code in LANGUAGES
    ]  # fmt: skip


class SeeOther(RedirectResponse):
    """303 to a page of ours, with a sentence for it. The sentence is signed when the answer is sent: the app is known then."""

    def __init__(self, url: str, message: Message | None, kind: flash.Kind, language: Language | None) -> None:
        super().__init__(url, 303)
        self._message, self._kind, self._language = message, kind, language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._message:
            flash.tell(Request(scope), self, self._message, self._kind, self._language)
        await super().__call__(scope, receive, send)


def see_other(
    url: str, message: Message | None = None, kind: flash.Kind = "success", *, language: Language | None = None
) -> SeeOther:
    """After a POST: `see_other("/o/…", M("Gespeichert."))`. Only paths of this service; anything else is our mistake."""
    if not url or safe_path(url, "") != url:
        raise ValueError("not a path of this service")
    return SeeOther(url, message, kind, language)


def safe_path(url: str, otherwise: str = "/") -> str:
    """Where somebody wants to go next, if that is a path of this service (`?next=…`)."""
    plain = url.isascii() and url.isprintable() and not any(sign in url for sign in "\\ ")
    return url if plain and url.startswith("/") and not url.startswith("//") else otherwise
