"""Is a consultation ready to be announced? Everything missing at once, and what is allowed but worth a warning."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.consultations import calendar
from consultation.consultations.models import Consultation, Invitation
from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message
from consultation.forms.checks import read_form
from consultation.forms.inspection import notices, shortcomings
from consultation.forms.models import FormVersion
from consultation.people.models import Organisation
from consultation.programmes.models import DraftVersion, ProgrammeParameter
from consultation.programmes.named import unknown
from consultation.programmes.queries import sections
from consultation.register.states import State
from consultation.states import DraftVersionState, Purpose
from consultation.subjects import Actor


def look(session: Session, actor: Actor, consultation: Consultation) -> tuple[Problem, ...]:
    """Fills `consultation.shortcomings`, which the rulebook asks for before announcing."""
    consultation.shortcomings = (
        *_dates(actor, consultation),
        *_form(session, consultation),
        *_audience(session, consultation),
    )
    return consultation.shortcomings


def _dates(actor: Actor, consultation: Consultation) -> Iterator[Problem]:
    if consultation.deadline is None:
        yield Problem("deadline", M("Setzen Sie eine Frist."))
    elif consultation.deadline <= actor.moment:
        yield Problem("deadline", M("Die Frist liegt in der Vergangenheit. Setzen Sie eine spätere."))
    elif consultation.opens_at is not None and consultation.opens_at >= consultation.deadline:
        yield Problem("opens_at", M("Der Beginn muss vor der Frist liegen."))


def _form(session: Session, consultation: Consultation) -> Iterator[Problem]:
    if consultation.form_version is None:
        yield Problem("form", M("Wählen Sie ein Formular."))
    else:
        yield from of_form(session, consultation.form_version, consultation.draft_version_id)


def of_form(session: Session, form: FormVersion, draft_version_id: uuid.UUID | None) -> Iterator[Problem]:
    """What is wrong with a form in itself, or together with the draft it asks about."""
    keys: set[str] = set()
    draft = session.get(DraftVersion, draft_version_id) if draft_version_id else None
    if draft_version_id is not None:
        for section in sections(session, draft_version_id):
            keys |= {section.key, section.number}
        if not keys:
            yield Problem("draft", M("Der gewählte Entwurf hat keinen Abschnitt."))
    try:
        yield from shortcomings(read_form(form.definition), keys, _values(session, draft))
    except Invalid as invalid:
        yield from invalid.problems


def _audience(session: Session, consultation: Consultation) -> Iterator[Problem]:
    asked = session.scalar(
        select(func.count()).where(
            Invitation.consultation_id == consultation.id, Invitation.purpose == Purpose.FOR_COMMENT
        )
    )
    if not asked:
        yield Problem("audience", M("Wählen Sie mindestens eine Stelle aus, die zur Stellungnahme eingeladen wird."))


def warnings(session: Session, actor: Actor, consultation: Consultation) -> list[Message]:
    """What may be done, but should be known: little time, a bad last day, bodies nobody can reach."""
    found = calendar_warnings(session, actor, consultation)
    if unreachable := without_address(session, consultation):
        found.append(
            M(
                "{count} Stellen haben weder E-Mail- noch Postanschrift und erfahren nichts.",
                one="1 Stelle hat weder E-Mail- noch Postanschrift und erfährt nichts.",
                count=unreachable,
            )
        )
    return found


def form_warnings(consultation: Consultation) -> list[Message]:
    """What the form may lack; a form that cannot be read is a shortcoming, and no warning."""
    if consultation.form_version is None:
        return []
    try:
        return notices(read_form(consultation.form_version.definition))
    except Invalid:
        return []


def draft_warnings(session: Session, consultation: Consultation) -> list[Message]:
    """Names in the draft that stand for no programme value: readers would meet them as they are."""
    draft = consultation.draft_version
    if draft is None:
        return []
    known = _values(session, draft)
    return [
        M("„{section}“ nennt den Programmwert „{name}“. Den gibt es nicht, also bleibt der Name stehen.",
          section=title, name=name)
        for title, name in unknown(sections(session, draft.id), known)
    ]  # fmt: skip


def _values(session: Session, draft: DraftVersion | None) -> set[str]:
    """Names that stand for something where this draft is asked about: frozen with it, or those of the programme until then."""
    if draft is None:
        return set()
    if draft.state == DraftVersionState.PUBLISHED:
        return {one["name"] for one in draft.frozen.get("parameters", ())}
    names = select(ProgrammeParameter.name).where(ProgrammeParameter.programme_id == draft.programme_id)
    return set(session.scalars(names))


def calendar_warnings(session: Session, actor: Actor, consultation: Consultation) -> list[Message]:
    """About the deadline alone; holidays are those of the Länder that are asked."""
    if consultation.deadline is None:
        return []
    first = max(actor.moment, consultation.opens_at or actor.moment)
    return list(calendar.warnings(first, consultation.deadline, _lands(session, consultation)))


def of_the_last_day(session: Session, consultation: Consultation, deadline: datetime) -> list[Message]:
    """Why a deadline is better not moved there."""
    return list(calendar.on_the_last_day(deadline, _lands(session, consultation)))


def _lands(session: Session, consultation: Consultation) -> list[State]:
    asked = (
        select(Organisation.state)
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .where(Invitation.consultation_id == consultation.id, Organisation.state.is_not(None))
        .distinct()
    )
    return [land for land in session.scalars(asked) if land is not None]


def without_address(session: Session, consultation: Consultation) -> int:
    return session.scalar(
        select(func.count()).where(
            Invitation.consultation_id == consultation.id, Invitation.email.is_(None), Invitation.postal == ""
        )
    ) or 0  # fmt: skip
