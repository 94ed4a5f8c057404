"""A backup: every table as lines, every file of an edition, the key; all of one moment, whole or not there at all."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core import dump, migrations
from consultation.core.db import Database
from consultation.core.disk import bring
from consultation.documents.compile import sha256_of
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.models import Edition, EditionFile
from consultation.documents.queries import side_files
from consultation.settings import Settings
from consultation.states import EditionState
from consultation.upkeep import erased_list
from consultation.upkeep.manifest import DOCUMENTS, KEY, TABLES, Kept, Manifest, Unusable, kept

_DONE = (EditionState.COMPILED, EditionState.PUBLISHED)


def make(db: Database, settings: Settings, target: Path, moment: datetime) -> Manifest:
    """Into a new or empty folder. Tables come from one consistent reading; files of editions never change, so those that the
    reading knows are copied after it. Raises Unusable if something lies in the folder already, or
    none can be made there.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Unusable(f"{target} ist nicht leer. Sichern Sie in einen neuen Ordner.")
    workshop = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        workshop.mkdir(mode=0o700)
    except OSError as error:
        raise Unusable(
            f"In {target.parent} lässt sich kein Ordner anlegen ({error.strerror}). Sichern Sie in einen anderen, oder geben Sie "
            "die Rechte dazu."
        ) from error
    try:
        manifest = _fill(db, settings, workshop, moment)
        for path in sorted(workshop.rglob("*")):
            bring(path)  # files too: what is acknowledged survives a power cut
        if target.exists():
            target.rmdir()
        workshop.rename(target)
        bring(target.parent)
        return manifest
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _fill(db: Database, settings: Settings, workshop: Path, moment: datetime) -> Manifest:
    (workshop / TABLES).mkdir(mode=0o700)
    with db.reader() as session:
        connection = session.connection()
        tables = tuple(
            (shape, dump.write(connection, shape, workshop / Manifest.of_table(shape.name))) for shape in dump.shapes()
        )
        missing = list(_copy_editions(session, settings.documents, workshop / DOCUMENTS))
    for name in (KEY, erased_list.NAME):
        if (settings.data_dir / name).is_file():
            shutil.copy2(settings.data_dir / name, workshop / name)
    manifest = Manifest(
        moment.isoformat(), version("consultation"), migrations.newest(), db.url.partition(":")[0].partition("+")[0],
        tables, tuple(_all_files(workshop)), tuple(missing),
    )  # fmt: skip
    manifest.write(workshop)
    return manifest


def _copy_editions(session: Session, documents: Path, target: Path) -> Iterator[str]:
    """Yields what should be there and is not."""
    for edition in session.scalars(select(Edition).where(Edition.state.in_(_DONE)).order_by(Edition.id)):
        source, copy = folder_of(documents, edition.id), folder_of(target, edition.id)
        if source.is_dir():
            shutil.copytree(source, copy)
        files = session.scalars(select(EditionFile).where(EditionFile.edition_id == edition.id))
        wanted = {SNAPSHOT: edition.snapshot_hash} | {file.name: file.sha256 for file in files}
        for name, sha256 in sorted(wanted.items()):
            if not (copy / name).is_file() or sha256_of(copy / name) != sha256:
                yield f"{edition.id}/{name}"
        yield from (f"{edition.id}/{name}" for name in side_files(edition) if not (copy / name).is_file())


def _all_files(folder: Path) -> Iterator[Kept]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield kept(folder, path.relative_to(folder).as_posix())
