"""Figures for everybody: as many as can be shown without telling what a hidden organisation answered."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import Problem
from consultation.core.language import M, Message
from consultation.evaluation.cube import SMALL_TOWN_CLASSES, Cell, Place, take
from consultation.evaluation.earlier import Memory, past_of
from consultation.evaluation.figures import (
    KIND,
    SIZE_CLASS,
    SMALL_TOWNS,
    STATE,
    TOTAL,
    FieldFigures,
    Filters,
    Statistics,
    Table,
)
from consultation.evaluation.population import Given, Population, answers, anything_counts, level_of, member, populate
from consultation.evaluation.protection import Decision, Member, protect
from consultation.evaluation.statistics import (
    EVERYWHERE,
    Counted,
    Order,
    counted_items,
    figures,
    form_context,
    group_fields,
)
from consultation.forms.context import FormContext
from consultation.responses.models import Disclosure

GROUPING_TITLES = {SIZE_CLASS: M("Größenklasse"), STATE: M("Land"), KIND: M("Art der Stelle")}


@dataclass(frozen=True)
class Published:
    """Protected figures, and what later editions have to be held against."""

    statistics: Statistics
    memory: Memory
    problems: tuple[Problem, ...] = ()
    """Questions of which nothing can be left out any more to keep earlier editions from telling."""


def public(
    session: Session, consultation: Consultation, moment: datetime, filters: Filters = EVERYWHERE,
    earlier: Sequence[Memory] = (),
) -> Published:  # fmt: skip
    """The figures an edition with this data cut may show, by the disclosures in force then. See `protection`.

    `earlier`: what the public editions before it counted.
    """
    context = form_context(session, consultation)
    groups = group_fields(context.form)
    people, by_answers = populate(session, consultation.id, moment, groups, filters)
    desk = _Desk(
        context,
        people,
        Order(context, groups),
        (TOTAL, SIZE_CLASS, STATE, KIND, *by_answers),
        consultation.minimum_cell,
        tuple(earlier),
    )
    fields = [desk.publish(counted, given) for counted, given in _fields(session, consultation.id, context)]
    base = sum(anything_counts(one) for one in people.values())
    statistics = Statistics(base, desk.groupings, tuple(fields), filters, public=True)
    return Published(statistics, desk.memory, tuple(desk.problems))


def _fields(
    session: Session, consultation_id: uuid.UUID, context: FormContext
) -> Iterator[tuple[Counted, dict[uuid.UUID, list[Given]]]]:
    for asked in context.form.asked:
        by_item: dict[str, dict[uuid.UUID, list[Given]]] = defaultdict(lambda: defaultdict(list))
        for revision_id, given in answers(session, consultation_id, asked).items():
            for fact in given:
                by_item[fact[0]][revision_id].append(fact)
        for item in counted_items(context, asked, by_item):
            yield Counted(asked, item), by_item.get(item, {})


@dataclass(frozen=True)
class _Desk:
    context: FormContext
    people: Population
    order: Order
    groupings: tuple[str, ...]
    minimum: int
    earlier: tuple[Memory, ...] = ()
    memory: Memory = field(default_factory=Memory)
    problems: list[Problem] = field(default_factory=list)

    def publish(self, counted: Counted, given: dict[uuid.UUID, list[Given]]) -> FieldFigures:
        asked = counted.asked
        groupings = tuple(g for g in self.groupings if g.split(":")[:2] != ["by", asked.key])
        people = {r: one for r, one in self.people.items() if level_of(one.levels, asked) != Disclosure.NONE}
        members = {r: member(one, asked, groupings, given.get(r, ())) for r, one in people.items()}
        place = (asked.key, counted.item)
        decision, members = self._decide(place, members, groupings)
        cells, bases = _cells(members, groupings, given)
        found = figures(counted, cells, bases, self.order)
        tables = tuple(_shown(table, decision) for table in found.tables if table.grouping in decision.shown)
        self._remember(place, groupings, decision, members)
        return replace(found, tables=tables, notes=tuple(_notes(decision, self.minimum)))

    def _decide(
        self, place: tuple[str, str], members: dict[uuid.UUID, Member], groupings: tuple[str, ...]
    ) -> tuple[Decision, dict[uuid.UUID, Member]]:
        """Where one of the two Kleinstadt classes cannot stand alone, both stand as one row."""

        def decide(these: dict[uuid.UUID, Member]) -> Decision:
            named = {self.people[revision].response: one for revision, one in these.items()}
            return protect(
                list(these.values()), groupings, self.minimum, past_of(place, groupings, named, self.earlier)
            )

        decision = decide(members)
        if not set(decision.suppressed.get(SIZE_CLASS, SMALL_TOWN_CLASSES)) & set(SMALL_TOWN_CLASSES):
            return decision, members
        index = groupings.index(SIZE_CLASS)
        merged = {
            r: replace(m, groups=(*m.groups[:index], SMALL_TOWNS, *m.groups[index + 1 :]))
            if m.groups[index] in SMALL_TOWN_CLASSES
            else m
            for r, m in members.items()
        }
        second = decide(merged)
        return (second, merged) if len(second.shown.get(SIZE_CLASS, ())) else (decision, members)

    def _remember(
        self, place: tuple[str, str], groupings: tuple[str, ...], decision: Decision, members: dict[uuid.UUID, Member]
    ) -> None:
        named = {self.people[revision].response: one for revision, one in members.items()}
        self.memory.note(place, groupings, decision.shown, named)
        if decision.too_late:
            self.problems.append(Problem(".".join(filter(None, place)), _TOO_LATE, "small_difference"))


def _cells(
    members: dict[uuid.UUID, Member], groupings: tuple[str, ...], given: dict[uuid.UUID, list[Given]]
) -> tuple[dict[Place, Cell], Counter[Place]]:
    cells: dict[Place, Cell] = defaultdict(Cell)
    bases: Counter[Place] = Counter()
    for revision_id, one in members.items():
        for place in _places(one, groupings):
            bases[place] += 1
            cells[place].answered += one.answered
            for _, option, number in given.get(revision_id, ()):
                take((cells[place],), option, number, 1)
    return cells, bases


def _places(one: Member, groupings: tuple[str, ...]) -> Iterator[Place]:
    for grouping, group in zip(groupings, one.groups, strict=True):
        yield grouping, group
        if grouping == SIZE_CLASS and group in SMALL_TOWN_CLASSES:
            yield grouping, SMALL_TOWNS


def _shown(table: Table, decision: Decision) -> Table:
    """The row of both Kleinstadt classes stands where both do, or in their place."""
    shown = set(decision.shown[table.grouping])
    if table.grouping == SIZE_CLASS and not shown.isdisjoint(SMALL_TOWN_CLASSES):
        present = {row.group for row in table.rows} & set(SMALL_TOWN_CLASSES)
        shown |= {SMALL_TOWNS} if present <= shown else set()
    rows = tuple(row for row in table.rows if row.group in shown)
    return Table(table.grouping, rows, tuple(decision.suppressed.get(table.grouping, ())))


def _notes(decision: Decision, minimum: int) -> Iterator[Message]:
    if decision.by_earlier:
        yield M("Diese Frage wird nicht ausgewiesen: Seit der vorigen Ausgabe haben sich so wenige Angaben geändert, dass der "
                "Vergleich auf einzelne Stellen schließen ließe.")  # fmt: skip
        return
    if TOTAL in decision.dropped:
        yield M("Diese Frage wird nicht ausgewiesen: Aus den Zahlen ließe sich auf einzelne Stellen schließen (weniger als "
                "{minimum} Stellen, deren Angaben nicht veröffentlicht sind, oder alle mit derselben Angabe).",
                minimum=minimum)  # fmt: skip
        return
    for grouping in decision.dropped:
        yield M("Die Aufgliederung nach „{grouping}“ entfällt, damit keine einzelne Stelle erkennbar wird.",
                grouping=_title(grouping))  # fmt: skip
    for grouping, groups in decision.suppressed.items():
        if groups:
            yield M("Aufgliederung nach „{grouping}“: {count} Gruppen sind nicht ausgewiesen, damit keine einzelne Stelle "
                    "erkennbar wird.", grouping=_title(grouping), count=len(groups))  # fmt: skip


def _title(grouping: str) -> Message | str:
    return GROUPING_TITLES.get(grouping) or grouping.removeprefix("by:")


_TOO_LATE = M("Eine Stelle lässt ihre Antwort jetzt mit Namen oder Art zeigen. Zusammen mit den Zahlen einer früheren Ausgabe "
              "ließe sich daraus auf andere schließen, die das nicht wollen. Bitten Sie die Stelle, ihre "
              "Veröffentlichungsfreigabe zu ändern, und erstellen Sie die Ausgabe neu.")  # fmt: skip
