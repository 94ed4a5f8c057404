"""How far several answers are, read at once: for lists, where a desk for each would be too much."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.forms.checks import form_of
from consultation.forms.definition import Form
from consultation.responses.models import DraftAnswer


def progress_of(
    session: Session, wanted: Iterable[tuple[uuid.UUID, Consultation]]
) -> dict[uuid.UUID, tuple[int, int]]:  # fmt: skip
    """Response → (answered, shown) questions; one query for all. The consultations come with their form version."""
    forms = {response_id: form_of(c.form_version) for response_id, c in wanted if c.form_version is not None}
    answers: dict[uuid.UUID, dict[str, object]] = {response_id: {} for response_id in forms}
    for row in session.scalars(select(DraftAnswer).where(DraftAnswer.response_id.in_(forms))):
        if "value" not in row.value:
            continue
        if row.item_key:
            whole = answers[row.response_id].setdefault(row.question_key, {})
            assert isinstance(whole, dict)
            whole[row.item_key] = row.value["value"]
        else:
            answers[row.response_id][row.question_key] = row.value["value"]
    return {response_id: _counted(form, answers[response_id]) for response_id, form in forms.items()}


def _counted(form: Form, answers: dict[str, object]) -> tuple[int, int]:
    shown = form.visible(answers)
    answered = {asked.question.key for asked in form.asked if asked.key in answers} & shown
    return len(answered), len(shown)
