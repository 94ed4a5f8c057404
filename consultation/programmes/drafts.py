"""Draft versions: saved from an import, keys kept over versions, frozen when published."""

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy.orm import Session

from consultation.core import blocks
from consultation.core.db import hold
from consultation.core.history import perform, record
from consultation.core.text import clean_line
from consultation.programmes import queries
from consultation.programmes.actions import require_planner
from consultation.programmes.importers.tree import DraftTree
from consultation.programmes.matching import Matching, match
from consultation.programmes.models import DraftKind, DraftVersion, Programme, Section
from consultation.rulebook import DRAFT_VERSION
from consultation.states import DraftVersionState
from consultation.subjects import Actor


def save(  # noqa: PLR0913 -- what stands on the cover of a version, each named
    session: Session, actor: Actor, programme_slug: str, tree: DraftTree, *, kind: DraftKind, dated: date,
    title: str = "", language: str = "de", choices: Mapping[str, str] | None = None,
) -> DraftVersion:  # fmt: skip
    """The imported tree as the programme's next draft version; sections known from the last one keep their keys.

    `choices` settle what is doubtful (see `Matching.settle`).
    """
    programme = queries.get(session, actor, programme_slug)
    require_planner(actor, programme)
    number = queries.next_draft_number(session, programme.id)
    last = queries.last_draft(session, programme.id)
    matching = match(tree, last.sections if last else [])
    keys = matching.settle(choices)
    version = DraftVersion(
        id=uuid.uuid4(), programme=programme, number=number, date=dated, kind=kind,
        title=clean_line(title or tree.title or programme.title)[:300], language=language, state=DraftVersionState.DRAFT,
        facts=_facts(tree), frozen={}, created_at=actor.moment,
    )  # fmt: skip
    version.sections = list(rows(matching, keys))
    session.add(version)
    session.flush()
    kept = sum(key is not None for key in keys)
    record(session, actor, version, "import_draft", sections=len(keys), kept=kept, number=number)
    return version


def _facts(tree: DraftTree) -> list[list[str]]:
    """What readers want to know of the source: "Fundstelle", not the small-letter keys a publishing program left."""
    return [[label, text] for label, text in tree.metadata if not (label.isascii() and label.islower())]


def publish(session: Session, actor: Actor, version: DraftVersion) -> None:
    """From now on immutable; the glossary and the figures of the programme are frozen with it."""
    if version.state != DraftVersionState.DRAFT:
        return
    hold(session, DraftVersion, version.id)  # a correction that is being saved is waited for
    session.refresh(version, ["state"])
    sections = queries.sections(session, version.id, fresh=True)
    frozen = frozen_content(version.programme)
    perform(
        session, DRAFT_VERSION, actor, version, "publish",
        published_at=actor.moment, frozen=frozen, content_hash=content_hash(version, sections, frozen),
    )  # fmt: skip


def rows(matching: Matching, keys: Sequence[str | None]) -> Iterator[Section]:
    """The sections of the new version; those without a key of the last one get a new one."""
    given = [key or new_key() for key in keys]
    for match_, key in zip(matching.matches, given, strict=True):
        section = match_.section
        yield Section(
            key=key, parent_key=None if match_.parent is None else given[match_.parent], position=match_.index + 1,
            level=section.level, number=section.number[:40], heading=section.heading[:500],
            blocks=blocks.to_json(section.blocks), text=blocks.plain_text(section.blocks), version=1,
        )  # fmt: skip


def new_key() -> str:
    """Opaque, so that nobody takes it for a number that could change."""
    return f"s{secrets.token_hex(4)}"


def frozen_content(programme: Programme) -> dict[str, Any]:
    return {
        "terms": [{"term": t.term, "definition": t.definition, "version": t.version} for t in programme.terms],
        "parameters": [
            {"name": p.name, "type": p.type, "label": p.label, "value": p.value, "section_number": p.section_number}
            for p in programme.parameters
        ],
    }


def content_hash(version: DraftVersion, sections: Sequence[Section], frozen: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything readers see."""
    content = {
        "title": version.title, "date": version.date.isoformat(), "facts": version.facts, "frozen": frozen,
        "sections": [[s.key, s.parent_key, s.level, s.number, s.heading, s.blocks] for s in sections],
    }  # fmt: skip
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
