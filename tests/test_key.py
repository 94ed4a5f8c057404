"""The key that the data hang on: another one is noticed before it does harm, and can be taken in place of one that is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from consultation import terminal
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.people.models import LoginSession, SecondFactor
from consultation.settings import load
from consultation.subjects import system
from consultation.upkeep import backup, key
from tests import factories as make
from tests.copies import Copies
from tests.demo_world import consultation
from tests.factories import MOMENT
from tests.test_hindrances import refused
from tests.upkeep_world import NOW, Service, service

FIRST, OTHER = "erster-schluessel" * 3, "anderer-schluessel" * 3
ADOPT = "consultation adopt-key"


@pytest.fixture
def made(copies_of: dict[str, Copies], tmp_path: Path) -> Iterator[Service]:
    with service(copies_of["sqlite"], tmp_path / "var") as found:
        found.db.close()
        yield found


def test_the_log_tells_the_key_and_does_not_give_it_away(db: Database) -> None:
    with db.transaction() as session:
        assert key.noted(session) is None
        key.note(session, system(MOMENT), FIRST)
    with db.reader() as session:
        assert key.noted(session) == key.fingerprint(FIRST) != key.fingerprint(OTHER)
        line = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "take_key")).one()
        assert FIRST not in repr(vars(line))
        assert len(key.fingerprint(FIRST)) == 8, "enough to tell two apart, not to try keys out"


def test_another_key_takes_its_place_and_resets_what_hung_on_the_first(db: Database) -> None:
    with db.transaction() as session:
        key.note(session, system(MOMENT), FIRST)
        person = make.person(session)
        session.add(SecondFactor(person_id=person.id, salt="0" * 32, last_step=0, created_at=MOMENT))
        session.add(LoginSession(
            token_hash="0" * 64, person_id=person.id, created_at=MOMENT, last_seen_at=MOMENT, expires_at=MOMENT, device="",
        ))  # fmt: skip
        session.flush()
        assert key.adopt(session, system(MOMENT), OTHER) == 1
    with db.reader() as session:
        assert key.noted(session) == key.fingerprint(OTHER)
        assert not session.scalars(select(SecondFactor)).all()
        assert not session.scalars(select(LoginSession)).all()
        assert [job.payload["what"] for job in session.scalars(select(Job))] == ["reset_second_factor"]
        lines = session.scalars(
            select(HistoryEntry).where(HistoryEntry.action == "take_key").order_by(HistoryEntry.seq)
        )
        assert [(line.old, line.new) for line in lines] == [
            (None, key.fingerprint(FIRST)), (key.fingerprint(FIRST), key.fingerprint(OTHER)),
        ]  # fmt: skip


def at(made: Service) -> dict[str, str]:
    return {"DATA_DIR": str(made.settings.data_dir), "DATABASE_URL": made.settings.database, "UNSAFE_DATABASE": "1"}


def test_no_service_starts_with_another_key_than_the_first_one_had(made: Service) -> None:
    here, file = at(made), made.settings.key_file
    assert consultation("migrate", **here).returncode == 0
    for command in ("migrate", "worker", "serve"):
        said = refused(command, **here, SECRET_KEY=OTHER, PORT="18766")
        assert (
            "Der Schlüssel des Dienstes (SECRET_KEY) ist nicht der, mit dem diese Datenbank eingerichtet wurde" in said
        )
        assert "Ersatzcodes" in said
        assert ADOPT in said
        assert OTHER not in said
    right = file.read_text()
    file.write_text(OTHER)
    assert f"({file})" in refused("worker", **here)
    status = consultation("status", **here)
    assert "[handeln] Schlüssel des Dienstes: nicht der, mit dem die Datenbank eingerichtet wurde" in status.stdout
    file.write_text(right)
    assert consultation("migrate", **here).returncode == 0
    assert "[in Ordnung] Schlüssel des Dienstes: der, mit dem" in consultation("status", **here).stdout
    file.unlink()
    lost = refused("worker", **here)
    assert "Der Schlüssel des Dienstes fehlt" in lost
    assert ADOPT in lost


def test_whoever_lost_the_key_takes_another_one_knowing_what_it_costs(made: Service, tmp_path: Path) -> None:
    here = at(made)
    consultation("migrate", **here)
    assert "nichts zu tun" in consultation("adopt-key", **here).stdout
    assert "Es gibt keinen Schlüssel" in refused("adopt-key", **here | {"DATA_DIR": str(tmp_path)})
    found = consultation("adopt-key", "--yes", **here, SECRET_KEY=OTHER)
    assert found.returncode == 0, found.stderr
    assert "Zurückgesetzte zweite Stufen: 0" in found.stdout
    assert consultation("migrate", **here, SECRET_KEY=OTHER).returncode == 0
    assert ADOPT in refused("migrate", **here)


def test_a_backup_tells_which_key_it_needs(made: Service, tmp_path: Path) -> None:
    """Made where the key is a variable: it is not in the backup."""
    new = tmp_path / "new"
    assert consultation("migrate", **at(made), SECRET_KEY=FIRST).returncode == 0
    made.settings.key_file.unlink()
    backup.make(made.db, made.settings, tmp_path / "kept", NOW)
    made.db.close()
    load({}, data_dir=new)
    restored = consultation("restore", tmp_path / "kept", "--data-dir", new)
    assert restored.returncode == 0
    assert "ist nicht der, mit dem diese Datenbank eingerichtet wurde" in restored.stderr
    refused("worker", "--data-dir", new)
    assert consultation("migrate", "--data-dir", new, SECRET_KEY=FIRST).returncode == 0


def test_a_database_that_takes_no_line_now_keeps_no_service_from_starting(
    made: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(made.settings.database, 1)

    def away() -> NoReturn:
        raise OperationalError("insert", {}, Exception("read only"))

    with monkeypatch.context() as patched:
        patched.setattr(database, "transaction", away)
        terminal.demand_key(database, made.settings)
    terminal.demand_key(database, made.settings)
    with database.reader() as session:
        assert (session.scalar(select(func.count()).where(HistoryEntry.action == "take_key")) or 0) == 1
    database.close()
