"""What a public service has to say about itself: accessibility, data protection, imprint; and a page for developers."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.language import M, Message
from consultation.http import Configured, page
from consultation.settings import Settings

router = APIRouter()


@router.get("/accessibility")
def accessibility(request: Request, settings: Configured) -> Response:
    return _notice(request, settings, "accessibility", M("Barrierefreiheit"))


@router.get("/privacy")
def privacy(request: Request, settings: Configured) -> Response:
    return _notice(request, settings, "privacy", M("Datenschutz"))


@router.get("/imprint")
def imprint(request: Request, settings: Configured) -> Response:
    return _notice(request, settings, "imprint", M("Impressum"))


@router.get("/developers")
def developers(request: Request, settings: Configured) -> Response:
    return _notice(request, settings, "developers", M("Für Entwicklerinnen und Entwickler"))


def _notice(request: Request, settings: Settings, name: str, title: Message) -> Response:
    data = {
        "title": title,
        "settings": settings,
        "address": [line.strip() for line in settings.imprint_address.split("\\n") if line.strip()],
        "breadcrumbs": [(M("Start"), "/"), (title, "")],
    }
    return page(request, f"public/{name}.html", data)
