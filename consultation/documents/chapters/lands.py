"""Annex: the questions with scales or few options by Land."""

from collections.abc import Iterator

from consultation.core.language import M
from consultation.documents.chapters import tables
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Heading, Node, Paragraph
from consultation.evaluation.figures import STATE
from consultation.forms.definition import Asked
from consultation.questions import Tally


def nodes(frozen: Frozen) -> Iterator[Node]:
    yield Paragraph(
        frozen.say(
            M("Gezeigt werden Fragen mit Skalen, Zahlen oder wenigen Antworten. Bei wenigen Antworten je Land sind Anteile kaum aussagekräftig.")
        )
    )  # fmt: skip
    for asked in frozen.form.asked:
        if _has_table(asked, frozen):
            yield Heading(
                2, frozen.context.asked_as(asked.question), f"land-{asked.key.replace('.', '-')}", in_contents=False
            )
            yield from tables.by_groups(frozen.statistics.of(asked.key)[0], asked, frozen, STATE)


def _has_table(asked: Asked, frozen: Frozen) -> bool:
    if asked.type.itemised or not frozen.statistics.of(asked.key):
        return False
    if asked.type.tally is Tally.NUMBER:
        return True
    few = len(tables.steps_of(asked, frozen)) <= tables.MOST_COLUMNS
    return asked.type.tally in (Tally.OPTIONS, Tally.SCALE) and few
