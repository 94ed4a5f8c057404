"""The edition as tables to calculate with: figures, answers, points, participation. Keys are texts and keep their zeros."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from consultation.core.language import M, Message
from consultation.documents.chapters.points import decision
from consultation.documents.formats import Cell, Column, Sheet
from consultation.documents.frozen import Frozen
from consultation.documents.labels import (
    AMENDMENT_KINDS,
    DECISIONS,
    KINDS,
    SIZES,
    description,
    field_title,
    group_label,
    item_label,
    options_of,
)
from consultation.evaluation.codebook import tags
from consultation.evaluation.coverage import coverage
from consultation.evaluation.figures import FieldFigures, Row
from consultation.evaluation.redacted import HIDDEN
from consultation.forms.definition import Asked
from consultation.questions.amendments import PRIORITIES
from consultation.questions.disclosure import LEVELS
from consultation.register.states import STATE_TITLES
from consultation.responses.participation import Margins
from consultation.rulebook import POINT


def sheets(frozen: Frozen) -> tuple[Sheet, ...]:
    say = frozen.say
    return (
        Sheet("figures", say(M("Ergebnisse")), _columns(frozen, _FIGURES), lambda: _figures(frozen)),
        Sheet("responses", say(M("Stellungnahmen")), _columns(frozen, _RESPONSES), lambda: _responses(frozen)),
        Sheet("points", say(M("Einzelpunkte")), _columns(frozen, _points_of(frozen)), lambda: _points(frozen)),
        Sheet("contributions", say(M("Beiträge")), _columns(frozen, _CONTRIBUTIONS), lambda: _contributions(frozen)),
        Sheet("participation", say(M("Beteiligung")), _columns(frozen, _told_bodies(frozen)), lambda: _bodies(frozen)),
        Sheet("municipalities", say(M("Erreichte Gemeinden")), _columns(frozen, _REACH), lambda: _reach(frozen)),
    )


def _columns(frozen: Frozen, named: dict[str, Any]) -> tuple[Column, ...]:
    return tuple(Column(key, frozen.say(label), _words(key, frozen)) for key, label in named.items())


def _words(column: str, frozen: Frozen) -> dict[str, str]:
    """Code → what it means, where no other column of the sheet says so."""
    if column == "question":
        return {asked.key: field_title(asked, frozen) for asked in frozen.form.asked}
    return {code: frozen.say(title) for code, title in _MEANINGS.get(column, {}).items()}


UNNAMED = "not_stated"
"""In a table of one dimension: bodies that have none, such as associations, which belong to no Land."""
_UNSAID = {UNNAMED: M("ohne Angabe")}
_ACTS = AMENDMENT_KINDS | {"remark": M("Anmerkung")}
_STATES = {key.value: title for titles in (STATE_TITLES, POINT.states) for key, title in titles.items()}
_MEANINGS: dict[str, Mapping[str, Message]] = {
    "level": LEVELS, "kind": KINDS | _ACTS | _UNSAID, "size_class": KINDS | SIZES | _UNSAID, "state": _STATES | _UNSAID,
    "act": _ACTS, "decision": DECISIONS, "priority": PRIORITIES,
}  # fmt: skip


# -- figures -----------------------------------------------------------------------------------------
_FIGURES = {
    "field": M("Feld"), "question": M("Frage"), "item": M("Zeile"), "item_label": M("Bezeichnung der Zeile"),
    "grouping": M("Gliederung"), "group": M("Gruppe"), "group_label": M("Bezeichnung der Gruppe"), "base": M("Grundlage"),
    "answered": M("geantwortet"), "not_answered": M("nicht beantwortet"), "cannot_judge": M("kann ich nicht beurteilen"),
    "n": M("n"), "option": M("Antwort"), "option_label": M("Bezeichnung der Antwort"), "count": M("Anzahl"),
    "share": M("Anteil"), "first": M("an erster Stelle"), "lower_quartile": M("unteres Quartil"), "median": M("Median"),
    "upper_quartile": M("oberes Quartil"), "suppressed": M("nicht ausgewiesen"), "itself": M("selbst geantwortet insgesamt"),
    "represented": M("vertreten"), "invited": M("eingeladen"), "existing": M("Gemeinden vorhanden"),
}  # fmt: skip


def _figures(frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    """A row for each option of each group; for numbers one with the quartiles. Beside each what the whole stands for."""
    c = coverage(frozen.participation)
    beside = (c["itself"], c["represented"], c["invited"], c["municipalities_existing"])
    yield from ((*row, *beside) for row in _figures_alone(frozen))


def _figures_alone(frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    for field in frozen.statistics.fields:
        asked = frozen.form.by_key[field.key]
        for table in field.tables:
            for row in table.rows:
                start = _start(field, asked, table.grouping, row.group, frozen)
                yield from _figure_rows(start, row, asked, frozen)
            for group in table.suppressed:
                yield (*_start(field, asked, table.grouping, group, frozen), *[None] * 13, 1)


def _start(field: FieldFigures, asked: Asked, grouping: str, group: str, frozen: Frozen) -> tuple[Cell, ...]:
    item = item_label(asked, field.item, frozen) if field.item else None
    title = field_title(asked, frozen)
    return field.key, title, field.item or None, item, grouping, group or None, group_label(grouping, group, frozen)


def _figure_rows(start: tuple[Cell, ...], row: Row, asked: Asked, frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    counts = (row.base, row.answered, row.not_answered, row.cannot_judge, row.valid)
    q, median = row.quartiles, row.lower_median
    middle = (float(q.lower), float(q.median), float(q.upper)) if q else (None, median, None)
    labels = dict(options_of(asked, frozen))
    for o in row.options:
        share = None if o.share is None else float(o.share)
        yield (*start, *counts, o.key, labels.get(o.key, o.key), o.count, share, o.first, *middle, None)
    if not row.options:
        yield (*start, *counts, None, None, None, None, None, *middle, None)


# -- senders, answers, points ------------------------------------------------------------------------
_SENDER = {
    "sender": M("Stelle"), "level": M("Veröffentlichung"), "kind": M("Art"), "size_class": M("Größenklasse"), "state": M("Land"),
    "ags": M("AGS"), "ars": M("ARS"), "register_date": M("Gebietsstand"),
}  # fmt: skip
_RESPONSES = {
    "number": M("Nr."), **_SENDER, "part": M("Teil"), "field": M("Feld"), "question": M("Frage"), "item": M("Zeile"),
    "value": M("Antwort"), "redacted": M("geschwärzte Stellen"),
}  # fmt: skip


def _sender(sender: dict[str, Any], frozen: Frozen) -> tuple[Cell, ...]:
    label = sender.get("name") or description(sender["kind"], sender["size_class"], frozen.language)
    register = (sender.get("ags"), sender.get("ars"), sender.get("register_date"))
    return label, sender["level"], sender["kind"], sender["size_class"], sender.get("state"), *register


def _responses(frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    """A row for each field, for each item of an itemised one. The number joins the rows of one record."""
    for number, record in enumerate(frozen.records("response"), start=1):
        sender = (number, *_sender(record["sender"], frozen))
        for asked in frozen.form.asked:
            if asked.key in record["answers"]:
                for item, value in _values(asked, record["answers"][asked.key], frozen):
                    place = (asked.part.key, asked.key, field_title(asked, frozen), item)
                    yield (*sender, *place, value, _hidden(value, frozen))


def _hidden(value: Cell, frozen: Frozen) -> int | None:
    """How often something is hidden in this text: the beginning of the mark is the same in every edition."""
    count = value.count(frozen.say(HIDDEN)[:-1]) if isinstance(value, str) and frozen.redactions[1] else 0
    return count or None


def _values(asked: Asked, value: Any, frozen: Frozen) -> Iterator[tuple[str | None, Cell]]:
    if asked.type.itemised and isinstance(value, dict):
        for item, one in value.items():
            yield item, asked.type.cell({item: one}, asked.settings, frozen.context)
    else:
        yield None, asked.type.cell(value, asked.settings, frozen.context)


_POINTS = {
    "number": M("Nr."), "section": M("Abschnitt"), "heading": M("Überschrift"), "locator": M("Stelle im Text"), "kind": M("Art"),
    "text": M("Forderung"), "rationale": M("Begründungen"), "supporters": M("unterstützende Stellen"), "named": M("namentlich"),
    "described": M("nur Art und Größenklasse"), "figures": M("ohne Nennung"), "names": M("Namen"), "tags": M("Schlagworte"),
    "state": M("Stand"), "decision": M("Entscheidung"), "decision_text": M("Entscheidung und Erwiderung"),
}  # fmt: skip


def _both_numbers(frozen: Frozen) -> bool:
    """In public there is one."""
    return frozen.keeps_numbers and not frozen.public


def _points_of(frozen: Frozen) -> dict[str, Message]:
    return _POINTS | ({"public_number": M("öffentliche Nr.")} if _both_numbers(frozen) else {})


def _points(frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    for p in frozen.records("point"):
        by = p["supporters"]
        described = sum(group["count"] for group in by["described"])
        yield (
            p["number"], *_section(p["section"], frozen), p["locator"] or None, p["kind"], p["text"],
            "\n\n".join(p["rationales"]) or None, by["count"], len(by["named"]), described, by["figures"],
            "; ".join(by["named"]) or None, _tags(p["tags"], frozen), p["state"], p["decision"], decision(p, frozen),
            *([p["public_number"]] if _both_numbers(frozen) else []),
        )  # fmt: skip


def _tags(keys: Sequence[str], frozen: Frozen) -> str | None:
    """A tag that left the codebook is told by its key."""
    known = tags()
    return ", ".join(known[key].label.said(frozen.language) if key in known else key for key in keys) or None


def _section(key: str | None, frozen: Frozen) -> tuple[Cell, Cell]:
    info = frozen.context.sections.get(key or "")
    return (info.number or None, info.heading or None) if info else (None, None)


_CONTRIBUTIONS = {
    "point": M("Einzelpunkt"), **_SENDER, "question": M("Frage"), "locator": M("Stelle im Text"), "act": M("Änderung"),
    "text": M("Wortlaut"), "rationale": M("Begründung"), "priority": M("Gewicht"),
}  # fmt: skip


def _contributions(frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    for p in frozen.records("point"):
        for o in p["originals"]:
            said = (
                o["question"],
                o["locator"] or None,
                o["kind"],
                o["text"],
                o["rationale"] or None,
                o["priority"] or None,
            )
            yield (p["number"], *_sender(o["sender"], frozen), *said)


# -- participation -----------------------------------------------------------------------------------
_BODIES = {
    "state": M("Land"), "size_class": M("Größenklasse"), "kind": M("Art"), "invited": M("eingeladen"),
    "submitted": M("Stellungnahmen"), "nil_returns": M("Fehlanzeigen"), "declined": M("abgelehnt"),
    "withdrawn": M("zurückgenommen"), "represented": M("vertreten"), "open": M("offen"),
}  # fmt: skip


def _told_bodies(frozen: Frozen) -> dict[str, Message]:
    """Nobody is told in public who went back."""
    return {name: title for name, title in _BODIES.items() if not (frozen.public and name == "withdrawn")}


HELD_BACK = "–"
"""In place of a number that would tell of somebody."""


def _bodies(frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    counts = tuple(_told_bodies(frozen))[3:]
    for place, c in _places(frozen, "bodies"):
        yield (*place, *(getattr(c, name) if c else HELD_BACK for name in counts))


def _places(frozen: Frozen, what: str) -> Iterator[tuple[tuple[Cell, ...], Any]]:
    """Cells of all dimensions; in public rows of one each, empty where a group is not shown."""
    found = frozen.participation
    bodies = what == "bodies"
    if not isinstance(found, Margins):
        for row in found.bodies if bodies else ():
            yield (row.state or None, row.size_class or None, row.kind), row.counts
        for reached in () if bodies else found.municipalities:
            yield (reached.state or None, reached.size_class or None), reached.reach
        return
    yield (None,) * (3 if bodies else 2), found.whole if bodies else found.municipal
    tables: Any = found.tables if bodies else found.reach_tables
    for place, name in enumerate(("state", "size_class", "kind")[: 3 if bodies else 2]):
        groups = {**dict.fromkeys(found.suppressed.get(f"{what}:{name}", ())), **tables.get(name, {})}
        for group, counts in sorted(groups.items()):
            yield tuple((group or UNNAMED) if at == place else None for at in range(3 if bodies else 2)), counts


_REACH = {
    "state": M("Land"), "size_class": M("Größenklasse"), "existing": M("vorhanden"), "invited": M("angesprochen"),
    "itself": M("selbst geantwortet"), "represented": M("vertreten"), "open": M("offen"), "population": M("Einwohner"),
    "population_reached": M("Einwohner erreicht"),
}  # fmt: skip


def _reach(frozen: Frozen) -> Iterator[tuple[Cell, ...]]:
    for place, r in _places(frozen, "municipalities"):
        counts = (r.existing, r.invited, r.itself, r.represented, r.open) if r else [HELD_BACK] * 5
        people = (r.population, r.population_reached) if r and r.population else (None, None)
        yield (*place, *counts, *people)
