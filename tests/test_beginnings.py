"""What begins a service, and what only works on one: nothing is made beside the service, and no key in place of a lost one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from consultation.people.models import Person
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.demo_world import consultation
from tests.upkeep_world import Service, service

ON_A_SERVICE = (
    ("status",),
    ("verify",),
    ("backup", "sicherung"),
    ("retention",),
    ("jobs", "list"),
    ("person", "export", "a@amt.example"),
    ("user", "create", "--email", "a@amt.example", "--name", "Anna Amt", "--password", "ein langes Passwort 27"),
)


@pytest.mark.parametrize("typed", ON_A_SERVICE, ids=lambda typed: typed[0])
def test_what_works_on_a_service_makes_none_in_a_wrong_folder(typed: tuple[str, ...], tmp_path: Path) -> None:
    wrong = tmp_path / "var"
    found = consultation(*typed, "--data-dir", wrong)
    assert found.returncode in (1, 2)
    said = " ".join(found.stderr.split())
    assert str(wrong) in said
    assert "--data-dir" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_with_a_server_a_wrong_folder_is_named_too(copies_of: dict[str, Copies], tmp_path: Path) -> None:
    with service(copies_of["postgresql"], tmp_path / "source") as made:
        found = consultation("status", "--data-dir", tmp_path / "var", DATABASE_URL=made.settings.database)
    assert found.returncode == 1
    assert f"keinen Ordner {tmp_path / 'var'}" in found.stderr
    assert not (tmp_path / "var").exists()


@pytest.fixture(params=DATABASES)
def made(request: pytest.FixtureRequest, copies_of: dict[str, Copies], tmp_path: Path) -> Iterator[Service]:
    with service(copies_of[request.param], tmp_path / "var") as found:
        found.db.close()
        yield found


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_a_lost_key_is_not_replaced_where_accounts_need_it(command: str, made: Service) -> None:
    key = made.settings.key_file
    kept = key.read_text()
    key.unlink()
    typed = (command, "--data-dir", made.settings.data_dir)
    found = consultation(*typed, DATABASE_URL=made.settings.database)
    assert found.returncode == 1
    assert f"Der Schlüssel des Dienstes fehlt: {key}" in found.stderr
    assert "SECRET_KEY" in found.stderr
    assert not key.exists()
    assert consultation("migrate", *typed[1:], DATABASE_URL=made.settings.database, SECRET_KEY=kept).returncode == 0


def test_a_backup_brings_the_lost_key_back(made: Service, tmp_path: Path) -> None:
    given = {"DATABASE_URL": made.settings.database, "DATA_DIR": str(made.settings.data_dir)}
    assert consultation("backup", tmp_path / "kept", **given).returncode == 0
    key = made.settings.key_file.read_text()
    made.settings.key_file.unlink()
    assert consultation("restore", tmp_path / "kept", "--overwrite", **given).returncode == 0
    assert made.settings.key_file.read_text() == key


def test_only_who_runs_the_service_may_read_what_it_writes(made: Service, tmp_path: Path) -> None:
    folder = made.settings.data_dir
    folder.chmod(0o755)  # as operators make it
    out = tmp_path / "out"
    out.mkdir(0o755)
    given = {"DATA_DIR": str(folder), "DATABASE_URL": made.settings.database}
    with made.db.reader() as session:
        email = session.scalars(select(Person.email).order_by(Person.email).limit(1)).one()
    assert consultation("migrate", DATA_DIR=str(out / "new")).returncode == 0
    with closing(sqlite3.connect(out / "new" / "consultation.db")) as open_one:
        open_one.execute("select count(*) from person")  # so that -wal and -shm stay
        typed = ("--email", "a@amt.example", "--name", "Anna Amt", "--password", "ein langes Passwort 27")
        assert consultation("user", "create", *typed, DATA_DIR=str(out / "new")).returncode == 0
        names = {path.name for path in (out / "new").iterdir()}
        assert {"consultation.db", "consultation.db-wal", "consultation.db-shm", "secret_key"} <= names
        assert consultation("backup", out / "kept", **given).returncode in (0, 1)
        assert consultation("person", "export", email, "--out", out / "auskunft.json", **given).returncode == 0
        written = list(out.rglob("*"))
        assert len(written) > 40
        assert [path for path in written if path.stat().st_mode & 0o077 and not _copied(path)] == []


def _copied(path: Path) -> bool:
    """Files of editions keep the mode they had, inside a folder that is closed."""
    return "documents" in path.parts


def test_a_new_service_begins_by_itself(tmp_path: Path) -> None:
    assert consultation("migrate", "--data-dir", tmp_path / "var").returncode == 0
    assert len((tmp_path / "var" / "secret_key").read_text()) == 64


def test_a_word_that_says_nothing_about_old_mails_is_named(made: Service) -> None:
    given = {"DATA_DIR": str(made.settings.data_dir), "DATABASE_URL": made.settings.database}
    found = consultation("jobs", "resume", "--old", "quatsch", **given)
    assert found.returncode == 1
    assert "--old quatsch: möglich sind drop und send." in found.stderr


def test_a_path_with_a_slash_too_few_is_told_as_it_was_tried(tmp_path: Path) -> None:
    for command in ("status", "migrate"):
        found = consultation(command, DATA_DIR=str(tmp_path), DATABASE_URL="sqlite:///kein/ordner/dienst.db")
        assert found.returncode == 1
        assert str(Path.cwd() / "kein/ordner/dienst.db") in found.stderr
        assert "vier Schrägstriche" in found.stderr
