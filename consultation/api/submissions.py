"""Submitting, withdrawing, reopening: through the same actions as the pages. A repeated request has one effect."""

import hashlib
import uuid
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Header, Path
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response as Answered

from consultation.api.answers import body_of
from consultation.api.gate import CHANGING, resource
from consultation.api.own import OwnResponse, Reader, Receipt, Writer, receipt, require, send, shown
from consultation.api.replies import reply
from consultation.api.shapes import Shape
from consultation.api.strict import MaybeJsonObject, only, text_of
from consultation.core.bounds import REASON
from consultation.core.errors import Conflict, Invalid
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.http import Db, Spoken
from consultation.responses import actions, queries, submission
from consultation.responses.desk import desk_of
from consultation.responses.models import Channel, Response, Revision
from consultation.rulebook import RESPONSE
from consultation.subjects import Actor

router = resource("Abgabe")
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=8, max_length=100, pattern="^[!-~]+$",
        description="Frei gewählt, einmalig je Abgabe. Dieselbe Anfrage mit demselben Schlüssel wirkt einmal und bekommt "
        "dieselbe Eingangsbestätigung; mit anderem Inhalt wird sie abgelehnt (422).",
        examples=["6f1c2f0e-abgabe-1"],
    ),
]  # fmt: skip
Number = Annotated[int, Path(ge=1, le=100_000, description="Nummer der Abgabe.")]


class Release(Shape):
    """Wer freigibt; steht neben der Abgabe, nicht in ihr."""

    name: str = Field(min_length=1, max_length=200, examples=["Kim Muster"])
    function: str = Field(
        min_length=1, max_length=200, description="Funktion, davor die Zeichnung, etwa „i. V. Leiterin des Hauptamts“."
    )


class Reason(Shape):
    """Ein Grund, den das Verfahrensprotokoll festhält."""

    reason: str = Field("", max_length=REASON)


class RevisionObject(Receipt):
    """Abgegebene Fassung, unveränderlich; personenbezogene Angaben stehen nur als Prüfsumme darin."""

    id: uuid.UUID
    created: datetime
    modified: datetime
    document: dict[str, Any] = Field(description="Das kanonische Dokument, dessen SHA-256 `content_hash` ist.")


@router.post(
    "/consultations/{slug}/response/submit",
    status_code=201,
    response_model=Receipt,
    responses=CHANGING,
    summary="Freigeben und abgeben",
    openapi_extra=body_of(Release),
)
def submit(request: Request, db: Db, actor: Writer, slug: str, body: MaybeJsonObject, key: Key) -> Answered:
    """Prüft die Vollständigkeit, schreibt die Abgabe fest und gibt die Eingangsbestätigung zurück."""
    return _submit(request, db, actor, slug, body, key, nil_return=False)


@router.post(
    "/consultations/{slug}/response/nil-return",
    status_code=201,
    response_model=Receipt,
    responses=CHANGING,
    summary="Fehlanzeige abgeben",
    openapi_extra=body_of(Release),
)
def nil_return(request: Request, db: Db, actor: Writer, slug: str, body: MaybeJsonObject, key: Key) -> Answered:
    return _submit(request, db, actor, slug, body, key, nil_return=True)


def _submit(
    request: Request, db: Db, actor: Actor, slug: str, body: dict[str, Any], key: str, *, nil_return: bool
) -> Answered:
    only(body, "name", "function")
    name, function = text_of(body, "name", 200), text_of(body, "function", 200)
    mark = _marked(key, [nil_return, name, function])

    with db.transaction() as session:
        confirmed = _effect(session, actor, slug, mark, nil_return=nil_return, name=name, function=function)
    return reply(request, confirmed, status=201)


def _effect(
    session: Session, actor: Actor, slug: str, mark: str, *, nil_return: bool, name: str, function: str
) -> Receipt:
    """The receipt of this key: of its earlier request, or of the submission made now."""
    response = require(session, actor, slug, held=True)
    revision = _earlier(session, response, mark)
    if revision is None:
        release = submission.Release(clean_line(name), clean_line(function), Channel.API, mark)
        desk = desk_of(session, response, actor.moment)
        _demand_signed(actor, response, release, "submit_nil_return" if nil_return else "submit")
        made = submission.submit_held(session, actor, desk, release, nil_return=nil_return)
        revision = made if made.idempotency_key == mark else _earlier(session, response, mark)
    if revision is None:
        raise Conflict(M("Die Stellungnahme ist schon abgegeben. Öffnen Sie sie wieder, um neu abzugeben."))
    return receipt(response, revision)


