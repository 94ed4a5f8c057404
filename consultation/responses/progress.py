"""How far several answers are, read at once: for lists, where a desk for each would be too much."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.forms.checks import form_of
from consultation.forms.definition import Form
from consultation.responses.desk import questions_of, submitted_of
from consultation.responses.models import DraftAnswer


@dataclass(frozen=True)
class Progress:
    """How many of the shown questions are answered, on the core path and in all, and who saved last."""

    one_way: bool
    """Everything is on the core path."""
    core_answered: int
    core_shown: int
    answered: int
    shown: int
    editor_id: uuid.UUID | None
    edited_at: datetime | None


def progress_of(
    session: Session, wanted: Iterable[tuple[uuid.UUID, Consultation]], *, registered: bool = True
) -> dict[uuid.UUID, Progress]:
    """By response; one query for all. The consultations come with their form version. `registered`: the house whose answers these
    are stands in the register.
    """
    forms = {response_id: form_of(c.form_version) for response_id, c in wanted if c.form_version is not None}
    rows: dict[uuid.UUID, list[DraftAnswer]] = {response_id: [] for response_id in forms}
    for row in session.scalars(select(DraftAnswer).where(DraftAnswer.response_id.in_(forms))):
        rows[row.response_id].append(row)
    return {
        response_id: _counted(form, rows[response_id], registered=registered) for response_id, form in forms.items()
    }


def _counted(form: Form, rows: Sequence[DraftAnswer], *, registered: bool) -> Progress:
    answers: dict[str, object] = {}
    for row in rows:
        if (value := row.value.get("value")) is None:
            continue
        if row.item_key:
            whole = answers.setdefault(row.question_key, {})
            assert isinstance(whole, dict)
            whole[row.item_key] = value
        else:
            answers[row.question_key] = value
    shown = form.visible(answers, registered=registered)
    answered = questions_of(form, submitted_of(form, answers, shown))
    core = {question.key for question in form.questions if question.core} & shown
    last = max(rows, key=lambda row: row.edited_at, default=None)
    return Progress(
        form.one_way, len(answered & core), len(core), len(answered), len(shown), last.editor_id if last else None,
        last.edited_at if last else None,
    )  # fmt: skip
