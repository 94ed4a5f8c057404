"""What became of each organisation's demands, frozen beside the snapshot of a public edition: a line an organisation.

The snapshot cannot hold this: it does not say who stands behind a demand that was not given with a name. Nobody gets the
file; an organisation is told what its own line says, and what the snapshot says of the points it leads to.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.documents.filters import EditionFilters
from consultation.documents.machine import encoded
from consultation.documents.senders import read_levels, within_cap
from consultation.evaluation.models import Contribution, Decision, Point
from consultation.evaluation.redacted import Redactions
from consultation.forms.definition import Form
from consultation.responses.models import Disclosure, Response
from consultation.states import PointState

AT_ONCE = 500


@dataclass(frozen=True)
class Told:
    """One demand: the point of the edition it belongs to, or, where the edition does not show that point, what was decided."""

    contribution_id: uuid.UUID
    number: int | None
    place: int | None
    """Where the point's record begins in the snapshot."""
    level: Disclosure
    """How openly the organisation stands behind the point."""
    decision: Decision | None
    reply: str
    covered: bool
    """False where the edition is limited to other sections: then nothing of it leaves the house."""


@dataclass(frozen=True)
class OwnLine:
    revision_id: uuid.UUID
    demands: tuple[Told, ...]


Places = Mapping[uuid.UUID, tuple[int, int]]
"""Point → its number in the edition and where its record begins."""


def write_outcomes(
    session: Session, consultation_id: uuid.UUID, form: Form, cut: datetime, told: Places, filters: EditionFilters,
    redactions: Redactions, target: Path,
) -> None:  # fmt: skip
    """For every organisation whose answer counts at the data cut, nil returns too."""
    counted = select(Response.organisation_id, Response.id, Response.counted_revision_id).where(
        Response.consultation_id == consultation_id, Response.counted_revision_id.is_not(None)
    )
    levels = read_levels(session, consultation_id, cut)
    rows = session.execute(counted.order_by(Response.organisation_id)).all()
    with target.open("wb") as file:
        for start in range(0, len(rows), AT_ONCE):
            page = rows[start : start + AT_ONCE]
            said = _said(session, [row.counted_revision_id for row in page])
            for row in page:
                demands = said.get(row.counted_revision_id, [])
                lines = _lines(demands, levels.get(row.id, {}), form, told, filters, redactions)
                line = [row.counted_revision_id, list(lines)]
                file.write(row.organisation_id.hex.encode() + b" " + encoded(line) + b"\n")


def _said(session: Session, revisions: list[uuid.UUID | None]) -> dict[uuid.UUID, list[Any]]:
    """Revision → its contributions with what is decided of their points."""
    columns = (
        Contribution.id, Contribution.revision_id, Contribution.part, Contribution.question_key, Contribution.point_id,
        Point.section_key, Point.state, Point.decision, Point.reply,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Point, Point.id == Contribution.point_id)
        .where(Contribution.revision_id.in_(revisions))
        .order_by(Contribution.question_key, Contribution.item_key, Contribution.id)
    )
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.revision_id].append(row)
    return found


def _lines(
    demands: list[Any], chosen: Mapping[str, Disclosure], form: Form, told: Places, filters: EditionFilters,
    redactions: Redactions,
) -> Iterator[list[Any]]:  # fmt: skip
    order = list(Disclosure)
    best: dict[uuid.UUID, Disclosure] = {}
    for row in demands:
        level = within_cap(chosen, row.part, confidential=_is_confidential(form, row.question_key))
        best[row.point_id] = min(best.get(row.point_id, Disclosure.NONE), level, key=order.index)
    for row in demands:
        number, place = told.get(row.point_id, (None, None))
        covered = filters.shows(row.section_key)
        decided = number is None and covered and row.state == PointState.DECIDED
        reply = redactions.without(row.reply, redactions.of_point(row.point_id)) if decided else ""
        decision = row.decision if decided else None
        yield [row.id, number, place, best[row.point_id], decision, reply, covered]


def _is_confidential(form: Form, key: str) -> bool:
    asked = form.by_key.get(key)
    return asked is None or asked.question.confidential


def read_outcome(path: Path, organisation_id: uuid.UUID) -> OwnLine | None:
    """The line of one organisation; none if its answer did not count."""
    wanted = organisation_id.hex.encode() + b" "
    if not path.is_file():
        return None
    with path.open("rb") as file:
        line = next((line for line in file if line.startswith(wanted)), None)
    return None if line is None else _own_line(line)


def fullest_outcome(path: Path) -> OwnLine | None:
    """The line with the most demands, as an example for planners."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return max(map(_own_line, file), key=lambda line: len(line.demands), default=None)


def _own_line(line: bytes) -> OwnLine:
    revision_id, demands = orjson.loads(line.partition(b" ")[2])
    return OwnLine(uuid.UUID(revision_id), tuple(_told(*demand) for demand in demands))


def _told(
    contribution_id: str, number: int | None, place: int | None, level: str, decision: str | None, reply: str, covered: bool
) -> Told:  # fmt: skip
    found = Decision(decision) if decision else None
    return Told(uuid.UUID(contribution_id), number, place, Disclosure(level), found, reply, covered)
