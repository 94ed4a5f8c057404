"""Question by question as a workbook for planners: what was answered, by size class and Land, and every text.

What a specialist unit is to look at can be given to it alone. It is internal, with the names of all who answered; passages that
are hidden in public stand between their marks.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import SOURCE, M, Message, say
from consultation.core.times import utc_text
from consultation.documents.bulk import Export
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.formats import FORMATS, Cell, Column, Compiled, Sheet
from consultation.documents.labels import KINDS, SIZES, TOTAL_LABEL, size_label
from consultation.documents.outline import Meta, Outline
from consultation.evaluation.coverage import NON_RESPONSE, sentence
from consultation.evaluation.figures import SIZE_CLASS, STATE, TOTAL, FieldFigures, Row
from consultation.evaluation.redacted import redactions
from consultation.evaluation.statistics import for_page, form_context
from consultation.forms.context import FormContext
from consultation.forms.definition import Asked, Question
from consultation.programmes.parameters import figures_of
from consultation.questions import CANNOT_JUDGE, Tally
from consultation.questions.wording import fill
from consultation.register.states import STATE_TITLES, State
from consultation.responses import participation
from consultation.states import Audience
from consultation.subjects import Actor

INTERNAL = M("Nur für den internen Gebrauch")
Group = tuple[str, str]
"""(grouping, group)."""
Figures = Mapping[str, Sequence[FieldFigures]]
"""Question → its fields and items, in the order of the form."""


@dataclass(frozen=True)
class _Work:
    export: Export
    context: FormContext
    questions: tuple[Question, ...]
    figures: Figures
    texts: Mapping[str, Path]
    """Question → the file with its texts, one a line; none where nobody wrote any."""


def write(session: Session, actor: Actor, consultation: Consultation, question: str, target: Path) -> None:
    """One question by its key, or all of them for ""; a Land unit gets its Land. The folder of `target` is the caller's own.

    Raises NotFound for whoever does not plan it, and for a question that the form does not ask, or that nobody may weigh.
    """
    export = Export(session, consultation, participation.land_of(actor, consultation), actor.moment)
    context = form_context(session, consultation)
    chosen = tuple(one for one in asked_of(context) if question in ("", one.key))
    if not chosen:
        raise NotFound(M("Diese Frage gibt es nicht."))
    spoken = context.in_language(SOURCE, figures_of(consultation.draft_version, SOURCE))
    figures, base = _figures(session, actor, consultation, context, chosen)
    texts = _gathered(export, spoken, chosen, target.parent)
    covered = sentence(participation.for_planner(session, actor, consultation))
    work = _Work(export, spoken, chosen, figures, texts)
    meta = _meta(work, consultation, base, covered)
    FORMATS["xlsx"].write(Compiled(Outline(meta, lambda: iter(())), tuple(_sheets(work)), {}, lambda: iter(())), target)


def asked_of(context: FormContext) -> Iterator[Question]:
    """What can be weighed: no personal values, and not the question that settles what is published."""
    for question in context.form.questions:
        asked = [one for one in context.form.asked if one.question.key == question.key]
        if not question.personal and any(_counts(one) for one in asked):
            yield question


def _counts(asked: Asked) -> bool:
    return not (asked.type.settles_disclosure or asked.type.tally is Tally.NONE)


def _figures(
    session: Session, actor: Actor, consultation: Consultation, context: FormContext, chosen: Sequence[Question]
) -> tuple[Figures, int]:
    """Part by part, as the page of results has them; beside them how many answers they are counted in."""
    found: dict[str, list[FieldFigures]] = {question.key: [] for question in chosen}
    base = 0
    for part in dict.fromkeys(asked.part.key for asked in context.form.asked if asked.question.key in found):
        statistics = for_page(session, actor, consultation, context, part, TOTAL)
        base = statistics.base
        for field in statistics.fields:
            found.get(context.form.by_key[field.key].question.key, []).append(field)
    return found, base


def _gathered(export: Export, context: FormContext, chosen: Sequence[Question], folder: Path) -> dict[str, Path]:
    """Every text, put aside question by question: answers are read once, and memory stays flat."""
    wanted = {question.key: folder / f"texts-{number}.ndjson" for number, question in enumerate(chosen)}
    asked = [one for one in context.form.asked if one.question.key in wanted and _counts(one)]
    hidden = redactions(export.session, export.consultation.id, export.moment, Audience.INTERNAL, SOURCE)
    files = {key: path.open("wb") for key, path in wanted.items()}
    try:
        for record in export.records():
            answers = hidden.answers(context.form, record["answers"], uuid.UUID(record["id"]))
            for one in asked:
                if text := _text(one, answers.get(one.key), context):
                    row = [*_sender(record["organisation"]), context.say(one.field.label), text]
                    files[one.question.key].write(orjson.dumps(row) + b"\n")
    finally:
        for file in files.values():
            file.close()
    return {key: path for key, path in wanted.items() if path.stat().st_size}


def _text(asked: Asked, value: Any, context: FormContext) -> str:
    """What was written in own words; beside a choice no more than these."""
    if value is None:
        return ""
    if asked.type.tally is Tally.TEXTS or asked.type.demands:
        return asked.type.text(value, asked.settings, context).strip()
    return "\n".join(text for _, text in asked.type.written(value, asked.settings)).strip()


def _sender(organisation: Mapping[str, Any]) -> list[Cell]:
    register = organisation["register"] or {}
    return [
        organisation["name"],
        organisation["kind"],
        *(register.get(name) for name in ("size_class", "state", "ags")),
    ]


# -- sheets ------------------------------------------------------------------------------------------
def _known_as(question: Question, context: FormContext) -> str:
    """What its sheets are called."""
    return say(M("Frage {number}", number=question.number), SOURCE) if question.number else context.say(question.title)


def _sheets(work: _Work) -> Iterator[Sheet]:
    for question in work.questions:
        name = _known_as(question, work.context)
        yield _counted(question, name, work)
        if path := work.texts.get(question.key):
            title = say(M("{question} Texte", question=name[:24]), SOURCE)
            yield _without(_unneeded(question), Sheet(f"{question.key}-texts", title, _TEXTS, partial(_read, path)))


def _column(key: str, label: Message, words: Mapping[str, Message] | None = None) -> Column:
    return Column(key, say(label, SOURCE), {code: say(title, SOURCE) for code, title in (words or {}).items()})


def _unneeded(question: Question) -> set[str]:
    """Which of several fields it was stands in a column where there are several."""
    return set() if len(question.fields) > 1 or question.explanation else {"field"}


def _without(columns: set[str], sheet: Sheet) -> Sheet:
    kept = [place for place, column in enumerate(sheet.columns) if column.key not in columns]
    return replace(
        sheet,
        columns=tuple(sheet.columns[place] for place in kept),
        rows=lambda: (tuple(row[place] for place in kept) for row in sheet.rows()),
    )


_TEXTS = (
    _column("sender", M("Stelle")), _column("kind", M("Art"), KINDS), _column("size_class", M("Größenklasse"), SIZES),
    _column("state", M("Land"), {state.value: title for state, title in STATE_TITLES.items()}), _column("ags", M("AGS")),
    _column("field", M("Angabe")), _column("text", M("Wortlaut")),
)  # fmt: skip


def _read(path: Path) -> Iterator[tuple[Cell, ...]]:
    with path.open("rb") as file:
        for line in file:
            yield tuple(orjson.loads(line))


def _counted(question: Question, name: str, work: _Work) -> Sheet:
    """A row for each answer, a column for all and for each group."""
    fields = work.figures[question.key]
    groups = list(dict.fromkeys(group for field in fields for group in _groups(field)))
    columns = (
        _column("field", M("Angabe")), _column("item", M("Zeile")), _column("option", M("Antwort")),
        _column("total", TOTAL_LABEL), _column("share", M("Anteil")),
        *(_column(":".join(group), _group_label(group)) for group in groups),
    )  # fmt: skip
    unneeded = _unneeded(question) | ({"item"} if not any(field.item for field in fields) else set())
    return _without(unneeded, Sheet(question.key, name, columns, partial(_rows, fields, groups, work.context)))


def _groups(field: FieldFigures) -> Iterator[Group]:
    for grouping in (SIZE_CLASS, STATE):
        if table := field.table(grouping):
            yield from ((grouping, row.group) for row in table.rows)


def _group_label(group: Group) -> Message:
    grouping, key = group
    if grouping == STATE:
        return STATE_TITLES[State(key)] if key else M("ohne Land")
    return M("{group}", group=size_label(key, SOURCE))


Line = tuple[str, Callable[[Row], Cell], Callable[[Row], Cell]]
"""What a row says, its number in a group, its share of all."""


def _rows(fields: Sequence[FieldFigures], groups: Sequence[Group], context: FormContext) -> Iterator[tuple[Cell, ...]]:
    for field in fields:
        asked, total = context.form.by_key[field.key], field.total
        assert total is not None  # nothing is hidden from planners
        found = {(table.grouping, row.group): row for table in field.tables for row in table.rows}
        place = context.say(asked.field.label) or None, context.item(asked, field.item) or None
        for label, number, share in _lines(asked, context):
            cells = (number(found[group]) if group in found else None for group in groups)
            yield (*place, label, number(total), share(total), *cells)


def _lines(asked: Asked, context: FormContext) -> Iterator[Line]:
    tally, options = asked.type.tally, asked.type.options(asked.settings, SOURCE)
    for option in options:
        if not (tally is Tally.SCALE and option.key == CANNOT_JUDGE):
            yield fill(option.label, context), _count_of(option.key), _share_of(option.key)
    if tally is Tally.NUMBER:
        for label, name in ((M("unteres Quartil"), "lower"), (M("Median"), "median"), (M("oberes Quartil"), "upper")):
            yield say(label, SOURCE), _quartile(name), _nothing
    yield say(M("auswertbare Antworten (n)"), SOURCE), lambda row: row.valid, _nothing
    if tally is Tally.SCALE and any(option.key == CANNOT_JUDGE for option in options):
        yield say(M("kann ich nicht beurteilen"), SOURCE), lambda row: row.cannot_judge, _nothing
    yield say(M("nicht beantwortet"), SOURCE), lambda row: row.not_answered, _nothing


def _nothing(row: Row) -> Cell:
    return None


def _count_of(key: str) -> Callable[[Row], Cell]:
    return lambda row: option.count if (option := row.option(key)) else 0


def _share_of(key: str) -> Callable[[Row], Cell]:
    def share(row: Row) -> Cell:
        option = row.option(key)
        return None if option is None or option.share is None else float(option.share)

    return share


def _quartile(name: str) -> Callable[[Row], Cell]:
    return lambda row: float(getattr(row.quartiles, name)) if row.quartiles else None


# -- the first sheet ---------------------------------------------------------------------------------
def _meta(work: _Work, consultation: Consultation, base: int, covered: Message) -> Meta:
    context, land = work.context, work.export.land
    facts = [
        (M("Datenstand (UTC)"), utc_text(work.export.moment)), *([(M("Nur Land"), land)] if land else []),
        (M("Grundlage"), say(M("{base} Stellungnahmen mit Inhalt", one="1 Stellungnahme mit Inhalt", base=base), SOURCE)),
        (M("Beteiligung"), say(covered, SOURCE)), (M("Zu beachten"), say(NON_RESPONSE, SOURCE)),
    ]  # fmt: skip
    told = [(say(label, SOURCE), text) for label, text in facts]
    told += [(_known_as(question, context), context.say(question.title)) for question in work.questions]
    marks = ([DEMO_MARK] if consultation.demo else []) + [INTERNAL]
    return Meta(
        title=consultation.title, subtitle=say(M("Antworten je Frage"), SOURCE),
        author=consultation.programme.owner.name, language=SOURCE, moment=work.export.moment, facts=tuple(told),
        marks=tuple(say(mark, SOURCE) for mark in marks),
    )  # fmt: skip
