"""Old and new wording of the sections a house spoke of, where it may read a newer version of the draft."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.blocks import from_json, plain_text
from consultation.core.language import Language
from consultation.documents.frozen import Frozen
from consultation.forms.context import section_infos
from consultation.programmes import named
from consultation.programmes.comparison import Compared, SectionLike, compare
from consultation.programmes.models import DraftVersion
from consultation.programmes.wording import Words, words
from consultation.questions.wording import section_label
from consultation.states import DraftVersionState
from consultation.subjects import Actor


@dataclass(frozen=True)
class Change:
    """One section, reworded or gone. Texts are plain; `words` marks what went and what came."""

    key: str
    section: str
    old: str
    new: str
    """Empty where the section is gone."""
    words: Words


@dataclass(frozen=True)
class NewerWording:
    version: DraftVersion
    changes: tuple[Change, ...]
    kept: tuple[tuple[str, str], ...]
    """Key and name of each section that reads as before, with everything in it."""


def newer_wording(
    session: Session, actor: Actor, consultation: Consultation, frozen: Frozen, keys: Collection[str], language: Language
) -> NewerWording | None:  # fmt: skip
    """Of these sections, in reading order; none if there is no newer version the actor may read."""
    draft = frozen.head["draft"]
    version = _newest(session, actor, consultation, draft["number"]) if draft else None
    if version is None:
        return None
    sections = named.shown(version.sections, named.values(version))
    found = compare(frozen.sections, sections)
    infos = dict(frozen.context.sections) | section_infos(sections)
    context = replace(frozen.context, language=language, sections=infos)
    asked = [(one, section_label(infos[one.key], context)) for one in found.sections if one.key in keys]
    changes = (_change(one, label) for one, label in asked if {"reworded", "removed"} & set(one.differences))
    kept = ((one.key, label) for one, label in asked if one.key in found.untouched)
    return NewerWording(version, tuple(changes), tuple(kept))


def _newest(session: Session, actor: Actor, consultation: Consultation, number: int) -> DraftVersion | None:
    """Of a consultation of the programme that the actor may see: a version in the making stays with its planners."""
    seen = consultations.visible(actor).where(Consultation.programme_id == consultation.programme_id)
    statement = (
        select(DraftVersion)
        .where(DraftVersion.programme_id == consultation.programme_id, DraftVersion.number > number)
        .where(DraftVersion.state == DraftVersionState.PUBLISHED)
        .where(DraftVersion.id.in_(seen.with_only_columns(Consultation.draft_version_id)))
        .order_by(DraftVersion.number.desc())
        .limit(1)
        .options(selectinload(DraftVersion.sections))
    )
    return session.scalars(statement).one_or_none()


def _change(found: Compared, section: str) -> Change:
    renamed = found.old is None or found.new is None or found.old.heading != found.new.heading
    old, new = _text(found.old, renamed), _text(found.new, renamed)
    return Change(found.key, section, old, new, words(old, new))


def _text(section: SectionLike | None, headed: bool) -> str:
    """With its heading only where that says something: above both wordings it stands already."""
    if section is None:
        return ""
    heading = section.heading if headed else ""
    return "\n".join(filter(None, (heading, plain_text(from_json([dict(b) for b in section.blocks])))))
