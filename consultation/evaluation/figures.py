"""What statistics say, neutral of layout: a field has tables, a table has rows, a row has counts and shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from consultation.core.language import Message
from consultation.evaluation.quartiles import Quartiles
from consultation.questions import Tally

TOTAL, SIZE_CLASS, STATE, KIND = "total", "size_class", "state", "kind"
SMALL_TOWNS = "small_town"
"""Both Kleinstadt classes together, as a row beside the two."""
NOT_STATED = ""
"""The row of those who did not answer the grouping question, or belong to no Land."""


@dataclass(frozen=True)
class OptionFigure:
    """`share` is of those who answered (for scales: of those who could judge); None where there are none.

    `first` counts how often a ranked option stood in first place.
    """

    key: str
    count: int
    share: Fraction | None
    first: int | None = None


@dataclass(frozen=True)
class Row:
    """The figures of one group. `base` counts organisations with a counted answer that is no nil return."""

    group: str
    base: int
    answered: int
    """Organisations that answered this field (for matrices: this row of it), "cannot judge" included."""
    cannot_judge: int
    options: tuple[OptionFigure, ...] = ()
    quartiles: Quartiles | None = None
    lower_median: int | None = None
    """Of a scale, among those who could judge: 1 to 5."""

    @property
    def valid(self) -> int:
        return self.answered - self.cannot_judge

    @property
    def not_answered(self) -> int:
        """Includes those to whom a conditional question was not put; see FieldFigures.conditional."""
        return self.base - self.answered

    def option(self, key: str) -> OptionFigure | None:
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True)
class Table:
    """One way to group. `suppressed`: groups that are not shown, so that nobody can be told apart in public."""

    grouping: str
    """total, size_class, state, kind, or `by:QUESTION` / `by:QUESTION:ITEM` for a grouping question."""
    rows: tuple[Row, ...]
    suppressed: tuple[str, ...] = ()

    def row(self, group: str) -> Row | None:
        return next((row for row in self.rows if row.group == group), None)


@dataclass(frozen=True)
class FieldFigures:
    """All tables of one field, or of one item (row of a matrix, section) of an itemised one."""

    key: str
    item: str
    part: str
    tally: Tally
    conditional: bool
    """Put only to some: "not answered" then includes "not asked"."""
    tables: tuple[Table, ...]
    notes: tuple[Message, ...] = ()
    """Why something is not shown."""

    def table(self, grouping: str) -> Table | None:
        return next((table for table in self.tables if table.grouping == grouping), None)

    @property
    def total(self) -> Row | None:
        """None where even the total is not shown in public."""
        table = self.table(TOTAL)
        return table.rows[0] if table and table.rows else None


@dataclass(frozen=True)
class Filters:
    """Empty means all."""

    states: frozenset[str] = frozenset()
    size_classes: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, list[str]]:
        return {name: sorted(getattr(self, name)) for name in ("states", "size_classes", "kinds")}


@dataclass(frozen=True)
class Statistics:
    base: int
    """Organisations with a counted answer that is no nil return, after the filters. In public without those whose
    answer to no part may be counted.
    """
    groupings: tuple[str, ...]
    fields: tuple[FieldFigures, ...]
    filters: Filters
    public: bool = False

    def field(self, key: str, item: str = "") -> FieldFigures | None:
        return next((field for field in self.fields if (field.key, field.item) == (key, item)), None)

    def of(self, key: str) -> tuple[FieldFigures, ...]:
        """All items of a field, in the order of the form or the draft."""
        return tuple(field for field in self.fields if field.key == key)

    def to_json(self) -> dict[str, Any]:
        return {
            "base": self.base, "groupings": list(self.groupings), "filters": self.filters.to_json(), "public": self.public,
            "fields": [_field(field) for field in self.fields],
        }  # fmt: skip


def _field(field: FieldFigures) -> dict[str, Any]:
    return {
        "key": field.key, "item": field.item, "part": field.part, "tally": field.tally.value,
        "conditional": field.conditional, "notes": [message_json(note) for note in field.notes],
        "tables": [
            {"grouping": t.grouping, "suppressed": list(t.suppressed), "rows": [_row(field.tally, row) for row in t.rows]}
            for t in field.tables
        ],
    }  # fmt: skip


def _row(tally: Tally, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "group": row.group, "base": row.base, "answered": row.answered, "not_answered": row.not_answered,
    }  # fmt: skip
    if tally in (Tally.OPTIONS, Tally.SCALE, Tally.RANKS):
        found["options"] = [_option(option) for option in row.options]
    if tally is Tally.SCALE:
        found |= {"cannot_judge": row.cannot_judge, "valid": row.valid, "lower_median": row.lower_median}
    if tally is Tally.NUMBER:
        q = row.quartiles
        found["quartiles"] = [float(q.lower), float(q.median), float(q.upper)] if q else None
    return found


def _option(option: OptionFigure) -> dict[str, Any]:
    found: dict[str, Any] = {"key": option.key, "count": option.count}
    found["share"] = None if option.share is None else float(option.share)
    return found if option.first is None else found | {"first": option.first}


def message_json(message: Message) -> dict[str, Any]:
    """With the messages among its parameters."""
    parameters = {n: message_json(v) if isinstance(v, Message) else v for n, v in message.parameters}
    return {"text": message.text, "parameters": parameters}


def read_message(found: Mapping[str, Any]) -> Message:
    parameters = {n: read_message(v) if isinstance(v, dict) else v for n, v in found["parameters"].items()}
    return Message(found["text"], tuple(parameters.items()))


def from_json(found: Mapping[str, Any]) -> Statistics:
    """What `to_json` wrote; shares and quartiles are computed or read again, counts are exact."""
    filters = Filters(**{name: frozenset(values) for name, values in found["filters"].items()})
    fields = tuple(_read_field(field) for field in found["fields"])
    return Statistics(found["base"], tuple(found["groupings"]), fields, filters, found["public"])


def _read_field(found: Mapping[str, Any]) -> FieldFigures:
    tally = Tally(found["tally"])
    tables = tuple(
        Table(table["grouping"], tuple(_read_row(tally, row) for row in table["rows"]), tuple(table["suppressed"]))
        for table in found["tables"]
    )
    notes = tuple(read_message(note) for note in found["notes"])
    return FieldFigures(found["key"], found["item"], found["part"], tally, found["conditional"], tables, notes)


def _read_row(tally: Tally, found: Mapping[str, Any]) -> Row:
    cannot_judge = found.get("cannot_judge", 0)
    n = found["answered"] - cannot_judge
    options = tuple(
        OptionFigure(o["key"], o["count"], Fraction(o["count"], n) if n else None, o.get("first"))
        for o in found.get("options", ())
    )
    read = found.get("quartiles")
    quartiles = Quartiles(*(Fraction(repr(value)) for value in read)) if read else None
    return Row(
        found["group"], found["base"], found["answered"], cannot_judge, options, quartiles, found.get("lower_median")
    )
