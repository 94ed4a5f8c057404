"""Responses as a table to calculate with: a row a body, a column a field; items of matrices and sections side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from consultation.consultations.models import Consultation
from consultation.core.language import SOURCE, M, say
from consultation.core.times import utc_text
from consultation.documents.cells import CellOf, cells_of
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.formats import Cell, Column, Compiled, Sheet
from consultation.documents.outline import Meta, Outline
from consultation.forms.context import FormContext
from consultation.forms.definition import Asked

Records = Callable[[], Iterator[dict[str, Any]]]
FACTS = (
    ("receipt_number", M("Eingangsnummer")), ("name", M("Stelle")), ("kind", M("Art")), ("state", M("Land")),
    ("ags", M("AGS")), ("ars", M("ARS")), ("size_class", M("Größenklasse")), ("population", M("Einwohnerzahl")),
    ("register_date", M("Gebietsstand")), ("revision", M("Fassung")),
    ("submitted_at", M("Abgabe oder Erfassung (UTC)")), ("received_on", M("Eingegangen am (von Hand erfasst)")),
    ("nil_return", M("Fehlanzeige")), ("late", M("verfristet")), ("provisional", M("unter Gremienvorbehalt")),
    ("own_reference", M("Geschäftszeichen der Stelle")), ("represented", M("spricht für (ARS)")), ("mark", M("Vermerk")),
)  # fmt: skip
_OF_REGISTER = ("state", "ags", "ars", "size_class", "population", "as_of")
_YES, _NO = say(M("ja"), SOURCE), say(M("nein"), SOURCE)


def compiled(
    consultation: Consultation, context: FormContext, land: str | None, moment: datetime, records: Records
) -> Compiled:
    """For the formats. `records` begins anew with every call."""
    places = list(_places(context))
    columns = [Column(key, say(label, SOURCE)) for key, label in FACTS]
    columns += [Column(f"{a.key}.{item}" if item else a.key, _label(a, item, context)) for a, item in places]
    cells = [(asked.key, item, cells_of(asked, context)) for asked, item in places]
    sheet = Sheet(
        "responses", say(M("Stellungnahmen"), SOURCE), tuple(columns),
        lambda: ((*_facts(record), *_answers(record["answers"], cells)) for record in records()),
    )  # fmt: skip
    cut = utc_text(moment)
    facts = ((say(M("Datenstand (UTC)"), SOURCE), cut), *(((say(M("Nur Land"), SOURCE), land),) if land else ()))
    meta = Meta(
        title=consultation.title, subtitle=say(M("Konsolidierte Stellungnahmen – nur für den internen Gebrauch"), SOURCE),
        author=consultation.programme.owner.name, language=SOURCE, moment=moment, facts=facts,
        marks=(say(DEMO_MARK, SOURCE),) if consultation.demo else (),
    )  # fmt: skip
    head: dict[str, object] = {
        "consultation": consultation.slug, "title": consultation.title, "data_cut": cut, "land": land,
        "demo": consultation.demo,
    }  # fmt: skip
    return Compiled(Outline(meta, lambda: iter(())), (sheet,), head, records)


def _places(context: FormContext) -> Iterator[tuple[Asked, str]]:
    """Every field of the submitted document, fixed items one by one."""
    for asked in context.form.asked:
        if not (asked.question.personal or asked.type.settles_disclosure):
            fixed = asked.type.items(asked.settings, context) if asked.type.itemised else ()
            yield from ((asked, item.key) for item in fixed) if fixed else ((asked, ""),)


def _label(asked: Asked, item: str, context: FormContext) -> str:
    labels = {found.key: found.label for found in asked.type.items(asked.settings, context)} if item else {}
    parts = (context.asked_as(asked.question), context.say(asked.field.label), labels.get(item, ""))
    return " – ".join(part for part in parts if part)


def _answers(answers: Mapping[str, Any], cells: Sequence[tuple[str, str, CellOf]]) -> Iterator[Cell]:
    """`cells`: field, item (or ""), and what makes the cell of a whole answer."""
    for key, item, cell in cells:
        value = answers.get(key)
        if item:
            yield (value or {}).get(item)
        else:
            yield None if value is None else cell(value)


def _facts(record: Mapping[str, Any]) -> Iterator[Cell]:
    organisation = record["organisation"]
    register = organisation["register"] or {}
    yield from (record["receipt_number"], organisation["name"], organisation["kind"])
    yield from (register.get(name) for name in _OF_REGISTER)
    yield from (record["revision"], record["submitted_at"], record["received_on"])
    yield from (_YES if record[name] else _NO for name in ("nil_return", "late", "provisional"))
    yield record["own_reference"]
    yield " ".join(body["ars"] for body in record["represented"])
    yield record["mark"]
