"""Where the new text of a draft changes a figure and the programme value still says another one.

Texts may name a value ({foerderquote}); often the figure simply stands there. Whoever changes it is shown both, side by side.
Only what the text said as the programme values did is asked about: another 30 % somewhere in the draft is none of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consultation.core.language import Language
from consultation.core.marks import mark_of
from consultation.programmes import named
from consultation.programmes.drafts import frozen_content
from consultation.programmes.mentions import Mention, Quantity, mentions, quantity
from consultation.programmes.models import DraftVersion, ParameterType, Programme, Section
from consultation.programmes.parameters import spoken, spoken_all
from consultation.states import DraftVersionState

Parameter = Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """Sections as people read them, and the programme values they were read with."""

    sections: Sequence[Section]
    parameters: Sequence[Parameter]
    language: Language


def read(programme: Programme, version: DraftVersion | None, sections: Iterable[Section], language: str) -> Read:
    """With the values frozen with a published version; of any other, also one that is not saved yet, those of today."""
    published = version is not None and version.state == DraftVersionState.PUBLISHED
    frozen = version.frozen if version is not None and published else frozen_content(programme)
    parameters, spoken_in = frozen.get("parameters", ()), _language(language)
    return Read(named.shown(sections, spoken_all(parameters, spoken_in)), parameters, spoken_in)


def _language(code: str) -> Language:
    return "en" if code == "en" else "de"


@dataclass(frozen=True)
class Contradiction:
    section: str
    label: Mapping[str, str]
    value: str
    """What the programme says, in the language of the draft."""
    before: str
    """As the text had it."""
    now: tuple[str, ...]
    """As the text has it: what came in that place, or what stayed while the programme value changed."""


def contradictions(before: Read, after: Read) -> list[Contradiction]:
    """In reading order; sections belong together by their key."""
    old = {section.key: section for section in before.sections}
    was = {one["name"]: one for one in before.parameters}
    return [
        one
        for section in after.sections
        if section.key in old
        for type_ in ParameterType
        for one in _of_type(type_, old[section.key], section, was, before, after)
    ]


def mark(found: Sequence[Contradiction]) -> str:
    """Of what somebody had before them who saves all the same; empty for nothing."""
    return mark_of(repr(found).encode()) if found else ""


@dataclass(frozen=True)
class _Doubt:
    parameter: Parameter
    quantity: Quantity
    before: str
    now: tuple[str, ...]


def _of_type(
    type_: ParameterType, old: Section, new: Section, was: Mapping[str, Parameter], before: Read, after: Read
) -> Iterator[Contradiction]:
    values = [one for one in after.parameters if one["type"] == type_]
    if not values:
        return
    earlier = mentions(_text(old), type_, before.language)
    later = mentions(_text(new), type_, after.language)
    doubts = [doubt for one in values if (doubt := _doubt(one, was.get(one["name"], one), earlier, later))]
    for doubt in _of_this_section(doubts, {old.number, new.number} - {""}):
        said = spoken(type_, doubt.parameter["value"], after.language)
        title = f"{new.number} {new.heading}".strip()
        yield Contradiction(title, doubt.parameter["label"], said, doubt.before, doubt.now)


def _text(section: Section) -> str:
    return f"{section.heading}\n{section.text}"


def _doubt(value: Parameter, was: Parameter, earlier: Sequence[Mention], later: Sequence[Mention]) -> _Doubt | None:
    """Unless the text says the value as often as it said it before, or says no other in its place."""
    if was["type"] != value["type"]:
        return None
    type_ = ParameterType(value["type"])
    once, today = quantity(type_, was["value"]), quantity(type_, value["value"])
    said_before, says = (Counter(mention.quantity for mention in found) for found in (earlier, later))
    if said_before[once] <= says[today]:
        return None
    others = [
        mention.written
        for mention in later
        if mention.quantity != today
        and (mention.quantity == once or says[mention.quantity] > said_before[mention.quantity])
    ]
    written = next(mention.written for mention in earlier if mention.quantity == once)
    return _Doubt(value, once, written, tuple(dict.fromkeys(others))) if others else None


def _of_this_section(doubts: Sequence[_Doubt], numbers: set[str]) -> Iterator[_Doubt]:
    """Of values that were the same figure those that are said to stand here, if there is one."""
    for doubt in doubts:
        alike = [one for one in doubts if one.quantity == doubt.quantity]
        here = [one for one in alike if one.parameter["section_number"] in numbers]
        if not here or doubt in here:
            yield doubt
