"""Consultations: public ones for everybody, those of the own programmes and invitations with a token."""

import uuid
from datetime import datetime
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.gate import OPEN, resource
from consultation.api.paging import USUAL, Cursor, Limit, Page, Since, cursor_of, listed, moment, read_cursor
from consultation.api.replies import reply
from consultation.api.shapes import Shape, Thing, Tombstone, mark_of
from consultation.consultations import pages, queries
from consultation.consultations.models import Consultation
from consultation.core.changes import moments
from consultation.http import Db
from consultation.http.programs import AnyProgram
from consultation.programmes.models import ProgrammeLevel
from consultation.register.audience import AudienceUnit
from consultation.states import ConsultationState, Visibility

router = resource("Konsultationen")


class ProgrammeLink(Shape):
    """Das Förderprogramm, zu dem die Konsultation gehört."""

    slug: str
    title: str
    level: ProgrammeLevel
    reference: str
    owner: str = Field(description="Ausschreibende Stelle.")


class DraftLink(Shape):
    """Die Entwurfsfassung, um die es geht; ihre Abschnitte stehen unter `/draft-versions/{id}`."""

    id: uuid.UUID
    number: int
    title: str
    content_hash: str | None


class FormLink(Shape):
    """Die Formularfassung; ihre Definition steht unter `…/form`."""

    number: int
    content_hash: str | None


class ConsultationObject(Thing):
    """Konsultation."""

    slug: str = Field(description="Kurzname in Adressen.", examples=["foerderrichtlinie-2026"])
    title: str
    round: int = Field(description="Runde.")
    state: ConsultationState = Field(description="Zustand; „offen“ ergibt sich aus Beginn und Frist.")
    visibility: Visibility = Field(description="Sichtbarkeit: nur Eingeladene, oder öffentlich.")
    unit: AudienceUnit = Field(description="Einheit des Adressatenkreises.")
    opens_at: datetime | None
    deadline: datetime | None = Field(description="Frist in UTC; „31.03.“ endet um 24:00 in Berlin.")
    announced: datetime | None
    notice: str = Field(description="Vermerk auf allen Seiten, etwa „Entwurf, nicht abgestimmt“.")
    introduction: str
    contact: str
    programme: ProgrammeLink
    draft_version: DraftLink | None
    form_version: FormLink | None


@router.get(
    "/consultations",
    response_model=Page[ConsultationObject | Tombstone],
    summary="Konsultationen, die der Zugangsschlüssel (oder jeder) sehen darf",
    openapi_extra=OPEN,
)
def consultations(
    request: Request, db: Db, actor: AnyProgram, limit: Limit = USUAL, cursor: Cursor = None,
    modified_since: Since = None,
) -> Response:  # fmt: skip
    after: Any = read_cursor(cursor, moment, uuid.UUID)
    with db.reader() as session:
        rows = pages.page(session, actor, after=after, since=modified_since, limit=limit + 1)
        data: list[Any] = [consultation_object(row, changed) for row, changed in rows[:limit]]
        last = cursor_of(data[-1].created, data[-1].id) if len(rows) > limit else None
        if modified_since is not None and last is None:
            seen = {row.id for row, _ in rows}
            gone = pages.cancelled(session, modified_since)
            data += [Tombstone(id=row.id, modified=changed) for row, changed in gone if row.id not in seen]
    return reply(request, listed(request, data, last))


@router.get("/consultations/{slug}", response_model=ConsultationObject, summary="Eine Konsultation", openapi_extra=OPEN)
def consultation(request: Request, db: Db, actor: AnyProgram, slug: str) -> Response:
    with db.reader() as session:
        found = queries.get(session, actor, slug)
        _, changed = moments(session, Consultation, [found.id])[found.id]
        return reply(request, consultation_object(found, changed))


def consultation_object(found: Consultation, changed: datetime) -> ConsultationObject:
    programme, draft, form = found.programme, found.draft_version, found.form_version
    return ConsultationObject(
        id=found.id, created=found.created_at, modified=changed, demo=found.demo, mark=mark_of(found.demo),
        slug=found.slug, title=found.title, round=found.round,
        state=found.state, visibility=found.visibility, unit=found.unit, opens_at=found.opens_at, deadline=found.deadline,
        announced=found.announced_at, notice=found.notice, introduction=found.introduction, contact=found.contact,
        programme=ProgrammeLink(
            slug=programme.slug, title=programme.title, level=programme.level, reference=programme.reference,
            owner=programme.owner.name,
        ),
        draft_version=DraftLink(id=draft.id, number=draft.number, title=draft.title, content_hash=draft.content_hash)
        if draft else None,
        form_version=FormLink(number=form.number, content_hash=form.content_hash) if form else None,
    )  # fmt: skip
