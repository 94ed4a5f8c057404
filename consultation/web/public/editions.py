"""Published editions: what they are, their figures at a glance, the document to read, the files to take."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.documents import queries
from consultation.documents.edition_news import edition_news
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.formats.html import content_security_policy
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition
from consultation.documents.numbering import placed
from consultation.http import Configured, Db, Number, Pages, page
from consultation.http.actors import Seen
from consultation.people.viewers import Viewer
from consultation.responses.participation import Participation
from consultation.states import EditionState
from consultation.subjects import Actor
from consultation.web import reading
from consultation.web.public.consultations import crumbs, surroundings
from consultation.web.public.readers import find

router = Pages(prefix="/consultations/{slug}/editions/{number}")


@router.get("")
def show(request: Request, db: Db, settings: Configured, viewer: Seen, slug: str, number: Number) -> Response:
    with db.reader() as session:
        actor, edition = _published(session, request, viewer, slug, number)
        others = queries.of_consultation(session, actor, edition.consultation_id)
        data = {
            **surroundings(actor, edition.consultation),
            "edition": edition,
            "placed": placed(number, _earlier(others, number)),
            "formats": FORMATS,
            "readable": reading.readable(edition),
            "participation": _participation(settings.documents, edition),
            "newer": _newer(others, edition),
            "news": edition_news(settings.documents, others, edition),
            "breadcrumbs": crumbs(edition.consultation, M("Ausgabe {number}", number=number)),
        }
        return page(request, "public/edition.html", data)


def _earlier(others: Iterable[Edition], number: int) -> list[int]:
    return [other.number for other in others if other.state == EditionState.PUBLISHED and other.number < number]


def _newer(others: Iterable[Edition], edition: Edition) -> Edition | None:
    return next((other for other in others if _replaces(other, edition)), None)


def _replaces(other: Edition, edition: Edition) -> bool:
    """A translation takes nobody's place."""
    return (
        other.state == EditionState.PUBLISHED and other.number > edition.number and other.language == edition.language
    )


@router.get("/document")
def document(request: Request, db: Db, settings: Configured, viewer: Seen, slug: str, number: Number) -> Response:
    """The whole edition in the browser, with the way back to its page."""
    with db.reader() as session:
        actor, edition = _published(session, request, viewer, slug, number)
        newer = _newer(queries.of_consultation(session, actor, edition.consultation_id), edition)
        back = f"/consultations/{slug}/editions/{number}"
        return reading.document(request, settings.documents, edition, back, newer.number if newer else None, kept=True)


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
