"""Figures for everybody: as many as can be shown without telling what a hidden organisation answered."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import Problem
from consultation.core.language import M, Message
from consultation.evaluation.cube import SMALL_TOWN_CLASSES, Cell, Place
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

EVERYBODY, ANSWERED, SILENT = "*", "+", "-"
Hidden = dict[tuple[str, str, str, str], Counter[str]]
"""(field, item, grouping, group) of each published row (and "*", the whole table) → what its hidden members answered, how many
answered ("+") and how many did not ("-"). Never published itself.
"""


@dataclass(frozen=True)
class Published:
    """Protected figures, and what the next edition has to be compared with."""

    statistics: Statistics
    hidden: Hidden
    minimum: int

    def hidden_json(self) -> list[Any]:
        """For the snapshot; read back by `read_hidden`."""
        return [[*place, dict(sorted(counts.items()))] for place, counts in sorted(self.hidden.items())]


def read_hidden(found: Sequence[Any]) -> Hidden:
    return {(key, item, grouping, group): Counter(counts) for key, item, grouping, group, counts in found}


def public(session: Session, consultation: Consultation, moment: datetime, filters: Filters = EVERYWHERE) -> Published:
    """The figures an edition with this data cut may show, by the disclosures in force then. See `protection`."""
    context = form_context(session, consultation)
    groups = group_fields(context.form)
    people, by_answers = populate(session, consultation.id, moment, groups, filters)
    desk = _Desk(
        context,
        people,
        Order(context, groups),
        (TOTAL, SIZE_CLASS, STATE, KIND, *by_answers),
        consultation.minimum_cell,
    )
    fields, hidden = [], Hidden()
    for counted, given in _fields(session, consultation.id, context):
        found, unseen = desk.publish(counted, given)
        fields.append(found)
        hidden |= unseen
    base = sum(anything_counts(one) for one in people.values())
    statistics = Statistics(base, desk.groupings, tuple(fields), filters, public=True)
    return Published(statistics, hidden, desk.minimum)


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

    def publish(self, counted: Counted, given: dict[uuid.UUID, list[Given]]) -> tuple[FieldFigures, Hidden]:
        asked = counted.asked
        groupings = tuple(g for g in self.groupings if g.split(":")[:2] != ["by", asked.key])
        people = {r: one for r, one in self.people.items() if level_of(one.levels, asked) != Disclosure.NONE}
        members = {r: member(one, asked, groupings, given.get(r, ())) for r, one in people.items()}
        decision, members = _decide(members, groupings, self.minimum)
        cells, bases = _cells(members, groupings, given)
        found = figures(counted, cells, bases, self.order)
        tables = tuple(_shown(table, decision) for table in found.tables if table.grouping in decision.shown)
        found = replace(found, tables=tables, notes=tuple(_notes(decision, self.minimum)))
        unseen = {
            (asked.key, counted.item, table.grouping, row.group): _unseen(members, groupings, table.grouping, row.group)
            for table in tables
            for row in table.rows
        } | {
            (asked.key, counted.item, table.grouping, EVERYBODY): _unseen(members, groupings, table.grouping, EVERYBODY)
            for table in tables
        }
        return found, unseen


def _decide(
    members: dict[uuid.UUID, Member], groupings: tuple[str, ...], minimum: int
) -> tuple[Decision, dict[uuid.UUID, Member]]:
    """Where one of the two Kleinstadt classes cannot stand alone, both stand as one row."""
    decision = protect(list(members.values()), groupings, minimum)
    if not set(decision.suppressed.get(SIZE_CLASS, SMALL_TOWN_CLASSES)) & set(SMALL_TOWN_CLASSES):
        return decision, members
    place = groupings.index(SIZE_CLASS)
    merged = {
        r: replace(m, groups=(*m.groups[:place], SMALL_TOWNS, *m.groups[place + 1 :]))
        if m.groups[place] in SMALL_TOWN_CLASSES
        else m
        for r, m in members.items()
    }
    second = protect(list(merged.values()), groupings, minimum)
    return (second, merged) if len(second.shown.get(SIZE_CLASS, ())) else (decision, members)


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
                cells[place].take(option, number, 1)
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


def _unseen(members: dict[uuid.UUID, Member], groupings: tuple[str, ...], grouping: str, group: str) -> Counter[str]:
    index = groupings.index(grouping)
    found: Counter[str] = Counter()
    for one in members.values():
        if one.hidden[index] and (group == EVERYBODY or (grouping, group) in _places(one, groupings)):
            found.update((*one.choices, ANSWERED if one.answered else SILENT))
    return found


def _notes(decision: Decision, minimum: int) -> Iterator[Message]:
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


def compare_editions(previous: Hidden, new: Published) -> tuple[Published, list[Problem]]:
    """Between two public editions nobody may be told apart either: a question in which the hidden part of a row changed
    by fewer organisations than the smallest cell, or by such that all say the same, is left out of the new one. Returns
    what may be published, and why not the rest.
    """
    changed = {
        place[:2]
        for place, change in _changes(previous, new.hidden)
        if 0 < max(map(abs, change.values()), default=0) < new.minimum or _is_unanimous(change)
    }
    if not changed:
        return new, []
    note = M("Diese Frage wird nicht ausgewiesen: Seit der vorigen Ausgabe haben sich so wenige Angaben geändert, dass der "
             "Vergleich auf einzelne Stellen schließen ließe.")  # fmt: skip
    fields = tuple(
        replace(field, tables=(), notes=(note,)) if (field.key, field.item) in changed else field
        for field in new.statistics.fields
    )
    hidden = {place: counts for place, counts in new.hidden.items() if place[:2] not in changed}
    problems = [Problem(f"{key}.{item}" if item else key, note, "small_difference") for key, item in sorted(changed)]
    return Published(replace(new.statistics, fields=fields), hidden, new.minimum), problems


def _changes(previous: Hidden, new: Hidden) -> Iterator[tuple[tuple[str, str, str, str], dict[str, int]]]:
    """Place → by how much each count changed; also for all rows of a table together that are not in both editions."""
    rest: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    both = sorted(place for place in new if place in previous)
    for place in both:
        change = Counter(new[place])
        change.subtract(previous[place])
        yield place, dict(change)
        *table, group = place
        doubled = group == SMALL_TOWNS and any((*table, size) in both for size in SMALL_TOWN_CLASSES)
        if group == EVERYBODY:
            rest[place[:3]].update(change)
        elif not doubled:
            rest[place[:3]].subtract(change)
    yield from (((*table, ""), dict(change)) for table, change in rest.items() if (*table, EVERYBODY) in both)


def _is_unanimous(change: dict[str, int]) -> bool:
    """Whoever came (or went) said the same."""
    answered = change.get(ANSWERED, 0)
    return answered != 0 and any(n == answered for choice, n in change.items() if choice not in (ANSWERED, SILENT))
