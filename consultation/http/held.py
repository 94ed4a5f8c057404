"""What somebody typed and we could not take: handed back whole, to be read, copied and sent once more.

Nothing of it is kept here or in the browser's storage: it lives in the page that answers, as long as that page is open.
"""

import uuid
from dataclasses import dataclass

from starlette.requests import Request

from consultation.core.text import clean
from consultation.http import csrf
from consultation.http.forms import PostedForm
from consultation.http.pages import safe_path

_WORK, _ACCOUNT = ("/o/", "/operator/"), "/account"
"""Where people work, for an organisation or for the service, and where they say their name; what is typed elsewhere (passwords,
codes) is never handed back.
"""
_AGAIN = frozenset({401, 409, 429, 500, 503})
"""What may go well the next time without another word."""
_UNSEEN = ("version.", "shown.", "present.", "settle.")


@dataclass(frozen=True)
class Held:
    action: str
    fields: tuple[tuple[str, str], ...]
    """Everything that was posted, for hidden inputs; empty if sending it again would not help."""
    texts: tuple[str, ...]
    """What a person wrote in words of their own."""


def held(request: Request, status: int, code: str = "") -> Held | None:
    """`None` if nothing was posted, or if it did not come from a page of this service."""
    form: PostedForm | None = getattr(request.state, "posted_form", None)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if form is None or request.method != "POST" or not may_be_held(request.url.path):
        return None
    if not safe_path(wanted, "") or not csrf.surely_from_here(request):
        return None
    fields = tuple((name, str(value)) for name in form.keys() if _may_be_shown(name) for value in form.getlist(name))  # noqa: SIM118 -- no mapping
    if not any(value.strip() for _, value in fields):
        return None
    again = (status in _AGAIN or code == csrf.Stale.code) and not form.has_files
    return Held(wanted, fields if again else (), tuple(clean(v) for n, v in fields if _is_text(n, v)))


def may_be_held(path: str) -> bool:
    return path.startswith(_WORK) or path == _ACCOUNT


def _may_be_shown(name: str) -> bool:
    return name != csrf.FIELD and "password" not in name


def _is_text(name: str, value: str) -> bool:
    """Written, not chosen: keys and fingerprints have no blanks and are short."""
    if name.startswith(_UNSEEN) or not (words := value.strip()):
        return False
    return any(sign.isspace() for sign in words) or (len(words) > 24 and not _is_id(words))


def _is_id(value: str) -> bool:
    """Also one that says before a colon what it is of: "organisation:0190…"."""
    try:
        uuid.UUID(value.rpartition(":")[2])
    except ValueError:
        return False
    return True
