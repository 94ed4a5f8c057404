"""A programme nobody was ever asked about is deleted, with everything that was prepared for it."""

import uuid
from collections.abc import Iterator

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from consultation.consultations.models import AddressUpload, Consultation, Invitation, ReminderStage
from consultation.core.db import Base, hold_to_delete
from consultation.core.errors import Conflict
from consultation.core.history import record
from consultation.core.language import M
from consultation.evaluation.models import ReplyTemplate
from consultation.forms.models import FormVersion
from consultation.programmes import queries
from consultation.programmes.actions import require_owner
from consultation.programmes.models import (
    DraftVersion,
    GlossaryTerm,
    Programme,
    ProgrammeMember,
    ProgrammeParameter,
    Section,
)
from consultation.rulebook import publisher
from consultation.states import ConsultationState
from consultation.subjects import Actor

ASKED = M(
    "Zu diesem Programm ist schon eine Konsultation angekündigt worden. Es bleibt deshalb erhalten; "
    "so lässt sich später nachvollziehen, wer wozu gehört wurde."
)


def may_be_dropped(consultations: list[Consultation]) -> bool:
    """All of a programme."""
    return all(one.state == ConsultationState.DRAFT for one in consultations)


def drop(session: Session, actor: Actor, slug: str) -> None:
    """Addresses that were confirmed stay with the house, as do the lines of the log. Raises Conflict once somebody was asked."""
    programme = queries.get(session, actor, slug)
    require_owner(actor, programme)
    publisher.demand(actor, programme)
    hold_to_delete(session, Programme, programme.id)
    statement = select(Consultation).where(Consultation.programme_id == programme.id)
    prepared = list(session.scalars(statement.execution_options(populate_existing=True)))
    for consultation in prepared:
        hold_to_delete(session, Consultation, consultation.id)
        session.refresh(consultation, ["state"])
    if not may_be_dropped(prepared):
        raise Conflict(ASKED)
    for consultation in prepared:
        record(session, actor, consultation, "drop_consultation")
    record(session, actor, programme, "drop_programme", consultations=len(prepared))
    session.flush()
    for table, condition in _everything(programme.id, [one.id for one in prepared]):
        session.execute(delete(table).where(condition).execution_options(synchronize_session=False))
    session.expunge_all()


def _everything(
    programme: uuid.UUID, consultations: list[uuid.UUID]
) -> Iterator[tuple[type[Base], ColumnElement[bool]]]:
    """What points at something goes before it."""
    for prepared in (AddressUpload, Invitation, ReminderStage, ReplyTemplate):
        yield prepared, prepared.consultation_id.in_(consultations)
    yield Consultation, Consultation.programme_id == programme
    drafts = select(DraftVersion.id).where(DraftVersion.programme_id == programme)
    yield Section, Section.draft_version_id.in_(drafts)
    for own in (DraftVersion, FormVersion, ProgrammeParameter, GlossaryTerm, ProgrammeMember):
        yield own, own.programme_id == programme
    yield Programme, Programme.id == programme
