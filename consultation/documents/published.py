"""What everybody may read without an invitation: published editions of public consultations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session, joinedload

from consultation.consultations.models import Consultation
from consultation.documents.models import Edition
from consultation.documents.queries import visible
from consultation.programmes.models import Programme
from consultation.states import EditionState
from consultation.subjects import stranger


def published(session: Session, moment: datetime, *, limit: int = 100) -> Sequence[Edition]:
    """Newest first, each with its consultation, programme and owner."""
    whole = joinedload(Edition.consultation).joinedload(Consultation.programme).joinedload(Programme.owner)
    statement = visible(stranger(moment)).where(Edition.state == EditionState.PUBLISHED)
    return session.scalars(
        statement.options(whole).order_by(Edition.published_at.desc(), Edition.id).limit(limit)
    ).all()
