"""Searching what everybody may read: titles and sections of public consultations, never anything else."""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from consultation.consultations.models import Consultation
from consultation.consultations.queries import visible
from consultation.consultations.section_numbers import means_a_number, number_of
from consultation.core.text import clean_line, search_key
from consultation.programmes import named
from consultation.programmes.models import DraftVersion, Section
from consultation.states import Visibility
from consultation.subjects import Actor

WORDS, LETTERS = 6, 40
"""More words or letters than these make no search better."""
AROUND = 90
"""Letters of text shown on both sides of what was found."""


Marked = tuple[tuple[str, bool], ...]
"""A text in pieces: those that were looked for are true."""


@dataclass(frozen=True)
class Hit:
    """A consultation, or one section of its draft with the words around what was found."""

    consultation: Consultation
    section_key: str
    title: Marked
    excerpt: Marked


def words_of(text: str) -> tuple[str, ...]:
    """What is looked for: all of these words, each at least two letters long, umlauts tolerated."""
    found = (word[:LETTERS] for word in search_key(clean_line(text)).split())
    return tuple(dict.fromkeys(word for word in found if len(word) > 1))[:WORDS]


def search(session: Session, actor: Actor, text: str, *, skip: int = 0, limit: int = 20) -> tuple[list[Hit], int]:
    """One page of what is found, and how much there is: consultations first, those with the latest deadline before the
    others, then sections of their drafts in reading order. `actor` is a stranger: what he may see is public.
    """
    words = words_of(text)
    public = _public(session, actor)
    found = list(_numbered(session, public, number_of(text))) if means_a_number(text) else []
    if words and not found:
        found = [*_consultations(public, words), *_sections(session, public, words)]
    hits = [
        Hit(one, key, marked(title, words), marked(excerpt(body, words) if key else body, words))
        for one, key, title, body in found[skip : skip + limit]
    ]
    return hits, len(found)


def _public(session: Session, actor: Actor) -> list[Consultation]:
    """Public for whoever asks: a member of an organisation finds here no more than anybody else."""
    statement = visible(actor).where(Consultation.visibility == Visibility.PUBLIC)
    order = (Consultation.deadline.desc(), Consultation.slug)
    return list(session.scalars(statement.options(joinedload(Consultation.programme)).order_by(*order)))


Found = tuple[Consultation, str, str, str]
"""The consultation, the key of the section if it is one, its title, and the text below it."""


def _consultations(public: Sequence[Consultation], words: Sequence[str]) -> Iterator[Found]:
    for one in public:
        if _holds(words, f"{one.title} {one.programme.title}"):
            yield one, "", one.title, one.programme.title


def _sections(session: Session, public: Sequence[Consultation], words: Sequence[str]) -> Iterator[Found]:
    """A draft of several consultations is found with the first of them."""
    by_draft = _by_draft(public)
    places = {draft: place for place, draft in enumerate(by_draft)}
    statement = (
        select(Section.draft_version_id, Section.key, Section.number, Section.heading, Section.text)
        .where(Section.draft_version_id.in_(places))
        .where(or_(_likely(words, Section.heading, Section.text), _may_name_values))
        .order_by(Section.draft_version_id, Section.position)
    )
    rows = sorted(session.execute(statement), key=lambda row: places[row.draft_version_id])  # keeps the reading order
    drafts = session.scalars(select(DraftVersion).where(DraftVersion.id.in_(places)))
    known = {draft.id: named.values(draft) for draft in drafts}
    for draft, key, number, *stored in rows:
        heading, text = (named.filled(one, known[draft]) for one in stored)
        if _holds(words, f"{heading} {text}"):
            yield by_draft[draft], key, f"{number} {heading}".strip(), text


def _numbered(session: Session, public: Sequence[Consultation], number: str) -> Iterator[Found]:
    """The sections with this number, whatever stands before it in the draft ("§", "Art.")."""
    by_draft = _by_draft(public)
    places = {draft: place for place, draft in enumerate(by_draft)}
    columns = (Section.draft_version_id, Section.key, Section.number, Section.heading, Section.text)
    likely = func.lower(Section.number).contains(number)
    statement = select(*columns).where(Section.draft_version_id.in_(places), likely).order_by(Section.position)
    rows = [row for row in session.execute(statement) if number_of(row.number) == number]
    drafts = session.scalars(select(DraftVersion).where(DraftVersion.id.in_({row.draft_version_id for row in rows})))
    known = {draft.id: named.values(draft) for draft in drafts}
    for draft, key, shown, *stored in sorted(rows, key=lambda row: places[row.draft_version_id]):
        heading, text = (named.filled(one, known[draft]) for one in stored)
        yield by_draft[draft], key, f"{shown} {heading}".strip(), text


def _by_draft(public: Sequence[Consultation]) -> dict[uuid.UUID, Consultation]:
    found: dict[uuid.UUID, Consultation] = {}
    for one in public:
        if one.draft_version_id is not None:
            found.setdefault(one.draft_version_id, one)
    return found


_may_name_values = or_(Section.heading.contains("{"), Section.text.contains("{"))
"""There may stand other words than are stored, so they are read before it is decided."""


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


def marked(text: str, words: Sequence[str]) -> Marked:
    """The text in pieces, so that a page can show which of its words were looked for."""
    found: list[tuple[str, bool]] = []
    end = 0
    for match in re.finditer(r"\w+", text):
        if any(word in search_key(match[0]) for word in words):
            found += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return tuple((piece, hit) for piece, hit in (*found, (text[end:], False)) if piece)
