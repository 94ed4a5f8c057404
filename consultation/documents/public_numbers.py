"""The number by which everybody knows a point: the same in every public edition that shows it.

An edition in the making proposes numbers for points no edition showed before, behind all that were ever given. They hold once it is
published; of an edition that never is, nothing remains, so that no gap tells of it.
"""

import uuid
from pathlib import Path

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consultation.core.errors import NotReady
from consultation.core.language import M
from consultation.documents.folders import NUMBERS, folder_of
from consultation.documents.machine import encoded
from consultation.documents.models import Edition
from consultation.documents.overtaken import ANOTHER_PUBLISHED
from consultation.evaluation.models import Point
from consultation.states import Audience, EditionState


def last_given(session: Session, consultation_id: uuid.UUID) -> int:
    """0 before the first edition. Editions made before numbers were kept counted their points from 1, each anew: what they used
    is not used again.
    """
    kept = session.scalar(select(func.max(Point.public_number)).where(Point.consultation_id == consultation_id)) or 0
    counts = select(Edition.counts).where(
        Edition.consultation_id == consultation_id, Edition.audience == Audience.PUBLIC, Edition.state == EditionState.PUBLISHED
    )  # fmt: skip
    return max([kept, *(int(shown.get("points", 0)) for shown in session.scalars(counts))])


def write_numbers(told: dict[uuid.UUID, int], target: Path) -> None:
    """Point → its number in the edition, beside the edition and never handed out."""
    target.write_bytes(encoded({str(point): number for point, number in told.items()}))


def give(session: Session, edition: Edition, documents: Path) -> None:
    """With its publication the numbers of the edition are those of the points. The caller holds the consultation.

    Raises NotReady where another edition gave them away meanwhile.
    """
    path = folder_of(documents, edition.id) / NUMBERS
    if not path.is_file():  # compiled before numbers were kept
        return
    shown = {uuid.UUID(point): number for point, number in orjson.loads(path.read_bytes()).items()}
    here = select(Point.id, Point.public_number).where(Point.consultation_id == edition.consultation_id)
    known = {row.id: row.public_number for row in session.execute(here.order_by(Point.number))}
    holders = {number: point for point, number in known.items() if number is not None}
    if any(known[point] not in (None, n) or holders.get(n, point) != point for point, n in shown.items()):
        raise NotReady(M("Diese Ausgabe ist überholt. {reason} Erstellen Sie sie neu.", reason=ANOTHER_PUBLISHED))
    new = [{"id": point, "public_number": shown[point]} for point, n in known.items() if n is None and point in shown]
    if new:
        session.execute(update(Point), new)
