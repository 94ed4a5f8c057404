"""As whom somebody reads a public address: as everybody, or for one of the organisations they belong to."""

from collections.abc import Iterator

from sqlalchemy.orm import Session
from starlette.requests import Request

from consultation.consultations import queries
from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.http.actors import moment_of
from consultation.people.viewers import Viewer
from consultation.subjects import Actor, stranger


def readers(request: Request, viewer: Viewer | None) -> Iterator[Actor]:
    """The stranger first, so that what is public looks the same to all; then each place that is no longer waiting."""
    moment = moment_of(request)
    yield stranger(moment)
    if viewer is not None:
        yield from (viewer.actor(moment, place) for place in viewer.places if not place.waiting)


def find(session: Session, request: Request, viewer: Viewer | None, slug: str) -> tuple[Actor, Consultation]:
    """The consultation and as whom it may be read. Raises NotFound: also for what exists and is not for this reader."""
    for actor in readers(request, viewer):
        try:
            return actor, queries.get(session, actor, slug)
        except NotFound:
            continue
    raise NotFound(M("Diese Konsultation gibt es nicht."))
