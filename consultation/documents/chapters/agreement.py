"""Chapter: how far each section of the draft is agreed to, and how often changes are asked for."""

from collections.abc import Iterator
from dataclasses import replace

from consultation.core.language import M
from consultation.documents.chapters import tables
from consultation.documents.chapters.results import covered
from consultation.documents.frozen import Frozen
from consultation.documents.labels import AMENDMENT_KINDS, item_label
from consultation.documents.outline import Chart, Heading, Node, Paragraph, Table
from consultation.evaluation.figures import Row
from consultation.forms.definition import Asked


def nodes(frozen: Frozen) -> Iterator[Node]:
    asked = [a for a in frozen.form.asked if a.type.key in ("section_agreement", "amendments")]
    if not asked:
        yield Paragraph(frozen.say(M("Nach der Zustimmung zu einzelnen Abschnitten wurde nicht gefragt.")))
    else:
        yield from covered(frozen)
    for each in asked:
        yield Heading(2, frozen.context.asked_as(each.question), f"abschnitte-{each.key.replace('.', '-')}")
        yield from _agreement(each, frozen) if each.type.key == "section_agreement" else _amendments(each, frozen)


def _agreement(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    yield Paragraph(
        frozen.say(
            M("„n“ ist die Zahl der Stellen, die sich zu dem Abschnitt geäußert haben. „Keine Haltung dazu“ ist weder "
              "Zustimmung noch "
              "Ablehnung; Schweigen und Fehlanzeige sind es auch nicht.")
        )
    )  # fmt: skip
    figures = [f for f in frozen.statistics.of(asked.key) if f.total is None or f.total.answered]
    for node in tables.by_items(figures, asked, frozen, frozen.say(asked.type.item_title)):
        yield _from_refusal(node, asked, frozen) if isinstance(node, Chart) else node


def _from_refusal(chart: Chart, asked: Asked, frozen: Frozen) -> Chart:
    """Refusal, changes, agreement as steps; "no view" is none of them and is not drawn."""
    keys = [key for key, _ in tables.steps_of(asked, frozen)]
    order = [keys.index(key) for key in ("no", "with_changes", "full")]
    rows = tuple(replace(row, values=tuple(row.values[i] for i in order)) for row in chart.rows)
    title = tables.caption(asked, frozen, frozen.say(M("Ablehnung und Zustimmung je Abschnitt")))
    return replace(chart, caption=title, options=tuple(chart.options[i] for i in order), rows=rows, scale=True)


def _amendments(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    """How many bodies ask to delete, replace or insert, section by section."""
    figures = [(field, field.total) for field in frozen.statistics.of(asked.key)]
    kinds = [(key, frozen.say(label)) for key, label in AMENDMENT_KINDS.items()]
    rows = [
        (item_label(asked, field.item, frozen), tables.count(row.valid, frozen), *_counts(row, kinds, frozen))
        for field, row in figures
        if row is not None
    ]
    if not rows:
        yield Paragraph(frozen.say(M("Änderungsvorschläge werden hier nicht ausgewiesen.")))
        return
    head = (frozen.say(M("Abschnitt")), frozen.say(M("Stellen")), *(label for _, label in kinds))
    title = frozen.say(M("Stellen mit Änderungsvorschlägen je Abschnitt"))
    yield Table(title, head, tuple(rows), tables.right(4))


def _counts(row: Row, kinds: list[tuple[str, str]], frozen: Frozen) -> Iterator[str]:
    for key, _ in kinds:
        option = row.option(key)
        yield tables.count(option.count, frozen) if option else tables.NOTHING
