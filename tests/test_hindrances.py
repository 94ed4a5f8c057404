"""What the machine does not let a command do: one sentence with place, cause and remedy, and never a traceback."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer

from consultation import hindrances, terminal
from consultation.core.migrations import upgrade
from tests.conftest import PostgresServer
from tests.demo_world import consultation


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """The data folder of a service that has just been put up."""
    assert consultation("migrate", "--data-dir", tmp_path / "var").returncode == 0
    return tmp_path / "var"


def refused(*typed: str | Path, **environment: str) -> str:
    found = consultation(*typed, **environment)
    assert found.returncode == 1, found
    assert "Traceback" not in found.stderr
    assert len(found.stderr) < 700
    return " ".join(found.stderr.split())


def test_a_backup_where_no_folder_can_be_made_names_the_place(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "datei").touch()
    for place in (tmp_path / "datei" / "kept", Path("/proc/kept")):
        said = refused("backup", place, "--data-dir", empty)
        assert f"In {place.parent} lässt sich kein Ordner anlegen" in said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "kein Platz mehr"),
        (errno.EACCES, "fehlen die Rechte"),
        (errno.ENOTDIR, "einen anderen Ort"),
        (errno.EIO, "Betriebssystem"),
    ],
)
def test_files_that_cannot_be_written_are_told_with_the_place_that_was_given(
    code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit), terminal.placing("/sicherung/heute"):
        raise OSError(code, "why")
    found = " ".join(capsys.readouterr().err.split())
    assert found.startswith("/sicherung/heute: ")
    assert said in found


@pytest.mark.parametrize("database", ["postgresql://amt:geheim@127.0.0.1:1/dienst", "sqlite:////proc/kein/dienst.db"])
def test_a_database_that_cannot_be_reached_is_named_without_its_password(database: str, empty: Path) -> None:
    for typed in (("migrate",), ("move", database)):
        changed = {"DATABASE_URL": database} if typed == ("migrate",) else {}
        said = refused(*typed, "--data-dir", empty, **changed)
        assert (
            "127.0.0.1:1/dienst ist nicht erreichbar" in said or "/proc/kein/dienst.db lässt sich nicht öffnen" in said
        )
        assert "geheim" not in said


def test_an_unknown_database_is_named_by_a_move(empty: Path, postgres_server: PostgresServer) -> None:
    url = postgres_server.url.set(database="gibt_es_nicht").render_as_string(hide_password=False)
    said = refused("move", url, "--data-dir", empty)
    assert "gibt_es_nicht" in said
    assert "schon angelegt" in said


def test_a_move_between_two_files_blames_the_one_that_is_spoilt(empty: Path, tmp_path: Path) -> None:
    file = empty / "consultation.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (size,) = connection.execute("pragma page_size").fetchone()
        (page,) = connection.execute("select rootpage from sqlite_schema where name = 'person'").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)
    target = tmp_path / "ziel.db"
    said = refused("move", f"sqlite:///{target}", "--data-dir", empty)
    assert f"{file} ist beschädigt" in said
    assert str(target) not in said


@pytest.fixture
def stranger(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database as a user who may not make anything in it."""
    url = postgres_server.create(None)
    with postgres_server.admin.connect() as connection:
        connection.exec_driver_sql("create role fremd login password 'geheim'")
    yield url.set(username="fremd", password="geheim").render_as_string(hide_password=False)
    postgres_server.drop(url)
    with postgres_server.admin.connect() as connection:
        connection.exec_driver_sql("drop role fremd")


def test_a_user_whom_the_database_does_not_belong_to_is_told_how_it_would(stranger: str, tmp_path: Path) -> None:
    said = refused("migrate", "--data-dir", tmp_path, DATABASE_URL=stranger)
    assert "OWNER" in said
    assert "geheim" not in said


def test_an_address_of_a_database_with_a_word_for_a_port_is_a_wrong_setting(tmp_path: Path) -> None:
    said = refused("migrate", "--data-dir", tmp_path, DATABASE_URL="postgresql://127.0.0.1:port/x")
    assert "- DATABASE_URL: erwartet wird" in said


@pytest.mark.parametrize("whole", [False, True])
def test_a_spoilt_file_is_no_database(whole: bool, empty: Path) -> None:
    file = empty / "consultation.db"
    file.write_bytes(b"kaputt" * 2000 if whole else file.read_bytes()[:4096] + b"\xff" * 8192)
    for command in ("status", "migrate"):
        said = refused(command, "--data-dir", empty)
        assert f"{file} ist beschädigt" in said
        assert "consultation restore" in said


def test_a_file_that_may_only_be_read_is_told_when_it_is_written_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "consultation.db"
    upgrade(f"sqlite:///{file}")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        engine = sa.create_engine("sqlite://", creator=lambda: connection)
        with pytest.raises(typer.Exit), terminal.using(f"sqlite:///{file}"), engine.begin() as begun:
            begun.exec_driver_sql("delete from person")
    assert f"{file} ist nur lesbar" in capsys.readouterr().err


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection, pytest.raises(sa.exc.OperationalError), terminal.using("sqlite://"):
        connection.exec_driver_sql("select nichts")
    assert hindrances.shown("postgresql+psycopg://a:b@c/d?password=e") == "postgresql://a:***@c/d"
