"""The consolidated responses, whole: as a list, and in bulk. For members of the programme; a Land unit gets its Land."""

import os
import tempfile
import threading
import uuid
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from fastapi.concurrency import contextmanager_in_threadpool
from pydantic import Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as Asked

from consultation.api.gate import files_of, resource
from consultation.api.paging import USUAL, Cursor, Limit, Page, Since, cursor_of, listed, read_cursor, word
from consultation.api.replies import reply
from consultation.api.shapes import RECEIVED_ON, SUBMITTED_AT, Shape, Thing, Tombstone
from consultation.core.db import Database
from consultation.core.errors import NotFound, TooMany
from consultation.core.language import M
from consultation.documents import bulk as consolidated
from consultation.documents.formats import FORMATS
from consultation.http import Db
from consultation.http.programs import scoped, still_acting
from consultation.people.kinds import OrganisationKind
from consultation.people.tokens import Scope
from consultation.responses.models import Channel, Disclosure, RepresentationKind
from consultation.subjects import Actor

router = resource("Stellungnahmen")
Reader = Annotated[Actor, Depends(scoped(Scope.CONSULTATION_READ))]
AT_A_TIME = 4
"""Bulk exports at once in one process: the others get 429 and come back, people keep their pages."""
_places = threading.BoundedSemaphore(AT_A_TIME)


class Kind(StrEnum):
    NDJSON = "ndjson"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class Round(Shape):
    """Konsultation, Runde und Fassung, auf die geantwortet wurde."""

    slug: str
    round: int
    version: int


class FrozenRow(Shape):
    """Zeile des Gemeindeverzeichnisses, wie sie bei der Abgabe war."""

    ars: str
    ags: str | None
    name: str
    kind: str
    state: str
    population: int | None
    size_class: str | None
    as_of: str


class Sender(Shape):
    """Die antwortende Stelle."""

    id: uuid.UUID
    name: str
    kind: OrganisationKind
    demo: bool
    register_: FrozenRow | None = Field(alias="register")


class Represented(Shape):
    """Vertretene oder unterstützende Stelle."""

    ars: str
    kind: RepresentationKind
    name: str
    population: int | None


class ResponseObject(Thing):
    """Stellungnahme: die Abgabe, die zählt, im vollen Wortlaut. Personenbezogene Angaben stehen nicht darin."""

    type: str = Field(examples=["response"])
    consultation: Round
    organisation: Sender
    revision: int = Field(description="Nummer der Abgabe.")
    receipt_number: str = Field(description="Eingangsnummer.")
    submitted_at: datetime = Field(description=SUBMITTED_AT)
    received_on: date | None = Field(description=RECEIVED_ON)
    content_hash: str = Field(description="SHA-256 des kanonischen Dokuments.")
    channel: Channel = Field(description="Erfassungsweg.")
    nil_return: bool = Field(description="Fehlanzeige.")
    late: bool = Field(description="Verfristet.")
    provisional: bool = Field(description="Unter Gremienvorbehalt.")
    own_reference: str
    represented: list[Represented]
    draft_version: dict[str, Any] | None
    form_version: dict[str, Any]
    disclosure: dict[str, Disclosure] = Field(description="Veröffentlichungsfreigabe je Teil, wie sie jetzt gilt.")
    answers: dict[str, Any] = Field(description="Feldschlüssel → Antwort.")


@router.get(
    "/consultations/{slug}/responses",
    response_model=Page[ResponseObject | Tombstone],
    summary="Konsolidierte Stellungnahmen mit vollem Wortlaut",
)
def responses(
    request: Request, db: Db, actor: Reader, slug: str, limit: Limit = USUAL, cursor: Cursor = None,
    modified_since: Since = None,
) -> Response:  # fmt: skip
    """Alphabetisch nach Stelle. Mit `modified_since` auch Grabsteine: zurückgenommen oder abgelehnt."""
    after: Any = read_cursor(cursor, word, uuid.UUID)
    with db.reader() as session:
        data = consolidated.open_export(session, actor, slug).page(after, limit + 1, modified_since)
    last = cursor_of(*data[limit - 1][0]) if len(data) > limit else None
    return reply(request, listed(request, [_object(record) for _, record in data[:limit]], last))


