"""Annex: the questions with scales, numbers or few options by Land."""

from collections.abc import Iterator

from consultation.core.language import M
from consultation.documents.chapters import tables
from consultation.documents.chapters.results import covered
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Heading, Node, Paragraph
from consultation.evaluation.figures import STATE
from consultation.forms.definition import Asked
from consultation.questions import Tally


def nodes(frozen: Frozen) -> Iterator[Node]:
    shown = [asked for asked in frozen.form.asked if _has_table(asked, frozen)]
    text = M("Gezeigt werden Fragen mit Skalen, Zahlen oder wenigen Antworten, soweit niemand erkennbar wird. Bei wenigen "
             "Antworten je "
             "Land sind Anteile kaum aussagekräftig.")  # fmt: skip
    none = M("Keine Frage kann nach Land ausgewiesen werden, ohne dass einzelne Stellen erkennbar würden.")
    yield Paragraph(frozen.say(text if shown else none))
    yield from covered(frozen)
    for asked, before in zip(shown, [None, *shown], strict=False):
        if before is None or before.question.key != asked.question.key:
            title = frozen.context.asked_as(asked.question)
            yield Heading(2, title, f"land-{asked.question.key}", in_contents=False)
        yield from tables.by_groups(frozen.statistics.of(asked.key)[0], asked, frozen, STATE)


def _has_table(asked: Asked, frozen: Frozen) -> bool:
    figures = frozen.statistics.of(asked.key)
    table = figures[0].table(STATE) if figures and not asked.type.itemised else None
    if table is None or not any(row.answered for row in table.rows):
        return False
    few = len(tables.steps_of(asked, frozen)) <= tables.MOST_COLUMNS
    return asked.type.tally is Tally.NUMBER or (asked.type.tally in (Tally.OPTIONS, Tally.SCALE) and few)
