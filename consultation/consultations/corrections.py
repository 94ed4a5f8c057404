"""Corrections of an announced consultation: another draft version, another form of the same questions, told to all invited.

Answers carry over by the keys of sections and questions; what was submitted keeps the version it answered.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from consultation.consultations import queries, readiness
from consultation.consultations.actions import new_version, require_running
from consultation.consultations.models import Consultation, ConsultationVersion
from consultation.core import bounds
from consultation.core.db import compare_and_set, hold
from consultation.core.errors import Invalid, Problem
from consultation.core.history import record
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.core.text import clean
from consultation.forms import actions as forms
from consultation.forms import queries as form_queries
from consultation.forms.checks import read_form
from consultation.forms.compatibility import incompatibilities, newly_making_points
from consultation.forms.definition import Question
from consultation.forms.models import FormVersion
from consultation.programmes import drafts, named
from consultation.programmes import queries as programmes
from consultation.programmes.comparison import Compared, compare
from consultation.programmes.models import DraftVersion, Section
from consultation.states import ConsultationState
from consultation.subjects import Actor


@dataclass(frozen=True)
class Correction:
    """What a planner chose: the draft and the form in force from now on, and what all invited are told."""

    draft: DraftVersion | None
    form: FormVersion
    reason: str


def check(
    session: Session, actor: Actor, consultation: Consultation, *,
    draft_version_id: uuid.UUID | None, form_version_id: uuid.UUID, reason: str,
) -> Correction:  # fmt: skip
    """Changes nothing. Raises `Invalid` with everything that is wrong."""
    require_running(actor, consultation)
    draft, form = _chosen(session, actor, consultation, draft_version_id, form_version_id)
    wanted = Correction(draft, form, clean(reason))
    _demand_right(session, consultation, wanted)
    return wanted


def correct(session: Session, actor: Actor, consultation: Consultation, wanted: Correction) -> ConsultationVersion:
    """Publishes the versions, makes them those of the consultation from now on, and tells all invited by one job."""
    hold(session, Consultation, consultation.id)
    forms.hold_still(session, wanted.form)
    _demand_right(session, consultation, wanted)  # the form may have been changed since it was checked
    last = queries.current_version(session, consultation.id)
    number = last.number + 1 if last else 1
    more_points = bool(new_points(consultation, wanted.form))
    draft, form = wanted.draft, wanted.form
    if draft is not None:
        drafts.publish(session, actor, draft)
    forms.freeze(session, actor, form)
    changes = {"draft_version_id": draft.id if draft else None, "form_version_id": form.id}
    before = {name: getattr(consultation, name) for name in changes}
    compare_and_set(session, consultation, {"state": ConsultationState.ANNOUNCED, **before}, changes)
    session.expire(consultation, ["draft_version", "form_version"])
    version = new_version(session, actor, consultation, number, effective_at=actor.moment, reason=wanted.reason)
    record(
        session, actor, consultation, "correct", old=str(number - 1), new=str(number), reason=wanted.reason,
        before={name: str(value) for name, value in before.items()},
        after={name: str(value) for name, value in changes.items()},
    )  # fmt: skip
    enqueue(session, "consultation.corrected", {"id": str(version.id)}, run_at=actor.moment)
    if more_points:
        enqueue(session, "contributions.gather", {"id": str(consultation.id)}, run_at=actor.moment)
    return version


def new_points(consultation: Consultation, form: FormVersion) -> list[Question]:
    """Which questions of the form, which was checked, make points that make none in the form in force."""
    assert consultation.form_version is not None
    return newly_making_points(read_form(consultation.form_version.definition), read_form(form.definition))


def _chosen(
    session: Session, actor: Actor, consultation: Consultation, draft_id: uuid.UUID | None, form_id: uuid.UUID
) -> tuple[DraftVersion | None, FormVersion]:
    draft = programmes.draft_version(session, actor, draft_id) if draft_id else None
    form = form_queries.get(session, actor, form_id)
    if form.programme_id != consultation.programme_id or (draft and draft.programme_id != consultation.programme_id):
        raise Invalid.about("draft", M("Diese Fassung gehört zu einem anderen Programm."))
    return draft, form


def _demand_right(session: Session, consultation: Consultation, wanted: Correction) -> None:
    if problems := list(_problems(session, consultation, wanted)):
        raise Invalid(M("Bitte prüfen Sie die Berichtigung."), problems=problems)


def _problems(session: Session, consultation: Consultation, wanted: Correction) -> Iterator[Problem]:
    draft, form = wanted.draft, wanted.form
    draft_id = draft.id if draft else None
    if not wanted.reason:
        yield Problem("reason", M("Sagen Sie den Eingeladenen, was sich geändert hat und warum."))
    yield from bounds.WHAT_CHANGED.problems("reason", wanted.reason)
    if draft_id == consultation.draft_version_id and form.id == consultation.form_version_id:
        yield Problem("draft", M("Wählen Sie eine andere Entwurfsfassung oder ein anderes Formular als bisher."))
    if (draft is None) != (consultation.draft_version_id is None):
        yield Problem(
            "draft", M("Eine Berichtigung ersetzt den Entwurf; sie nimmt ihn nicht weg und fügt keinen hinzu.")
        )
    if form.id != consultation.form_version_id:
        assert consultation.form_version is not None
        yield from incompatibilities(read_form(consultation.form_version.definition), read_form(form.definition))
    for problem in readiness.of_form(session, form, draft_id):
        yield Problem("form", problem.message)


# -- what changed for somebody who answers ---------------------------------------------------------------------------
def before(versions: list[ConsultationVersion], moment: datetime | None) -> ConsultationVersion | None:
    """The version in force at that moment, if another one has taken its place since."""
    if moment is None or len(versions) < 2:
        return None
    seen = [version for version in versions if version.number == 1 or version.effective_at <= moment]
    return seen[-1] if seen[-1].number != versions[-1].number else None


def changed_since(session: Session, version: ConsultationVersion, sections: list[Section]) -> dict[str, Compared]:
    """Section key → what became of it since that version; sections that stayed as they were are absent.

    `sections` as people read them.
    """
    if version.draft_version_id is None:
        return {}
    found = compare(named.sections_as_read(session, version.draft_version_id), sections)
    return {section.key: section for section in found.changed}
