"""Chapter: how far each section of the draft is agreed to, and how often changes are asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from consultation.core.language import M, Message
from consultation.documents.chapters import tables
from consultation.documents.chapters.results import covered
from consultation.documents.frozen import Frozen
from consultation.documents.labels import AMENDMENT_KINDS, item_label
from consultation.documents.outline import Chart, Heading, Node, Paragraph, Table
from consultation.evaluation.figures import FieldFigures
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
    put = {item.key for item in asked.type.items(asked.settings, frozen.context)}
    figures = [f for f in frozen.statistics.of(asked.key) if f.item in put or f.total is None or f.total.answered]
    for node in tables.by_items(figures, asked, frozen, frozen.say(asked.type.item_title)):
        yield _from_refusal(node, asked, frozen) if isinstance(node, Chart) else node
    if any(field.total is not None for field in figures):
        yield from _held_back(figures, frozen)


def _held_back(figures: Sequence[FieldFigures], frozen: Frozen) -> Iterator[Paragraph]:
    count = sum(field.total is None for field in figures)
    if count:
        yield Paragraph(
            frozen.say(
                M("„–“: Bei {count} Abschnitten ist nicht ausgewiesen, wie viele Stellen es sind, damit niemand erkennbar wird "
                  "(siehe Methode).",
                  one="„–“: Bei 1 Abschnitt ist nicht ausgewiesen, wie viele Stellen es sind, damit niemand erkennbar wird (siehe "
                      "Methode).",
                  count=count)
            )
        )  # fmt: skip


def _from_refusal(chart: Chart, asked: Asked, frozen: Frozen) -> Chart:
    """Refusal, changes, agreement as steps; "no view" is none of them and is not drawn."""
    keys = [key for key, _ in tables.steps_of(asked, frozen)]
    order = [keys.index(key) for key in ("no", "with_changes", "full")]
    rows = tuple(replace(row, values=tuple(row.values[i] for i in order)) for row in chart.rows)
    title = tables.caption(asked, frozen, frozen.say(M("Ablehnung und Zustimmung je Abschnitt")))
    return replace(chart, caption=title, options=tuple(chart.options[i] for i in order), rows=rows, scale=True)


def _amendments(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    """How many bodies ask to delete, replace or insert, section by section, and how many points of the synopsis that makes."""
    say = frozen.say
    figures = {field.item: field for field in frozen.statistics.of(asked.key)}
    told = [
        key
        for key, s in frozen.context.sections.items()
        if not s.gathers or key in figures or frozen.points.sections[key]
    ]
    sections = list(dict.fromkeys((*told, *filter(None, figures))))
    kinds = [(key, say(label)) for key, label in AMENDMENT_KINDS.items()]
    with_points = asked.makes_points
    rows = tuple(
        (
            item_label(asked, section, frozen),
            *_bodies(figures.get(section), kinds, frozen),
            *([_demands(section, frozen)] if with_points else []),
        )
        for section in sections
    )
    if not rows:
        yield Paragraph(say(M("Änderungsvorschläge werden hier nicht ausgewiesen.")))
        return
    yield Paragraph(" ".join(map(say, _explained(sections, frozen, with_points=with_points))))
    head = (say(M("Abschnitt")), say(M("Stellen")), *(label for _, label in kinds))
    head += (say(M("Einzelpunkte")),) if with_points else ()
    yield Table(say(M("Änderungsvorschläge je Abschnitt")), head, rows, tables.right(len(head) - 1))
    yield from _held_back([figures[section] for section in sections if section in figures], frozen)


def _explained(sections: Sequence[str], frozen: Frozen, *, with_points: bool) -> Iterator[Message]:
    yield M("Die Tabelle nennt alle Abschnitte des Entwurfs, bloße Überschriften nur, wo dazu etwas vorgeschlagen ist. „Stellen“ "
            "ist die Zahl der Stellen, die dort etwas ändern wollen; wer an einem Abschnitt zum Beispiel ersetzen und ergänzen "
            "will, zählt bei beidem.")  # fmt: skip
    if not with_points:
        return
    here, points = sum(frozen.points.sections[section] for section in sections), frozen.points.points
    yield M("„Einzelpunkte“ sind die Forderungen, die in der Synopse bei dem Abschnitt stehen: zusammen {here}. Mit den {loose} "
            "ohne Abschnitt sind es alle {points} Einzelpunkte dieser Ausgabe.",
            here=here, loose=points - here, points=points)  # fmt: skip
    if frozen.public:
        yield M("Unter „Stellen“ zählen auch solche, die nur als Zahl erscheinen wollen; ihre Forderungen stehen nur dann in der "
                "Synopse, wenn eine andere Stelle dasselbe fordert.")  # fmt: skip
    if frozen.filters.sections:
        yield M("Einzelpunkte stehen nur bei den Abschnitten, auf die diese Ausgabe begrenzt ist.")


def _bodies(field: FieldFigures | None, kinds: list[tuple[str, str]], frozen: Frozen) -> tuple[str, ...]:
    """Nobody where there are no figures; none of these where there are some that must not be shown."""
    if field is None:
        return (tables.count(0, frozen),) * (len(kinds) + 1)
    row = field.total
    if row is None:
        return (tables.NOTHING,) * (len(kinds) + 1)
    options = [row.option(key) for key, _ in kinds]
    counts = (tables.count(option.count if option else 0, frozen) for option in options)
    return (tables.count(row.valid, frozen), *counts)


def _demands(section: str, frozen: Frozen) -> str:
    return tables.count(frozen.points.sections[section], frozen) if frozen.filters.shows(section) else tables.NOTHING
