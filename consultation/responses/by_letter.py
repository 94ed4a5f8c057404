"""Letters to print: whom only the post reaches, in files of some hundred; without those who need none any more, or all.

A file holds the same bodies whatever they answer meanwhile: printing one after the other leaves nobody out.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations.models import Consultation, Invitation
from consultation.people.models import Organisation
from consultation.programmes.models import Programme
from consultation.responses.reminders import Reason, in_land, reason, whole

AT_ONCE = 200
SETTLED = (Reason.ANSWERED, Reason.NIL_RETURN, Reason.DECLINED, Reason.WITHDRAWN, Reason.REPRESENTED)
"""Who needs no letter any more. Those who are only informed still do."""


@dataclass(frozen=True)
class File:
    """`number` begins with 1. `open` of `all` letters go to bodies that have not replied and are not spoken for."""

    number: int
    all: int
    open: int


def files(session: Session, consultation_id: uuid.UUID, moment: datetime, land: str | None) -> list[File]:
    letters = _letters(consultation_id, moment, land)
    counts = func.count(), func.count().filter(letters.c.why.not_in(SETTLED))
    statement = select(letters.c.file, *counts).group_by(letters.c.file).order_by(letters.c.file)
    return [File(number, every, still) for number, every, still in session.execute(statement)]


def of_file(
    session: Session, consultation_id: uuid.UUID, moment: datetime, land: str | None, number: int, *, everybody: bool
) -> Sequence[Invitation]:
    """In alphabetical order, ready to be printed."""
    letters = _letters(consultation_id, moment, land)
    statement = (
        select(Invitation)
        .join(letters, letters.c.id == Invitation.id)
        .where(letters.c.file == number)
        .options(
            joinedload(Invitation.organisation),
            joinedload(Invitation.consultation).joinedload(Consultation.programme).joinedload(Programme.owner),
        )
        .order_by(letters.c.place)
    )
    if not everybody:
        statement = statement.where(letters.c.why.not_in(SETTLED))
    return session.scalars(statement).all()


def _letters(consultation_id: uuid.UUID, moment: datetime, land: str | None) -> Subquery:
    place = func.row_number().over(order_by=(Organisation.sort_key, Organisation.id))
    numbered = whole(
        Invitation.id, place.label("place"), ((place - 1) // AT_ONCE + 1).label("file"),
        reason(consultation_id, moment).label("why"),
    )  # fmt: skip
    by_letter = Invitation.email.is_(None), Invitation.postal != ""
    return numbered.where(Invitation.consultation_id == consultation_id, *by_letter, *in_land(land)).subquery()
