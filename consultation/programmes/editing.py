"""Small corrections of a draft version that is not published: number, heading, text and order of its sections.

One person at a time works on a version (`open_for_editing`), and whoever corrects a section says which state of it they saw.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from consultation.core import blocks
from consultation.core.db import hold
from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.text import clean, clean_line
from consultation.core.times import local_day
from consultation.programmes import arranging, notation, queries
from consultation.programmes.actions import require_planner
from consultation.programmes.arranging import Direction, Entry, Order
from consultation.programmes.contradictions import Contradiction, contradictions, read
from consultation.programmes.drafts import new_key
from consultation.programmes.models import DraftVersion, Section
from consultation.states import DraftVersionState
from consultation.subjects import Actor

PUBLISHED = M("Diese Fassung ist festgeschrieben. Legen Sie eine neue Fassung aus ihr an, um sie zu ändern.")
MAX_SECTION = 400_000
"""Characters of one section's text."""
_TOO_LONG = Problem("text", M("Der Text ist zu lang. Teilen Sie ihn auf mehrere Abschnitte auf."))


@dataclass(frozen=True)
class Typed:
    """A section as somebody typed it; `text` in the notation of `notation`, `parent` a key or empty."""

    number: str
    heading: str
    text: str
    parent: str


def open_for_editing(session: Session, actor: Actor, programme_slug: str, draft_id: uuid.UUID) -> DraftVersion:
    """Locked until the end of the transaction, so that of two changes of the order neither is lost."""
    hold(session, DraftVersion, draft_id)
    version = queries.draft_version(session, actor, draft_id)
    if version.programme.slug != programme_slug:
        raise NotFound(M("Diese Entwurfsfassung gibt es nicht."))
    require_planner(actor, version)
    if version.state != DraftVersionState.DRAFT:
        raise Conflict(PUBLISHED)
    return version


def section_of(version: DraftVersion, key: str) -> Section:
    found = next((section for section in version.sections if section.key == key), None)
    if found is None:
        raise NotFound(M("Diesen Abschnitt gibt es im Entwurf nicht."))
    return found


def order_of(sections: Sequence[Section]) -> Order:
    return tuple(Entry(section.key, section.parent_key) for section in sections)


def doubts(version: DraftVersion, key: str, typed: Typed, *, seen: int) -> list[Contradiction]:
    """Where the typed text changes a figure that a programme value says otherwise. Raises what `edit` raises, and saves nothing."""
    section = _unchanged(version, key, seen)
    number, heading, content = _checked(typed, section)
    new = Section(
        key=key, number=number, heading=heading, blocks=content, text=blocks.plain_text(blocks.from_json(content))
    )
    before, after = (read(version.programme, version, [one], version.language) for one in (section, new))
    return contradictions(before, after)


def edit(
    session: Session, actor: Actor, version: DraftVersion, key: str, typed: Typed, *, seen: int, sure: bool = False
) -> None:
    """Raises `Conflict` if somebody else corrected the section since it was `seen` (its version): nothing is overwritten.

    A heading that was there goes only if that is meant (`sure`).
    """
    section = _unchanged(version, key, seen)
    content = _checked(typed, section)
    if section.heading and not content[1] and not sure:
        message = M(
            "Der Abschnitt hatte die Überschrift „{heading}“ und hätte dann keine mehr.", heading=section.heading
        )
        raise Invalid.about("sure", message)
    parent = _parent(version, key, typed.parent)
    before = _hash(section)
    section.number, section.heading, section.blocks = content
    section.text = blocks.plain_text(blocks.from_json(section.blocks))
    if parent != section.parent_key:
        section.parent_key = parent
        _store(session, version, arranging.placed(order_of(version.sections), key, parent))
    elif before == _hash(section):
        return
    section.version += 1
    record(session, actor, version, "edit_section", old=before, new=_hash(section), section=key, number=section.number)


def _unchanged(version: DraftVersion, key: str, seen: int) -> Section:
    section = section_of(version, key)
    if section.version != seen:
        raise Conflict(M("Jemand anderes hat diesen Abschnitt inzwischen geändert."))
    return section


def add(session: Session, actor: Actor, version: DraftVersion, typed: Typed, *, after: str) -> str:
    """A new section behind `after` (with everything in it), or at the beginning; returns its key."""
    if after:
        section_of(version, after)
    number, heading, content = _checked(typed, None)
    order = arranging.added(order_of(version.sections), new_key(), after or None)
    made = next(entry for entry in order if entry.key not in {section.key for section in version.sections})
    section = Section(
        draft_version_id=version.id, key=made.key, parent_key=made.parent, position=len(order) + 1, level=1,
        number=number, heading=heading, blocks=content, version=1,
        text=blocks.plain_text(blocks.from_json(content)),
    )  # fmt: skip
    version.sections.append(section)
    session.flush()
    _store(session, version, order)
    record(session, actor, version, "add_section", new=_hash(section), section=made.key, number=number)
    return made.key