def _demand_signed(actor: Actor, response: Response, release: submission.Release, action: str) -> None:
    """Raises Invalid with all that stands in the way if nobody is named as releasing it."""
    problems = submission.unsigned(release.name, release.function)
    if problems and RESPONSE.may(actor, response, action):
        also = RESPONSE.rows[action].problems(actor, response)
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=(*problems, *also))


def _marked(key: str, content: list[Any]) -> str:
    """What is kept of a key: digests of it and of what was asked with it, so that another request is told apart."""
    asked = hashlib.sha256(orjson.dumps(content)).hexdigest()[:48]
    return f"{hashlib.sha256(key.encode()).hexdigest()[:48]}:{asked}"


def _earlier(session: Session, response: Response, mark: str) -> Revision | None:
    """What this key submitted before. Raises Invalid if it was asked something else then."""
    key, _, _ = mark.partition(":")
    revision = queries.submitted_with(session, response.id, f"{key}:")
    if revision is not None and revision.idempotency_key != mark:
        raise Invalid.about("Idempotency-Key", M("Dieser Schlüssel wurde schon für eine andere Anfrage benutzt."))
    return revision


@router.post(
    "/consultations/{slug}/response/ready",
    response_model=OwnResponse,
    responses=CHANGING,
    summary="Zur Freigabe vorlegen",
)
def ready(request: Request, db: Db, actor: Writer, slug: str, language: Spoken, body: MaybeJsonObject) -> Answered:
    only(body)
    with db.transaction() as session:
        found = require(session, actor, slug)
        actions.mark_ready(session, actor, found.id)
        return send(request, shown(session, actor, found.id, language))


@router.post(
    "/consultations/{slug}/response/rework",
    response_model=OwnResponse,
    responses=CHANGING,
    summary="Zur Überarbeitung zurückgeben",
    openapi_extra=body_of(Reason),
)
def rework(request: Request, db: Db, actor: Writer, slug: str, language: Spoken, body: MaybeJsonObject) -> Answered:
    only(body, "reason")
    with db.transaction() as session:
        found = require(session, actor, slug)
        actions.return_for_rework(session, actor, found.id, text_of(body, "reason", 2000))
        return send(request, shown(session, actor, found.id, language))


@router.post(
    "/consultations/{slug}/response/decline",
    response_model=OwnResponse,
    responses=CHANGING,
    summary="Die Teilnahme ablehnen",
    openapi_extra=body_of(Reason, required=False),
)
def decline(request: Request, db: Db, actor: Writer, slug: str, language: Spoken, body: MaybeJsonObject) -> Answered:
    only(body, "reason")
    with db.transaction() as session:
        found = require(session, actor, slug)
        actions.decline(session, actor, found.id, text_of(body, "reason", 2000))
        return send(request, shown(session, actor, found.id, language))


@router.post(
    "/consultations/{slug}/response/withdraw",
    response_model=OwnResponse,
    responses=CHANGING,
    summary="Die abgegebene Stellungnahme zurücknehmen",
    openapi_extra=body_of(Reason, required=False),
)
def withdraw(request: Request, db: Db, actor: Writer, slug: str, language: Spoken, body: MaybeJsonObject) -> Answered:
    only(body, "reason")
    with db.transaction() as session:
        found = require(session, actor, slug)
        actions.withdraw(session, actor, found.id, text_of(body, "reason", 2000))
        return send(request, shown(session, actor, found.id, language))


@router.post(
    "/consultations/{slug}/response/reopen",
    response_model=OwnResponse,
    responses=CHANGING,
    summary="Wieder öffnen",
)
def reopen(request: Request, db: Db, actor: Writer, slug: str, language: Spoken, body: MaybeJsonObject) -> Answered:
    """Bis zur eigenen Frist. Die letzte Abgabe zählt weiter, bis eine neue an ihre Stelle tritt."""
    only(body)
    with db.transaction() as session:
        found = require(session, actor, slug)
        actions.reopen(session, actor, found.id)
        return send(request, shown(session, actor, found.id, language))


@router.get(
    "/consultations/{slug}/response/revisions/{number}",
    response_model=RevisionObject,
    summary="Eine abgegebene Fassung der eigenen Stellungnahme",
)
def revision(request: Request, db: Db, actor: Reader, slug: str, number: Number) -> Answered:
    with db.reader() as session:
        response = require(session, actor, slug)
        found = queries.revision(session, actor, response.id, number)
        facts = receipt(response, found).model_dump()
        return reply(
            request,
            RevisionObject(
                **facts, id=found.id, created=found.submitted_at, modified=found.submitted_at,
                document=queries.document(found),
            ),
        )  # fmt: skip
