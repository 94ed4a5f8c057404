"""The list that is being worked on: its rows as values, judged anew when they or the audience have changed."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.consultations import queries
from consultation.consultations.address_bodies import Bodies, bodies_of
from consultation.consultations.address_judging import Row, judged
from consultation.consultations.models import AddressRow, AddressUpload, Consultation
from consultation.core.errors import Conflict, NotFound
from consultation.core.language import M
from consultation.programmes.actions import require_planner
from consultation.states import ConsultationState
from consultation.subjects import Actor

AT_ONCE = 500
_FIXED = ("id", "upload_id")
_COLUMNS = [column.key for column in AddressRow.__table__.columns if column.key not in _FIXED]


def latest(session: Session, consultation: Consultation) -> AddressUpload | None:
    """The caller has checked who may see it."""
    statement = select(AddressUpload).where(
        AddressUpload.consultation_id == consultation.id, AddressUpload.taken_over_at.is_(None)
    )
    return session.scalars(statement.order_by(AddressUpload.created_at.desc(), AddressUpload.id).limit(1)).first()


def in_preparation(session: Session, actor: Actor, consultation_slug: str) -> Consultation:
    consultation = queries.held(session, actor, consultation_slug)
    require_planner(actor, consultation)
    if consultation.state != ConsultationState.DRAFT:
        raise Conflict(M("Nach der Ankündigung werden Anschriften einzeln bei den Einladungen berichtigt."))
    return consultation


def open_list(session: Session, actor: Actor, consultation_slug: str) -> tuple[Consultation, AddressUpload]:
    consultation = in_preparation(session, actor, consultation_slug)
    if (made := latest(session, consultation)) is None:
        raise NotFound(M("Es gibt keine hochgeladene Liste, die noch zu übernehmen wäre."))
    return consultation, made


def judge_whole_list(session: Session, consultation: Consultation) -> None:
    """After the audience has changed: who is invited now may be matched, who no longer is takes nothing over.

    Nothing of it is logged: it follows from the change of the audience, which is.
    """
    if (made := latest(session, consultation)) is None:
        return
    session.flush()
    statement = select(AddressRow).where(AddressRow.upload_id == made.id).order_by(AddressRow.number)
    held = [read(row) for row in session.scalars(statement)]
    found = judged(held, bodies_of(session, consultation))
    _write(session, [new for old, new in zip(held, found, strict=True) if new != old])


def judge_again(session: Session, made: AddressUpload, changed: Sequence[Row], bodies: Bodies) -> list[Row]:
    """Judge changed rows, and with them those that tell of the same bodies: of several the first counts."""
    numbers = {row["number"] for row in changed}
    ones = {row["organisation_id"] for row in (*changed, *judged(changed, bodies)) if row["organisation_id"]}
    statement = select(AddressRow).where(AddressRow.upload_id == made.id, AddressRow.organisation_id.is_not(None))
    if len(ones) <= AT_ONCE:
        statement = statement.where(AddressRow.organisation_id.in_([uuid.UUID(one) for one in ones]))
    others = [read(row) for row in session.scalars(statement) if row.number not in numbers]
    found = judged(sorted((*changed, *others), key=lambda row: int(row["number"])), bodies)
    _write(session, found)
    return [row for row in found if row["number"] in numbers]


def _write(session: Session, rows: Iterable[Row]) -> None:
    if values := [stored(row) | {"id": row["id"]} for row in rows]:
        session.execute(update(AddressRow), values)
        session.expire_all()


def read(row: AddressRow) -> Row:
    held = {name: getattr(row, name) for name in (*_COLUMNS, "id")}
    return held | {"organisation_id": str(row.organisation_id) if row.organisation_id else None}


def stored(row: Row) -> Row:
    one = row["organisation_id"]
    return {name: row[name] for name in _COLUMNS} | {"organisation_id": uuid.UUID(one) if one else None}
