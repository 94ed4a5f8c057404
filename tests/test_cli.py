"""The command line, typed as people type it: in a process of its own, in a terminal of 80 columns."""

import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main

from consultation.__main__ import app
from consultation.core.migrations import upgrade
from consultation.core.places import package_folder
from consultation.register import shipped
from tests.conftest import PostgresServer
from tests.demo_world import LAW, PLAIN, consultation, made, shared_folder

LAW_DRAFT = package_folder() / "data" / "drafts" / "kinvfg.md"
FORMATS = {"csv", "docx", "html", "json", "ndjson", "odt", "pdf", "xlsx"}


@pytest.fixture
def demo_folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the finished demonstration."""
    whole = made(shared_folder(tmp_path_factory), "demo-sqlite", 7, {}).folder
    return shutil.copytree(whole, tmp_path / "demo", ignore=shutil.ignore_patterns("mail"))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A data folder with a migrated, empty database, and no key yet."""
    upgrade(f"sqlite:///{tmp_path / 'consultation.db'}")
    return tmp_path


# -- help ------------------------------------------------------------------------------------------
def commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *path, name)


ALL = dict(commands(typer.main.get_command(app)))


def test_the_commands_are_those_of_the_contract():
    assert {" ".join(path) for path in ALL} >= {
        "demo", "serve", "worker", "migrate", "register import", "draft import", "compile", "export", "user create",
        "verify",
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_and_every_option_explains_itself_in_german(path: tuple[str, ...]):
    command = ALL[path]
    for text in (command.help, *(p.help for p in command.params if p.name != "help")):
        assert re.search(r"[a-zäöü]{3}.*\.|öffentlich|public oder internal", text or ""), (path, text)


@pytest.mark.parametrize("path", [(), ("draft", "import"), ("demo",)])
def test_help_is_printed_and_is_no_fault(path: tuple[str, ...]):
    found = consultation(*path, "--help")
    assert found.returncode == 0
    assert " ".join(ALL[path].help.split())[:30] in " ".join(found.stdout.split())
    assert max(map(len, found.stdout.splitlines())) <= 80


# -- settings and schema ---------------------------------------------------------------------------
def test_wrong_settings_are_all_named_without_a_traceback(tmp_path: Path):
    found = consultation("serve", "--data-dir", tmp_path, PORT="abc", MINIMUM_CELL="2")
    assert found.returncode == 1
    assert "PORT" in found.stderr
    assert "MINIMUM_CELL" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_without_the_schema_of_this_version_nothing_starts(command: str, tmp_path: Path):
    found = consultation(command, "--data-dir", tmp_path)
    assert found.returncode == 1
    assert "consultation migrate" in found.stderr
    assert "Traceback" not in found.stderr


def test_migrate_makes_the_schema_and_can_be_repeated(tmp_path: Path):
    for _ in range(2):
        assert consultation("migrate", "--data-dir", tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "consultation.db")) as database:
        assert database.execute("select count(*) from organisation").fetchone() == (0,)


def test_all_settings_are_listed(tmp_path: Path):
    found = consultation("settings")
    assert found.returncode == 0
    assert {"DATABASE_URL", "MAIL_FROM", "SECRET_KEY"} <= set(found.stdout.split())


