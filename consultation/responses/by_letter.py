"""Letters to print: whom only the post reaches, in files of some hundred; without those who need none any more, or all.

A file holds the same bodies whatever they answer meanwhile: printing one after the other leaves nobody out.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations.models import Consultation, Invitation
from consultation.consultations.posting import noted_day
from consultation.core.times import end_of_day
from consultation.people.models import Organisation
from consultation.programmes.models import Programme
from consultation.responses.reminders import Reason, in_land, reason, whole

AT_ONCE = 200
SETTLED = (Reason.ANSWERED, Reason.NIL_RETURN, Reason.DECLINED, Reason.WITHDRAWN, Reason.REPRESENTED)
"""Who needs no letter any more. Those who are only informed still do."""


@dataclass(frozen=True)
class File:
    """`number` begins with 1. `open` of `all` letters go to bodies that have not replied and are not spoken for.

    Of `posted` ones a planner has noted when they were given to the post.
    """

    number: int
    all: int
    open: int
    posted: int


@dataclass(frozen=True)
class Which:
    """Of all letters those of one `file`, also those whose day is noted (`again`), or that nobody needs any more (`settled`)."""

    file: int | None = None
    again: bool = False
    settled: bool = False


def files(session: Session, consultation_id: uuid.UUID, moment: datetime, land: str | None) -> list[File]:
    letters = _letters(consultation_id, moment, land)
    counts = func.count(), func.count().filter(letters.c.why.not_in(SETTLED)), func.count().filter(letters.c.posted)
    statement = select(letters.c.file, *counts).group_by(letters.c.file).order_by(letters.c.file)
    return [File(*row) for row in session.execute(statement)]


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


def laid_ready(
    session: Session, consultation_id: uuid.UUID, moment: datetime, day: date, which: Which
) -> Sequence[Invitation]:
    """Letters that could be given to the post on that day, in alphabetical order."""
    letters = _letters(consultation_id, moment, None)
    statement = (
        select(Invitation).join(letters, letters.c.id == Invitation.id).where(Invitation.letter_at < end_of_day(day))
    )
    if which.file is not None:
        statement = statement.where(letters.c.file == which.file)
    if not which.again:
        statement = statement.where(letters.c.posted.is_(False))
    if not which.settled:
        statement = statement.where(letters.c.why.not_in(SETTLED))
    return session.scalars(statement.order_by(letters.c.place)).all()


def _letters(consultation_id: uuid.UUID, moment: datetime, land: str | None) -> Subquery:
    place = func.row_number().over(order_by=(Organisation.sort_key, Organisation.id))
    numbered = whole(
        Invitation.id, place.label("place"), ((place - 1) // AT_ONCE + 1).label("file"),
        reason(consultation_id, moment).label("why"), noted_day().is_not(None).label("posted"),
    )  # fmt: skip
    by_letter = Invitation.email.is_(None), Invitation.postal != ""
    return numbered.where(Invitation.consultation_id == consultation_id, *by_letter, *in_land(land)).subquery()
