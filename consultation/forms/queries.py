"""Reading form versions."""

import uuid

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.forms.models import FormStep, FormVersion
from consultation.programmes import queries as programmes
from consultation.programmes.models import Programme
from consultation.subjects import Actor


def visible(actor: Actor) -> Select[FormVersion]:
    """Form versions of the programmes the actor sees; others see a form only through its consultation."""
    return select(FormVersion).where(
        FormVersion.programme_id.in_(programmes.visible(actor).with_only_columns(Programme.id))
    )


def get(session: Session, actor: Actor, form_version_id: uuid.UUID) -> FormVersion:
    statement = (
        visible(actor)
        .where(FormVersion.id == form_version_id)
        .options(joinedload(FormVersion.programme).selectinload(Programme.members))
    )
    if (version := session.scalars(statement).one_or_none()) is None:
        raise NotFound(M("Dieses Formular gibt es nicht."))
    return version


def of_programme(session: Session, actor: Actor, programme_id: uuid.UUID) -> list[FormVersion]:
    """Newest first."""
    statement = visible(actor).where(FormVersion.programme_id == programme_id).order_by(FormVersion.number.desc())
    return list(session.scalars(statement))


def next_number(session: Session, programme_id: uuid.UUID) -> int:
    last = session.scalar(select(func.max(FormVersion.number)).where(FormVersion.programme_id == programme_id))
    return (last or 0) + 1


def elsewhere(session: Session, actor: Actor, programme_id: uuid.UUID) -> list[FormVersion]:
    """Forms of the other programmes the actor sees, newest first, with their programme."""
    statement = (
        visible(actor)
        .where(FormVersion.programme_id != programme_id)
        .options(selectinload(FormVersion.programme))
        .order_by(FormVersion.created_at.desc(), FormVersion.number.desc())
        .limit(20)
    )
    return list(session.scalars(statement))


def steps(session: Session, actor: Actor, form_version_id: uuid.UUID, limit: int = 200) -> list[FormStep]:
    """What was done to the form, newest first, without the states before."""
    statement = (
        select(FormStep)
        .where(FormStep.form_version_id.in_(visible(actor).with_only_columns(FormVersion.id)))
        .where(FormStep.form_version_id == form_version_id)
        .options(defer(FormStep.definition))
        .order_by(FormStep.revision.desc())
        .limit(limit)
    )
    return list(session.scalars(statement))


def step(session: Session, actor: Actor, form_version_id: uuid.UUID, revision: int) -> FormStep:
    statement = select(FormStep).where(
        FormStep.form_version_id.in_(visible(actor).with_only_columns(FormVersion.id)),
        FormStep.form_version_id == form_version_id,
        FormStep.revision == revision,
    )
    if (found := session.scalars(statement).one_or_none()) is None:
        raise NotFound(M("Diesen Stand gibt es nicht mehr."))
    return found
