"""Who is counted in public: each counted answer with its groups, and what may be said of each of its parts."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consultation.evaluation.cube import EVERYBODY, grouping_of, places, where
from consultation.evaluation.figures import NOT_STATED, SMALL_TOWNS, STATE, Filters
from consultation.evaluation.protection import Member
from consultation.forms.definition import Asked
from consultation.questions import Tally
from consultation.responses.models import AnswerFact, Disclosure, DisclosureChoice, Response

SHOWN_WITH_KIND = (Disclosure.NAMED, Disclosure.DESCRIBED)
Given = tuple[str, str, float | None]
"""(item, option, number) of one fact."""


@dataclass
class Counted:
    """One organisation with a counted answer."""

    response: uuid.UUID
    """The same in every edition, whatever is counted."""
    groups: dict[str, str]
    """Grouping → its row; in public a city state counts as an independent city."""
    levels: dict[str, Disclosure] = field(default_factory=dict)
    stated: dict[str, tuple[str, Disclosure]] = field(default_factory=dict)
    """Grouping question's grouping → the part it stands in, and what may be said of that answer."""


Population = dict[uuid.UUID, Counted]
"""Counted revision → organisation."""


def level_of(levels: Mapping[str, Disclosure], asked: Asked) -> Disclosure:
    """What may be said of the answer to a field: unanswered is `none`, a confidential question gives figures at most."""
    level = levels.get(asked.part.key, Disclosure.NONE)
    return Disclosure.FIGURES if asked.question.confidential and level in SHOWN_WITH_KIND else level


def populate(
    session: Session, consultation_id: uuid.UUID, moment: datetime, groups: Sequence[Asked], filters: Filters
) -> tuple[Population, list[str]]:
    """Everybody who counts, and the groupings by answers that have each of them once (the others cannot be protected)."""
    people = _everybody(session, consultation_id, filters)
    for revision_id, part, level in session.execute(_levels(consultation_id, moment)):
        if revision_id in people:
            people[revision_id].levels[part] = level
    return people, [name for asked in groups for name in _group(session, consultation_id, people, asked)]


def _everybody(session: Session, consultation_id: uuid.UUID, filters: Filters) -> Population:
    dimensions = (AnswerFact.size_class, AnswerFact.state, AnswerFact.kind)
    statement = select(AnswerFact.revision_id, Response.id, *dimensions)
    rows = session.execute(
        statement.join(Response, Response.counted_revision_id == AnswerFact.revision_id).where(
            *where(AnswerFact, consultation_id, filters), AnswerFact.question == EVERYBODY
        )
    )
    return {
        revision_id: Counted(response, {g: r for g, r in places(size, state, kind, public=True) if r != SMALL_TOWNS})
        for revision_id, response, size, state, kind in rows
    }


def _levels(consultation_id: uuid.UUID, moment: datetime) -> Select[uuid.UUID | None, str, Disclosure]:
    last = (
        select(func.max(DisclosureChoice.seq))
        .join(Response, Response.id == DisclosureChoice.response_id)
        .where(Response.consultation_id == consultation_id, DisclosureChoice.moment <= moment)
        .group_by(DisclosureChoice.response_id, DisclosureChoice.part)
    )
    return (
        select(Response.counted_revision_id, DisclosureChoice.part, DisclosureChoice.level)
        .join(Response, Response.id == DisclosureChoice.response_id)
        .where(DisclosureChoice.seq.in_(last), Response.counted_revision_id.is_not(None))
    )


def _group(session: Session, consultation_id: uuid.UUID, people: Population, asked: Asked) -> list[str]:
    chosen: dict[str, dict[uuid.UUID, set[str]]] = defaultdict(lambda: defaultdict(set))
    for revision_id, given in answers(session, consultation_id, asked).items():
        for item, option, _ in given:
            if option and revision_id in people:
                chosen[grouping_of(asked.key, item)][revision_id].add(option)
    names = [name for name, by in chosen.items() if all(len(options) == 1 for options in by.values())]
    for name in names:
        for revision_id, one in people.items():
            level = level_of(one.levels, asked)
            one.stated[name] = asked.part.key, level
            options = chosen[name].get(revision_id) if level != Disclosure.NONE else None
            one.groups[name] = next(iter(options)) if options else NOT_STATED
    return names


def answers(session: Session, consultation_id: uuid.UUID, asked: Asked) -> dict[uuid.UUID, list[Given]]:
    """Counted revision → facts of one field."""
    statement = select(AnswerFact.revision_id, AnswerFact.item, AnswerFact.option, AnswerFact.number)
    rows = session.execute(
        statement.where(AnswerFact.consultation_id == consultation_id, AnswerFact.question == asked.key)
    )
    found: dict[uuid.UUID, list[Given]] = defaultdict(list)
    for revision_id, item, option, number in rows:
        found[revision_id].append((item, option, number))
    return found


def member(one: Counted, asked: Asked, groupings: Sequence[str], given: Sequence[Given]) -> Member:
    """`given`: its facts of this field and item."""
    level = level_of(one.levels, asked)
    choices = [option or repr(number) for _, option, number in given if option or number is not None]
    if asked.type.tally is Tally.RANKS:
        choices += [f"1:{option}" for _, option, number in given if number == 1]
    return Member(
        tuple(one.groups[name] for name in groupings),
        tuple(choices),
        bool(given),
        tuple(_is_hidden(level, one, name, asked.part.key) for name in groupings),
    )


def _is_hidden(level: Disclosure, one: Counted, grouping: str, part: str) -> bool:
    """`described` publishes kind and size class, never the Land. A grouping answer must be published beside this one: in the
    same part, or both under the same name; records of parts without names cannot be put together.
    """
    if grouping == STATE:
        return level != Disclosure.NAMED
    if grouping not in one.stated:
        return level not in SHOWN_WITH_KIND
    place, other = one.stated[grouping]
    together = SHOWN_WITH_KIND if place == part else (Disclosure.NAMED,)
    return level not in together or other not in together


def anything_counts(one: Counted) -> bool:
    return any(level != Disclosure.NONE for level in one.levels.values())
