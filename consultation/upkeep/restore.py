"""Putting a backup in place of what is there: examined first, then all at once, and nothing leaves the house afterwards."""

import shutil
import uuid
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, inspect, select, update
from sqlalchemy.orm import Session

from consultation.core import dump, jobs, migrations
from consultation.core.db import build_engine, clear, schema_transaction
from consultation.core.disk import bring, make_folder
from consultation.core.history import record
from consultation.documents.folders import folders_in
from consultation.people.models import ApiToken, LoginSession, OneTimeCode, Person
from consultation.settings import Settings
from consultation.subjects import system
from consultation.upkeep import erased_list
from consultation.upkeep.erasure import erase
from consultation.upkeep.filling import fill
from consultation.upkeep.manifest import DOCUMENTS, KEY, Manifest, Unusable, examined

REASON = "Wiederhergestellt aus einer Sicherung"


def restore(
    settings: Settings, source: Path, moment: datetime, *, overwrite: bool = False, keep_logins: bool = False
) -> Manifest:
    """The service must be stopped. Without `overwrite` only into an empty database and folder of documents.

    The database changes in one transaction; files of editions are put beside those that are there before it, and what
    belongs to no edition is taken away after it. So whatever happens in between, doing it again completes it.
    Afterwards jobs are paused, and browsers and keys for programs that were known are known no more (`keep_logins`: they
    stay); people who were erased since are erased again. Raises Unusable before anything is changed.
    """
    manifest = examined(source)
    make_folder(settings.data_dir)
    erased = erased_list.read(source) | erased_list.read(settings.data_dir)
    engine = build_engine(settings.database, threads=1)
    try:
        with schema_transaction(engine) as connection:
            if not overwrite:
                _refuse_full(connection, settings.documents)
            clear(connection)
            migrations.bring_to(connection, manifest.revision)
            fill(connection, manifest.tables, lambda shape: dump.read(source / manifest.of_table(shape.name)))
            migrations.bring_to(connection, "head")
            with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
                _calm(session, manifest, moment, keep_logins=keep_logins)
                _erase_again(session, erased, moment)
            editions = _put_documents(source / DOCUMENTS, settings.documents)
    finally:
        engine.dispose()
    _put_key(source / KEY, settings.data_dir / KEY)
    erased_list.add(settings.data_dir, erased)
    _take_away(settings.documents, editions)
    return manifest


def _refuse_full(connection: Connection, documents: Path) -> None:
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    counts = migrations.row_counts(connection) if names else {}
    if any(counts[name] for name in names) or any(folders_in(documents)):
        raise Unusable(
            "Am Ziel liegen schon Daten. Mit --overwrite werden sie durch die Sicherung ersetzt; sichern Sie sie vorher."
        )


def _calm(session: Session, manifest: Manifest, moment: datetime, *, keep_logins: bool) -> None:
    paused = jobs.pause(session, moment, REASON)
    if not keep_logins:
        session.execute(delete(LoginSession))
        session.execute(delete(OneTimeCode))
        session.execute(update(ApiToken).where(ApiToken.revoked_at.is_(None)).values(revoked_at=moment))
    record(
        session, system(moment), paused, "restore_backup",
        made_at=manifest.made_at, revision=manifest.revision, logins_kept=keep_logins,
    )  # fmt: skip


def _erase_again(session: Session, ids: Collection[uuid.UUID], moment: datetime) -> None:
    """Whoever was erased after the backup was made."""
    for person in session.scalars(select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None))).all():
        erase(session, system(moment), person, force=True)


def _put_documents(source: Path, documents: Path) -> set[str]:
    """Each edition's folder by one rename; returns their names."""
    names = {folder.name for folder in folders_in(source)}
    make_folder(documents)
    for name in sorted(names):
        workshop = documents / f".{name}-{uuid.uuid4().hex}"
        shutil.copytree(source / name, workshop)
        for path in sorted(workshop.rglob("*")):
            bring(path)
        if (documents / name).exists():
            shutil.rmtree(documents / name)
        workshop.rename(documents / name)
    bring(documents)
    return names


def _take_away(documents: Path, kept: Collection[str]) -> None:
    """What belongs to no edition that was restored; whatever is not ours stays."""
    for folder in folders_in(documents):
        if folder.name not in kept:
            shutil.rmtree(folder)


def _put_key(source: Path, target: Path) -> None:
    """Invitation codes in letters that are on their way go on working."""
    if source.is_file():
        workshop = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
        shutil.copy2(source, workshop)
        bring(workshop)
        workshop.rename(target)
        bring(target.parent)
