"""What a public service has to say about itself: accessibility, data protection, imprint; and a page for developers."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.language import M, Message
from consultation.http import Configured, Db, Pages, page
from consultation.people import sessions
from consultation.register.queries import latest_import
from consultation.register.shipped import attribution
from consultation.settings import Settings

router = Pages()
BASIS = M("Art. 6 Abs. 1 Buchst. e DSGVO (Wahrnehmung einer öffentlichen Aufgabe)")


@router.get("/accessibility")
def accessibility(request: Request, settings: Configured) -> Response:
    return _notice(request, settings, "accessibility", M("Barrierefreiheit"))


@router.get("/privacy")
def privacy(request: Request, settings: Configured) -> Response:
    """The usual basis is said in the reader's language; what the installation wrote itself, as it stands there."""
    own = settings.privacy_basis != Settings.model_fields["privacy_basis"].default
    return _notice(request, settings, "privacy", M("Datenschutz"), basis=settings.privacy_basis if own else BASIS)


@router.get("/imprint")
def imprint(request: Request, db: Db, settings: Configured) -> Response:
    """Names the register by the date of the one that is really held."""
    with db.reader() as session:
        held = latest_import(session)
    return _notice(request, settings, "imprint", M("Impressum"), register=attribution(held.as_of) if held else None)


@router.get("/developers")
def developers(request: Request, settings: Configured) -> Response:
    return _notice(request, settings, "developers", M("Für Entwicklerinnen und Entwickler"))


def _notice(request: Request, settings: Settings, name: str, title: Message, **more: object) -> Response:
    data: dict[str, object] = {
        "title": title,
        "settings": settings,
        "checked": _day(settings.accessibility_checked),
        "idle": sessions.IDLE // timedelta(hours=1),
        "longest": sessions.LONGEST.days,
        "address": [line.strip() for line in settings.imprint_address.split("\\n") if line.strip()],
        "breadcrumbs": [(M("Start"), "/"), (title, "")],
    }
    return page(request, f"public/{name}.html", data | more)


def _day(text: str) -> date | None:
    """A day that is none was never checked at all."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
