"""Programmes: for members, with the parameters and terms as they stand."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.gate import resource
from consultation.api.paging import USUAL, Cursor, Limit, Page, Since, cursor_of, listed, moment, read_cursor
from consultation.api.replies import reply
from consultation.api.shapes import Shape, Thing, mark_of
from consultation.core.changes import moments
from consultation.http import Db
from consultation.http.programs import scoped
from consultation.people.tokens import Scope
from consultation.programmes import pages, queries
from consultation.programmes.models import ParameterType, Programme, ProgrammeLevel
from consultation.register.states import State
from consultation.subjects import Actor

router = resource("Förderprogramme")
Reader = Annotated[Actor, Depends(scoped(Scope.CONSULTATION_READ))]


class Parameter(Shape):
    """Kennzahl des Programms (Förderquote, Eigenanteil, Frist …)."""

    name: str
    type: ParameterType = Field(description="Quoten als Bruch („0.85“), Geld in Cent, Tage als ISO-Datum.")
    label: dict[str, str]
    value: str
    section_number: str


class Term(Shape):
    """Begriff aus dem Glossar."""

    term: str
    definition: str
    version: int


class Member(Shape):
    """Beteiligte Stelle; mit `state` sieht sie nur dieses Land."""

    id: uuid.UUID
    name: str
    state: State | None


class ProgrammeObject(Thing):
    """Förderprogramm."""

    slug: str = Field(description="Kurzname in Adressen.", examples=["teilhabe-vor-ort"])
    title: str
    level: ProgrammeLevel = Field(description="Ebene.")
    reference: str = Field(description="Geschäftszeichen.")
    description: str
    owner: str = Field(description="Ausschreibende Stelle.")
    members: list[Member]
    parameters: list[Parameter]
    terms: list[Term]


@router.get("/programmes", response_model=Page[ProgrammeObject], summary="Förderprogramme der eigenen Stelle")
def programmes(
    request: Request, db: Db, actor: Reader, limit: Limit = USUAL, cursor: Cursor = None, modified_since: Since = None
) -> Response:
    after: Any = read_cursor(cursor, moment, uuid.UUID)
    with db.reader() as session:
        rows = pages.page(session, actor, after=after, since=modified_since, limit=limit + 1)
        data = [programme_object(row, changed) for row, changed in rows[:limit]]
    last = cursor_of(data[-1].created, data[-1].id) if len(rows) > limit else None
    return reply(request, listed(request, data, last))


@router.get("/programmes/{slug}", response_model=ProgrammeObject, summary="Ein Förderprogramm")
def programme(request: Request, db: Db, actor: Reader, slug: str) -> Response:
    with db.reader() as session:
        found = queries.get(session, actor, slug)
        _, changed = moments(session, Programme, [found.id])[found.id]
        return reply(request, programme_object(found, changed))


def programme_object(found: Programme, changed: datetime) -> ProgrammeObject:
    return ProgrammeObject(
        id=found.id, created=found.created_at, modified=changed, demo=found.demo, mark=mark_of(found.demo),
        slug=found.slug, title=found.title, level=found.level, reference=found.reference, description=found.description,
        owner=found.owner.name,
        members=[Member(id=m.organisation_id, name=m.organisation.name, state=m.state) for m in found.members],
        parameters=[
            Parameter(name=p.name, type=p.type, label=p.label, value=p.value, section_number=p.section_number)
            for p in found.parameters
        ],
        terms=[Term(term=t.term, definition=t.definition, version=t.version) for t in found.terms],
    )  # fmt: skip
