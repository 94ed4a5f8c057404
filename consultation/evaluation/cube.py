"""All counts of a consultation in four queries, whatever the number of questions and answers."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
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

    def take(self, option: str, number: float | None, count: int) -> None:
        if option:
            self.options[option] += count
            if number == 1:
                self.firsts[option] += count
        elif number is not None:
            self.numbers[number] += count

    def lose(self, other: "Cell") -> None:
        self.answered -= other.answered
        self.options -= other.options
        self.firsts -= other.firsts
        self.numbers -= other.numbers


Place = tuple[str, str]
"""(grouping, group)."""
Asked = tuple[str, str]
"""(full field key, item)."""


@dataclass
class Cube:
    """(field, item) → (grouping, group) → cell; and how many organisations with a counted answer each group has."""

    cells: dict[Asked, dict[Place, Cell]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Cell)))
    bases: Counter[Place] = field(default_factory=Counter)
    several: frozenset[str] = frozenset()

    def take(self, key: str, item: str, place: Place, fact: tuple[str, float | None], count: int) -> None:
        self.cells[key, item][place].take(*fact, count)
        if key not in self.several:
            self.answered(key, item, place, count)

    def answered(self, key: str, item: str, place: Place, count: int) -> None:
        if key:
            self.cells[key, item][place].answered += count
        else:
            self.bases[place] += count


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


def read(
    session: Session, consultation_id: uuid.UUID, group_by: Sequence[str], several: Collection[str], filters: Filters
) -> Cube:
    """`group_by`: full keys of the fields whose options form groups; `several`: of those that may hold several facts of
    one organisation (options, ranks), whose organisations are counted apart.
    """
    cube = Cube(several=frozenset(several))
    _by_register(session, cube, consultation_id, filters)
    if group_by:
        _by_answers(session, cube, consultation_id, group_by, filters)
    return cube


def _by_register(session: Session, cube: Cube, consultation_id: uuid.UUID, filters: Filters) -> None:
    dimensions = (AnswerFact.size_class, AnswerFact.state, AnswerFact.kind)
    what = (AnswerFact.question, AnswerFact.item)
    here = where(AnswerFact, consultation_id, filters)
    values = (AnswerFact.option, AnswerFact.number)
    counts = select(*what, *values, *dimensions, func.count()).where(*here).group_by(*what, *values, *dimensions)
    for key, item, option, number, size_class, state, kind, count in session.execute(counts):
        for place in places(size_class, state, kind):
            cube.take(key, item, place, (option, number), count)
    distinct = func.count(AnswerFact.revision_id.distinct())
    here = [*here, AnswerFact.question.in_(cube.several)]
    answered = select(*what, *dimensions, distinct).where(*here).group_by(*what, *dimensions)
    for key, item, size_class, state, kind, count in session.execute(answered):
        for place in places(size_class, state, kind):
            cube.answered(key, item, place, count)


def _by_answers(
    session: Session, cube: Cube, consultation_id: uuid.UUID, group_by: Sequence[str], filters: Filters
) -> None:
    """The same by the answers to other questions: facts joined to the facts of the same revision."""
    chosen = aliased(AnswerFact, name="chosen")
    group = (chosen.question, chosen.item, chosen.option)
    what = (AnswerFact.question, AnswerFact.item)
    here = (
        *where(AnswerFact, consultation_id, filters), chosen.consultation_id == consultation_id,
        chosen.revision_id == AnswerFact.revision_id, chosen.question.in_(group_by), chosen.option != "",
    )  # fmt: skip
    values = (AnswerFact.option, AnswerFact.number)
    counts = select(*group, *what, *values, func.count()).where(*here).group_by(*group, *what, *values)
    for by, by_item, by_option, key, item, option, number, count in session.execute(counts):
        cube.take(key, item, (grouping_of(by, by_item), by_option), (option, number), count)
    distinct = func.count(AnswerFact.revision_id.distinct())
    several = AnswerFact.question.in_(cube.several)
    answered = select(*group, *what, distinct).where(*here, several).group_by(*group, *what)
    for by, by_item, by_option, key, item, count in session.execute(answered):
        cube.answered(key, item, (grouping_of(by, by_item), by_option), count)
    for by, by_item in [asked for asked in cube.cells if asked[0] in group_by]:
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
