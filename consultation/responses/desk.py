"""The desk: one response with its form, its surroundings and everything written so far."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.db import as_kept
from consultation.core.errors import Problem
from consultation.core.language import SOURCE, Language, M, say
from consultation.forms.checks import form_of
from consultation.forms.context import FormContext, infos_of
from consultation.forms.definition import Asked, Form, Part
from consultation.people.models import Organisation
from consultation.programmes.parameters import figures_of
from consultation.questions import Refused
from consultation.register.facts import facts as register_facts
from consultation.responses import queries
from consultation.responses.models import DraftAnswer, Response
from consultation.responses.resolutions import left_over, not_yet_taken
from consultation.subjects import Actor


@dataclass(frozen=True)
class Stored:
    """A draft answer as it lies in the database: a checked value, what was typed and refused, or nothing any more."""

    value: Any
    refused: bool
    version: int
    editor_id: uuid.UUID | None
    edited_at: datetime
    writer: str | None = None

    @property
    def cleared(self) -> bool:
        """Somebody took the answer away; its version goes on counting."""
        return self.value is None

    def saved_by(self, writer: str) -> bool:
        """Whether the page with this mark saved it last."""
        return bool(writer) and self.writer == writer


@dataclass(frozen=True)
class Desk:
    response: Response
    form: Form
    context: FormContext
    stored: Mapping[tuple[str, str], Stored] = field(repr=False)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Full field key → checked value; itemised ones put together. Refused values are no answers."""
        together: dict[str, Any] = {}
        for (key, item), stored in self.stored.items():
            if stored.refused or stored.cleared or key not in self.form.by_key:
                continue
            if item and self._is_asked(key, item):
                together.setdefault(key, {})[item] = stored.value
            elif not item:
                together[key] = stored.value
        return together

    def _is_asked(self, key: str, item: str) -> bool:
        """A row about a section that a correction took out of the draft is kept, but asked no more."""
        rows = self._section_rows.get(key)
        return not rows or item in rows

    @cached_property
    def _section_rows(self) -> dict[str, frozenset[str]]:
        """Full field key → the sections it asks about, for fields with one row a section."""
        about = (a for a in self.form.asked if a.type.needs_sections)
        return {a.key: frozenset(row.key for row in a.type.items(a.settings, self.context)) for a in about}

    @cached_property
    def typed(self) -> dict[str, Any]:
        """As `answers`, but with refused values as they were typed: what the page shows again."""
        together = {key: dict(value) if isinstance(value, dict) else value for key, value in self.answers.items()}
        for (key, item), stored in self.stored.items():
            if stored.refused and item:
                together.setdefault(key, {})[item] = stored.value
            elif stored.refused:
                together[key] = stored.value
        return together

    @cached_property
    def visible(self) -> frozenset[str]:
        """Keys of the questions that are shown, given the answers so far."""
        return self.form.visible(self.answers, registered=bool(self.context.register))

    @cached_property
    def last_saved(self) -> Stored | None:
        """What was saved last, by whom and when."""
        return max(self.stored.values(), key=lambda stored: stored.edited_at, default=None)

    def written_before(self, moment: datetime) -> bool:
        """Something is written, and nothing since then. What may be published is no text: it is chosen at the release."""
        saved = [stored.edited_at for (key, _), stored in self.stored.items() if key != self.form.disclosure_key]
        return bool(saved) and max(saved) < moment

    def versions(self, key: str) -> dict[str, int]:
        """Item → version of what is stored, for the next save to compare with."""
        return {item: stored.version for (k, item), stored in self.stored.items() if k == key}

    @cached_property
    def refusals(self) -> dict[str, tuple[Problem, ...]]:
        """Full field key → what is wrong with what was typed."""
        found: dict[str, tuple[Problem, ...]] = {}
        for (key, item), stored in self.stored.items():
            if stored.refused and key in self.form.by_key:
                problems = refusals_of(
                    self.form.by_key[key], {item: stored.value} if item else stored.value, self.context
                )
                found[key] = (*found.get(key, ()), *problems)
        return found

    @cached_property
    def submitted(self) -> dict[str, Any]:
        """The answers that would be submitted: those of shown questions that say something."""
        return submitted_of(self.form, self.answers, self.visible)

    @cached_property
    def answered(self) -> frozenset[str]:
        """Keys of the questions that would be submitted with an answer: what counts as answered, on every page."""
        return questions_of(self.form, self.submitted)

    def progress(self, part: Part, *, core: bool = False) -> tuple[int, int]:
        """How many of the shown questions of a part have an answer: (answered, shown)."""
        shown = [q for q in part.asks(everything=not core) if q.key in self.visible]
        return sum(q.key in self.answered for q in shown), len(shown)

    @cached_property
    def missing(self) -> tuple[Problem, ...]:
        """What keeps it from being submitted, with the field's full key."""
        return self._shortcomings(nil_return=False)

    @cached_property
    def unanswered(self) -> frozenset[str]:
        """Full keys of the shown fields that must be answered and hold nothing at all; the rest of `missing` is to be corrected."""
        return frozenset(a.key for a in self.form.asked if a.question.key in self.visible and self._lacks(a))

    def _lacks(self, asked: Asked) -> bool:
        return asked.field.required and asked.key not in self.answers and asked.key not in self.refusals

    @cached_property
    def not_yet_taken(self) -> tuple[Problem, ...]:
        """The day of a resolution the answer claims to rest on, where that is still to come."""
        return tuple(not_yet_taken(self.form, self.submitted, self.context.moment))

    @cached_property
    def missing_for_nil_return(self) -> tuple[Problem, ...]:
        """A nil return asks only a few questions."""
        return self._shortcomings(nil_return=True)

    def _shortcomings(self, *, nil_return: bool) -> tuple[Problem, ...]:
        found: list[Problem] = []
        for asked in self.form.asked:
            question = asked.question
            if question.key not in self.visible or (nil_return and not question.with_nil_return):
                continue
            found += self.refusals.get(asked.key, ())
            value = self.answers.get(asked.key)
            if self._lacks(asked):
                found.append(
                    Problem(asked.key, M("Bitte beantworten Sie: {question}", question=self.context.asked_as(question)))
                )
            elif value is not None:
                found += [_placed(asked.key, p) for p in asked.type.missing(value, asked.settings, self.context)]
                found += (problem for problem in self.not_yet_taken if problem.field == asked.key)
        return tuple(found)


