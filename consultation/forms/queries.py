"""Reading form versions."""

import uuid

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.forms.models import FormVersion
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
        .options(selectinload(FormVersion.programme).selectinload(Programme.members))
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
