"""The consolidated responses in bulk: what counts now, one record a body, for members of the programme.

NDJSON and JSON are exact. CSV and XLSX are wide: a row a body, a column a field, items of matrices side by side.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.changes import modified
from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.core.language import SOURCE, M, say
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.formats import FORMATS
from consultation.documents.machine import encoded
from consultation.documents.wide import compiled
from consultation.evaluation.statistics import form_context
from consultation.people.models import Organisation
from consultation.responses.models import DisclosureChoice, Response, Revision
from consultation.responses.participation import land_of
from consultation.subjects import Actor

KINDS = ("ndjson", "csv", "xlsx", "json")
AT_ONCE = 500
BLOCK = 64 * 1024
_TOLD = ("submit", "submit_nil_return", "withdraw", "decline", "confirm_resolution", "choose_disclosure")
"""What may be known of a response: never what happens to a draft in progress."""
After = tuple[str, uuid.UUID]
"""Sort key and id of the organisation that was seen last."""


@dataclass(frozen=True)
class Export:
    """One consultation as one actor may see it, read in the session that opened it."""

    session: Session
    consultation: Consultation
    land: str | None
    moment: datetime

    def page(
        self, after: After | None = None, limit: int = AT_ONCE, since: datetime | None = None
    ) -> list[tuple[After, dict[str, Any]]]:
        """In alphabetical order of the organisations. With `since` only what changed, and tombstones."""
        rows = self.session.execute(_statement(self.consultation.id, self.land, after, since).limit(limit)).all()
        levels = _levels(self.session, [row.response_id for row in rows], self.moment)
        return [((row.sort_key, row.organisation_id), self._record(row, levels)) for row in rows]

    def one(self, response_id: uuid.UUID) -> dict[str, Any] | None:
        """The record of one response; None where it does not count, or is of another Land."""
        statement = _statement(self.consultation.id, self.land, None, None).where(Response.id == response_id)
        row = self.session.execute(statement).one_or_none()
        return None if row is None else self._record(row, _levels(self.session, [response_id], self.moment))

    def records(self) -> Iterator[dict[str, Any]]:
        """All, page by page: memory does not grow with the number of answers."""
        page = self.page()
        while page:
            yield from (record for _, record in page)
            self.session.expunge_all()
            page = self.page(page[-1][0]) if len(page) == AT_ONCE else []

    def _record(self, row: Row[Any], levels: dict[uuid.UUID, dict[str, str]]) -> dict[str, Any]:
        return _record(row, levels.get(row.response_id, {}), self.consultation)


def open_export(session: Session, actor: Actor, consultation_slug: str) -> Export:
    """For members of the programme; a Land unit gets its Land. Raises NotFound for everybody else."""
    consultation = consultations.get(session, actor, consultation_slug)
    return Export(session, consultation, land_of(actor, consultation), actor.moment)


def stream(
    database: Database, actor: Actor, consultation_slug: str, still: Callable[[], bool] = lambda: True
) -> Iterator[bytes]:
    """NDJSON in blocks of 64 KiB, in a reader of its own; the last line carries the count, so a cut file is noticed.

    `still` is asked before each block: whoever loses the right meanwhile gets no more, and no last line.
    """
    with database.reader() as session:
        block, count = bytearray(), 0
        for record in open_export(session, actor, consultation_slug).records():
            count += 1
            block += encoded(record) + b"\n"
            if len(block) >= BLOCK:
                if not still():
                    return
                yield bytes(block)
                block.clear()
        if still():
            yield bytes(block) + encoded({"type": "end", "count": count}) + b"\n"


def write(database: Database, actor: Actor, consultation_slug: str, kind: str, target: Path) -> int:
    """One file of one of KINDS; returns how many responses are in it. Raises Invalid for another kind."""
    if kind not in KINDS:
        raise Invalid.about("format", M("Möglich sind: {formats}.", formats=KINDS))
    with database.reader() as session:
        export = open_export(session, actor, consultation_slug)
        context, count = form_context(session, export.consultation), 0

        def counted() -> Iterator[dict[str, Any]]:
            nonlocal count
            count = 0
            for record in export.records():
                count += 1
                yield record

        FORMATS[kind].write(compiled(export.consultation, context, export.land, export.moment, counted), target)
        return count


def _statement(consultation_id: uuid.UUID, land: str | None, after: After | None, since: datetime | None) -> Any:
    changed = modified(Response, Response.started_at, _TOLD)
    first = (
        select(func.min(Revision.submitted_at))
        .where(Revision.response_id == Response.id)
        .correlate(Response)
        .scalar_subquery()
    )
    statement = (
        select(
            Response.id.label("response_id"), Organisation.id.label("organisation_id"), Organisation.sort_key,
            Response.confirmed_at, first.label("created"), changed.label("modified"), Revision,
        )
        .join(Organisation, Organisation.id == Response.organisation_id)
        .outerjoin(Revision, Revision.id == Response.counted_revision_id)
        .where(Response.consultation_id == consultation_id, Response.revision_count > 0)
        .order_by(Organisation.sort_key, Organisation.id)
    )  # fmt: skip
    if after is not None:
        key, last = after
        statement = statement.where(
            or_(Organisation.sort_key > key, and_(Organisation.sort_key == key, Organisation.id > last))
        )
    if land is not None:
        statement = statement.where(Organisation.state == land)
    return statement.where(Revision.id.is_not(None) if since is None else changed >= since)


def _levels(session: Session, responses: list[uuid.UUID], moment: datetime) -> dict[uuid.UUID, dict[str, str]]:
    """Response → part → disclosure in force."""
    last = (
        select(func.max(DisclosureChoice.seq))
        .where(DisclosureChoice.response_id.in_(responses), DisclosureChoice.moment <= moment)
        .group_by(DisclosureChoice.response_id, DisclosureChoice.part)
    )
    found: dict[uuid.UUID, dict[str, str]] = {}
    for choice in session.scalars(select(DisclosureChoice).where(DisclosureChoice.seq.in_(last))):
        found.setdefault(choice.response_id, {})[choice.part] = choice.level.value
    return found


def _record(row: Row[Any], levels: dict[str, str], consultation: Consultation) -> dict[str, Any]:
    revision: Revision | None = row.Revision
    if revision is None:
        return {"id": str(row.response_id), "deleted": True, "modified": utc(row.modified)}
    document = orjson.loads(revision.document)
    demo = consultation.demo or document["organisation"]["demo"]
    return {
        "type": "response", "id": str(row.response_id), "created": utc(row.created), "modified": utc(row.modified),
        "demo": demo, "mark": say(DEMO_MARK, SOURCE) if demo else None, "consultation": document["consultation"],
        "organisation": {"id": str(row.organisation_id), **document["organisation"]}, "revision": revision.number,
        "receipt_number": revision.receipt_number, "submitted_at": utc(revision.submitted_at),
        "content_hash": revision.content_hash, "channel": revision.channel.value, "nil_return": revision.nil_return,
        "late": revision.late, "provisional": revision.reserved and row.confirmed_at is None,
        "own_reference": document["own_reference"], "represented": document["represented"],
        "draft_version": document["draft_version"], "form_version": document["form_version"],
        "disclosure": dict(sorted(levels.items())), "answers": document["answers"],
    }  # fmt: skip


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
