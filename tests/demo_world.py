"""The demonstration as a subprocess makes it: once per run on SQLite and on PostgreSQL, and with another seed."""

import fcntl
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PostgresServer
from tests.recount import Files, Naive, Sql

LAW = "kinvfg-2015-praxisrueckmeldung-uebung"
SECOND = "kinvfg-2015-zweite-runde-uebung"
NETWORK = "richtlinie-integrationsnetzwerke-praxisrueckmeldung"
PLAIN = {
    name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATA_DIR", "BASE_URL", "PORT"}
}


def consultation(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line as people type it, in a terminal of 80 columns."""
    return subprocess.run(
        [sys.executable, "-m", "consultation", *map(str, arguments)], env=PLAIN | {"COLUMNS": "80"} | environment,
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Demo:
    folder: Path
    url: str
    said: str

    @property
    def sql(self) -> Sql:
        return Sql(self.url)

    @property
    def notes(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "demo.json").read_text(encoding="utf-8")))

    @cached_property
    def naive(self) -> Naive:
        return Naive(self.sql, LAW)

    @cached_property
    def internal(self) -> Files:
        return Files(self.folder / "ausgaben" / f"{LAW}-internal")

    @cached_property
    def public(self) -> Files:
        return Files(self.folder / "ausgaben" / f"{LAW}-public")


ASKED = int(os.environ.get("DEMO_MUNICIPALITIES", "48"))
"""How many administrations the tested demonstration asks; a release is recounted with 300."""


def made(shared: Path, name: str, seed: int, environment: Mapping[str, str]) -> Demo:
    """Made by the first who asks; processes that test side by side share it."""
    folder = shared / name
    with _alone(shared / f"{name}.lock"):
        told = shared / f"{name}.json"
        if not told.exists():
            arguments = (
                "demo",
                "--no-serve",
                "--data-dir",
                folder,
                "--municipalities",
                str(ASKED),
                "--seed",
                str(seed),
            )
            found = consultation(*arguments, **environment)
            assert found.returncode == 0, found.stdout + found.stderr
            url = environment.get("DATABASE_URL", f"sqlite:///{folder / 'consultation.db'}")
            told.write_text(json.dumps({"said": found.stdout, "url": url}), encoding="utf-8")
        notes = json.loads(told.read_text(encoding="utf-8"))
    return Demo(folder, notes["url"], notes["said"])


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def in_postgres(shared: Path, server: PostgresServer) -> str:
    """A database that no single process of the run drops: it goes with the server, or is left behind in a foreign one."""
    with _alone(shared / "demo-url.lock"):
        told = shared / "demo-url"
        if not told.exists():
            name = f"demo_{uuid.uuid4().hex[:10]}"
            with server.admin.connect() as connection:
                connection.exec_driver_sql(f"create database {name}")
            told.write_text(server.url.set(database=name).render_as_string(hide_password=False), encoding="utf-8")
        return told.read_text(encoding="utf-8")
