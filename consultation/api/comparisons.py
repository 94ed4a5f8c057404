"""Two versions of a draft compared: for each section what became of it, and every word that went or came."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.drafts import readable
from consultation.api.gate import OPEN, resource
from consultation.api.replies import reply
from consultation.api.shapes import Shape, mark_of
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M
from consultation.http import Db
from consultation.http.programs import AnyProgram
from consultation.programmes import compared, queries
from consultation.programmes.comparison import Compared, Difference, SectionLike, compare
from consultation.programmes.marked import Marked, MarkedItem, MarkedList, MarkedTable, MarkedText
from consultation.programmes.models import DraftVersion, Programme
from consultation.programmes.wording import Words
from consultation.subjects import Actor

router = resource("Entwurfsfassungen")


class Stretch(Shape):
    """Ein Stück Text: gleich geblieben (`same`), gestrichen (`removed`) oder neu (`added`)."""

    kind: Literal["same", "removed", "added"]
    text: str


class Place(Shape):
    """Wo ein Abschnitt steht und wie er heißt."""

    number: str
    heading: str
    parent: str | None


class SectionComparison(Shape):
    """Ein Abschnitt in beiden Fassungen; `old` fehlt bei einem neuen, `new` bei einem entfallenen."""

    key: str
    differences: list[Difference] = Field(
        description="Leer: unverändert. `added` neu, `removed` entfallen, `moved` verschoben, `renumbered` andere "
        "Nummer, `reworded` anderer Wortlaut; mehrere zugleich sind möglich."
    )
    old: Place | None
    new: Place | None
    number: list[Stretch]
    heading: list[Stretch]
    blocks: list[Any] = Field(
        description="Der Wortlaut mit Absätzen, Listen, Tabellen und Fußnoten; statt Text stehen Stücke. "
        "Leer bei einem unveränderten Abschnitt."
    )


class ComparedDraft(Shape):
    id: uuid.UUID
    number: int
    title: str
    content_hash: str | None


class ComparisonObject(Shape):
    """Vergleich zweier Entwurfsfassungen, Abschnitte in der Reihenfolge der neuen. Die erste hat keine frühere (`old`)."""

    demo: bool = Field(description="Beispieldaten, frei erfunden.")
    mark: str | None
    old: ComparedDraft | None
    new: ComparedDraft
    sections: list[SectionComparison]


@router.get(
    "/draft-versions/{draft_version_id}/comparison",
    response_model=ComparisonObject,
    summary="Eine Entwurfsfassung mit einer früheren verglichen",
    openapi_extra=OPEN,
)
def comparison(
    request: Request, db: Db, actor: AnyProgram, draft_version_id: uuid.UUID,
    with_: Annotated[
        uuid.UUID | None, Query(alias="with", description="Eine andere Fassung desselben Programms; sonst die vorige.")
    ] = None,
) -> Response:  # fmt: skip
    with db.reader() as session:
        new = readable(session, actor, draft_version_id)
        old = readable(session, actor, with_) if with_ else _before(session, actor, new)
        if old is not None and new.programme_id != old.programme_id:
            raise Invalid.about("with", M("Diese Fassung gehört zu einem anderen Programm."))
        demo = session.get_one(Programme, new.programme_id).demo
        found = compared.as_stored(old, new) if old else compare((), new.sections)
        shown = ComparisonObject(
            demo=demo, mark=mark_of(demo), old=_draft(old) if old else None, new=_draft(new),
            sections=[_section(section) for section in found.sections],
        )  # fmt: skip
    return reply(request, shown)


def _before(session: Session, actor: Actor, version: DraftVersion) -> DraftVersion | None:
    """The version before, as far as the caller may read it."""
    other = queries.draft_before(session, version)
    try:
        return readable(session, actor, other) if other else None
    except NotFound:
        return None


def _draft(version: DraftVersion) -> ComparedDraft:
    return ComparedDraft(id=version.id, number=version.number, title=version.title, content_hash=version.content_hash)


def _section(section: Compared) -> SectionComparison:
    return SectionComparison(
        key=section.key, differences=list(section.differences), old=_place(section.old), new=_place(section.new),
        number=_stretches(section.number), heading=_stretches(section.heading),
        blocks=[_block(block) for block in section.blocks] if section.differences else [],
    )  # fmt: skip


def _place(section: SectionLike | None) -> Place | None:
    if section is None:
        return None
    return Place(number=section.number, heading=section.heading, parent=section.parent_key)


def _stretches(words: Words) -> list[Stretch]:
    return [Stretch(kind=kind, text=text) for kind, text in words]


def _block(block: Marked) -> dict[str, Any]:
    """As `core.blocks.to_json` names things, with stretches where it has text."""
    match block:
        case MarkedText(label=""):
            return {"type": "paragraph", "change": block.change, "text": _plain(block.words)}
        case MarkedText():
            return {"type": "footnote", "change": block.change, "label": block.label, "text": _plain(block.words)}
        case MarkedList():
            return {"type": "list", "change": block.change, "items": [_item(item) for item in block.items]}
        case MarkedTable():
            return {
                "type": "table", "change": block.change, "caption": _plain(block.caption),
                "head": [_plain(cell) for cell in block.head],
                "rows": [{"change": row.change, "cells": [_plain(cell) for cell in row.cells]} for row in block.rows],
            }  # fmt: skip


def _item(item: MarkedItem) -> dict[str, Any]:
    return {"change": item.change, "label": _plain(item.label), "blocks": [_block(block) for block in item.blocks]}


def _plain(words: Words) -> list[dict[str, str]]:
    return [{"kind": kind, "text": text} for kind, text in words]
