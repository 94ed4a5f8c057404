"""A house's own answers for reading: question by question, with everything it wrote."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations.models import ConsultationVersion
from consultation.core.language import Language, M, say
from consultation.documents.outline import Heading, Node, Paragraph, Table
from consultation.forms.checks import form_of
from consultation.forms.context import FormContext, section_infos
from consultation.forms.definition import Asked, Question
from consultation.forms.models import FormVersion
from consultation.programmes import named
from consultation.programmes.models import DraftVersion, Section
from consultation.programmes.parameters import spoken_all
from consultation.programmes.queries import sections_of
from consultation.questions.grids import Grid


def context_of(
    session: Session, version_id: uuid.UUID, moment: datetime, language: Language
) -> tuple[FormContext, DraftVersion | None, tuple[Section, ...]]:
    """The form and draft of a consultation version as readers see them."""
    version = session.get_one(ConsultationVersion, version_id)
    form = form_of(session.get_one(FormVersion, version.form_version_id))
    draft = session.get_one(DraftVersion, version.draft_version_id) if version.draft_version_id else None
    found = tuple(named.shown(sections_of(session, draft), named.values(draft))) if draft else ()
    parameters = spoken_all(draft.frozen.get("parameters", ()), language) if draft else {}
    return FormContext(form, language, moment, section_infos(found), parameters), draft, found


def as_answered(context: FormContext, document: Mapping[str, Any]) -> FormContext:
    """In the words the house read that handed this revision in."""
    register = document["organisation"]["register"] or {}
    return replace(context, sized=register.get("size_class") is not None)


def nodes(context: FormContext, answers: Mapping[str, Any]) -> Iterator[Node]:
    """Every answered question, part by part."""
    for part in context.form.parts:
        answered = [q for q in part.questions if any(a.key in answers for a in _fields(q, context))]
        if answered:
            yield Heading(1, f"{part.key} {context.say(part.title)}", f"teil-{part.key}")
        for question in answered:
            yield Heading(2, context.asked_as(question), f"frage-{question.key}", in_contents=False)
            for asked in _fields(question, context):
                if asked.key in answers:
                    yield from _answer(asked, answers[asked.key], context)


def _fields(question: Question, context: FormContext) -> list[Asked]:
    return [asked for asked in context.form.asked if asked.question.key == question.key]


def _answer(asked: Asked, value: Any, context: FormContext) -> Iterator[Node]:
    label = context.say(asked.field.label) if asked.field.label else ""
    items = asked.type.items(asked.settings, context) if asked.type.itemised else ()
    if items and isinstance(value, dict):
        rows = tuple(
            (item.label, bare(asked, item.key, value, context)) for item in items if value.get(item.key) is not None
        )
        head = (label or say(asked.type.item_title, context.language), say(M("Antwort"), context.language))
        yield Table("", head, rows, ("left", "left"))
        return
    text = asked.type.text(value, asked.settings, context)
    yield Paragraph(f"{label}: {text}" if label else text)


def bare(asked: Asked, item: str, value: dict[str, Any], context: FormContext) -> str:
    """The answer of one row without its label, which stands beside it."""
    kind = asked.type
    known = isinstance(kind, Grid) and kind.choices(item, asked.settings, context)
    labels = {option.key: option.label for option in known or kind.options(asked.settings, context.language)}
    return labels.get(str(value[item]), str(value[item]))
