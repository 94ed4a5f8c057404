"""The own answer as programs see it: what is written, what is missing, what may be done, whom it speaks for."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response as Answered

from consultation.api.replies import reply
from consultation.api.shapes import (
    RECEIVED_ON,
    SUBMITTED_AT,
    OrganisationFacts,
    Shape,
    Thing,
    mark_of,
    organisation_facts,
)
from consultation.api.strict import Stale
from consultation.consultations import queries as consultations
from consultation.core.errors import NotFound, Problem
from consultation.core.language import Language, M, say
from consultation.http.programs import scoped
from consultation.people.tokens import Scope
from consultation.register.models import RegisterBody
from consultation.responses import queries
from consultation.responses.desk import Desk, open_desk
from consultation.responses.models import Channel, RepresentationKind, Response, Revision
from consultation.responses.titles import came_on
from consultation.rulebook import ANSWER, RESPONSE, is_open
from consultation.states import ResponseState
from consultation.subjects import Actor

Reader = Annotated[Actor, Depends(scoped(Scope.RESPONSES_READ))]
Writer = Annotated[Actor, Depends(scoped(Scope.RESPONSES_WRITE))]
IfMatch = Annotated[
    str | None,
    Header(description="Der `ETag`, auf dem die Änderung beruht; passt er nicht mehr, ist die Antwort 412."),
]
Bodies = Sequence[tuple[RegisterBody, RepresentationKind]]


class Missing(Shape):
    """Was noch fehlt oder nicht stimmt."""

    field: str
    code: str
    detail: str


class SpokenFor(Shape):
    """Vertretene oder unterstützende Stelle des Registers."""

    ars: str = Field(examples=["010515138001"])
    kind: RepresentationKind
    name: str = ""


class OwnResponse(Thing):
    """Stellungnahme der eigenen Stelle: der Entwurf und sein Stand."""

    consultation: str = Field(description="Kurzname der Konsultation.")
    organisation: OrganisationFacts
    state: ResponseState
    channel: Channel = Field(description="Erfassungsweg.")
    open: bool = Field(description="Ob jetzt noch abgegeben werden kann.")
    deadline: datetime | None = Field(description="Die eigene Frist, mit Verlängerung.")
    own_reference: str = Field(description="Eigenes Geschäftszeichen.")
    represented: list[SpokenFor] = Field(description="Für wen die Stellungnahme spricht.")
    answers: dict[str, Any] = Field(description="Feldschlüssel → Antwort, wie im JSON Schema des Formulars.")
    missing: list[Missing] = Field(description="Was der Abgabe entgegensteht.")
    missing_for_nil_return: list[Missing] = Field(description="Was einer Fehlanzeige entgegensteht.")
    revisions: int = Field(description="So oft wurde abgegeben.")
    counted_revision: int | None = Field(description="Die Abgabe, die zählt.")


class Receipt(Shape):
    """Eingangsbestätigung."""

    receipt_number: str = Field(description="Eingangsnummer.", examples=["7KQ2-M4XD-09TC"])
    consultation: str
    organisation: str
    revision: int = Field(description="Nummer der Abgabe.")
    submitted_at: datetime = Field(description=SUBMITTED_AT)
    received_on: date | None = Field(description=RECEIVED_ON)
    content_hash: str = Field(description="SHA-256 des kanonischen Dokuments.")
    entry_hash: str = Field(description="Prüfsumme des Eintrags im Verfahrensprotokoll.")
    sealed_head: str | None = Field(description="Letztes Glied der Kette des Verfahrensprotokolls beim Eingang.")
    nil_return: bool = Field(description="Fehlanzeige.")
    late: bool = Field(description="Nach der allgemeinen Frist eingegangen.")
    reserved: bool = Field(description="Unter Gremienvorbehalt abgegeben.")
    channel: Channel
    demo: bool
    mark: str | None


def require(session: Session, actor: Actor, slug: str, *, held: bool = False) -> Response:
    """The acting organisation's response; 404 if the consultation is out of sight or nothing was begun. `held`: nobody else
    changes it until the transaction ends.
    """
    found = (queries.own_held_in if held else queries.own_in)(session, actor, slug)
    if found is None:
        consultations.get(session, actor, slug)
        raise NotFound(M("Ihre Stelle hat noch keine Stellungnahme begonnen. Beginnen Sie sie mit PUT."))
    return found


def _etag(desk: Desk, spoken_for: Bodies) -> str:
    response = desk.response
    written = sorted([key, item, stored.version] for (key, item), stored in desk.stored.items())
    spoken = sorted([body.key, kind.value] for body, kind in spoken_for)
    held = [str(response.id), response.state, response.revision_count, response.own_reference, written, spoken]
    return hashlib.sha256(orjson.dumps(held)).hexdigest()[:32]


def demand_match(asked: str | None, session: Session, desk: Desk) -> None:
    """Raises Stale if the caller built on another state than the one there is.

    The mark changes with everything that is written, and with the state; not with the reader's language or the hour.
    """
    if asked is None or asked.strip() == "*":
        return
    if f'"{_etag(desk, queries.represented(session, desk.response.id))}"' not in [
        part.strip() for part in asked.split(",")
    ]:
        raise Stale(M("Die Stellungnahme wurde inzwischen geändert. Lesen Sie sie neu und senden Sie noch einmal."))


def shown(
    session: Session, actor: Actor, response_id: uuid.UUID, language: Language, *, writes: bool = True
) -> tuple[OwnResponse, str]:
    """The response as it is now, with its ETag. `writes`: the key may do something with it at all."""
    session.expire_all()
    return told(session, actor, open_desk(session, actor, response_id, language), writes=writes)


def told(session: Session, actor: Actor, desk: Desk, *, writes: bool = True) -> tuple[OwnResponse, str]:
    """As `shown`, where it was read a moment ago and nothing beside its answers was changed."""
    spoken_for = queries.represented(session, desk.response.id)
    actions = _possible(actor, desk.response) if writes else []
    return _own_response(session, desk, spoken_for, actor, actions), _etag(desk, spoken_for)


def _possible(actor: Actor, response: Response) -> list[str]:
    """By the rules that refuse: what stands here works, and what does not stand here is refused."""
    writing = ["answer"] if ANSWER(actor, response) else []
    return [*writing, *(row.action for row in RESPONSE.possible(actor, response))]


def send(request: Request, found: tuple[OwnResponse, str]) -> Answered:
    return reply(request, found[0], etag=found[1])


def _own_response(
    session: Session, desk: Desk, spoken_for: Bodies, actor: Actor, actions: list[str]
) -> OwnResponse:  # fmt: skip
    response, language = desk.response, desk.context.language
    organisation, demo = response.organisation, response.consultation.demo or response.organisation.demo
    last = queries.last_revision(session, response.id)
    return OwnResponse(
        id=response.id, created=response.started_at, modified=_modified(desk, last), demo=demo, mark=mark_of(demo),
        actions=actions, consultation=response.consultation.slug,
        organisation=organisation_facts(organisation, organisation.register_body),
        state=response.state, channel=response.channel, open=is_open(actor, response), deadline=response.own_deadline,
        own_reference=response.own_reference,
        represented=[
            SpokenFor(ars=body.key, kind=kind, name=body.name)
            for body, kind in spoken_for
        ],
        answers=desk.answers, missing=_missing(desk.missing, language),
        missing_for_nil_return=_missing(desk.missing_for_nil_return, language), revisions=response.revision_count,
        counted_revision=last.number if last and last.id == response.counted_revision_id else None,
    )  # fmt: skip


def _modified(desk: Desk, last: Revision | None) -> datetime:
    moments = [desk.response.started_at, *(stored.edited_at for stored in desk.stored.values())]
    return max([*moments, last.submitted_at] if last else moments)


def _missing(problems: tuple[Problem, ...], language: Language) -> list[Missing]:
    return [Missing(field=p.field, code=p.code, detail=say(p.in_data or p.message, language)) for p in problems]


def receipt(response: Response, revision: Revision) -> Receipt:
    demo = response.consultation.demo or response.organisation.demo
    return Receipt(
        receipt_number=revision.receipt_number, consultation=response.consultation.slug,
        organisation=response.organisation.name, revision=revision.number, submitted_at=revision.submitted_at,
        received_on=came_on(revision), content_hash=revision.content_hash, entry_hash=revision.entry_hash,
        sealed_head=revision.sealed_head, nil_return=revision.nil_return, late=revision.late, reserved=revision.reserved,
        channel=revision.channel, demo=demo, mark=mark_of(demo),
    )  # fmt: skip
