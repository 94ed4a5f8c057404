"""Searching what everybody may read: titles and sections of public consultations, never anything else."""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from consultation.consultations.models import Consultation
from consultation.consultations.queries import visible
from consultation.core.text import clean_line, search_key
from consultation.programmes.models import Programme, Section
from consultation.states import Visibility
from consultation.subjects import Actor

WORDS, LETTERS = 6, 40
"""More words or letters than these make no search better."""
AROUND = 90
"""Letters of text shown on both sides of what was found."""


@dataclass(frozen=True)
class Hit:
    """A consultation, or one section of its draft with the words around what was found."""

    consultation: Consultation
    section_key: str = ""
    title: str = ""
    excerpt: str = ""


def words_of(text: str) -> tuple[str, ...]:
    """What is looked for: all of these words, each at least two letters long, umlauts tolerated."""
    found = (word[:LETTERS] for word in search_key(clean_line(text)).split())
    return tuple(dict.fromkeys(word for word in found if len(word) > 1))[:WORDS]


def search(session: Session, actor: Actor, text: str, *, limit: int = 50) -> list[Hit]:
    """Consultations first, then sections in reading order. `actor` is a stranger: what he may see is public."""
    words = words_of(text)
    if not words:
        return []
    hits = [*_consultations(session, actor, words, limit), *_sections(session, actor, words, limit)]
    return hits[:limit]


def _public(actor: Actor) -> Select[Consultation]:
    """Public for whoever asks: a member of an organisation finds here no more than anybody else."""
    return visible(actor).where(Consultation.visibility == Visibility.PUBLIC)


def _consultations(session: Session, actor: Actor, words: Sequence[str], limit: int) -> Iterator[Hit]:
    statement = _public(actor).join(Consultation.programme).options(joinedload(Consultation.programme))
    wanted = statement.where(_likely(words, Consultation.title, Programme.title))
    for consultation in session.scalars(wanted.order_by(Consultation.deadline.desc())):
        if _holds(words, f"{consultation.title} {consultation.programme.title}") and limit > 0:
            limit -= 1
            yield Hit(consultation, title=consultation.title, excerpt=consultation.programme.title)


def _sections(session: Session, actor: Actor, words: Sequence[str], limit: int) -> Iterator[Hit]:
    public = {
        c.draft_version_id: c for c in session.scalars(_public(actor).options(joinedload(Consultation.programme)))
    }
    drafts: list[uuid.UUID] = [key for key in public if key is not None]
    statement = (
        select(Section.draft_version_id, Section.key, Section.number, Section.heading, Section.text)
        .where(Section.draft_version_id.in_(drafts), _likely(words, Section.heading, Section.text))
        .order_by(Section.draft_version_id, Section.position)
    )
    for draft_version_id, key, number, heading, text in session.execute(statement):
        if limit > 0 and _holds(words, f"{heading} {text}"):
            limit -= 1
            yield Hit(public[draft_version_id], key, f"{number} {heading}".strip(), excerpt(text, words))


def _likely(words: Sequence[str], *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """What the database can tell quickly; `_holds` decides."""
    return and_(*(or_(*(func.lower(column).contains(_certain(word)) for column in columns)) for word in words))


def _certain(word: str) -> str:
    """The longest piece that is spelled alike everywhere: databases know no umlauts, "forderung" may be "Förderung".

    One piece, not a pattern of several: many wildcards would let a hostile word keep the database busy.
    """
    return max(re.split("[^b-df-np-rtv-z0-9]", word), key=len)


def _holds(words: Sequence[str], text: str) -> bool:
    key = search_key(text)
    return all(word in key for word in words)


def excerpt(text: str, words: Sequence[str]) -> str:
    """The surroundings of the first place where a word stands, cut between words."""
    flat = " ".join(text.split())
    spoken = [match for match in re.finditer(r"\w+", flat) if any(word in search_key(match[0]) for word in words)]
    at = spoken[0].start() if spoken else 0
    start, end = max(0, at - AROUND), min(len(flat), at + 2 * AROUND)
    start = flat.rfind(" ", 0, start) + 1 if start else 0
    end = flat.find(" ", end) if flat.find(" ", end) != -1 else len(flat)
    return f"{'… ' if start else ''}{flat[start:end]}{' …' if end < len(flat) else ''}"
