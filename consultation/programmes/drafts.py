"""Draft versions: saved from an import, keys kept over versions, frozen when published."""

import hashlib
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy.orm import Session

from consultation.core import blocks
from consultation.core.history import perform, record
from consultation.core.text import clean_line, search_key
from consultation.programmes import queries
from consultation.programmes.actions import require_planner
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, DraftVersion, Programme, Section
from consultation.rulebook import DRAFT_VERSION
from consultation.states import DraftVersionState
from consultation.subjects import Actor


@dataclass(frozen=True)
class Placed:
    """A section of a tree with its parent, in reading order; `known_as` is the key it had in the version before."""

    section: DraftSection
    parent: "Placed | None"
    known_as: str | None


def save(
    session: Session, actor: Actor, programme_slug: str, tree: DraftTree, *, kind: DraftKind, dated: date,
    title: str = "", language: str = "de",
) -> DraftVersion:  # fmt: skip
    """The imported tree as the programme's next draft version; sections known from the last one keep their keys."""
    programme = queries.get(session, actor, programme_slug)
    require_planner(actor, programme)
    number = queries.next_draft_number(session, programme.id)
    before = queries.latest_published(session, programme.id, number)
    version = DraftVersion(
        id=uuid.uuid4(), programme=programme, number=number, date=dated, kind=kind,
        title=clean_line(title or tree.title or programme.title)[:300], language=language, state=DraftVersionState.DRAFT,
        facts=_facts(tree), frozen={}, created_at=actor.moment,
    )  # fmt: skip
    version.sections = list(_rows(match(tree, before.sections if before else [])))
    session.add(version)
    session.flush()
    record(session, actor, version, "import_draft", sections=len(version.sections), number=number)
    return version


def _facts(tree: DraftTree) -> list[list[str]]:
    """What readers want to know of the source: "Fundstelle", not the small-letter keys a publishing program left."""
    return [[label, text] for label, text in tree.metadata if not (label.isascii() and label.islower())]


def publish(session: Session, actor: Actor, version: DraftVersion) -> None:
    """From now on immutable; the glossary and the figures of the programme are frozen with it."""
    if version.state != DraftVersionState.DRAFT:
        return
    frozen = frozen_content(version.programme)
    perform(
        session, DRAFT_VERSION, actor, version, "publish",
        published_at=actor.moment, frozen=frozen, content_hash=content_hash(version, frozen),
    )  # fmt: skip


def match(tree: DraftTree, before: list[Section]) -> list[Placed]:
    """Each new section with its old key: first by heading and parent, then by number and text, each old key once."""
    placed: list[Placed] = []
    unused = {section.key: section for section in before}

    def walk(sections: tuple[DraftSection, ...], parent: Placed | None) -> None:
        for section in sections:
            here = Placed(section, parent, _known_as(section, parent, unused))
            if here.known_as:
                del unused[here.known_as]
            placed.append(here)
            walk(section.children, here)

    walk(tree.sections, None)
    return placed


def _known_as(section: DraftSection, parent: Placed | None, unused: dict[str, Section]) -> str | None:
    heading, text = search_key(section.heading), search_key(blocks.plain_text(section.blocks))
    same_heading = [old for old in unused.values() if heading and search_key(old.heading) == heading]
    parent_key = parent.known_as if parent else None
    candidates = (
        *(old for old in same_heading if old.parent_key == parent_key),
        *(old for old in same_heading if old.number == section.number),
        *(old for old in unused.values() if text and search_key(old.text) == text),
    )
    return candidates[0].key if candidates else None


def _rows(placed: list[Placed]) -> Iterator[Section]:
    keys = {id(p): p.known_as or f"s{secrets.token_hex(4)}" for p in placed}
    for position, p in enumerate(placed, start=1):
        yield Section(
            key=keys[id(p)], parent_key=keys[id(p.parent)] if p.parent else None, position=position,
            level=p.section.level, number=p.section.number[:40], heading=p.section.heading[:500],
            blocks=blocks.to_json(p.section.blocks), text=blocks.plain_text(p.section.blocks),
        )  # fmt: skip


def frozen_content(programme: Programme) -> dict[str, Any]:
    return {
        "terms": [{"term": t.term, "definition": t.definition, "version": t.version} for t in programme.terms],
        "parameters": [
            {"name": p.name, "type": p.type, "label": p.label, "value": p.value, "section_number": p.section_number}
            for p in programme.parameters
        ],
    }


def content_hash(version: DraftVersion, frozen: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything readers see."""
    content = {
        "title": version.title, "date": version.date.isoformat(), "facts": version.facts, "frozen": frozen,
        "sections": [[s.key, s.parent_key, s.level, s.number, s.heading, s.blocks] for s in version.sections],
    }  # fmt: skip
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
