"""The consolidated responses in bulk: what counts now, one record a body, for members of the programme.

NDJSON and JSON are exact. CSV and XLSX are wide: a row a body, a column a field, items of matrices side by side.
"""

import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.documents.formats import FORMATS
from consultation.documents.machine import encoded
from consultation.documents.received import After, Place, Read, places, records, unread, whole
from consultation.documents.wide import compiled
from consultation.evaluation.statistics import form_context
from consultation.responses.models import Response
from consultation.responses.participation import land_of
from consultation.subjects import Actor

KINDS = ("ndjson", "csv", "xlsx", "json")
WIDE = ("csv", "xlsx")
"""Look into the answers; the others write them as they are kept."""
AT_ONCE = 500
BLOCK = 64 * 1024


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
        statement = places(self.consultation.id, self.land, after, since).limit(limit)
        block = [Place(*row) for row in self.session.execute(statement)]
        return list(zip((place.after for place in block), self._records(block), strict=True))

    def one(self, response_id: uuid.UUID) -> dict[str, Any] | None:
        """The record of one response; None where it does not count, or is of another Land."""
        statement = places(self.consultation.id, self.land).where(Response.id == response_id)
        return next(self._records([Place(*row) for row in self.session.execute(statement)]), None)

    def records(self, read: Read = whole) -> Iterator[dict[str, Any]]:
        """All, block by block: memory does not grow with the number of answers."""
        statement = places(self.consultation.id, self.land).execution_options(yield_per=AT_ONCE)
        for block in self.session.execute(statement).partitions():
            yield from self._records([Place(*row) for row in block], read)

    def _records(self, block: list[Place], read: Read = whole) -> Iterator[dict[str, Any]]:
        return records(self.session, self.consultation, block, self.moment, read)


def open_export(session: Session, actor: Actor, consultation_slug: str) -> Export:
    """For members of the programme; a Land unit gets its Land. Raises NotFound for everybody else."""
    consultation = consultations.get(session, actor, consultation_slug)
    return Export(session, consultation, land_of(actor, consultation), actor.moment)


def stream(
    database: Database, actor: Actor, consultation_slug: str, still: Callable[[], bool] = lambda: True
) -> Generator[bytes]:
    """NDJSON in blocks of 64 KiB, in a reader of its own; the last line carries the count, so a cut file is noticed.

    `still` is asked before each block: whoever loses the right meanwhile gets no more, and no last line.
    """
    with database.reader() as session:
        lines: list[bytes] = []
        size = count = 0
        for record in open_export(session, actor, consultation_slug).records(unread):
            lines.append(encoded(record))
            count += 1
            size += len(lines[-1]) + 1
            if size >= BLOCK:
                if not still():
                    return
                yield b"\n".join([*lines, b""])
                lines, size = [], 0
        if still():
            yield b"\n".join([*lines, encoded({"type": "end", "count": count}), b""])


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
            for record in export.records(whole if kind in WIDE else unread):
                count += 1
                yield record

        FORMATS[kind].write(compiled(export.consultation, context, export.land, export.moment, counted), target)
        return count
