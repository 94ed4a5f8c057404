"""A draft as people read it: contents as a tree, sections with their blocks, and the terms each of them uses."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from consultation.core.blocks import Block, from_json
from consultation.core.language import Language
from consultation.programmes import named
from consultation.programmes.drafts import frozen_content
from consultation.programmes.models import DraftVersion, Section
from consultation.programmes.parameters import spoken_all
from consultation.states import DraftVersionState


@dataclass(frozen=True)
class Term:
    term: str
    definition: str


@dataclass
class ReadSection:
    """`key` is the anchor on the page; `terms` are those of the glossary that the section uses."""

    key: str
    number: str
    heading: str
    level: int
    blocks: tuple[Block, ...]
    terms: tuple[Term, ...]
    children: list["ReadSection"] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.number} {self.heading}".strip()


@dataclass(frozen=True)
class Reading:
    """`contents` holds the sections of the first level, `sections` all of them in reading order."""

    sections: Sequence[ReadSection]
    contents: Sequence[ReadSection]
    terms: Sequence[Term]
    figures: Sequence[tuple[dict[str, str], str]]
    """Label per language and value of each figure of the programme."""


def reading(version: DraftVersion, language: Language) -> Reading:
    """Of a published version with the terms frozen with it, of another with those of the programme (loaded) today."""
    published = version.state == DraftVersionState.PUBLISHED
    frozen = version.frozen if published else frozen_content(version.programme)
    terms = [Term(entry["term"], entry["definition"]) for entry in frozen.get("terms", ())]
    shown = named.shown(version.sections, named.values(version, None if published else version.programme))
    sections = [_read(section, terms) for section in shown]
    return Reading(sections, _nested(version.sections, sections), terms, _figures(frozen, language))


def _figures(frozen: dict[str, Any], language: Language) -> list[tuple[dict[str, str], str]]:
    parameters = frozen.get("parameters", ())
    said = spoken_all(parameters, language)
    return [(p["label"], said[p["name"]]) for p in parameters]


def _read(section: Section, terms: Iterable[Term]) -> ReadSection:
    used = tuple(term for term in terms if _uses(f"{section.heading}\n{section.text}", term.term))
    return ReadSection(section.key, section.number, section.heading, section.level, from_json(section.blocks), used)


def _uses(text: str, term: str) -> bool:
    """At the beginning of a word, so that "Kommune" is found in "Kommunen"."""
    return re.search(rf"\b{re.escape(term)}", text, re.IGNORECASE) is not None


def _nested(stored: Iterable[Section], read: Iterable[ReadSection]) -> list[ReadSection]:
    by_key: dict[str, ReadSection] = {}
    top: list[ReadSection] = []
    for section, one in zip(stored, read, strict=True):
        by_key[section.key] = one
        parent = by_key.get(section.parent_key or "")
        (parent.children if parent else top).append(one)
    return top