def submitted_of(form: Form, answers: Mapping[str, Any], visible: Collection[str]) -> dict[str, Any]:
    void = left_over(form, answers)
    return {
        a.key: answers[a.key] for a in form.asked if a.question.key in visible and a.key in answers and a.key != void
    }


def questions_of(form: Form, keys: Iterable[str]) -> frozenset[str]:
    """The questions to which these full field keys belong."""
    return frozenset(form.by_key[key].question.key for key in keys)


def judged(asked: Asked, value: Any, context: FormContext) -> tuple[Any, tuple[Problem, ...]]:
    """(the value as it is stored, nothing wrong with it), or (nothing, what is wrong)."""
    try:
        return asked.type.check(value, asked.settings, context), ()
    except Refused as refused:
        return None, tuple(_placed(asked.key, problem) for problem in refused.problems)


def refusals_of(asked: Asked, value: Any, context: FormContext) -> tuple[Problem, ...]:
    return judged(asked, value, context)[1]


def _placed(key: str, problem: Problem) -> Problem:
    return replace(problem, field=f"{key}.{problem.field}" if problem.field else key)


def open_desk(
    session: Session, actor: Actor, response_id: uuid.UUID, language: Language = SOURCE, *, held: bool = False
) -> Desk:
    """The desk of the acting organisation's own response; others find nothing, whatever else they may see of it.

    `held`: nobody else changes it until the transaction ends, and all is as it is then.
    """
    look = queries.get if actor.is_system else queries.own_one
    return desk_of(session, look(session, actor, response_id, held=held), actor.moment, language)


def desk_of(session: Session, response: Response, moment: datetime, language: Language = SOURCE) -> Desk:
    context = context_of(session, response.consultation, response.organisation, moment, language)
    return _laid_out(session, response, context)


def laid_out_again(session: Session, desk: Desk) -> Desk:
    """The same desk with what lies in the database now."""
    return _laid_out(session, desk.response, desk.context)


def _laid_out(session: Session, response: Response, context: FormContext) -> Desk:
    desk = Desk(response, context.form, context, _stored(session, response.id))
    response.laid_out = desk
    return desk


def context_of(
    session: Session, consultation: Consultation, organisation: Organisation, moment: datetime,
    language: Language = SOURCE,
) -> FormContext:  # fmt: skip
    """The form with its surroundings, as this organisation is asked."""
    assert consultation.form_version is not None
    draft, body = consultation.draft_version, organisation.register_body
    return FormContext(
        form=form_of(consultation.form_version),
        language=language,
        moment=moment,
        sections=infos_of(session, draft),
        parameters=figures_of(draft, language),
        register=[(say(label, language), text) for label, text in register_facts(body, language)] if body else (),
        sized=body is not None and body.size_class is not None,
    )


def _stored(session: Session, response_id: uuid.UUID) -> dict[tuple[str, str], Stored]:
    rows = session.connection().execute(_STORED, {"response_id": response_id})
    editors = _Editors()
    return {
        (key, item): Stored(value.get("raw", value.get("value")), "raw" in value, version, editors[editor], *more)
        for key, item, value, version, editor, *more in rows
    }


class _Editors(dict[Any, uuid.UUID | None]):
    """Few people write many answers: each id is made of what the database holds once."""

    def __missing__(self, kept: Any) -> uuid.UUID | None:
        made = self[kept] = kept if kept is None or isinstance(kept, uuid.UUID) else uuid.UUID(kept)
        return made


_STORED = select(
    DraftAnswer.question_key, DraftAnswer.item_key, DraftAnswer.value, DraftAnswer.version, as_kept(DraftAnswer.editor_id),
    DraftAnswer.edited_at, DraftAnswer.writer,
).where(DraftAnswer.response_id == bindparam("response_id"))  # fmt: skip
