"""Chapter: question by question, what was answered, in total and by size class."""

from collections.abc import Iterator

from consultation.core.language import M
from consultation.documents.chapters import excerpts, tables
from consultation.documents.frozen import Frozen
from consultation.documents.labels import field_title
from consultation.documents.outline import Heading, Node, Paragraph
from consultation.evaluation.coverage import NON_RESPONSE, beside, sentence
from consultation.evaluation.figures import SIZE_CLASS, FieldFigures
from consultation.forms.definition import Asked, Question
from consultation.questions import Tally

_ELSEWHERE = frozenset({"section_agreement", "amendments", "disclosure"})
"""Types with a chapter of their own, or none."""


def nodes(frozen: Frozen) -> Iterator[Node]:
    yield Paragraph(_basis(frozen))
    yield from covered(frozen)
    asked = [a for a in frozen.form.asked if _is_shown(a, frozen)]
    for part in frozen.form.parts:
        here = [a for a in asked if a.part.key == part.key]
        if here:
            yield Heading(2, frozen.context.say(part.title), f"teil-{part.key}")
        for question in part.questions:
            of_question = [a for a in here if a.question.key == question.key]
            if of_question:
                yield from _question(question, of_question, frozen)


def covered(frozen: Frozen) -> Iterator[Node]:
    """What the figures of a chapter stand for, and what silence means."""
    yield Paragraph(f"{frozen.say(sentence(frozen.participation))} {frozen.say(NON_RESPONSE)}")


def _basis(frozen: Frozen) -> str:
    base = frozen.statistics.base
    if frozen.public:
        first = M(
            "Grundlage sind {base} Stellungnahmen mit Inhalt, die wenigstens als Zahl gezeigt werden dürfen.", base=base
        )
    else:
        first = M("Grundlage sind {base} Stellungnahmen mit Inhalt.", base=base)
    rest = M("Fehlanzeigen zählen nur zur Beteiligung. „n“ ist die Zahl der Stellen, die eine Frage beantwortet haben und "
             "sie beurteilen "
             "konnten. „Kann ich nicht beurteilen“ und „nicht beantwortet“ stehen getrennt und gehen in keinen Anteil ein. "
             "Ergebnisse nach "
             "Land stehen im Anhang B, alle weiteren Gruppen in der Tabellendatei (XLSX).")  # fmt: skip
    return f"{frozen.say(first)} {frozen.say(rest)}"


def _is_shown(asked: Asked, frozen: Frozen) -> bool:
    return asked.type.key not in _ELSEWHERE and bool(frozen.statistics.of(asked.key))


def _question(question: Question, fields: list[Asked], frozen: Frozen) -> Iterator[Node]:
    yield Heading(3, frozen.context.asked_as(question), f"frage-{question.key}")
    if question.confidential:
        yield Paragraph(frozen.say(M("Vertraulich gestellte Frage: Sie erscheint nur in zusammengefassten Zahlen.")))
    for asked in fields:
        yield from _field(asked, frozen)


def _field(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    figures = frozen.statistics.of(asked.key)
    yield Paragraph(f"{_answered(asked, figures, frozen)} {frozen.say(beside(frozen.participation))}")
    if not any(field.total is not None and field.total.answered for field in figures):
        yield from (Paragraph(frozen.say(note)) for note in dict.fromkeys(n for f in figures for n in f.notes[:1]))
        return
    if asked.type.tally is Tally.TEXTS:
        yield from excerpts.nodes(asked, frozen)
    elif asked.type.itemised:
        yield from tables.by_items(figures, asked, frozen, frozen.say(asked.type.item_title))
    elif asked.type.tally is Tally.RANKS:
        yield from tables.ranks(figures[0], asked, frozen)
    else:
        if asked.type.tally in (Tally.OPTIONS, Tally.SCALE):
            yield from tables.chart(figures[0], asked, frozen)
        yield from tables.by_groups(figures[0], asked, frozen, SIZE_CLASS)
        yield from _unshown(figures[0], frozen)


def _unshown(field: FieldFigures, frozen: Frozen) -> Iterator[Node]:
    """Why groups are missing from the table before."""
    table = field.table(SIZE_CLASS)
    if table is None:
        text = M("Nach Größenklassen wird diese Frage nicht ausgewiesen, damit niemand erkennbar wird (siehe Methode).")
        yield Paragraph(frozen.say(text))
    elif table.suppressed:
        yield Paragraph(frozen.say(M("„–“: nicht ausgewiesen, damit niemand erkennbar wird (siehe Methode).")))


def _answered(asked: Asked, figures: tuple[FieldFigures, ...], frozen: Frozen) -> str:
    """How many answered, could not judge, did not answer; for a matrix of its most answered row."""
    rows = [field.total for field in figures if field.total is not None]
    if rows and not any(row.answered for row in rows):
        rows = rows[:1]
    title = field_title(asked, frozen) if asked.field.label else ""
    before = f"{title}: " if title else ""
    if not rows:
        return before + frozen.say(M("Zu dieser Frage wird öffentlich nichts ausgewiesen."))
    row = max(rows, key=lambda r: r.answered)
    said = M("{answered} von {base} Stellen haben geantwortet, {silent} haben die Frage nicht beantwortet",
             answered=row.answered, base=row.base, silent=row.not_answered)  # fmt: skip
    sentence = frozen.say(said)
    if asked.type.tally is Tally.SCALE and not asked.type.itemised:
        sentence += frozen.say(M("; {count} konnten sie nicht beurteilen", count=row.cannot_judge))
    if asked.question.when is not None:
        sentence += frozen.say(M(" (die Frage wurde nicht allen gestellt)"))
    return before + sentence + "."
