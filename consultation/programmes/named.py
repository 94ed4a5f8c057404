"""Programme values in the text of a draft: stored is {foerderquote}, people read 80 %.

What is stored, hashed and handed to programs keeps the name, with the values frozen beside it. A value is said in the draft's own
language, since it stands in a sentence of that language.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from consultation.core import blocks
from consultation.core.language import Language
from consultation.programmes.comparison import SectionLike
from consultation.programmes.drafts import frozen_content
from consultation.programmes.models import DraftVersion, Programme, Section
from consultation.programmes.parameters import figures_of, spoken_all
from consultation.states import DraftVersionState

NAME = re.compile(r"\{([a-z][a-z0-9_]{0,59})\}")


def values(version: DraftVersion, programme: Programme | None = None) -> Mapping[str, str]:
    """Name → value: as frozen with a published version; of another those of the programme today, for its planners."""
    language: Language = "en" if version.language == "en" else "de"
    if version.state == DraftVersionState.PUBLISHED:
        return figures_of(version, language)
    return spoken_all(frozen_content(programme)["parameters"], language) if programme else {}


def shown(sections: Iterable[Section], known: Mapping[str, str]) -> list[Section]:
    """As people read them: rows that belong to no database wherever a value stands for its name."""
    return [_shown(section, known) for section in sections]


def _shown(section: Section, known: Mapping[str, str]) -> Section:
    if not known.keys() & _names(section):
        return section
    content = filled(section.blocks, known)
    return Section(
        key=section.key, parent_key=section.parent_key, position=section.position, level=section.level,
        number=section.number, heading=filled(section.heading, known), blocks=content,
        text=blocks.plain_text(blocks.from_json(content)), version=section.version,
    )  # fmt: skip


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """A text, or content as JSON with all its texts; what is unknown stays as it is."""
    match value:
        case str():
            return NAME.sub(lambda found: known.get(found[1], found[0]), value) if "{" in value else value
        case dict():
            return {key: filled(one, known) for key, one in value.items()}
        case list() | tuple():
            return [filled(one, known) for one in value]
    return value


def unknown(sections: Iterable[SectionLike], known: Collection[str]) -> list[tuple[str, str]]:
    """Title of the section and each name in it that stands for nothing, in reading order."""
    return [
        (f"{section.number} {section.heading}".strip(), name)
        for section in sections
        for name in sorted(_names(section).difference(known))
    ]


def _names(section: SectionLike) -> set[str]:
    texts = (section.heading, *_texts(section.blocks))
    return {name for text in texts if "{" in text for name in NAME.findall(text)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def sections_as_read(session: Session, draft_version_id: uuid.UUID) -> list[Section]:
    """Of a published version, in reading order. The caller has checked who may read it."""
    statement = select(Section).where(Section.draft_version_id == draft_version_id).order_by(Section.position)
    found = session.scalars(statement.options(joinedload(Section.draft_version))).all()
    return shown(found, values(found[0].draft_version)) if found else []
