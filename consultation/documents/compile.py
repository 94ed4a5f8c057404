"""The compilation of an edition: freeze, put the document together, write every format, put all in place at once."""

import hashlib
import shutil
import uuid
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from consultation import __version__
from consultation.core.db import Database
from consultation.core.history import perform
from consultation.documents import queries
from consultation.documents.annex import MOST
from consultation.documents.folders import (
    BESIDE,
    HIDDEN,
    MANIFEST,
    SNAPSHOT,
    folder_of,
    new_workshop,
    put_in_place,
    workshops,
)
from consultation.documents.formats import FORMATS, Compiled
from consultation.documents.frozen import Frozen
from consultation.documents.layout_version import LAYOUT
from consultation.documents.machine import encoded
from consultation.documents.models import Edition, EditionFile
from consultation.documents.outline_hash import outline_hash
from consultation.documents.snapshot import Snapshot, freeze
from consultation.documents.volumes import READABLE, Bound, bound
from consultation.evaluation.written import texts
from consultation.rulebook import EDITION
from consultation.states import Audience, EditionState
from consultation.subjects import system

Progress = Callable[[int], None]
FROZEN_AT = 30
"""Percent when the snapshot is written."""


def compile_edition(
    db: Database, documents: Path, edition_id: uuid.UUID, moment: datetime, progress: Progress | None = None, *,
    most: int = MOST,
) -> None:  # fmt: skip
    """Job `edition.compile`. Doing it again is harmless: what is finished stays, what was broken off starts afresh.

    With more than `most` texts, annex volumes hold them. Anything that goes wrong fails the edition visibly and leaves no file.
    """
    with db.reader() as session:
        edition = queries.get(session, system(moment), edition_id)
    if edition.state != EditionState.COMPILING:
        return
    workshop = new_workshop(documents, edition_id)
    try:
        cut, tell = max(edition.data_cut, moment), progress or (lambda percent: None)
        _compile(db, documents, edition, cut, workshop, tell, most)
    except Exception as error:
        _fail(db, documents, edition_id, moment, f"{type(error).__name__}: {error}")
        raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _compile(
    db: Database, documents: Path, edition: Edition, cut: datetime, workshop: Path, progress: Progress, most: int
) -> None:
    def tell(percent: int) -> None:
        with db.transaction() as session:
            session.execute(update(Edition).where(Edition.id == edition.id).values(progress=percent))
        progress(percent)

    with db.reader() as session:
        snapshot = freeze(session, edition, cut, documents, workshop / SNAPSHOT)
    if snapshot.hidden is not None:
        (workshop / HIDDEN).write_bytes(encoded(snapshot.hidden))
    tell(FROZEN_AT)
    frozen = Frozen(workshop / SNAPSHOT, most)
    with bound(frozen, snapshot.sha256) as whole:
        files = write_all(whole, frozen.base_name, workshop, tell)
        outline_sha256 = outline_hash(whole.document.outline)
        annex = {"most": most, "outlines": [outline_hash(compiled.outline) for _, compiled in whole.volumes]}
    manifest = _manifest(edition, cut, snapshot, outline_sha256, files)
    beside = {name: sha256_of(workshop / name) for name in BESIDE if (workshop / name).is_file()}
    manifest |= {"annex": annex, "redactions": frozen.redactions[0]}
    (workshop / MANIFEST).write_bytes(encoded(manifest) + b"\n")
    with db.transaction() as session:
        perform(
            session, EDITION, system(cut), queries.get(session, system(cut), edition.id), "finish",
            details={
                "snapshot": snapshot.sha256, "outline": outline_sha256, "files": {f["name"]: f["sha256"] for f in files},
                "beside": beside,
            },
            snapshot_hash=snapshot.sha256, outline_hash=outline_sha256, compiled_at=cut, data_cut=cut, progress=100,
            problems=snapshot.problems, counts=counts_of(frozen) | snapshot.noted, error="",
        )  # fmt: skip
        session.add_all(EditionFile(edition_id=edition.id, **file) for file in files)
        session.flush()
        put_in_place(workshop, folder_of(documents, edition.id))  # nobody else can be here: the row is ours
    progress(100)