def move(session: Session, actor: Actor, version: DraftVersion, key: str, direction: Direction) -> None:
    section = section_of(version, key)
    order = order_of(version.sections)
    if (new := arranging.moved(order, key, direction)) != order:
        _store(session, version, new)
        record(session, actor, version, "move_section", section=key, number=section.number, direction=direction)


def remove(session: Session, actor: Actor, version: DraftVersion, key: str, *, seen: int) -> None:
    """With everything in it. Raises `Conflict` if somebody else corrected the section since it was `seen`."""
    section = section_of(version, key)
    if section.version != seen:
        raise Conflict(
            M(
                "Jemand anderes hat diesen Abschnitt inzwischen geändert. Lesen Sie ihn noch einmal, bevor Sie ihn entfernen."
            )
        )
    order = order_of(version.sections)
    left = arranging.without(order, key)
    gone = arranging.below(order, key)
    session.execute(delete(Section).where(Section.draft_version_id == version.id, Section.key.in_(gone)))
    _store(session, version, left)
    record(
        session,
        actor,
        version,
        "remove_section",
        old=_hash(section),
        section=key,
        number=section.number,
        count=len(gone),
    )


def continue_from(session: Session, actor: Actor, programme_slug: str, draft_id: uuid.UUID) -> DraftVersion:
    """The next version with the same sections under the same keys, to be corrected."""
    programme = queries.get(session, actor, programme_slug)
    require_planner(actor, programme)
    source = queries.draft_version(session, actor, draft_id)
    if source.programme_id != programme.id:
        raise NotFound(M("Diese Entwurfsfassung gibt es nicht."))
    version = DraftVersion(
        id=uuid.uuid4(), programme=programme, number=queries.next_draft_number(session, programme.id),
        date=local_day(actor.moment), kind=source.kind, title=source.title, language=source.language,
        state=DraftVersionState.DRAFT, facts=source.facts, frozen={}, created_at=actor.moment,
    )  # fmt: skip
    version.sections = [
        Section(
            key=s.key, parent_key=s.parent_key, position=s.position, level=s.level, number=s.number, heading=s.heading,
            blocks=s.blocks, text=s.text, version=1,
        )
        for s in source.sections
    ]  # fmt: skip
    session.add(version)
    session.flush()
    record(session, actor, version, "continue_draft", source=str(source.id), number=version.number)
    return version


def preview(typed: Typed) -> tuple[blocks.Block, ...]:
    """The text as readers would see it. Raises `Invalid` for one that could not be saved either."""
    if len(typed.text) > MAX_SECTION:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=[_TOO_LONG])
    return notation.read(typed.text)


def _checked(typed: Typed, before: Section | None) -> tuple[str, str, list[dict[str, object]]]:
    """Number, heading and blocks; a text that was not touched keeps its blocks exactly."""
    number, heading = clean_line(typed.number), clean_line(typed.heading)
    problems = []
    if not (number or heading):
        problems.append(Problem("heading", M("Geben Sie dem Abschnitt eine Überschrift oder eine Nummer.")))
    if len(number) > 40:
        problems.append(Problem("number", M("Die Nummer ist zu lang: höchstens {count} Zeichen.", count=40)))
    if len(heading) > 500:
        problems.append(Problem("heading", M("Die Überschrift ist zu lang: höchstens {count} Zeichen.", count=500)))
    if len(typed.text) > MAX_SECTION:
        problems.append(_TOO_LONG)
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    if before is not None and clean(typed.text) == clean(notation.write(blocks.from_json(before.blocks))):
        return number, heading, before.blocks
    return number, heading, blocks.to_json(notation.read(typed.text))


def _parent(version: DraftVersion, key: str, parent: str) -> str | None:
    order = order_of(version.sections)
    known = {entry.key for entry in order}
    if parent and (parent not in known or parent in arranging.below(order, key)):
        raise Invalid.about(
            "parent", M("Wählen Sie einen anderen Abschnitt: Ein Abschnitt kann nicht in sich selbst stehen.")
        )
    return parent or None


def _store(session: Session, version: DraftVersion, order: Order) -> None:
    """Places, parents and levels as the order says. No place is ever taken twice, not even for a moment."""
    session.flush()
    ids = {section.key: section.id for section in version.sections}
    here = update(Section).where(Section.draft_version_id == version.id)
    session.execute(here.values(position=-Section.position).execution_options(synchronize_session=False))
    deep = arranging.levels(order)
    rows = [
        {"id": ids[entry.key], "position": at, "parent_key": entry.parent, "level": deep[entry.key]}
        for at, entry in enumerate(order, start=1)
    ]
    if rows:
        session.execute(update(Section), rows)


def _hash(section: Section) -> str:
    """SHA-256 of what readers see, for the procedure log."""
    content = [section.number, section.heading, section.parent_key, section.blocks]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