@router.get(
    "/consultations/{slug}/responses/{response_id}", response_model=ResponseObject, summary="Eine Stellungnahme"
)
def response(request: Request, db: Db, actor: Reader, slug: str, response_id: uuid.UUID) -> Response:
    with db.reader() as session:
        found = consolidated.open_export(session, actor, slug).one(response_id)
    if found is None:
        raise NotFound(M("Diese Stellungnahme gibt es nicht."))
    return reply(request, _object(found))


def _object(record: dict[str, Any]) -> dict[str, Any]:
    """A submission never changes; what may be done with a response is its organisation's business."""
    return record if "deleted" in record else {**record, "actions": []}


@router.get(
    "/consultations/{slug}/responses.{kind}",
    response_class=StreamingResponse,
    responses=files_of(FORMATS[kind].media_type for kind in Kind),
    summary="Alle Stellungnahmen in einer Datei",
)
def bulk(request: Request, db: Db, actor: Reader, slug: str, kind: Kind) -> Response:
    """NDJSON: eine Zeile je Stelle, im Strom; die letzte Zeile nennt die Zahl (`{"count": n, "type": "end"}`): fehlt sie,
    ist die Übertragung abgerissen, oder der Zugang wurde währenddessen entzogen. CSV und XLSX: eine Zeile je Stelle,
    eine Spalte je Feld, AGS als Text.
    """
    with db.reader() as session:
        consultation = consolidated.open_export(session, actor, slug).consultation
    name = f"{'beispieldaten-' if consultation.demo else ''}stellungnahmen-{slug}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if kind == Kind.NDJSON:
        blocks = consolidated.stream(db, actor, slug, lambda: _may_still(request, db, slug))
        return Counted(_streamed(blocks, headers))
    return Counted(_written(db, actor, slug, kind, headers))


def _may_still(request: Request, db: Database, slug: str) -> bool:
    """Asked of the present, not of the moment at which the stream began."""
    actor = still_acting(request, db, Scope.CONSULTATION_READ)
    if actor is None:
        return False
    try:
        with db.reader() as session:
            consolidated.open_export(session, actor, slug)
    except NotFound:
        return False
    return True


class Counted(Response):
    """Takes its place before it is prepared, and gives it back when it ended, in whatever way. Raises TooMany."""

    def __init__(self, prepared: AbstractContextManager[Response]) -> None:
        super().__init__()
        self.prepared = prepared

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        if not _places.acquire(blocking=False):
            message = M("Gerade laufen zu viele Ausfuhren. Bitte versuchen Sie es gleich noch einmal.")
            raise TooMany(message, retry_after=10)
        try:
            async with contextmanager_in_threadpool(self.prepared) as answer:
                await answer(scope, receive, send)
        finally:
            _places.release()


@contextmanager
def _streamed(blocks: Generator[bytes], headers: dict[str, str]) -> Iterator[Response]:
    """Whoever goes away early leaves no reader open."""
    with closing(blocks):
        yield StreamingResponse(blocks, media_type=FORMATS[Kind.NDJSON].media_type, headers=headers)


@contextmanager
def _written(db: Database, actor: Actor, slug: str, kind: Kind, headers: dict[str, str]) -> Iterator[Response]:
    """A whole file, so that nothing half-written is ever sent; gone after sending."""
    handle, name = tempfile.mkstemp(prefix="export-")
    os.close(handle)
    path = Path(name)
    try:
        consolidated.write(db, actor, slug, kind, path)
        yield FileResponse(path, headers=headers, media_type=FORMATS[kind].media_type)
    finally:
        path.unlink()
