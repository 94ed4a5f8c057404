"""Published editions: what they are, their figures at a glance, the document to read, the files to take."""

from pathlib import Path

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.documents import queries
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.formats.html import content_security_policy
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition
from consultation.http import Configured, Db, Number, Pages, page
from consultation.http.actors import Seen
from consultation.people.viewers import Viewer
from consultation.responses.participation import Participation
from consultation.states import EditionState
from consultation.subjects import Actor
from consultation.web.public.consultations import crumbs, surroundings
from consultation.web.public.readers import find

router = Pages(prefix="/consultations/{slug}/editions/{number}")
DOCUMENT = "html"


@router.get("")
def show(request: Request, db: Db, settings: Configured, viewer: Seen, slug: str, number: Number) -> Response:
    with db.reader() as session:
        actor, edition = _published(session, request, viewer, slug, number)
        others = queries.of_consultation(session, actor, edition.consultation_id)
        data = {
            **surroundings(actor, edition.consultation),
            "edition": edition,
            "formats": FORMATS,
            "readable": any(file.format == DOCUMENT for file in edition.files),
            "participation": _participation(settings.documents, edition),
            "newer": next((o for o in others if _replaces(o, edition)), None),
            "breadcrumbs": crumbs(edition.consultation, M("Ausgabe {number}", number=number)),
        }
        return page(request, "public/edition.html", data)


def _replaces(other: Edition, edition: Edition) -> bool:
    """A translation takes nobody's place."""
    return (
        other.state == EditionState.PUBLISHED and other.number > edition.number and other.language == edition.language
    )


@router.get("/document")
def document(request: Request, db: Db, settings: Configured, viewer: Seen, slug: str, number: Number) -> Response:
    """The whole edition in the browser, under its own policy: no script, no form, nothing from elsewhere."""
    with db.reader() as session:
        _, edition = _published(session, request, viewer, slug, number)
        name = next((file.name for file in edition.document if file.format == DOCUMENT), "")
        path = queries.file_path(settings.documents, edition, name)
    return FileResponse(path, media_type="text/html; charset=utf-8", headers=_headers())


@router.get("/files/{name}")
def download(
    request: Request, db: Db, settings: Configured, viewer: Seen, slug: str, number: Number, name: str
) -> Response:
    with db.reader() as session:
        _, edition = _published(session, request, viewer, slug, number)
        found = queries.file(edition, name)
        path = queries.file_path(settings.documents, edition, name)
    return FileResponse(path, media_type=FORMATS[found.format].media_type, filename=found.name, headers=_headers())


def _headers() -> dict[str, str]:
    """Asked for again each time, since a file may stop being public; unchanged it is not sent again."""
    return {"Content-Security-Policy": content_security_policy(), "Cache-Control": "private, no-cache"}


def _published(
    session: Session, request: Request, viewer: Viewer | None, slug: str, number: int
) -> tuple[Actor, Edition]:
    """Here planners too see only what was published; editions in the making are on their own pages."""
    actor, consultation = find(session, request, viewer, slug)
    edition = queries.by_number(session, actor, slug, number)
    if edition.state != EditionState.PUBLISHED:
        raise NotFound(M("Diese Ausgabe gibt es nicht."))
    edition.consultation.invited = consultation.invited
    return actor, edition


def _participation(documents: Path, edition: Edition) -> Participation | None:
    """From the frozen snapshot, never from live data."""
    path = folder_of(documents, edition.id) / SNAPSHOT
    return Frozen(path).participation if path.is_file() else None