def counts_of(frozen: Frozen) -> dict[str, int]:
    """How much the edition shows: what is said before it is published, and compared with the edition before it."""
    found = Counter[str]()
    for record in frozen.records():
        found[record["type"]] += 1
        if record["type"] == "response":
            found["text"] += sum(1 for _ in texts(frozen.form, record["answers"]))
    return {
        "answers": frozen.statistics.base, "points": found["point"], "decided": frozen.points.decided,
        "to_be_examined": frozen.points.to_be_examined, "participants": found["participant"],
        "texts": found["text"], "redacted": frozen.redactions[0],
    }  # fmt: skip


def write_all(whole: Bound, base: str, folder: Path, tell: Progress) -> list[dict[str, Any]]:
    """The document in every format, then volume by volume, into the folder; the rows of `edition_file`."""
    waiting: list[tuple[str, Compiled, str, dict[str, Any]]] = [(key, whole.document, "", {}) for key in FORMATS]
    for volume, compiled in whole.volumes:
        more = {"volume": volume.number, "holds": volume.holds}
        waiting += [(key, compiled, volume.suffix, more) for key in READABLE]
    files = []
    for count, (key, compiled, suffix, more) in enumerate(waiting, start=1):
        path = folder / f"{base}{suffix}.{FORMATS[key].extension}"
        FORMATS[key].write(compiled, path)
        size = path.stat().st_size
        files.append({"format": key, "name": path.name, "size": size, "sha256": sha256_of(path), **more})
        tell(FROZEN_AT + (95 - FROZEN_AT) * count // len(waiting))
    return files


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(
    edition: Edition, cut: datetime, snapshot: Snapshot, outline_sha256: str, files: list[dict[str, Any]]
) -> dict[str, Any]:
    """What `consultation verify` compares with."""
    return {
        "schema": "consultation-manifest-1", "consultation": edition.consultation.slug, "edition": edition.number,
        "audience": Audience(edition.audience).value, "demo": edition.consultation.demo, "data_cut": cut.isoformat(),
        "snapshot": {"name": SNAPSHOT, "sha256": snapshot.sha256}, "outline_sha256": outline_sha256,
        "made_with": made_with(), "files": files,
    }  # fmt: skip


def made_with() -> dict[str, str]:
    """The program, the layout, and the libraries whose versions show in the bytes of PDF and office files."""
    libraries = {name: version(name) for name in ("fonttools", "pikepdf", "typst", "xlsxwriter")}
    return {"consultation": __version__, "layout": str(LAYOUT), "zlib": zlib.ZLIB_RUNTIME_VERSION, **libraries}


def give_up(db: Database, documents: Path, edition_id: uuid.UUID, moment: datetime) -> None:
    """Whoever compiled it died each time (memory, power): that is said, and the planner may try again."""
    _fail(db, documents, edition_id, moment, "the worker ended each time before the edition was finished")
    new_workshop(documents, edition_id).rmdir()


def sweep(db: Database, documents: Path) -> None:
    """Workshops of editions that nobody compiles any more: left by a process that was killed."""
    with db.reader() as session:
        compiling = {
            str(one) for one in session.scalars(select(Edition.id).where(Edition.state == EditionState.COMPILING))
        }
    for folder in workshops(documents):
        if folder.name[1:37] not in compiling:
            shutil.rmtree(folder, ignore_errors=True)


def _fail(db: Database, documents: Path, edition_id: uuid.UUID, moment: datetime, error: str) -> None:
    with db.transaction() as session:
        edition = queries.get(session, system(moment), edition_id)
        if edition.state == EditionState.COMPILING:
            perform(session, EDITION, system(moment), edition, "fail", error=error[:2000])
            shutil.rmtree(folder_of(documents, edition_id), ignore_errors=True)
