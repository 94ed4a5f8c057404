"""From a submission to what it demands: contributions made once per revision, equal ones gathered into one point."""

import hashlib
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation, ConsultationVersion
from consultation.core.db import compare_and_set
from consultation.core.errors import NotFound
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.text import search_key
from consultation.evaluation.models import Contribution, Point
from consultation.forms.checks import form_of
from consultation.forms.definition import Asked, Form
from consultation.forms.models import FormVersion
from consultation.questions import Remark
from consultation.responses import queries as responses
from consultation.responses.models import Response, Revision
from consultation.states import PointState
from consultation.subjects import system


@dataclass(frozen=True)
class Demand:
    """A remark with the field it was written in."""

    asked: Asked
    remark: Remark

    @property
    def hash(self) -> str:
        """Equal for word-for-word equal demands of one kind on one section. A deletion without words is told by its place."""
        words = folded(self.remark.text) or f"@{folded(self.remark.locator)}"
        whole = "\n".join((self.remark.section_key or "", self.remark.kind, words))
        return hashlib.sha256(whole.encode()).hexdigest()


def folded(text: str) -> str:
    """Case, white space and ways to write an umlaut do not matter."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def answered(session: Session, consultation_id: uuid.UUID) -> list[uuid.UUID]:
    """The responses that count now, for the job `contributions.gather`."""
    counted = (Response.consultation_id == consultation_id, Response.counted_revision_id.is_not(None))
    return list(session.scalars(select(Response.id).where(*counted).order_by(Response.id)))


def gather_response(session: Session, response_id: uuid.UUID, moment: datetime) -> int:
    """Gathers what counts of this response; nothing if it was withdrawn in between."""
    revision_id = session.scalar(select(Response.counted_revision_id).where(Response.id == response_id))
    return gather(session, revision_id, moment) if revision_id else 0


def gather(session: Session, revision_id: uuid.UUID, moment: datetime) -> int:
    """The contributions of a revision, each with its point; returns how many are new. Doing it again changes nothing.

    The form in force says whose texts become points, so after a correction more of an earlier revision may: what is
    there already stays. The consultation's row is locked, so that of two revisions gathered at once the second sees
    the points of the first.
    """
    statement = (
        select(Revision, ConsultationVersion.draft_version_id, FormVersion, Consultation)
        .join(ConsultationVersion, ConsultationVersion.id == Revision.consultation_version_id)
        .join(Consultation, Consultation.id == Revision.consultation_id)
        .join(FormVersion, FormVersion.id == Consultation.form_version_id)
        .where(Revision.id == revision_id)
    )
    if (found := session.execute(statement).one_or_none()) is None:
        raise NotFound(M("Diese Fassung der Stellungnahme gibt es nicht."))
    revision, draft_version_id, form, consultation = found
    demands = list(demands_of(form_of(form), responses.document(revision)["answers"]))
    if not demands:
        return 0
    lock(session, consultation)
    known = set(session.scalars(select(Contribution.question_key).where(Contribution.revision_id == revision_id)))
    demands = [demand for demand in demands if demand.asked.key not in known]
    if not demands:
        return 0
    points = _points_for(session, consultation.id, demands, moment)
    rows = [_row(revision, draft_version_id, demand, points[demand.hash], moment) for demand in demands]
    session.execute(insert(Contribution), rows)
    record(session, system(moment), revision, "gather_contributions", count=len(rows))
    return len(rows)


def lock(session: Session, consultation: Consultation) -> None:
    """Until the commit nobody else makes points of this consultation: numbers have no gaps and no doubles."""
    compare_and_set(session, consultation, {"round": consultation.round}, {"round": consultation.round})


def next_number(session: Session, consultation_id: uuid.UUID) -> int:
    """For the next point; call `lock` before."""
    last = session.scalar(select(func.max(Point.number)).where(Point.consultation_id == consultation_id))
    return (last or 0) + 1


def demands_of(form: Form, answers: dict[str, Any]) -> Iterator[Demand]:
    """In the order of the form; empty texts demand nothing, unless they ask to delete."""
    for asked in form.asked:
        if asked.makes_points and (value := answers.get(asked.key)) is not None:
            for remark in asked.type.remarks(value, asked.settings):
                if folded(remark.text) or remark.kind == "delete":
                    yield Demand(asked, remark)


def _points_for(
    session: Session, consultation_id: uuid.UUID, demands: list[Demand], moment: datetime
) -> dict[str, uuid.UUID]:
    """Hash → point: the oldest that holds an equal demand, or a new one."""
    wanted = {demand.hash: demand for demand in reversed(demands)}
    known = (
        select(Contribution.text_hash, Contribution.point_id)
        .join(Point, Point.id == Contribution.point_id)
        .where(Contribution.consultation_id == consultation_id, Contribution.text_hash.in_(wanted))
        .order_by(Point.number.desc())
    )
    points = {row.text_hash: row.point_id for row in session.execute(known)}
    new = [demand for key, demand in reversed(wanted.items()) if key not in points]
    if new:
        number = next_number(session, consultation_id)
        rows = [point_values(consultation_id, number + i, d.remark, moment) for i, d in enumerate(new)]
        session.execute(insert(Point), rows)
        points |= {demand.hash: row["id"] for demand, row in zip(new, rows, strict=True)}
    return points


def point_values(consultation_id: uuid.UUID, number: int, remark: Remark, moment: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(), "consultation_id": consultation_id, "number": number, "public_number": None,
        "section_key": remark.section_key,
        "text": remark.text or remark.locator, "search": search_key(remark.text or remark.locator),
        "state": PointState.NEW, "decision": None, "decided_at": None, "reply": "", "vote": "", "vote_by": "", "note": "",
        "assignee_id": None, "source_id": None, "merged_into_id": None, "version": 1, "last_step": None, "last_by": None,
        "created_at": moment,
    }  # fmt: skip


def _row(
    revision: Revision, draft_version_id: uuid.UUID | None, demand: Demand, point_id: uuid.UUID, moment: datetime
) -> dict[str, Any]:
    remark = demand.remark
    return {
        "id": uuid.uuid4(), "consultation_id": revision.consultation_id, "revision_id": revision.id,
        "response_id": revision.response_id, "organisation_id": revision.organisation_id,
        "question_key": demand.asked.key, "item_key": remark.item, "part": demand.asked.part.key,
        "draft_version_id": draft_version_id, "section_key": remark.section_key, "locator": remark.locator,
        "kind": remark.kind, "original_text": remark.text, "rationale": remark.rationale, "priority": remark.priority,
        "search": search_key(f"{remark.text} {remark.rationale}"), "text_hash": demand.hash,
        "point_id": point_id, "made_at": moment,
    }  # fmt: skip
