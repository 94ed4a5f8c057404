"""Taking in a register file: the whole of it or nothing."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.history import Acting, record
from consultation.core.language import M
from consultation.register import shipped
from consultation.register.bodies import Values, bodies
from consultation.register.changes import Changes, Stored, compare, suspicious_loss
from consultation.register.models import RegisterBody, RegisterImport
from consultation.register.parser import Register, parse
from consultation.register.queries import latest_import
from consultation.register.successors import parse_successors

ROWS_AT_ONCE = 2000
Progress = Callable[[int, int], None]
"""Called with (rows written, rows to write)."""


@dataclass(frozen=True)
class ImportReport:
    """How many keys of all kinds were added, changed, ended or stayed as they were."""

    as_of: date
    added: int
    changed: int
    ended: int
    unchanged: int
    without_successor: tuple[str, ...] = ()
    """Keys that ended now and whose successor nobody has named."""

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("added", "changed", "ended", "unchanged")}


def import_register(
    session: Session, actor: Acting, data: bytes, source: str, *,
    successors: bytes = b"", reform: bool = False, progress: Progress | None = None,
) -> ImportReport:  # fmt: skip
    """Bring the stored register to the state of the file `data`; the same file again changes nothing.

    `successors` is a second file with lines "old;new" (see `parse_successors`). `reform` confirms that a Land really
    lost more than a tenth of its keys. Raises `Invalid` (a file is damaged, or lacks what it must hold) and `Conflict`
    (the register is older than what is stored).
    """
    register = parse(data)
    pairs = parse_successors(successors)
    last = latest_import(session)
    if last and register.as_of < last.as_of:
        raise Conflict(
            M("Gespeichert ist schon der Gebietsstand {stored}; die Datei ist älter ({found}). "
              "Es wurde nichts übernommen.", stored=last.as_of, found=register.as_of)
        )  # fmt: skip
    new, stored = bodies(register), _stored(session)
    _refuse_gaps(register, stored, new, data, reform=reform)
    changes = compare(stored, new, register.as_of, pairs)
    report = _report(register, changes)
    if last and not changes.any() and last.as_of == register.as_of:
        return report
    _write(session, register.as_of, changes, progress or (lambda done, total: None))
    row = RegisterImport(
        as_of=register.as_of, source=source, sha256=hashlib.sha256(data).hexdigest(),
        counts=report.counts(), imported_at=actor.moment,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, row, "import_register", as_of=register.as_of, sha256=row.sha256, counts=report.counts())
    return report


def _stored(session: Session) -> dict[str, Values]:
    columns = RegisterBody.__table__.columns
    return {row["key"]: dict(row) for row in session.execute(select(*columns)).mappings()}


def _refuse_gaps(register: Register, stored: Stored, new: Mapping[str, Any], data: bytes, *, reform: bool) -> None:
    """A file cut between two lines can look whole: so it is held against what is known."""
    line = f"line {register.records[-1].line}"
    known = [key for key, row in stored.items() if row["as_of"] == register.as_of and row["valid_to"] is None]
    if register.as_of == shipped.AS_OF and data != (published := shipped.load()):
        known += bodies(parse(published))
    if missing := [key for key in known if key not in new]:
        reason = M("Dem Gebietsstand {as_of} fehlen {count} Schlüssel, zuerst {key}.",
                   as_of=register.as_of, count=len(missing), key=missing[0])  # fmt: skip
        raise Invalid(M("Die Registerdatei ist unvollständig. Es wurde nichts übernommen. {reason}", reason=reason),
                      problems=[Problem(line, reason)])  # fmt: skip
    if not reform and (loss := suspicious_loss(stored, new)):
        problems = [
            Problem(line, M("{state}: {lost} von {before} Schlüsseln fehlen.", state=state, lost=lost, before=before))
            for state, (lost, before) in loss.items()
        ]
        raise Invalid(
            M("In der Registerdatei fehlt mehr als ein Zehntel eines Landes. Es wurde nichts übernommen. "
              "Wenn das an einer Gebietsreform liegt, bestätigen Sie sie beim Import."),
            problems=problems,
        )  # fmt: skip


def _write(session: Session, as_of: date, changes: Changes, progress: Progress) -> None:
    work: list[tuple[Any, Sequence[Values]]] = [
        (insert(RegisterBody), changes.added),
        (update(RegisterBody), changes.changed),
        (update(RegisterBody), changes.ended),
        (update(RegisterBody), changes.linked),
    ]
    total = sum(len(rows) for _, rows in work)
    done = 0
    for statement, rows in work:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            batch = rows[start : start + ROWS_AT_ONCE]
            session.execute(statement, batch)
            done += len(batch)
            progress(done, total)
    session.execute(
        update(RegisterBody)
        .where(RegisterBody.valid_to.is_(None))
        .values(as_of=as_of)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _report(register: Register, changes: Changes) -> ImportReport:
    return ImportReport(
        as_of=register.as_of, added=len(changes.added), changed=len(changes.changed), ended=len(changes.ended),
        unchanged=changes.unchanged,
        without_successor=tuple(row["key"] for row in changes.ended if row["successor_key"] is None),
    )  # fmt: skip
