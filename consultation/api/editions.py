"""Editions of the consolidated document: what is public stands here, and everything is read from the frozen snapshot."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from consultation.api.figures import participation_numbers
from consultation.api.gate import CHANGING, OPEN, files_of, resource
from consultation.api.paging import USUAL, Cursor, Limit, Page, Since, cursor_of, listed, read_cursor, whole
from consultation.api.replies import reply
from consultation.api.shapes import Shape, Thing, mark_of
from consultation.consultations import queries as consultations
from consultation.core.changes import moments
from consultation.core.db import Database
from consultation.core.errors import Conflict, NotFound
from consultation.core.language import M
from consultation.documents import queries
from consultation.documents.edition_news import TITLES, News, edition_news
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.formats.html import content_security_policy
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition, EditionFile
from consultation.documents.volumes import READABLE
from consultation.evaluation.coverage import for_machines
from consultation.http import Configured, Db
from consultation.http.programs import AnyProgram
from consultation.settings import Settings
from consultation.states import Audience, EditionState
from consultation.subjects import Actor

router = resource("Ausgaben")
Number = Annotated[int, Path(ge=1, le=100_000, description="Nummer der Ausgabe.")]


class FileObject(Shape):
    """Eine Datei der Ausgabe."""

    format: str = Field(examples=["pdf"])
    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    sha256: str
    url: str


class VolumeObject(Shape):
    """Ein Band mit Texten im Wortlaut."""

    number: int
    first_text: int = Field(description="Nummer seines ersten Textes, durch alle Bände gezählt.")
    last_text: int
    first_question: str = Field(examples=["12"])
    last_question: str
    files: list[FileObject]


class EditionObject(Thing):
    """Ausgabe: eingefroren, nummeriert, mit Prüfsumme."""

    consultation: str
    number: int
    audience: Audience = Field(description="Für wen: intern oder öffentlich.")
    state: EditionState
    language: str
    filters: dict[str, Any]
    data_cut: datetime = Field(description="Datenstand.")
    published: datetime | None
    texts_checked: datetime | None = Field(description="Wann bestätigt wurde, dass alle Texte geprüft sind.")
    redactions: int = Field(description="Geschwärzte Passagen.")
    snapshot_hash: str | None = Field(description="SHA-256 des NDJSON ohne seine letzte Zeile.")
    outline_hash: str | None
    files: list[FileObject]
    volumes: list[VolumeObject] = Field(
        description="Anhangbände mit allen Texten im Wortlaut; leer, wenn das Dokument selbst sie enthält."
    )


class CountChange(Shape):
    """Eine Zahl, die sich geändert hat."""

    name: str = Field(description="Eine von: " + ", ".join(TITLES) + ".")
    before: int
    now: int


class EditionNews(Shape):
    """Was gegenüber der vorigen öffentlichen Ausgabe in derselben Sprache neu ist, aus beiden eingefrorenen Ständen."""

    edition: int = Field(description="Nummer der vorigen Ausgabe.")
    counts: list[CountChange]
    added: list[int] = Field(
        description="Nummern der Punkte, die zuvor nicht gezeigt wurden. Leer wie `gone`, wenn beide Ausgaben "
        "nicht dieselbe Auswahl von Punkten zeigen."
    )
    gone: list[int] = Field(description="Punkte, die nicht mehr gezeigt werden.")
    decided: list[int] = Field(description="Punkte, zu denen seither entschieden ist.")
    decided_otherwise: list[int] = Field(description="Punkte, deren Entscheidung oder Erwiderung anders als zuvor ist.")
    figures: list[str] = Field(description="Nummern der Fragen mit anderen Zahlen.")
    shown_first: list[str] = Field(description="Fragen, die zuvor ohne Zahlen waren.")
    shown_no_more: list[str] = Field(description="Fragen, deren Zahlen nicht mehr gezeigt werden.")


class WholeEdition(EditionObject):
    """Ausgabe mit dem, was an ihr neu ist."""

    news: EditionNews | None = Field(
        description="Leer bei der ersten öffentlichen Ausgabe, bei internen und bei nicht veröffentlichten."
    )


@router.get(
    "/consultations/{slug}/editions", response_model=Page[EditionObject], summary="Ausgaben", openapi_extra=OPEN
)
def editions(
    request: Request, db: Db, actor: AnyProgram, slug: str, limit: Limit = USUAL, cursor: Cursor = None,
    modified_since: Since = None,
) -> Response:  # fmt: skip
    """Ohne Zugangsschlüssel die veröffentlichten Ausgaben öffentlicher Konsultationen."""
    (after,) = read_cursor(cursor, whole) or (0,)
    with db.reader() as session:
        consultation = consultations.get(session, actor, slug)
        found = sorted(queries.of_consultation(session, actor, consultation.id), key=lambda e: e.number)
        times = moments(session, Edition, [e.id for e in found])
        data = [edition_object(slug, e, times[e.id][1]) for e in found if e.number > after]
    data = [e for e in data if modified_since is None or e.modified >= modified_since]
    last = cursor_of(data[limit - 1].number) if len(data) > limit else None
    return reply(request, listed(request, data[:limit], last))


@router.get(
    "/consultations/{slug}/editions/{number}", response_model=WholeEdition, summary="Eine Ausgabe", openapi_extra=OPEN
)
def edition(
    request: Request, db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number
) -> Response:  # fmt: skip
    with db.reader() as session:
        found = queries.by_number(session, actor, slug, number)
        _, changed = moments(session, Edition, [found.id])[found.id]
        others = queries.of_consultation(session, actor, found.consultation_id)
        told = _news(edition_news(configured.documents, others, found))
        return reply(request, WholeEdition(**vars(edition_object(slug, found, changed)), news=told))


def _news(found: News | None) -> EditionNews | None:
    if found is None:
        return None
    return EditionNews(
        edition=found.before, counts=[CountChange(name=c.name, before=c.before, now=c.now) for c in found.counts],
        added=list(found.added), gone=list(found.gone), decided=list(found.decided),
        decided_otherwise=list(found.decided_otherwise), figures=list(found.figures),
        shown_first=list(found.shown_first), shown_no_more=list(found.shown_no_more),
    )  # fmt: skip


def edition_object(slug: str, found: Edition, changed: datetime) -> EditionObject:
    demo = found.consultation.demo
    base = f"/api/v1/consultations/{slug}/editions/{found.number}"
    return EditionObject(
        id=found.id, created=found.created_at, modified=changed, demo=demo, mark=mark_of(demo),
        consultation=slug, number=found.number, audience=found.audience,
        state=found.state, language=found.language, filters=found.filters, data_cut=found.data_cut,
        published=found.published_at, texts_checked=found.texts_checked_at,
        redactions=found.counts.get("redacted", 0), snapshot_hash=found.snapshot_hash, outline_hash=found.outline_hash,
        files=_files(found.document, f"{base}/files"),
        volumes=[
            VolumeObject(
                number=files[0].volume, first_text=files[0].holds["first"], last_text=files[0].holds["last"],
                first_question=files[0].holds["from"], last_question=files[0].holds["to"],
                files=_files(files, f"{base}/volumes/{files[0].volume}"),
            )
            for files in found.volumes
        ],
    )  # fmt: skip


def _files(files: Sequence[EditionFile], at: str) -> list[FileObject]:
    return [
        FileObject(
            format=f.format, name=f.name, media_type=FORMATS[f.format].media_type, size=f.size, sha256=f.sha256,
            url=f"{at}/{f.format}",
        )
        for f in files
        if f.format in FORMATS
    ]  # fmt: skip


@router.get(
    "/consultations/{slug}/editions/{number}/files/{format}",
    response_class=FileResponse,
    responses=files_of(found.media_type for found in FORMATS.values()),
    summary="Eine Datei der Ausgabe",
    openapi_extra=OPEN,
)
def file(
    db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number,
    format_: Annotated[str, Path(alias="format", max_length=20, examples=["pdf"])],
) -> Response:  # fmt: skip
    return _sent(db, actor, configured, slug, number, 0, format_)


@router.get(
    "/consultations/{slug}/editions/{number}/volumes/{volume}/{format}",
    response_class=FileResponse,
    responses=files_of(FORMATS[key].media_type for key in READABLE),
    summary="Ein Anhangband der Ausgabe",
    openapi_extra=OPEN,
)
def volume_file(
    db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number,
    volume: Annotated[int, Path(ge=1, le=100_000, description="Nummer des Bandes.")],
    format_: Annotated[str, Path(alias="format", max_length=20, examples=["pdf"])],
) -> Response:  # fmt: skip
    return _sent(db, actor, configured, slug, number, volume, format_)


def _sent(
    db: Database, actor: Actor, configured: Settings, slug: str, number: int, volume: int, format_: str
) -> FileResponse:
    """0 is the document itself."""
    with db.reader() as session:
        found = queries.by_number(session, actor, slug, number)
    of_volume = (f for f in found.files if f.volume == volume and f.format in FORMATS)
    chosen = next((f for f in of_volume if f.format == format_), None)
    if chosen is None:
        raise NotFound(M("In diesem Format gibt es die Ausgabe nicht."))
    path = queries.file_path(configured.documents, found, chosen.name)
    headers = {"ETag": f'"{chosen.sha256}"', "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if format_ == "html":
        headers["Content-Security-Policy"] = content_security_policy()
    return FileResponse(path, headers=headers, media_type=FORMATS[format_].media_type, filename=chosen.name)


class FrozenObject(Shape):
    """Was aus dem eingefrorenen Bestand kommt, ändert sich nie mehr: Beide Zeiten sind der Datenstand."""

    created: datetime
    modified: datetime
    demo: bool
    mark: str | None
    model_config = {"extra": "allow"}


class FrozenPage(Shape):
    """Eine Seite aus dem eingefrorenen Bestand."""

    data: list[FrozenObject]
    links: dict[str, str]


@router.get(
    "/consultations/{slug}/editions/{number}/participation",
    response_model=FrozenObject,
    responses={409: CHANGING[409]},
    summary="Beteiligung einer Ausgabe",
    openapi_extra=OPEN,
)
def participation(
    request: Request, db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number
) -> Response:
    frozen = _frozen(db, actor, configured, slug, number)
    return reply(request, _marked(frozen, participation_numbers(frozen.participation)))


@router.get(
    "/consultations/{slug}/editions/{number}/statistics",
    response_model=FrozenObject,
    responses={409: CHANGING[409]},
    summary="Zahlen einer Ausgabe, in öffentlichen geschützt",
    openapi_extra=OPEN,
)
def statistics(
    request: Request, db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number
) -> Response:
    frozen = _frozen(db, actor, configured, slug, number)
    found = {**frozen.statistics.to_json(), **for_machines(frozen.participation, frozen.language)}
    return reply(request, _marked(frozen, found))


@router.get(
    "/consultations/{slug}/editions/{number}/points",
    response_model=FrozenPage,
    responses={409: CHANGING[409]},
    summary="Einzelpunkte einer Ausgabe mit Entscheidung und Erwiderung",
    openapi_extra=OPEN,
)
def points(
    request: Request, db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number,
    limit: Limit = USUAL, cursor: Cursor = None,
) -> Response:  # fmt: skip
    return _records(request, _frozen(db, actor, configured, slug, number), "point", limit, cursor)


@router.get(
    "/consultations/{slug}/editions/{number}/participants",
    response_model=FrozenPage,
    responses={409: CHANGING[409]},
    summary="Teilnehmende einer Ausgabe, in öffentlichen nur die namentlich freigegebenen",
    openapi_extra=OPEN,
)
def participants(
    request: Request, db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number,
    limit: Limit = USUAL, cursor: Cursor = None,
) -> Response:  # fmt: skip
    return _records(request, _frozen(db, actor, configured, slug, number), "participant", limit, cursor)


@router.get(
    "/consultations/{slug}/editions/{number}/responses",
    response_model=FrozenPage,
    responses={409: CHANGING[409]},
    summary="Antworten einer Ausgabe, in öffentlichen Teil für Teil nach der Veröffentlichungsfreigabe",
    openapi_extra=OPEN,
)
def responses(
    request: Request, db: Db, actor: AnyProgram, configured: Configured, slug: str, number: Number,
    limit: Limit = USUAL, cursor: Cursor = None,
) -> Response:  # fmt: skip
    return _records(request, _frozen(db, actor, configured, slug, number), "response", limit, cursor)


def _frozen(db: Db, actor: Actor, configured: Settings, slug: str, number: int) -> Frozen:
    with db.reader() as session:
        found = queries.by_number(session, actor, slug, number)
    path = folder_of(configured.documents, found.id) / SNAPSHOT
    if found.state not in (EditionState.COMPILED, EditionState.PUBLISHED) or not path.is_file():
        raise Conflict(M("Diese Ausgabe ist noch nicht fertig."))
    return Frozen(path)


def _records(request: Request, frozen: Frozen, kind: str, limit: int, cursor: str | None) -> Response:
    (start,) = read_cursor(cursor, whole) or (0,)
    found: Iterator[dict[str, Any]] = frozen.records(kind)
    data = list(islice(found, start, start + limit + 1))
    last = cursor_of(start + limit) if len(data) > limit else None
    return reply(request, listed(request, [_marked(frozen, record) for record in data[:limit]], last))


def _marked(frozen: Frozen, record: dict[str, Any]) -> dict[str, Any]:
    cut, demo = frozen.head["data_cut"], frozen.head["demo"]
    return {"created": cut, "modified": cut, "demo": demo, "mark": mark_of(demo), **record}
