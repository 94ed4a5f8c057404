"""A submitted revision for its house: every answer to read or to calculate with, and what changed since the one before."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from consultation.core.language import Language, M, say
from consultation.documents import answers
from consultation.documents.formats import Cell, Column, Compiled, Sheet
from consultation.documents.receipt import receipt_of
from consultation.forms.context import FormContext
from consultation.forms.definition import Asked
from consultation.programmes.wording import Words, words
from consultation.responses import queries
from consultation.responses.models import Response, Revision
from consultation.subjects import Actor

_COLUMNS = (
    ("part", M("Teil")), ("number", M("Nr.")), ("question", M("Frage")), ("label", M("Feld")), ("item", M("Zeile")),
    ("answer", M("Antwort")), ("field", M("Schlüssel")),
)  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """One field of a revision. `before` is what the revision before said; the same, something else or nothing."""

    question: str
    label: str
    text: str
    before: str

    @property
    def changed(self) -> bool:
        return self.text != self.before

    @property
    def words(self) -> Words:
        return words(self.before, self.text)


def read_revision(
    session: Session, actor: Actor, response_id: uuid.UUID, number: int, language: Language
) -> tuple[Revision, tuple[Answered, ...]]:
    """In the order of the form, with answers that were taken away; personal values stand in the receipt alone."""
    revision = queries.revision(session, actor, response_id, number)
    context, *_ = answers.context_of(session, revision.consultation_version_id, revision.submitted_at, language)
    said = _texts(context, queries.document(revision)["answers"])
    before: dict[str, tuple[str, str, str]] = {}
    if number > 1:
        earlier = queries.revision(session, actor, response_id, number - 1)
        old, *_ = answers.context_of(session, earlier.consultation_version_id, earlier.submitted_at, language)
        before = _texts(old, queries.document(earlier)["answers"])
    keys = [*said, *(key for key in before if key not in said)]
    order = {asked.key: place for place, asked in enumerate(context.form.asked)}
    keys.sort(key=lambda key: order.get(key, len(order)))
    nothing = ("", "", "")
    return revision, tuple(
        Answered(
            *(said.get(key) or before[key])[:2],
            said.get(key, nothing)[2],
            before.get(key, nothing)[2] if number > 1 else said[key][2],
        )
        for key in keys
    )


def _texts(context: FormContext, given: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    """Field → question, label, text."""
    return {
        asked.key: (
            context.asked_as(asked.question), context.say(asked.field.label),
            asked.type.text(given[asked.key], asked.settings, context),
        )
        for asked in context.form.asked
        if asked.key in given
    }  # fmt: skip


def answers_to_calculate(session: Session, response: Response, revision: Revision, language: Language) -> Compiled:
    """The revision as a sheet, a row a field or a row of a matrix, for whoever has both already and was let in; its first
    page says what was received and when.
    """
    outline = receipt_of(session, response, revision, language)
    context, *_ = answers.context_of(session, revision.consultation_version_id, revision.submitted_at, language)
    given = queries.document(revision)["answers"]
    columns = tuple(Column(key, say(label, language)) for key, label in _COLUMNS)
    sheet = Sheet("answers", say(M("Antworten"), language), columns, lambda: _rows(context, given))
    return Compiled(outline, (sheet,), {}, lambda: iter(()))


def _rows(context: FormContext, given: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for asked in context.form.asked:
        if asked.key in given:
            start = (
                f"{asked.part.key} {context.say(asked.part.title)}", asked.question.number, context.say(asked.question.title),
                context.say(asked.field.label),
            )  # fmt: skip
            for item, answer in _cells(asked, given[asked.key], context):
                yield (*start, item, answer, asked.key)


def _cells(asked: Asked, value: Any, context: FormContext) -> Iterator[tuple[str, Cell]]:
    """A matrix gives a row for each of its rows, everything else one."""
    items = asked.type.items(asked.settings, context) if asked.type.itemised else ()
    if items and isinstance(value, dict):
        for item in items:
            if item.key in value:
                yield item.label, answers.bare(asked, item.key, value, context)
        return
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    plain = asked.type.cell(value, asked.settings, context) if whole else None
    yield "", plain if isinstance(plain, int | float) else asked.type.text(value, asked.settings, context)
