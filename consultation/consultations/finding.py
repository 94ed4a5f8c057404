"""Searching what everybody may read: titles and sections of public consultations, never anything else."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations.models import Consultation
from consultation.consultations.queries import visible
from consultation.consultations.section_numbers import means_a_number, number_of
from consultation.core.kept import Kept
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
    by_draft = _by_draft(public)
    folded = _fold(session, by_draft)
    found = list(_numbered(by_draft, folded, number_of(text))) if means_a_number(text) else []
    if words and not found:
        found = [*_consultations(public, words), *_sections(by_draft, folded, words)]
    here = found[skip : skip + limit]
    texts = _texts(session, here)
    hits = [
        Hit(one, key, marked(title, words), marked(excerpt(texts[one.draft_version_id, key], words), words))
        if key else Hit(one, key, marked(title, words), marked(one.programme.title, words))
        for one, key, title in here
    ]  # fmt: skip
    return hits, len(found)


def _public(session: Session, actor: Actor) -> list[Consultation]:
    """Public for whoever asks: a member of an organisation finds here no more than anybody else."""
    statement = visible(actor).where(Consultation.visibility == Visibility.PUBLIC)
    order = (Consultation.deadline.desc(), Consultation.slug)
    return list(session.scalars(statement.options(joinedload(Consultation.programme)).order_by(*order)))


Drafts = Mapping[uuid.UUID, Consultation]
Found = tuple[Consultation, str, str]
"""The consultation, the key of the section if it is one, and its title."""


def _consultations(public: Sequence[Consultation], words: Sequence[str]) -> Iterator[Found]:
    for one in public:
        if _holds(words, search_key(f"{one.title} {one.programme.title}")):
            yield one, "", one.title


@dataclass(frozen=True)
class _Folded:
    """What a section is found by."""

    key: str
    number: str
    title: str
    words: str


_folded: Kept[Sequence[_Folded]] = Kept(100)
"""Published drafts are folded once per process, whoever searches for whatever: databases know no umlauts."""


def _by_draft(public: Sequence[Consultation]) -> dict[uuid.UUID, Consultation]:
    """A draft of several consultations is found with the first of them."""
    found: dict[uuid.UUID, Consultation] = {}
    for one in public:
        if one.draft_version_id is not None:
            found.setdefault(one.draft_version_id, one)
    return found


def _sections(by_draft: Drafts, folded: Mapping[uuid.UUID, Sequence[_Folded]], words: Sequence[str]) -> Iterator[Found]:
    for draft, consultation in by_draft.items():
        for section in folded.get(draft, ()):
            if _holds(words, section.words):
                yield consultation, section.key, section.title


def _numbered(by_draft: Drafts, folded: Mapping[uuid.UUID, Sequence[_Folded]], number: str) -> Iterator[Found]:
    """The sections with this number, whatever stands before it in the draft ("§", "Art.")."""
    for draft, consultation in by_draft.items():
        for section in folded.get(draft, ()):
            if number_of(section.number) == number:
                yield consultation, section.key, section.title


def _fold(session: Session, drafts: Iterable[uuid.UUID]) -> dict[uuid.UUID, Sequence[_Folded]]:
    versions = session.scalars(select(DraftVersion).where(DraftVersion.id.in_(drafts))).all()
    found = {one.id: known for one in versions if (known := _folded.known(_name(one))) is not None}
    new: dict[uuid.UUID, list[_Folded]] = {one.id: [] for one in versions if one.id not in found}
    known_values = {one.id: named.values(one) for one in versions if one.id in new}
    statement = (
        select(Section.draft_version_id, Section.key, Section.number, Section.heading, Section.text)
        .where(Section.draft_version_id.in_(new))
        .order_by(Section.draft_version_id, Section.position)
    )
    for draft, key, number, *stored in session.execute(statement) if new else ():
        heading, text = (named.filled(one, known_values[draft]) for one in stored)
        new[draft].append(_Folded(key, number, f"{number} {heading}".strip(), search_key(f"{heading} {text}")))
    for one in versions:
        if one.id in new and one.content_hash is not None:
            _folded.keep(_name(one), tuple(new[one.id]))
    return {**found, **new}


def _name(version: DraftVersion) -> str:
    return f"{version.id} {version.content_hash}"


def _texts(session: Session, found: Sequence[Found]) -> dict[tuple[uuid.UUID | None, str], str]:
    """As people read them: the texts of the sections on one page, and no others."""
    wanted = {(one.draft_version_id, key) for one, key, _ in found if key}
    if not wanted:
        return {}
    drafts, keys = zip(*wanted, strict=True)
    statement = select(Section).where(Section.draft_version_id.in_(drafts), Section.key.in_(keys))
    return {
        (one.draft_version_id, one.key): named.filled(one.text, named.values(one.draft_version))
        for one in session.scalars(statement.options(joinedload(Section.draft_version)))
    }


def _holds(words: Sequence[str], folded: str) -> bool:
    return all(word in folded for word in words)


def excerpt(text: str, words: Sequence[str]) -> str:
    """The surroundings of the first place where a word stands, cut between words."""
    flat = " ".join(text.split())
    spoken = (match for match in re.finditer(r"\w+", flat) if any(word in search_key(match[0]) for word in words))
    at = next((match.start() for match in spoken), 0)
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
