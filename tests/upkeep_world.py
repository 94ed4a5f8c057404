"""A service with something in every room, as it is after a while: what backups, moves and privacy are tried on."""

import copy
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import select

from consultation.core import jobs
from consultation.core.db import Database
from consultation.core.migrations import upgrade
from consultation.core.sealing import seal
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.models import Edition, EditionFile
from consultation.settings import Settings, load
from tests import tenancy_world
from tests.browsing import BASE
from tests.copies import Copies

NOW = tenancy_world.NOW
LATER = NOW + timedelta(hours=5)


@dataclass
class Service:
    db: Database
    settings: Settings
    world: tenancy_world.World

    @property
    def documents(self) -> Path:
        return self.settings.documents


def settings_for(url: str, folder: Path) -> Settings:
    return load({"BASE_URL": BASE}, data_dir=folder, database_url=url)


@contextmanager
def service(copies: Copies, folder: Path) -> Iterator[Service]:
    """A copy of its own of the world of two houses."""
    built = _built(copies)
    shutil.copytree(built.settings.data_dir, folder)
    url = copies.of(built.settings.database)
    db = Database(url, threads=8)
    yield Service(db, settings_for(url, folder), copy.deepcopy(built.world))
    db.close()
    copies.drop(url)


@cache
def _built(copies: Copies) -> Service:
    """Once per kind of database. The files of its editions are what their rows say, the log is sealed, mails wait."""
    url = copies.empty()
    upgrade(url)
    db = Database(url, threads=2)
    settings = settings_for(url, copies.folder / "var")
    world = tenancy_world.build(db, settings.documents)
    with db.transaction() as session:
        for edition in session.scalars(select(Edition)):
            edition.snapshot_hash = _sum(folder_of(settings.documents, edition.id) / SNAPSHOT)
        for file in session.scalars(select(EditionFile)):
            path = folder_of(settings.documents, file.edition_id) / file.name
            file.sha256, file.size = _sum(path), path.stat().st_size
        jobs.enqueue(session, "mail.login_code", {"id": str(world.people["town"].person_id)}, run_at=NOW)
        while seal(session):
            pass
    db.close()
    return Service(db, settings, world)


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
