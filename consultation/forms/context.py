"""What question types may know of their surroundings, put together for one form, draft, organisation and reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from consultation.core.kept import Kept
from consultation.core.language import Language, M, say
from consultation.forms.checks import fill
from consultation.forms.definition import PARTICIPANT, Asked, Form, Question
from consultation.programmes import named
from consultation.programmes.models import DraftVersion, Section
from consultation.programmes.queries import sections_of
from consultation.questions import SectionInfo, Texts
from consultation.questions.wording import section_label

CONFIDENTIAL_CAP = "figures"

_published: Kept[Mapping[str, SectionInfo]] = Kept()
"""Id and hash of a published draft version → what is known of its sections."""


@dataclass(frozen=True)
class FormContext:
    """Satisfies `questions.Context`."""

    form: Form
    language: Language
    moment: datetime
    sections: Mapping[str, SectionInfo]
    parameters: Mapping[str, str]
    register: Sequence[tuple[str, str]] = ()
    sized: bool = True

    @cached_property
    def disclosure_parts(self) -> tuple[tuple[str, str], ...]:
        named = (PARTICIPANT, say(M("Nennung als Teilnehmerin"), self.language))
        return (named, *((part.key, part.title.said(self.language)) for part in self.form.disclosure_parts))

    @cached_property
    def disclosure_caps(self) -> dict[str, str]:
        """Parts in which every question is confidential; elsewhere the cap holds for the single question only."""
        return {
            part.key: CONFIDENTIAL_CAP
            for part in self.form.disclosure_parts
            if all(question.confidential or question.personal for question in part.questions)
        }

    @cached_property
    def _numbers(self) -> dict[str, str]:
        by_number = {info.number: info.number for info in self.sections.values() if info.number}
        return by_number | {key: info.number or info.heading for key, info in self.sections.items()}

    def say(self, texts: Texts | None) -> str:
        """A planner's text in the reader's language, placeholders filled."""
        return "" if texts is None else fill(texts.said(self.language), dict(self.parameters), self._numbers)

    def asked_as(self, question: Question) -> str:
        """Number and title: 27. Wie schätzen Sie …"""
        return f"{question.number}. {self.say(question.title)}" if question.number else self.say(question.title)

    def item(self, asked: Asked, item: str) -> str:
        """What a row of a matrix, or a section, is called; nothing where there is none."""
        if known := next((one.label for one in asked.type.items(asked.settings, self) if one.key == item), ""):
            return known
        if section := self.sections.get(item):
            return section_label(section, self)
        return say(M("Abschnitt einer anderen Fassung"), self.language) if item and asked.type.needs_sections else item

    def in_language(self, language: Language, parameters: Mapping[str, str]) -> "FormContext":
        return replace(self, language=language, parameters=parameters)


def section_infos(sections: Sequence[Section]) -> dict[str, SectionInfo]:
    """Sections of a draft version in reading order.

    Main ones are those of the first level that holds text: the numbers of a guideline, the paragraphs of a law whose
    chapters hold none.
    """
    parents = {s.parent_key for s in sections}
    main = _main_level(sections, parents)
    return {
        s.key: SectionInfo(s.key, s.number, s.heading, s.level == main, s.key in parents and not s.blocks)
        for s in sections
    }


def infos_of(session: Session, draft: DraftVersion | None) -> Mapping[str, SectionInfo]:
    """As `section_infos`; a published version never changes and is read once per process."""
    if draft is None:
        return {}
    if draft.content_hash is None:
        return section_infos(sections_of(session, draft))
    return _published.get(f"{draft.id} {draft.content_hash}", lambda: section_infos(_as_read(session, draft)))


def _as_read(session: Session, draft: DraftVersion) -> list[Section]:
    return named.shown(sections_of(session, draft), named.values(draft))


def _main_level(sections: Sequence[Section], parents: Collection[str | None]) -> int:
    for level in sorted({s.level for s in sections}):
        here = [s for s in sections if s.level == level]
        if any(s.blocks or s.key not in parents for s in here):
            return level
    return 1
