"""Setting up a consultation and moving it on: announce, correct, extend, cancel."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations import queries, readiness, stages
from consultation.consultations.models import Consultation, ConsultationVersion
from consultation.consultations.seen import NOTHING_SHOWN, Before, really_wanted
from consultation.core import bounds
from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.history import perform, record
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.core.text import clean, clean_line, slug
from consultation.core.times import end_of_day, start_of_day
from consultation.forms import actions as forms
from consultation.forms import queries as form_queries
from consultation.programmes import drafts
from consultation.programmes import queries as programmes
from consultation.programmes.actions import require_planner
from consultation.register.audience import AudienceUnit
from consultation.rulebook import CONSULTATION, publisher
from consultation.states import ConsultationState, Visibility
from consultation.subjects import Actor

MINIMUM_CELL = 5
"""Rule 5: public figures hide nobody among fewer than so many."""
HIGHEST_ROUND = 99
RESERVED = frozenset({"new"})
"""Last parts of addresses that are pages themselves."""
PREPARED = {
    "title": "title", "notice": "notice", "contact": "contact", "introduction": "introduction", "visibility": "visibility",
    "minimum_cell": "minimum_cell", "opens_on": "opens_at", "deadline_on": "deadline",
    "draft_version_id": "draft_version_id", "form_version_id": "form_version_id",
}  # fmt: skip
"""What is set up before announcing, days as people name them → column."""


def create(
    session: Session, actor: Actor, programme_slug: str, *, title: str, round_: int | None = 1,
    minimum_cell: int = MINIMUM_CELL,
) -> Consultation:  # fmt: skip
    """An empty consultation of the programme, seen by its members only; demo data stays marked as such.

    `round_` is none where no number was given.
    """
    programme = programmes.get(session, actor, programme_slug)
    require_planner(actor, programme)
    title = clean_line(title)
    problems = [] if title else [Problem("title", M("Geben Sie der Konsultation einen Titel."))]
    problems += bounds.TITLE.problems("title", title)
    if round_ is None or not 1 <= round_ <= HIGHEST_ROUND:
        problems.append(Problem("round", M("Die Runde ist eine Zahl, in der ersten Runde 1.")))
    if problems or round_ is None:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    consultation = Consultation(
        id=uuid.uuid4(), slug=_free_slug(session, title), programme=programme, title=title, round=round_,
        state=ConsultationState.DRAFT, visibility=Visibility.INVITED_ONLY, unit=AudienceUnit.ADMINISTRATION, audience={},
        notice="Entwurf, nicht abgestimmt", introduction="", contact="", minimum_cell=minimum_cell, demo=programme.demo,
        created_at=actor.moment,
    )  # fmt: skip
    session.add(consultation)
    session.flush()
    stages.set_usual(session, consultation.id)
    record(session, actor, consultation, "create_consultation", round=round_)
    return consultation


def prepare(
    session: Session, actor: Actor, consultation_slug: str, changes: dict[str, Any], before: Before = NOTHING_SHOWN
) -> Consultation:
    """Change what is set up before announcing, by the names of `PREPARED`. Raises `Contested`."""
    consultation = queries.held(session, actor, consultation_slug)
    require_planner(actor, consultation)
    if consultation.state != ConsultationState.DRAFT:
        raise Conflict(
            M("Die Konsultation ist angekündigt. Änderungen gehen nur noch als Berichtigung oder Fristverlängerung.")
        )
    wanted = _prepared(session, actor, consultation, changes)
    values = really_wanted(consultation, PREPARED, wanted, before)
    stored = {name: getattr(consultation, name) for name in values}
    for name, value in values.items():
        setattr(consultation, name, value)
    session.flush()
    session.expire(consultation, ["draft_version", "form_version"])
    changed = sorted(name for name, value in values.items() if value != stored[name])
    if changed:
        told = [name for name in changed if name not in _TEXTS]
        record(
            session, actor, consultation, "prepare", changed=changed,
            before={name: str(stored[name]) for name in told}, after={name: str(values[name]) for name in told},
        )  # fmt: skip
    return consultation


_BOUNDS = {
    "title": bounds.TITLE, "introduction": bounds.INTRODUCTION, "contact": bounds.CONTACT, "notice": bounds.NOTICE,
}  # fmt: skip
_TEXTS = frozenset(_BOUNDS)
"""Of these the log says that they changed, never what they say: they may name persons."""


def _prepared(session: Session, actor: Actor, consultation: Consultation, changes: dict[str, Any]) -> dict[str, Any]:
    """Name → value as it is kept."""

    def draft(value: uuid.UUID | None) -> uuid.UUID | None:
        return value and _of_programme(consultation, programmes.draft_version(session, actor, value))

    def form(value: uuid.UUID | None) -> uuid.UUID | None:
        return value and _of_programme(consultation, form_queries.get(session, actor, value))

    readers: dict[str, Callable[[Any], Any]] = {
        "title": lambda text: clean_line(text) or consultation.title,
        "notice": clean_line,
        "contact": clean_line,
        "introduction": clean,
        "visibility": Visibility,
        "minimum_cell": _protecting,
        "opens_on": lambda day: day and start_of_day(day),
        "deadline_on": lambda day: day and end_of_day(day),
        "draft_version_id": draft,
        "form_version_id": form,
    }
    wanted = {name: read(changes[name]) for name, read in readers.items() if name in changes}
    if problems := [one for name in _BOUNDS for one in _BOUNDS[name].problems(name, wanted.get(name, ""))]:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return wanted


def _protecting(number: int) -> int:
    if number < MINIMUM_CELL:
        raise Invalid.about(
            "minimum_cell", M("Kleiner als {least} darf die kleinste Gruppe nicht sein.", least=MINIMUM_CELL)
        )
    return number


def _of_programme(consultation: Consultation, version: Any) -> uuid.UUID:
    if version.programme_id != consultation.programme_id:
        raise Invalid.about("version", M("Diese Fassung gehört zu einem anderen Programm."))
    identifier: uuid.UUID = version.id
    return identifier


def announce(session: Session, actor: Actor, consultation_slug: str) -> Consultation:
    """Freezes form and draft, makes version 1, and sends the invitations (as jobs, after the commit)."""
    consultation = queries.held(session, actor, consultation_slug)
    if consultation.form_version is not None:
        forms.hold_still(session, consultation.form_version)  # what is looked at here is what is frozen
    readiness.look(session, actor, consultation)
    CONSULTATION.check(actor, consultation, "announce")
    assert consultation.form_version_id is not None
    if consultation.draft_version_id is not None:
        drafts.publish(session, actor, programmes.draft_version(session, actor, consultation.draft_version_id))
    forms.freeze(session, actor, form_queries.get(session, actor, consultation.form_version_id))
    opens_at = consultation.opens_at or actor.moment
    perform(session, CONSULTATION, actor, consultation, "announce", announced_at=actor.moment, opens_at=opens_at)
    new_version(session, actor, consultation, 1, effective_at=opens_at, reason="")
    return consultation


def new_version(
    session: Session, actor: Actor, consultation: Consultation, number: int, *, effective_at: datetime, reason: str
) -> ConsultationVersion:
    assert consultation.form_version_id is not None
    version = ConsultationVersion(
        consultation_id=consultation.id, number=number, draft_version_id=consultation.draft_version_id,
        form_version_id=consultation.form_version_id, effective_at=effective_at, reason=reason,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version


def extend(session: Session, actor: Actor, consultation_slug: str, until: date, reason: str) -> Consultation:
    """A later deadline for all, with a reason that all invited are told."""
    consultation = queries.held(session, actor, consultation_slug)
    require_running(actor, consultation)
    deadline = end_of_day(until)
    if not (reason := clean(reason)):
        raise Invalid.about("reason", M("Nennen Sie den Grund."))
    bounds.WHY.within("reason", reason)
    if consultation.deadline is not None and deadline <= max(consultation.deadline, actor.moment):
        raise Invalid.about(
            "until", M("Die neue Frist muss später enden als die bisherige ({old}).", old=consultation.deadline)
        )
    old, consultation.deadline = consultation.deadline, deadline
    line = record(session, actor, consultation, "extend_deadline", old=str(old), new=str(deadline), reason=reason)
    session.flush()
    told = {"id": str(consultation.id), "entry": str(line.seq)}
    enqueue(session, "consultation.extended", told, run_at=actor.moment)
    return consultation


def require_running(actor: Actor, consultation: Consultation) -> None:
    publisher.demand(actor, consultation)
    if consultation.state != ConsultationState.ANNOUNCED:
        raise Conflict(M("Das geht nur, solange die Konsultation läuft."))


def evaluate(session: Session, actor: Actor, consultation_slug: str) -> Consultation:
    consultation = queries.held(session, actor, consultation_slug)
    perform(session, CONSULTATION, actor, consultation, "evaluate")
    return consultation


def archive(session: Session, actor: Actor, consultation_slug: str) -> Consultation:
    consultation = queries.get(session, actor, consultation_slug)
    perform(session, CONSULTATION, actor, consultation, "archive")
    return consultation


def cancel(session: Session, actor: Actor, consultation_slug: str, reason: str) -> Consultation:
    """Whoever was invited is told, with the reason."""
    consultation = queries.get(session, actor, consultation_slug)
    CONSULTATION.check(actor, consultation, "cancel")
    if not (reason := clean(reason)):
        raise Invalid.about("reason", M("Nennen Sie den Grund."))
    bounds.WHY.within("reason", reason)
    perform(session, CONSULTATION, actor, consultation, "cancel", details={"reason": reason})
    return consultation


def _free_slug(session: Session, title: str) -> str:
    wanted = slug(title)[:70] or "konsultation"
    candidate, number = wanted, 1
    while candidate in RESERVED or queries.slug_taken(session, candidate):
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate
