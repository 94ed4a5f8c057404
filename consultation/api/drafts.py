"""Draft versions with their sections: all of them for members, those under a visible consultation for everybody else."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.gate import OPEN, resource
from consultation.api.paging import USUAL, Cursor, Limit, Page, Since, cursor_of, listed, read_cursor, whole
from consultation.api.programmes import Parameter, Term
from consultation.api.replies import reply
from consultation.api.shapes import Shape, Thing, mark_of
from consultation.consultations.pages import shows_draft
from consultation.core.changes import moments
from consultation.core.errors import NotFound
from consultation.http import Db
from consultation.http.programs import AnyProgram, scoped
from consultation.people.tokens import Scope
from consultation.programmes import queries
from consultation.programmes.models import DraftKind, DraftVersion, Programme
from consultation.states import DraftVersionState
from consultation.subjects import Actor

router = resource("Entwurfsfassungen")
Reader = Annotated[Actor, Depends(scoped(Scope.CONSULTATION_READ))]


class SectionObject(Shape):
    """Abschnitt (Nummer, Paragraf). `key` bleibt über alle Fassungen gleich, `number` kann sich ändern.

    Ein Name in geschweiften Klammern wie `{foerderquote}` steht für den Wert dieses Namens in `parameters`; Menschen
    lesen ihn an seiner Stelle.
    """

    key: str
    parent: str | None
    position: int
    level: int
    number: str = Field(examples=["§ 2"])
    heading: str
    text: str = Field(description="Der Wortlaut als Text.")
    blocks: list[Any] = Field(description="Der Wortlaut mit Absätzen, Listen, Tabellen und Fußnoten.")


class DraftObject(Thing):
    """Entwurfsfassung; eine festgeschriebene ändert sich nie mehr."""

    programme: str = Field(description="Kurzname des Förderprogramms.")
    number: int
    date: date
    kind: DraftKind = Field(description="Art (Förderrichtlinie, Aufruf, Eckpunkte, Gesetz, Verwaltungsvereinbarung).")
    title: str
    language: str
    state: DraftVersionState
    content_hash: str | None = Field(description="SHA-256 des festgeschriebenen Inhalts.")
    published: datetime | None
    facts: list[list[str]] = Field(description="Angaben der Quelle als [Bezeichnung, Text].")


class WholeDraft(DraftObject):
    """Entwurfsfassung mit allen Abschnitten in Lesereihenfolge."""

    parameters: list[Parameter]
    terms: list[Term]
    sections: list[SectionObject]


@router.get(
    "/programmes/{slug}/draft-versions",
    response_model=Page[DraftObject],
    summary="Entwurfsfassungen eines Programms",
)
def draft_versions(
    request: Request, db: Db, actor: Reader, slug: str, limit: Limit = USUAL, cursor: Cursor = None,
    modified_since: Since = None,
) -> Response:  # fmt: skip
    (after,) = read_cursor(cursor, whole) or (0,)
    with db.reader() as session:
        programme = queries.get(session, actor, slug)
        found = sorted(queries.draft_versions(session, programme.id), key=lambda d: d.number)
        changes = moments(session, DraftVersion, [d.id for d in found])
    data = [DraftObject(**_facts(d, programme, changes[d.id][1])) for d in found if d.number > after]
    data = [d for d in data if modified_since is None or d.modified >= modified_since]
    last = cursor_of(data[limit - 1].number) if len(data) > limit else None
    return reply(request, listed(request, data[:limit], last))


@router.get(
    "/draft-versions/{draft_version_id}",
    response_model=WholeDraft,
    summary="Eine Entwurfsfassung mit Abschnitten",
    openapi_extra=OPEN,
)
def draft_version(request: Request, db: Db, actor: AnyProgram, draft_version_id: uuid.UUID) -> Response:
    with db.reader() as session:
        found = readable(session, actor, draft_version_id)
        programme = session.get_one(Programme, found.programme_id)
        _, changed = moments(session, DraftVersion, [found.id])[found.id]
        whole_draft = WholeDraft(
            **_facts(found, programme, changed),
            parameters=[Parameter(**p) for p in found.frozen.get("parameters", [])],
            terms=[Term(**t) for t in found.frozen.get("terms", [])],
            sections=[
                SectionObject(
                    key=s.key, parent=s.parent_key, position=s.position, level=s.level, number=s.number,
                    heading=s.heading, text=s.text, blocks=s.blocks,
                )
                for s in found.sections
            ],
        )  # fmt: skip
    return reply(request, whole_draft)


def readable(session: Session, actor: Actor, draft_version_id: uuid.UUID) -> DraftVersion:
    """For members of the programme, and for everybody under a consultation that they see."""
    try:
        return queries.draft_version(session, actor, draft_version_id)
    except NotFound:
        shows_draft(session, actor, draft_version_id)
        return queries.consulted_draft(session, draft_version_id)


def _facts(found: DraftVersion, programme: Programme, changed: datetime) -> dict[str, Any]:
    return {
        "id": found.id, "created": found.created_at, "modified": changed, "demo": programme.demo,
        "mark": mark_of(programme.demo), "programme": programme.slug, "number": found.number, "date": found.date,
        "kind": found.kind, "title": found.title, "language": found.language, "state": found.state,
        "content_hash": found.content_hash, "published": found.published_at,
        "facts": [[str(part) for part in fact] for fact in found.facts],
    }  # fmt: skip
