"""Tables and charts of the figures of one field, made the same way in every chapter."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from consultation.core.blocks import Align
from consultation.core.language import M, Message, number, percent
from consultation.documents.frozen import Frozen
from consultation.documents.labels import field_title, group_label, item_label, options_of
from consultation.documents.outline import Chart, ChartRow, Node, Paragraph, Table
from consultation.evaluation.cube import SMALL_TOWN_CLASSES
from consultation.evaluation.figures import KIND, SIZE_CLASS, SMALL_TOWNS, STATE, TOTAL, FieldFigures, Row
from consultation.evaluation.figures import Table as FigureTable
from consultation.forms.definition import Asked
from consultation.people.kinds import OrganisationKind
from consultation.questions import CANNOT_JUDGE, Tally
from consultation.register.kinds import SizeClass
from consultation.register.states import State

MOST_COLUMNS = 6
"""Options beside each other; more stand below each other."""
NOTHING = "–"
LEAST = 5
"""Fewer answers make no bar: a share of three is no picture."""
_SIZES = [size.value for size in SizeClass]
_KINDS = [kind.value for kind in OrganisationKind]
ORDER = {
    STATE: [*(state.value for state in State), ""],
    SIZE_CLASS: [*_SIZES[: _SIZES.index(SMALL_TOWN_CLASSES[0])], SMALL_TOWNS, *_SIZES[2:], *_KINDS],
    KIND: _KINDS,
}
"""How the rows of a grouping follow each other."""


def count(value: int, frozen: Frozen) -> str:
    return number(value, frozen.language)


def share(value: Fraction | None, frozen: Frozen) -> str:
    return percent(value, frozen.language)


def right(columns: int) -> tuple[Align, ...]:
    """A first column of names, then numbers."""
    numbers: list[Align] = ["right"] * columns
    return ("left", *numbers)


def steps_of(asked: Asked, frozen: Frozen) -> list[tuple[str, str]]:
    """(key, label) without "cannot judge", which stands apart."""
    return [(key, label) for key, label in options_of(asked, frozen) if key != CANNOT_JUDGE]


def caption(asked: Asked, frozen: Frozen, what: str) -> str:
    title = field_title(asked, frozen)
    return f"{title}, {what}" if title else what


# -- one field, by groups ----------------------------------------------------------------------------
def by_groups(field: FieldFigures, asked: Asked, frozen: Frozen, grouping: str) -> Iterator[Node]:
    """The total and the groups of one grouping."""
    rows = list(grouped(field, frozen, grouping))
    if not rows:
        return
    what = frozen.say(M("nach {grouping}", grouping=_grouping(grouping)))
    if asked.type.tally is Tally.NUMBER:
        yield _numbers(rows, asked, frozen, what)
    elif len(steps_of(asked, frozen)) <= MOST_COLUMNS:
        yield _across(rows, asked, frozen, what)
    else:
        yield _down(rows, asked, frozen, what)


def _grouping(grouping: str) -> Message:
    return {"state": M("Land"), "kind": M("Art der Stelle")}.get(grouping, M("Größenklasse und Art"))


def grouped(field: FieldFigures, frozen: Frozen, grouping: str) -> Iterator[tuple[str, str, Row | None]]:
    """(group, label, figures); None where a group is not shown so that nobody can be told apart."""
    for key in (TOTAL, grouping):
        table = field.table(key)
        if table is not None:
            yield from _rows(table, frozen)


def _rows(table: FigureTable, frozen: Frozen) -> Iterator[tuple[str, str, Row | None]]:
    found: dict[str, Row | None] = dict.fromkeys(table.suppressed)
    found |= {row.group: row for row in table.rows}
    order = ORDER.get(table.grouping, [])
    for group in sorted(found, key=lambda group: order.index(group) if group in order else len(order)):
        yield group, group_label(table.grouping, group, frozen), found[group]


def _across(rows: Sequence[tuple[str, str, Row | None]], asked: Asked, frozen: Frozen, what: str) -> Table:
    """A row for each group, a column for each option."""
    steps, scale = steps_of(asked, frozen), asked.type.tally is Tally.SCALE
    head = ["Gruppe", "n", *(label for _, label in steps), *(["Median"] if scale else [])]
    labels = dict(steps)
    body = []
    for _, label, row in rows:
        if row is None:
            body.append((label, *[NOTHING] * (len(head) - 1)))
            continue
        shares = [share(option.share, frozen) for option in row.options]
        median = [labels.get(str(row.lower_median), NOTHING)] if scale else []
        body.append((label, count(row.valid, frozen), *shares, *median))
    head[0] = frozen.say(M("Gruppe"))
    return Table(caption(asked, frozen, what), tuple(head), tuple(body), right(len(head) - 1))


def _down(rows: Sequence[tuple[str, str, Row | None]], asked: Asked, frozen: Frozen, what: str) -> Table:
    """A row for each option, a column for each group; both Kleinstadt classes as one."""
    if any(group == SMALL_TOWNS for group, _, _ in rows):
        rows = [row for row in rows if row[0] not in SMALL_TOWN_CLASSES]
    rows = [row for row in rows if row[2] is not None][:8]
    head = (frozen.say(M("Antwort")), *(label for _, label, _ in rows))
    numbers = ("n", *(count(row.valid, frozen) if row else NOTHING for _, _, row in rows))
    body = [numbers]
    for key, label in steps_of(asked, frozen):
        options = [row.option(key) if row else None for _, _, row in rows]
        body.append((label, *(share(option.share, frozen) if option else NOTHING for option in options)))
    return Table(caption(asked, frozen, what), head, tuple(body), right(len(rows)))


def _numbers(rows: Sequence[tuple[str, str, Row | None]], asked: Asked, frozen: Frozen, what: str) -> Table:
    say = frozen.say
    head = (say(M("Gruppe")), "n", say(M("unteres Quartil")), say(M("Median")), say(M("oberes Quartil")))
    body = tuple((label, *_quartiles(row, asked, frozen)) for _, label, row in rows)
    return Table(caption(asked, frozen, what), head, body, right(4))


def _quartiles(row: Row | None, asked: Asked, frozen: Frozen) -> tuple[str, ...]:
    if row is None:
        return (NOTHING,) * 4
    if row.quartiles is None:
        return (count(row.valid, frozen), NOTHING, NOTHING, NOTHING)
    q = row.quartiles
    figures = (
        asked.type.figure(float(value), asked.settings, frozen.language) for value in (q.lower, q.median, q.upper)
    )
    return (count(row.valid, frozen), *figures)


def ranks(field: FieldFigures, asked: Asked, frozen: Frozen) -> Iterator[Node]:
    """How often each option was chosen, and how often first."""
    if (row := field.total) is None:
        return
    say, labels = frozen.say, dict(options_of(asked, frozen))
    head = (say(M("Antwort")), say(M("genannt")), say(M("Anteil")), say(M("an erster Stelle")))
    chosen = sorted(row.options, key=lambda option: -option.count)
    body = tuple(
        (labels[o.key], count(o.count, frozen), share(o.share, frozen), count(o.first or 0, frozen)) for o in chosen
    )
    yield Table(caption(asked, frozen, say(M("Rangfolge (n = {n})", n=row.valid))), head, body, right(3))


# -- all items of a matrix ---------------------------------------------------------------------------
def by_items(fields: Sequence[FieldFigures], asked: Asked, frozen: Frozen, first: str) -> Iterator[Node]:
    """A row for each item, from the totals; with a chart where the options are steps or few."""
    steps, scale = steps_of(asked, frozen), asked.type.tally is Tally.SCALE
    known = [(item_label(asked, field.item, frozen), field.total) for field in fields]
    if not any(row for _, row in known):
        yield Paragraph(
            frozen.say(M("Zu dieser Frage wird nichts ausgewiesen, damit niemand erkennbar wird (siehe Methode)."))
        )
        return
    head = (first, "n", *(label for _, label in steps))
    body = tuple((label, *_cells(row, len(steps), frozen)) for label, row in known)
    shown = [(label, row) for label, row in known if row is not None and row.valid]
    what = frozen.say(M("alle Zeilen")) if scale else frozen.say(M("Anteile je Zeile"))
    if shown and len(steps) <= 5:
        key = f"chart-{asked.key.replace('.', '-')}"
        yield stacked(key, caption(asked, frozen, what), steps, shown, frozen, scale=scale)
    yield Table(caption(asked, frozen, what), head, body, right(len(head) - 1))


def _cells(row: Row | None, columns: int, frozen: Frozen) -> tuple[str, ...]:
    if row is None:
        return (NOTHING,) * (columns + 1)
    return (count(row.valid, frozen), *(share(option.share, frozen) for option in row.options))


# -- charts ------------------------------------------------------------------------------------------
def stacked(
    key: str, title: str, steps: Sequence[tuple[str, str]], rows: Sequence[tuple[str, Row]], frozen: Frozen, *, scale: bool
) -> Chart:  # fmt: skip
    chart_rows = tuple(
        ChartRow(label, row.valid, tuple(float(o.share or 0) for o in row.options)) for label, row in rows
    )
    label, row = rows[0]
    said = ", ".join(f"{name} {share(o.share, frozen)}" for (_, name), o in zip(steps, row.options, strict=True))
    alt = frozen.say(
        M("Gestapelte Balken für {count} Zeilen. {label} (n = {n}): {said}. Alle Zahlen stehen in der folgenden Tabelle.",
          count=len(rows), label=label, n=row.valid, said=said)
    )  # fmt: skip
    return Chart(key, title, alt, "stacked", tuple(name for _, name in steps), chart_rows, scale=scale)


def chart(field: FieldFigures, asked: Asked, frozen: Frozen) -> Iterator[Chart]:
    """Scales: a bar for each group; other options: a bar for each option of the total."""
    key, steps = f"chart-{asked.key.replace('.', '-')}", steps_of(asked, frozen)
    if asked.type.tally is Tally.SCALE:
        rows = [
            (label, row)
            for _, label, row in grouped(field, frozen, SIZE_CLASS)
            if row is not None and row.valid >= LEAST
        ]
        if rows:
            yield stacked(key, caption(asked, frozen, frozen.say(M("Antworten"))), steps, rows, frozen, scale=True)
    elif (total := field.total) is not None and total.valid:
        yield _bars(key, asked, steps, total, frozen)


def _bars(key: str, asked: Asked, steps: Sequence[tuple[str, str]], total: Row, frozen: Frozen) -> Chart:
    labels = dict(steps)
    chosen = sorted(total.options, key=lambda option: -option.count) if len(steps) > 5 else list(total.options)
    rows = tuple(ChartRow(labels[o.key], total.valid, (float(o.share or 0),)) for o in chosen)
    most = max(total.options, key=lambda option: option.count)
    alt = frozen.say(
        M("Balken für {count} Antworten (n = {n}). Am häufigsten: {label} mit {share}. Alle Zahlen stehen in der folgenden "
          "Tabelle.",
          count=len(rows), n=total.valid, label=labels[most.key], share=share(most.share, frozen))
    )  # fmt: skip
    title = caption(asked, frozen, frozen.say(M("Antworten insgesamt")))
    return Chart(key, title, alt, "bars", (frozen.say(M("Anteil")),), rows)
