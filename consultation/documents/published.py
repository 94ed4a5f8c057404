"""What everybody may read without an invitation: published editions of public consultations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session, aliased, joinedload

from consultation.consultations.models import Consultation
from consultation.documents.models import Edition
from consultation.documents.queries import visible
from consultation.programmes.models import Programme
from consultation.states import EditionState
from consultation.subjects import stranger


def published(session: Session, moment: datetime, *, limit: int = 100) -> Sequence[Edition]:
    """Newest first, each with its consultation, programme and owner."""
    return _found(session, moment, limit)


def newest(session: Session, moment: datetime, *, limit: int) -> Sequence[Edition]:
    """As `published`, of each consultation and language the last one alone: its page leads to those before."""
    later = aliased(Edition)
    same = (
        getattr(later, name) == getattr(Edition, name) for name in ("consultation_id", "language", "audience", "state")
    )
    return _found(session, moment, limit, ~exists().where(*same, later.number > Edition.number))


def _found(session: Session, moment: datetime, limit: int, *which: ColumnElement[bool]) -> Sequence[Edition]:
    whole = joinedload(Edition.consultation).joinedload(Consultation.programme).joinedload(Programme.owner)
    statement = visible(stranger(moment)).where(Edition.state == EditionState.PUBLISHED, *which)
    return session.scalars(
        statement.options(whole).order_by(Edition.published_at.desc(), Edition.id).limit(limit)
    ).all()
