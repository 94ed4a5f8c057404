"""The commands of docs/betrieb.md, word for word and in their order, each in a process of its own, as operators type them."""

import json
import os
import pty
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from consultation.operating import failed_invitations
from consultation.people.models import Person, SecondFactor
from consultation.people.passwords import matches
from consultation.people.sessions import begin
from consultation.register import shipped
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.demo_world import PLAIN
from tests.upkeep_world import NOW, Service, service

PAGE = Path(__file__).resolve().parent.parent / "docs" / "betrieb.md"
ELSEWHERE = {"Mit Containern"}
"""Blocks that no process of this test can run."""
KEPT = "/sicherung/2026-03-31"
PASSWORD = "ein langes Passwort 27"
WAIT = 120.0


def printed() -> Iterator[tuple[str, list[str]]]:
    """Title of the section, and the commands of one block."""
    for section in re.split(r"^(?=## )", PAGE.read_text("utf-8"), flags=re.MULTILINE):
        for block in re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            yield section.splitlines()[0].removeprefix("## "), block.splitlines()


def block(title: str, first: str = "") -> list[str]:
    [found] = [lines for name, lines in printed() if name == title and lines[0].startswith(first)]
    return found


@dataclass
class Terminal:
    """Where somebody types: a folder, the variables of the service, and what stands elsewhere than on the page."""

    folder: Path
    settings: dict[str, str]
    instead: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return PLAIN | {"COLUMNS": "200", "UNSAFE_DATABASE": "1"} | self.settings

    def words(self, line: str) -> list[str]:
        for there, here in self.instead.items():
            line = line.replace(there, here)
        name, *words = shlex.split(line)
        assert Path(name).name == "consultation", line
        return [sys.executable, "-u", "-m", "consultation", *words]

    def type(self, line: str, *answers: str, ends: int = 0) -> str:
        """What the terminal shows; every question is answered with the next answer. The command must end with this code."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            self.words(line), stdin=theirs, stdout=theirs, stderr=theirs, cwd=self.folder, env=self.environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        shown, waiting = _until_silent(ours, list(answers))
        os.close(ours)
        assert process.wait(WAIT) == ends, shown
        assert "Traceback" not in shown
        assert waiting == [], shown
        return shown

    def runs(self, line: str, works: Callable[[], bool], **more: str) -> None:
        """Until it works; then it is asked to end, and ends with grace."""
        process = subprocess.Popen(
            self.words(line), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder,
            env=self.environment | more,
        )  # fmt: skip
        try:
            end = time.monotonic() + WAIT
            while not works():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < end, "it does nothing of what it is for"
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=WAIT)
        finally:
            process.kill()
        assert process.returncode == 0, said
        assert "Traceback" not in said

    def serves(self, line: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = int(listener.getsockname()[1])
        self.runs(line, lambda: _ready(port), PORT=str(port), BASE_URL=f"http://127.0.0.1:{port}")


def _until_silent(terminal: int, answers: list[str]) -> tuple[str, list[str]]:
    """A line that ends with a colon and goes no further is a question."""
    shown = b""
    while select.select([terminal], [], [], WAIT)[0]:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # how a terminal says that nobody is at its other end
            break
        if not more:
            break
        shown += more
        if answers and shown.endswith(b": "):
            os.write(terminal, f"{answers.pop(0)}\n".encode())
    return shown.decode(), answers


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection


def counted(url: str) -> dict[str, int]:
    """The rows of every table the database itself knows: nothing of the service is asked."""
    with connected(url) as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: connection.exec_driver_sql(f'select count(*) from "{name}"').scalar_one() for name in names}


@dataclass(frozen=True)
class Desk:
    """A service that has run for a while, and a database of the other kind beside it."""

    made: Service
    terminal: Terminal
    other: str

    @property
    def url(self) -> str:
        return self.terminal.settings["DATABASE_URL"]

    def elsewhere(self, folder: Path) -> Terminal:
        return Terminal(folder, {"DATA_DIR": str(folder / "var"), "DATABASE_URL": self.other}, self.terminal.instead)


def some_address(desk: Desk) -> str:
    with connected(desk.url) as connection:
        return str(connection.exec_driver_sql("select email from person order by email limit 1").scalar_one())


@pytest.fixture(params=DATABASES)
def desk(request: pytest.FixtureRequest, copies_of: dict[str, Copies], tmp_path: Path) -> Iterator[Desk]:
    here, there = copies_of[request.param], next(one for kind, one in copies_of.items() if kind != request.param)
    other = there.empty()
    with service(here, tmp_path / "source") as made:
        made.db.close()  # the commands bring their own connections
        settings = {"DATA_DIR": str(made.settings.data_dir), "DATABASE_URL": made.settings.database}
        yield Desk(made, Terminal(tmp_path, settings, {KEPT: str(tmp_path / "kept")}), other)
    there.drop(other)


# -- what is printed ---------------------------------------------------------------------------------------------------
def test_every_block_of_the_page_is_typed_in_one_of_these_tests() -> None:
    here = Path(__file__).read_text("utf-8")
    missing = [title for title, _ in printed() if title not in ELSEWHERE and f'block("{title}"' not in here]
    assert missing == []


@pytest.mark.parametrize("kind", DATABASES)
def test_an_empty_machine_becomes_a_service(kind: str, copies_of: dict[str, Copies], tmp_path: Path) -> None:
    url = copies_of[kind].empty()
    terminal = Terminal(tmp_path, {"DATA_DIR": str(tmp_path / "var"), "DATABASE_URL": url})
    (tmp_path / "GV100AD_30112025.txt").write_bytes(shipped.load())
    setup, migrate, register, create, serve = block("Ohne Container")
    assert setup == "make setup", "what every run of the tests begins with"
    assert "auf dem Stand dieser Version" in terminal.type(migrate)
    assert "Gebietsstand 30.11.2025" in terminal.type(register)
    shown = terminal.type(create, PASSWORD, PASSWORD)
    assert "Olga Betrieb kann sich jetzt mit betrieb@amt.example anmelden." in shown
    assert PASSWORD not in shown
    terminal.serves(serve)
    assert "Alles stimmt." in terminal.type("consultation verify")
    [status] = block("Zustand")
    assert "[in Ordnung] Nachgerechnet: zuletzt am " in terminal.type(status, ends=1)
    [settings] = block("Einstellungen")
    assert "MAIL_FROM" in terminal.type(settings)
    copies_of[kind].drop(url)


# -- a service that has run for a while ----------------------------------------------------------------------------------
def test_a_backup_holds_every_table_and_comes_back_on_the_other_database(desk: Desk, tmp_path: Path) -> None:
    before = counted(desk.url)
    assert sum(count > 0 for count in before.values()) > 40
    backup, check = block("Sicherung und Wiederherstellung", "consultation backup")
    assert f"{len(before) - 1} Tabellen" in desk.terminal.type(backup)
    assert "vollständig und unverändert" in desk.terminal.type(check)
    (tmp_path / "new").mkdir()
    new = desk.elsewhere(tmp_path / "new")
    restore, waiting, resume, serve = block("Sicherung und Wiederherstellung", "consultation restore")
    assert "Wiederhergestellt." in new.type(restore)
    after = counted(desk.other)
    assert {name for name in before if before[name] != after[name]} <= {"history_entry", "job_pause", "login_session"}
    assert "Die Aufträge ruhen seit" in new.type(waiting)
    assert "Die Aufträge laufen wieder." in new.type(resume)
    new.serves(serve)


@pytest.mark.parametrize(("count", "said"), [(1, "1 Einladung steht jetzt"), (2500, "2500 Einladungen stehen jetzt")])
def test_how_many_invitations_failed_for_a_restore_is_said_as_people_say_it(count: int, said: str) -> None:
    assert failed_invitations(count).startswith(said)


def test_an_update_begins_with_a_backup_and_ends_with_the_state(desk: Desk, tmp_path: Path) -> None:
    desk.terminal.instead["/sicherung/vor-der-aktualisierung"] = str(tmp_path / "before")
    backup, migrate, serve, status = block("Aktualisieren")
    desk.terminal.type(backup)
    assert "auf dem Stand dieser Version" in desk.terminal.type(migrate)
    desk.terminal.serves(serve)
    assert "[in Ordnung] Sicherung: zuletzt am " in desk.terminal.type(status, ends=1)


def test_a_program_older_than_its_database_says_so_and_changes_nothing(desk: Desk) -> None:
    with connected(desk.url) as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999_kuenftig'")
    before = counted(desk.url)
    for command in ("serve", "status", "migrate"):
        shown = desk.terminal.type(f"consultation {command}", ends=1)
        assert "Die Datenbank ist neuer als das Programm (Schema 9999_kuenftig" in shown
        assert "consultation migrate" not in shown
    assert counted(desk.url) == before


def test_a_move_takes_every_table_with_it(desk: Desk) -> None:
    before = counted(desk.url)
    [move] = block("Umzug von SQLite nach PostgreSQL")
    desk.terminal.instead["postgresql://nutzer:passwort@rechner/datenbank"] = desk.other
    shown = desk.terminal.type(move)
    assert counted(desk.other) == before
    assert all(f" {name} " in shown for name in before if name != "alembic_version")
    assert "Beide Datenbanken haben denselben Inhalt." in shown


def test_a_person_is_told_everything_and_then_erased_everywhere(desk: Desk) -> None:
    export, erase, dry, retention = block("Datenschutz")
    desk.terminal.instead["name@stadt.example"] = email = some_address(desk)
    desk.terminal.type(export)
    told = json.loads((desk.terminal.folder / "auskunft.json").read_text("utf-8"))
    assert email in json.dumps(told["tables"]["person"])
    shown = desk.terminal.type(f"{erase} --force", "ja")
    assert "Gelöscht: Konto" in shown
    assert some_address(desk) != email
    assert "Nichts wurde gelöscht (Probelauf)." in desk.terminal.type(dry)
    assert "Erledigt." in desk.terminal.type(retention)


def test_whoever_does_not_say_yes_erases_nobody(desk: Desk) -> None:
    _, erase, *_ = block("Datenschutz")
    desk.terminal.instead["name@stadt.example"] = email = some_address(desk)
    before = counted(desk.url)
    assert "Nichts wurde gelöscht." in desk.terminal.type(f"{erase} --force", "", ends=1)
    desk.terminal.instead["name@stadt.example"] = "niemand@stadt.example"
    assert "Dieses Konto gibt es nicht." in desk.terminal.type(erase, ends=1)
    assert counted(desk.url) == before
    assert some_address(desk) == email


def test_who_lost_the_second_step_gets_in_with_the_password_alone(desk: Desk) -> None:
    [reset] = block("Zweite Stufe der Anmeldung")
    desk.terminal.instead["paula@amt.example"] = some_address(desk)
    with desk.made.db.transaction() as session:
        person = session.scalars(sa.select(Person).where(Person.email == some_address(desk))).one()
        session.add(SecondFactor(person_id=person.id, salt="0" * 32, last_step=0, created_at=NOW))
    desk.made.db.close()
    assert "meldet sich jetzt wieder mit dem Passwort allein an" in desk.terminal.type(reset)
    assert counted(desk.url)["second_factor"] == 0
    assert "keine zweite Stufe" in desk.terminal.type(reset, ends=1)


def logs_in(desk: Desk, email: str, password: str) -> bool:
    with connected(desk.url) as connection:
        asked = sa.text("select password_hash from person where email = :email")
        return matches(connection.scalar(asked, {"email": email}), password)


def done(desk: Desk, action: str) -> int:
    """How often, as the log has it."""
    with connected(desk.url) as connection:
        asked = sa.text("select count(*) from history_entry where action = :action and person_id is null")
        return int(connection.scalar(asked, {"action": action}) or 0)


def test_operators_are_listed_appointed_and_dismissed_but_for_the_last(desk: Desk) -> None:
    listing, appoint, dismiss, _ = block("Wer den Dienst betreibt")
    before = desk.terminal.type(listing)
    with connected(desk.url) as connection:
        operators = sa.text("select email from person where operator = :yes and active = :yes")
        [olga] = connection.scalars(operators, {"yes": True})
        other = connection.scalar(
            sa.text("select email from person where operator = :no and active = :yes order by email"),
            {"yes": True, "no": False},
        )
    assert olga in before
    assert other not in before
    desk.terminal.instead["paula@amt.example"] = olga
    assert "betreibt niemand mehr den Dienst" in desk.terminal.type(dismiss, ends=1)
    assert "betreibt den Dienst schon" in desk.terminal.type(appoint, ends=1)
    desk.terminal.instead["paula@amt.example"] = other
    assert "betreibt den Dienst nicht." in desk.terminal.type(dismiss, ends=1)
    assert "betreibt jetzt den Dienst" in desk.terminal.type(appoint)
    assert other in desk.terminal.type(listing)
    assert "das Konto bleibt" in desk.terminal.type(dismiss)
    assert desk.terminal.type(listing) == before
    assert (done(desk, "appoint_operator"), done(desk, "dismiss_operator")) == (1, 1)
    desk.terminal.instead["paula@amt.example"] = "niemand@amt.example"
    assert "Dieses Konto gibt es nicht." in desk.terminal.type(appoint, ends=1)


def test_who_lost_all_ways_in_gets_a_password_that_nobody_sees(desk: Desk) -> None:
    command = block("Wer den Dienst betreibt")[-1]
    desk.terminal.instead["paula@amt.example"] = email = some_address(desk)
    with desk.made.db.transaction() as session:
        person = session.scalars(sa.select(Person).where(Person.email == email)).one()
        session.add(SecondFactor(person_id=person.id, salt="0" * 32, last_step=0, created_at=NOW))
        begin(session, person.id, NOW)
    desk.made.db.close()
    assert "leicht zu erraten" in desk.terminal.type(command, "passwortpasswort", "passwortpasswort", ends=1)
    assert counted(desk.url)["login_session"] > 0
    shown = desk.terminal.type(command, PASSWORD, "verschrieben", PASSWORD, PASSWORD)
    assert "Die beiden Eingaben sind verschieden." in shown
    assert "kann sich mit dem neuen Passwort anmelden" in shown
    assert "consultation user reset-second-step" in shown
    assert PASSWORD not in shown
    assert logs_in(desk, email, PASSWORD)
    with connected(desk.url) as connection:
        asked = sa.text(
            "select count(*) from login_session s join person p on p.id = s.person_id where p.email = :email"
        )
        assert connection.scalar(asked, {"email": email}) == 0
    assert done(desk, "set_password") == 1
    desk.terminal.instead["paula@amt.example"] = "niemand@amt.example"
    assert "Dieses Konto gibt es nicht." in desk.terminal.type(command, ends=1), (
        "nobody is asked for a password in vain"
    )
    assert "No such" not in desk.terminal.type(f"{command} --password x", ends=2)


def test_a_lost_key_is_replaced_and_second_steps_are_reset(desk: Desk) -> None:
    [adopt] = block("Der Schlüssel des Dienstes")
    assert "auf dem Stand" in desk.terminal.type("consultation migrate")
    with desk.made.db.transaction() as session:
        person = session.scalars(sa.select(Person).where(Person.email == some_address(desk))).one()
        session.add(SecondFactor(person_id=person.id, salt="0" * 32, last_step=0, created_at=NOW))
    desk.made.db.close()
    desk.terminal.settings["SECRET_KEY"] = "ein ganz anderer Schlüssel als der erste"
    assert adopt in desk.terminal.type("consultation worker", ends=1)
    assert "Nichts wurde geändert." in desk.terminal.type(adopt, "nein", ends=1)
    assert "Zurückgesetzte zweite Stufen: 1;" in desk.terminal.type(adopt, "ja")
    assert counted(desk.url)["second_factor"] == 0
    desk.terminal.serves("consultation serve")


def test_the_state_of_the_service_is_told_and_knows_of_backup_and_check(desk: Desk) -> None:
    [status] = block("Zustand")
    shown = desk.terminal.type(status, ends=1)
    assert "[handeln] Sicherung: Noch keine verzeichnet." in shown
    assert "[ansehen] Nachgerechnet: noch nie" in shown
    backup, _ = block("Sicherung und Wiederherstellung", "consultation backup")
    desk.terminal.type(backup)
    desk.terminal.type("consultation verify", ends=2)  # the editions of this world have rows, but no manifests
    shown = desk.terminal.type(status, ends=1)
    assert "[in Ordnung] Sicherung: zuletzt am " in shown
    assert "[handeln] Nachgerechnet: am " in shown
    assert "[handeln] Datenbank: " in shown, "the tests run on a database that does not wait for its disk"
    assert " noch offen: " in shown.splitlines()[-1]


def test_a_worker_beside_the_service_works_and_ends(desk: Desk) -> None:
    [worker] = block("Aufträge und Worker")
    mails = desk.made.settings.data_dir / "mail"
    desk.terminal.runs(worker, lambda: bool(list(mails.glob("*.eml"))))
