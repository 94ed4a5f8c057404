"""The working copy: draft text and form to pass round in the house, blank or with the answers so far."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.blocks import from_json
from consultation.core.errors import NotFound
from consultation.core.language import SOURCE, Language, M, Message, say
from consultation.documents import answers
from consultation.documents.asker import asked_by
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.outline import (
    Heading,
    ListBlock,
    ListItem,
    Meta,
    Node,
    Outline,
    PageBreak,
    Paragraph,
    Table,
)
from consultation.forms.context import FormContext
from consultation.forms.definition import Asked, Question
from consultation.programmes.models import Section
from consultation.questions import Control, Field
from consultation.questions.wording import section_label
from consultation.responses.desk import open_desk
from consultation.subjects import Actor

LINE = "_" * 60
EMPTY, CHOSEN = "☐", "☒"


def blank(session: Session, actor: Actor, consultation_slug: str, language: Language = SOURCE) -> Outline:
    """For everybody who may see the consultation."""
    return _copy(session, consultations.get(session, actor, consultation_slug), actor.moment, language, {}, "")


def filled(session: Session, actor: Actor, response_id: uuid.UUID, language: Language = SOURCE) -> Outline:
    """With what the own house has written so far."""
    desk = open_desk(session, actor, response_id, language)
    house = desk.response.organisation.name
    return _copy(session, desk.response.consultation, actor.moment, language, desk.answers, house)


def _copy(
    session: Session, consultation: Consultation, moment: datetime, language: Language, given: Mapping[str, Any], house: str
) -> Outline:  # fmt: skip
    version = consultations.current_version(session, consultation.id)
    if version is None:
        raise NotFound(M("Die Konsultation ist noch nicht angekündigt."))
    context, draft, sections = answers.context_of(session, version.id, moment, language)
    facts = [(M("Stelle"), house), (M("Stand"), say(M("{moment}", moment=moment), language))]
    if consultation.deadline:
        facts.append((M("Frist"), say(M("{deadline}", deadline=consultation.deadline), language)))
    facts += asked_by(consultation, draft, language)
    marks = [say(M("Arbeitskopie – keine abgegebene Stellungnahme"), language)]
    if consultation.notice and draft:
        marks.append(consultation.notice)
    if consultation.demo:
        marks.append(say(DEMO_MARK, language))
    meta = Meta(
        title=consultation.title, subtitle=say(M("Arbeitskopie des Entwurfs und des Fragebogens"), language),
        author=house or consultation.programme.owner.name, language=language, moment=moment, marks=tuple(marks),
        facts=tuple((say(label, language), text) for label, text in facts if text),
        description=say(M("Zum Umlauf im Haus. Abgegeben wird im Portal, über die Schnittstelle oder mit dem Code der "
                          "Einladung."), language),
    )  # fmt: skip
    return Outline(meta, lambda: _nodes(sections, context, given))


def _nodes(sections: tuple[Section, ...], context: FormContext, given: Mapping[str, Any]) -> Iterator[Node]:
    language = context.language
    if sections:
        yield Heading(1, say(M("Der Entwurf"), language), "entwurf")
        for section in sections:
            title = section_label(context.sections[section.key], context)
            yield Heading(min(section.level + 1, 4), title, f"abschnitt-{section.key}")
            yield from from_json(section.blocks)
        yield PageBreak()
    yield Heading(1, say(M("Der Fragebogen"), language), "fragebogen")
    if context.form.intro:
        yield Paragraph(context.say(context.form.intro))
    for part in context.form.parts:
        yield Heading(2, f"{part.key} {context.say(part.title)}", f"teil-{part.key}")
        for question in part.questions:
            yield from _question(question, context, given)


def _question(question: Question, context: FormContext, given: Mapping[str, Any]) -> Iterator[Node]:
    yield Heading(3, context.asked_as(question), f"frage-{question.key}")
    if question.hint:
        yield Paragraph(context.say(question.hint))
    for asked in context.form.asked:
        if asked.question.key == question.key:
            yield from _asked(asked, context, given.get(asked.key))


def _asked(asked: Asked, context: FormContext, value: Any) -> Iterator[Node]:
    if asked.field.label:
        yield Paragraph(f"{context.say(asked.field.label)}:")
    yield from _control(asked.type.field(asked.key, value, asked.settings, context), asked.type.item_title, context)


def _control(field: Field, item_title: Message, context: FormContext) -> Iterator[Node]:
    """A control of the page as it looks on paper."""
    for label, text in field.given:
        yield Paragraph(f"{label}: {text}")
    match field.control:
        case Control.RADIO | Control.CHECK | Control.SELECT:
            yield _boxes(field)
            yield from _parts(field, item_title, context)
        case Control.GRID:
            yield _grid(field, item_title, context)
        case Control.GROUP:
            yield from _parts(field, item_title, context)
        case _:
            yield Paragraph(_blank_or(field))


def _blank_or(field: Field) -> str:
    """What was written, or lines to write on."""
    text = "\n".join(value for value in field.value if value)
    if not text:
        lines = min(field.rows, 4) if field.control == Control.LONG_TEXT else 1
        text = "\n".join([LINE] * lines)
    return f"{text} {field.suffix}".strip()


def _boxes(field: Field) -> ListBlock:
    return ListBlock(
        tuple(
            ListItem(CHOSEN if option.key in field.value else EMPTY, (Paragraph(option.label),)) for option in field.options
        )
    )  # fmt: skip


def _grid(field: Field, item_title: Message, context: FormContext) -> Table:
    options = field.fields[0].options if field.fields else ()
    head = (say(item_title, context.language), *(option.label for option in options))
    rows = tuple(
        (row.label, *(_box(option.key, row) for option in options)) for row in field.fields
    )  # fmt: skip
    return Table("", head, rows, ("left", *["center" for _ in options]))  # type: ignore[arg-type]  # mypy widens the literals


def _box(key: str, row: Field) -> str:
    if key not in {option.key for option in row.options}:
        return "–"
    return CHOSEN if key in row.value else EMPTY


def _parts(field: Field, item_title: Message, context: FormContext) -> Iterator[Node]:
    for part in field.fields:
        if part.label:
            yield Paragraph(f"{part.label}:")
        yield from _control(part, item_title, context)
