"""How participation grew: opened, begun and submitted up to the end of each day, counted in the database."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, and_, func, select, union_all
from sqlalchemy import literal as said
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import UtcDateTime
from consultation.core.times import end_of_day, local_day, start_of_day
from consultation.people.models import Organisation
from consultation.register.models import RegisterBody
from consultation.responses.models import Response, Revision
from consultation.states import Purpose

MOST = 60
"""Steps of one line; a longer course is counted in longer ones."""


@dataclass(frozen=True)
class Group:
    """Of whom; empty means all."""

    state: str = ""
    size_class: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Step:
    """Up to the end of this day, from the announcement on."""

    day: date
    opened: int
    started: int
    submitted: int


def timeline(
    session: Session, consultation: Consultation, moment: datetime, group: Group, land: str | None = None
) -> list[Step]:
    """One query, however many bodies. Submitted: the first submission of what counts today. The caller has checked who asks."""
    days = steps(consultation.announced_at, moment)
    if not days:
        return []
    spans = _spans(days)
    counted = {
        "opened": _of(consultation.id, Invitation.opened_at, spans, group, land),
        "started": _of(consultation.id, Response.started_at, spans, group, land),
        "submitted": _of(consultation.id, Revision.submitted_at, spans, group, land),
    }
    statement = union_all(*(select(said(name), one.c.at, one.c.number) for name, one in counted.items()))
    grown = {(name, at): number for name, at, number in session.execute(statement)}
    return list(_summed(days, grown))


def _summed(days: list[date], grown: dict[tuple[str, int], int]) -> Iterator[Step]:
    opened = started = submitted = 0
    for at, day in enumerate(days):
        opened += grown.get(("opened", at), 0)
        started += grown.get(("started", at), 0)
        submitted += grown.get(("submitted", at), 0)
        yield Step(day, opened, started, submitted)


def steps(announced: datetime | None, moment: datetime) -> list[date]:
    """The last days of the steps, the newest last."""
    if announced is None or moment < announced:
        return []
    first, last = local_day(announced), local_day(moment)
    whole = (last - first).days + 1
    width = -(-whole // MOST)
    return [last - timedelta(days=back * width) for back in reversed(range(-(-whole // width)))]


def _spans(days: list[date]) -> CTE:
    """(number, from, until): the days of Germany as moments. The first reaches back to the beginning."""
    ends = [end_of_day(day) for day in days]
    starts = [start_of_day(date(2000, 1, 1)), *ends[:-1]]
    moment = UtcDateTime()
    rows = [
        select(said(at).label("at"), said(start, moment).label("since"), said(end, moment).label("until"))
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    return union_all(*rows).cte("spans")


def _of(
    consultation_id: uuid.UUID, moment: Any, spans: CTE, group: Group, land: str | None
) -> CTE:  # fmt: skip
    statement = (
        select(spans.c.at.label("at"), func.count().label("number"))
        .select_from(Invitation)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .outerjoin(Response, Response.invitation_id == Invitation.id)
        .outerjoin(
            Revision,
            and_(Revision.response_id == Response.id, Revision.number == 1, Response.counted_revision_id.is_not(None)),
        )
        .join(spans, and_(moment >= spans.c.since, moment < spans.c.until))
        .where(Invitation.consultation_id == consultation_id, Invitation.purpose == Purpose.FOR_COMMENT)
        .group_by(spans.c.at)
    )
    wanted: tuple[tuple[str, Any], ...] = (
        (group.state, Organisation.state), (group.size_class, RegisterBody.size_class), (group.kind, Organisation.kind),
        (land or "", Organisation.state),
    )  # fmt: skip
    return statement.where(*(known == word for word, known in wanted if word)).cte()
