"""All counts of a consultation in two queries, whatever the number of questions and answers."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from consultation.evaluation.figures import KIND, NOT_STATED, SIZE_CLASS, SMALL_TOWNS, STATE, TOTAL, Filters
from consultation.people.kinds import OrganisationKind
from consultation.register.kinds import SizeClass
from consultation.responses.models import AnswerFact

SMALL_TOWN_CLASSES = (SizeClass.LARGER_SMALL_TOWN.value, SizeClass.SMALL_SMALL_TOWN.value)


@dataclass
class Cell:
    """What one group answered to one field and item."""

    answered: int = 0
    options: Counter[str] = field(default_factory=Counter)
    firsts: Counter[str] = field(default_factory=Counter)
    numbers: Counter[float] = field(default_factory=Counter)

    def lose(self, other: "Cell") -> None:
        self.answered -= other.answered
        self.options -= other.options
        self.firsts -= other.firsts
        self.numbers -= other.numbers


def take(cells: Iterable[Cell], option: str, number: float | None, count: int) -> None:
    """A fact of so many, in all of these cells."""
    for cell in cells:
        if option:
            cell.options[option] += count
            if number == 1:
                cell.firsts[option] += count
        elif number is not None:
            cell.numbers[number] += count


EVERYBODY = ""
"""The question of the one fact that every counted answer has."""
Place = tuple[str, str]
"""(grouping, group)."""
Asked = tuple[str, str]
"""(full field key, item)."""


@dataclass
class Cube:
    """(field, item) → (grouping, group) → cell; and how many organisations with a counted answer each group has."""

    cells: dict[Asked, dict[Place, Cell]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Cell)))
    bases: Counter[Place] = field(default_factory=Counter)

    def take(
        self, key: str, item: str, groups: Iterable[Place], fact: tuple[str, float | None], count: int, *, once: bool
    ) -> None:
        """In all groups that the same organisations are counted in. `once`: each of them has one such fact."""
        if not key:
            self.bases.update(dict.fromkeys(groups, count))
            return
        asked = self.cells[key, item]
        cells = [asked[place] for place in groups]
        take(cells, *fact, count)
        if once:
            for cell in cells:
                cell.answered += count


def places(size_class: str | None, state: str | None, kind: str | None, *, public: bool = False) -> Iterable[Place]:
    """The groups an organisation is counted in. Bodies without size class form rows of their own by kind."""
    kind = kind or NOT_STATED
    if public and kind == OrganisationKind.CITY_STATE:
        kind = OrganisationKind.INDEPENDENT_CITY.value
    yield TOTAL, ""
    yield SIZE_CLASS, size_class or kind
    if size_class in SMALL_TOWN_CLASSES:
        yield SIZE_CLASS, SMALL_TOWNS
    yield STATE, state or NOT_STATED
    yield KIND, kind


def grouping_of(key: str, item: str) -> str:
    return f"by:{key}:{item}" if item else f"by:{key}"


@dataclass(frozen=True)
class Keys:
    """Full keys of fields."""

    groups: Sequence[str]
    """Their options form groups."""
    only: frozenset[str] | None = None
    """Of these fields alone; None for all."""


def read(session: Session, consultation_id: uuid.UUID, keys: Keys, filters: Filters) -> Cube:
    cube = Cube()
    _by_register(session, cube, consultation_id, keys, filters)
    if keys.groups:
        _by_answers(session, cube, consultation_id, keys, filters)
    return cube


_WHAT = (AnswerFact.question, AnswerFact.item)
_DIMENSIONS = (AnswerFact.size_class, AnswerFact.state, AnswerFact.kind)


@lru_cache(maxsize=4096)
def _groups(size_class: str | None, state: str | None, kind: str | None) -> tuple[Place, ...]:
    return tuple(places(size_class, state, kind))


def _by_register(session: Session, cube: Cube, consultation_id: uuid.UUID, keys: Keys, filters: Filters) -> None:
    """The index alone answers, in its own order."""
    columns = (*_WHAT, AnswerFact.option, *_DIMENSIONS, AnswerFact.once, AnswerFact.number)
    counts = select(*columns, func.count()).where(*_here(consultation_id, keys, filters)).group_by(*columns)
    for key, item, option, *dimensions, once, number, count in session.connection().execute(counts).all():
        cube.take(key, item, _groups(*dimensions), (option, number), count, once=once)


def _by_answers(session: Session, cube: Cube, consultation_id: uuid.UUID, keys: Keys, filters: Filters) -> None:
    """The same by the answers to other questions: facts joined to the facts of the same revision."""
    chosen = aliased(AnswerFact, name="chosen")
    group = (chosen.question, chosen.item, chosen.option)
    here = (
        *_here(consultation_id, keys, filters), chosen.consultation_id == consultation_id,
        chosen.revision_id == AnswerFact.revision_id, chosen.question.in_(keys.groups), chosen.option != "",
    )  # fmt: skip
    columns = (*group, *_WHAT, AnswerFact.option, AnswerFact.once, AnswerFact.number)
    counts = select(*columns, func.count()).where(*here).group_by(*columns)
    for by, by_item, by_option, key, item, option, once, number, count in session.execute(counts):
        place = grouping_of(by, by_item), by_option
        cube.take(key, item, [place], (option, number), count, once=once)
    for by, by_item in [asked for asked in cube.cells if asked[0] in keys.groups]:
        _rest(cube, by, by_item)


def _rest(cube: Cube, by: str, by_item: str) -> None:
    """Those who did not answer the grouping question: all others less the groups, where nobody is in two of them."""
    grouping, chosen = grouping_of(by, by_item), cube.cells[by, by_item][TOTAL, ""]
    if chosen.options.total() != chosen.answered:
        return
    rest = grouping, NOT_STATED
    cube.bases[rest] = cube.bases[TOTAL, ""] - chosen.answered
    for cells in cube.cells.values():
        left = _copy(cells[TOTAL, ""])
        for place in [place for place in cells if place[0] == grouping and place != rest]:
            left.lose(cells[place])
        cells[rest] = left


def _copy(cell: Cell) -> Cell:
    return Cell(cell.answered, Counter(cell.options), Counter(cell.firsts), Counter(cell.numbers))


def _here(consultation_id: uuid.UUID, keys: Keys, filters: Filters) -> list[ColumnElement[bool]]:
    here = where(AnswerFact, consultation_id, filters)
    return here if keys.only is None else [*here, AnswerFact.question.in_({*keys.only, *keys.groups, EVERYBODY})]


def where(facts: Any, consultation_id: uuid.UUID, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [facts.consultation_id == consultation_id]
    if filters.states:
        conditions.append(facts.state.in_(filters.states))
    if filters.kinds:
        conditions.append(facts.kind.in_(filters.kinds))
    if filters.size_classes:
        no_class = facts.size_class.is_(None) & facts.kind.in_(filters.size_classes)
        conditions.append(or_(facts.size_class.in_(filters.size_classes), no_class))
    return conditions
