"""What replaces the data of a service notices that it still runs, wherever it runs, and never hinders its next start."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consultation.core import running
from consultation.core.history import HistoryEntry
from consultation.upkeep import backup
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.demo_world import PLAIN, consultation
from tests.upkeep_world import NOW, Service, service

SAID = "Der Dienst läuft noch"


@dataclass
class Place:
    """A service that can be started, a backup of it, and an empty database of the other kind."""

    made: Service
    kept: Path
    other: str

    @property
    def folder(self) -> Path:
        return self.made.settings.data_dir

    @property
    def environment(self) -> dict[str, str]:
        given = {"DATABASE_URL": self.made.settings.database, "DATA_DIR": str(self.folder), "UNSAFE_DATABASE": "1"}
        return given | {"COLUMNS": "80"}

    def type(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return consultation(*words, **self.environment | more)

    @contextmanager
    def works(self) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "consultation", "worker"], env=PLAIN | self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            assert "Aufträge werden abgearbeitet" in said, said + process.stdout.read()
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, copies_of: dict[str, Copies], tmp_path: Path) -> Iterator[Place]:
    here, there = copies_of[request.param], next(one for kind, one in copies_of.items() if kind != request.param)
    other = there.empty()
    with service(here, tmp_path / "var") as made:
        backup.make(made.db, made.settings, tmp_path / "backup", NOW)
        made.db.close()
        yield Place(made, tmp_path / "backup", other)
        made.db.close()
    there.drop(other)


def refused(found: subprocess.CompletedProcess[str]) -> str:
    said = " ".join(found.stderr.split())
    assert (found.returncode, SAID in said) == (1, True), found
    assert "Traceback" not in said
    return said


def test_while_a_service_runs_nothing_is_put_in_place_of_its_data(place: Place) -> None:
    with place.works() as process:
        said = refused(place.type("restore", place.kept, "--overwrite"))
        assert "systemctl stop consultation" in said
        assert "--ignore-running" in said
        refused(place.type("move", place.other))
        assert place.type("restore", place.kept, "--check").returncode == 0
        process.kill()
        process.wait()
        with place.works():  # the next start comes at once, after whatever end
            refused(place.type("move", place.other))
    assert restored(place) == 0
    until_nobody_is_connected(place.made.settings.database)
    assert place.type("restore", place.kept, "--overwrite").returncode == 0
    assert restored(place) == 1
    assert place.type("move", place.other).returncode == 0


def restored(place: Place) -> int:
    """How often, as the log has it."""
    with place.made.db.reader() as session:
        found = session.scalar(select(func.count()).where(HistoryEntry.action == "restore_backup")) or 0
    place.made.db.close()
    return found


def until_nobody_is_connected(url: str) -> None:
    end = time.monotonic() + 30
    while running.connected(url):
        assert time.monotonic() < end, "the server does not notice that a process is dead"
        time.sleep(0.05)


def test_a_service_on_another_machine_is_seen_by_its_connections(copies_of: dict[str, Copies], tmp_path: Path) -> None:
    with service(copies_of["postgresql"], tmp_path / "var") as made:
        backup.make(made.db, made.settings, tmp_path / "backup", NOW)
        made.db.close()
        place = Place(made, tmp_path / "backup", f"sqlite:///{tmp_path / 'target.db'}")
        (tmp_path / "elsewhere").mkdir()
        elsewhere = {"DATA_DIR": str(tmp_path / "elsewhere")}
        with place.works():
            said = refused(place.type("restore", place.kept, "--overwrite", **elsewhere))
            assert "verbunden von" in said
            assert made.settings.database.rpartition("/")[2].partition("?")[0] in said
            refused(place.type("move", place.other, **elsewhere))
        until_nobody_is_connected(made.settings.database)
        assert place.type("move", place.other, **elsewhere).returncode == 0


def test_whoever_knows_better_says_so(place: Place) -> None:
    with running.at_work(place.folder):
        refused(place.type("move", place.other))
        assert place.type("move", place.other, "--ignore-running").returncode == 0
        assert place.type("restore", place.kept, "--overwrite", "--ignore-running").returncode == 0


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_no_service_starts_while_its_data_are_replaced(command: str, place: Place) -> None:
    with running.alone(place.folder):
        found = place.type(command, PORT="18765")
    assert found.returncode == 1
    assert "ersetzt gerade die Daten" in " ".join(found.stderr.split())
    with place.works():
        pass


def test_a_demonstration_that_runs_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "consultation.db").touch()
    with running.at_work(tmp_path):
        said = refused(consultation("demo", "--reset", "--no-serve", "--data-dir", tmp_path))
    assert "--ignore-running" not in said, "this command has no such option"


def test_services_share_the_lock_and_the_kernel_takes_it_back(tmp_path: Path) -> None:
    with running.at_work(tmp_path), running.at_work(tmp_path):
        with pytest.raises(running.Occupied), running.alone(tmp_path):
            pass
        left = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        with running.alone(tmp_path), pytest.raises(running.Occupied), running.at_work(tmp_path):
            pass
    finally:
        left.kill()
        left.wait()


def test_a_folder_in_which_nothing_can_be_locked_keeps_no_service_from_starting() -> None:
    with running.at_work(Path("/proc")):
        pass
    with pytest.raises(OSError), running.alone(Path("/proc")):
        pass