# -- drafts, register, people ----------------------------------------------------------------------
def test_a_dry_run_prints_the_tree_and_needs_neither_database_nor_programme(tmp_path: Path):
    found = subprocess.run(
        [sys.executable, "-m", "consultation", "draft", "import", str(LAW_DRAFT), "--dry-run"], cwd=tmp_path,
        env=PLAIN | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0
    lines = [line.strip() for line in found.stdout.splitlines()]
    assert "§ 6 Förderquote und Bewirtschaftung" in lines
    assert sum(line.startswith("§") for line in lines) == 16
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_draft_is_refused_with_a_sentence(tmp_path: Path):
    (tmp_path / "bild.docx").write_bytes(b"\x89PNG")
    found = consultation("draft", "import", tmp_path / "bild.docx", "--dry-run")
    assert found.returncode == 1
    assert found.stderr.strip()
    assert "Traceback" not in found.stderr


def test_a_draft_becomes_the_next_version_of_a_programme(demo_folder: Path):
    arguments = ("--programme", "kommunale-integrationsnetzwerke", "--data-dir", demo_folder)
    found = consultation("draft", "import", LAW_DRAFT, "--kind", "law", *arguments)
    assert found.returncode == 0, found.stderr
    assert "Fassung 2" in found.stdout
    unknown = consultation("draft", "import", LAW_DRAFT, "--programme", "gibt-es-nicht", "--data-dir", demo_folder)
    assert unknown.returncode == 1
    assert unknown.stderr.strip()
    assert consultation("draft", "import", LAW_DRAFT, "--data-dir", demo_folder).returncode == 1


def test_the_register_is_read_twice_and_the_second_time_changes_nothing(empty: Path):
    file = empty / "GV100AD.txt"
    file.write_bytes(shipped.load())
    first = consultation("register", "import", file, "--data-dir", empty)
    assert first.returncode == 0, first.stderr
    assert "Gebietsstand 30.11.2025" in first.stdout
    second = consultation("register", "import", file, "--data-dir", empty)
    assert " 0 neu, 0 geändert, 0 beendet" in " ".join(second.stdout.split())
    file.write_bytes(shipped.load()[:-5000])
    damaged = consultation("register", "import", file, "--data-dir", empty)
    assert damaged.returncode == 1
    assert "Traceback" not in damaged.stderr


def test_a_person_is_created_with_a_password(empty: Path):
    arguments = ("user", "create", "--email", "a@amt.example", "--name", "Anna Amt", "--data-dir", empty)
    short = consultation(*arguments, "--password", "kurz")
    assert short.returncode == 1
    assert "Traceback" not in short.stderr
    assert consultation(*arguments, "--password", "ein langes Passwort 27").returncode == 0
    with closing(sqlite3.connect(empty / "consultation.db")) as database:
        assert database.execute("select email, operator from person").fetchall() == [("a@amt.example", 1)]


# -- documents -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("audience", "named"), [("public", "-beispieldaten."), ("internal", "-intern-beispieldaten.")])
def test_compile_puts_every_format_into_the_folder(audience: str, named: str, demo_folder: Path, tmp_path: Path):
    out = tmp_path / "out"
    found = consultation("compile", LAW, "--audience", audience, "--out", out, "--data-dir", demo_folder)
    assert found.returncode == 0, found.stderr
    files = {p.suffix[1:] for p in out.iterdir() if f"-ausgabe-4{named}" in p.name}
    assert files == FORMATS
    assert all(str(path) in found.stdout for path in out.iterdir())


def test_compile_refuses_what_is_not_there(demo_folder: Path):
    for arguments in ((LAW, "--audience", "everybody"), ("gibt-es-nicht",)):
        found = consultation("compile", *arguments, "--data-dir", demo_folder)
        assert found.returncode == 1
        assert found.stderr.strip()
        assert "Traceback" not in found.stderr


@pytest.mark.parametrize("format_", ["ndjson", "csv", "xlsx", "json"])
def test_export_writes_all_answers_that_count(format_: str, demo_folder: Path, tmp_path: Path):
    out = tmp_path / f"answers.{format_}"
    found = consultation("export", LAW, "--format", format_, "--out", out, "--data-dir", demo_folder)
    assert found.returncode == 0, found.stderr
    with closing(sqlite3.connect(demo_folder / "consultation.db")) as database:
        question = (
            "select count(*) from response r join consultation c on c.id = r.consultation_id"
            " where slug = ? and counted_revision_id is not null"
        )
        (count,) = database.execute(question, (LAW,)).fetchone()
    assert found.stdout.startswith(str(count))
    if format_ == "ndjson":
        records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert records[-1] == {"type": "end", "count": count}
        assert len(records) == count + 1
    assert out.stat().st_size > 1000


def test_without_a_format_the_ending_of_the_file_says_what_is_written(demo_folder: Path, tmp_path: Path):
    out = tmp_path / "antworten.CSV"
    consultation("export", LAW, "--out", out, "--data-dir", demo_folder)
    assert out.read_text("utf-8-sig").startswith("receipt_number;")
    found = consultation("export", LAW, "--out", tmp_path / "antworten", "--data-dir", demo_folder)
    assert found.returncode == 1
    assert "ndjson" in found.stderr


def test_export_refuses_other_formats(demo_folder: Path, tmp_path: Path):
    found = consultation("export", LAW, "--format", "pdf", "--out", tmp_path / "x", "--data-dir", demo_folder)
    assert found.returncode == 1
    assert "ndjson" in found.stderr


# -- verifying ---------------------------------------------------------------------------------------
def test_the_whole_demonstration_holds(demo_folder: Path):
    found = consultation("verify", "--data-dir", demo_folder)
    assert found.returncode == 0, found.stderr
    assert found.stdout.rstrip().endswith("Alles stimmt.")
    assert "lückenlos" in found.stdout
    assert found.stdout.count("ist bytegleich") % len(FORMATS) == 0


def test_an_edition_is_verified_without_the_service_and_the_exit_code_tells_scripts(demo_folder: Path, tmp_path: Path):
    folder, nowhere = demo_folder / "ausgaben" / f"{LAW}-public", ("--data-dir", tmp_path / "nowhere")
    path = next(folder.glob("*.csv"))
    found = consultation("verify", path, *nowhere)
    assert (found.returncode, found.stderr) == (0, "")
    path.write_bytes(path.read_bytes().replace(b";", b",", 1))
    found = consultation("verify", path, *nowhere)
    assert found.returncode == 1
    assert found.stderr.startswith(f"Abweichung: {path.name}")
    assert "Zeile 1" in found.stderr
    for given in (("nichts",), ()):
        found = consultation("verify", *given, *nowhere)
        assert found.returncode == 2
        assert found.stderr.startswith("Nicht prüfbar: ")
    assert not (tmp_path / "nowhere" / "consultation.db").exists()


# -- serving ---------------------------------------------------------------------------------------
@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "consultation", *map(str, arguments)], env=PLAIN | {"COLUMNS": "80"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said_until(process: subprocess.Popen[str], sentence: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if sentence in line:
            return said
    raise AssertionError(said)


def answered(address: str) -> httpx.Response:
    """The first answer, as soon as somebody listens."""
    for _ in range(200):
        try:
            return httpx.get(address, timeout=30)
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {address}")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_second_demo_starts_at_once_says_that_the_port_is_taken_and_ends_with_grace(demo_folder: Path, taken: int):
    with running("demo", "--data-dir", demo_folder, "--port", str(taken)) as process:
        said = said_until(process, "Der Dienst läuft")
        assert f"Anschluss {taken} ist belegt" in said
        assert "Kommunen antworten" not in said, "nothing is made again"
        assert "betrieb@dienst.example" in said
        address = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert address
        assert taken < int(address[1]) <= taken + 20
        assert answered(f"{address[0]}/healthz").status_code == 200
        listed = httpx.get(f"{address[0]}/api/v1/consultations", timeout=30).json()
        assert LAW in json.dumps(listed)
        assert '"demo": true' in json.dumps(listed)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_serve_finishes_a_request_that_runs_when_it_is_asked_to_end(empty: Path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running("serve", "--data-dir", empty, "--port", str(port)) as process:
        assert answered(f"http://127.0.0.1:{port}/readyz").status_code == 200
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.settimeout(30)
            head = (
                f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            )
            client.sendall(f"{head}Content-Length: 20\r\n\r\nemail=anna".encode())
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            client.sendall(b"%40amt.exa")
            assert re.match(rb"HTTP/1\.1 [234]\d\d ", client.recv(1000))
        assert process.wait(30) == 0


def test_a_worker_ends_with_grace(empty: Path):
    with running("worker", "--data-dir", empty) as process:
        said_until(process, "Aufträge werden abgearbeitet")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


# -- the demonstration, broken off and begun again -------------------------------------------------
def test_a_demo_that_was_broken_off_says_so_and_can_be_begun_again(tmp_path: Path):
    arguments = ("demo", "--no-serve", "--data-dir", tmp_path, "--municipalities", "20")
    with running(*arguments) as process:
        while not _organisations(tmp_path / "consultation.db"):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
        process.wait()
    again = consultation(*arguments)
    assert again.returncode == 1
    assert "unterbrochen" in again.stderr
    assert "--reset" in again.stderr
    (tmp_path / "secret_key").unlink()  # of accounts that go, too
    fresh = consultation(*arguments, "--reset")
    assert fresh.returncode == 0, fresh.stderr
    assert "Kommunen antworten" in fresh.stdout
    third = consultation(*arguments)
    assert third.returncode == 0
    assert "Kommunen antworten" not in third.stdout


def _organisations(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as database:
        try:
            return int(database.execute("select count(*) from organisation").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_no_key_is_made_for_a_database_without_examples(empty: Path):
    found = consultation("demo", "--no-serve", "--reset", "--data-dir", empty)
    assert "keine Übungsdaten" in " ".join(found.stderr.split())
    assert not (empty / "secret_key").exists()


def test_a_database_without_examples_is_never_deleted(empty: Path):
    for extra in ((), ("--reset",)):
        found = consultation("demo", "--no-serve", "--data-dir", empty, *extra)
        assert found.returncode == 1
        assert "keine Übungsdaten" in " ".join(found.stderr.split())
    assert (empty / "consultation.db").exists()


def test_a_database_server_is_never_emptied(postgres_server: PostgresServer, tmp_path: Path):
    url = postgres_server.create(postgres_server.template)
    try:
        given = url.render_as_string(hide_password=False)
        found = consultation("demo", "--no-serve", "--reset", "--data-dir", tmp_path, DATABASE_URL=given)
        assert found.returncode == 1
        assert "DATABASE_URL" in found.stderr
    finally:
        postgres_server.drop(url)
