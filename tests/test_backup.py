"""Backups: of one moment, with their files; examined before they replace anything; calm after they did."""

import gzip
import hashlib
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, update

from consultation import worker
from consultation.core import dump, jobs, migrations
from consultation.core.db import Database
from consultation.core.history import HistoryEntry, record
from consultation.core.migrations import row_counts
from consultation.evaluation.models import Contribution
from consultation.mail.transport import Memory
from consultation.people.models import ApiToken, LoginSession, Organisation, Person
from consultation.responses import actions as answers
from consultation.responses.models import Revision
from consultation.settings import Settings
from consultation.subjects import system
from consultation.upkeep import backup, restore, resuming
from consultation.upkeep.manifest import MANIFEST, SEAL, Unusable, examined
from consultation.upkeep.move import move
from tests import factories, tenancy_world
from tests.browsing import Browser, site
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.fault.invariants import fingerprint, problems
from tests.upkeep_world import LATER, NOW, Service, service, settings_for

TOUCHED = {"login_session", "api_token", "job_pause", "history_entry"}
"""What a restore changes on purpose."""


@dataclass(frozen=True)
class Stage:
    """One kind of database to back up, the other to restore into; a backup and what came of it, made once."""

    here: Copies
    there: Copies
    folder: Path
    kept: Path
    restored: Settings


@pytest.fixture(scope="module", params=DATABASES)
def stage(
    request: pytest.FixtureRequest, copies_of: dict[str, Copies], tmp_path_factory: pytest.TempPathFactory
) -> Stage:
    here, there = copies_of[request.param], next(one for kind, one in copies_of.items() if kind != request.param)
    folder = tmp_path_factory.mktemp("stage")
    with service(here, folder / "source") as made:
        backup.make(made.db, made.settings, folder / "backup", NOW)
    restored = settings_for(there.empty(), folder / "restored")
    restore.restore(restored, folder / "backup", LATER)
    return Stage(here, there, folder, folder / "backup", restored)


@pytest.fixture
def source(stage: Stage, tmp_path: Path) -> Iterator[Service]:
    with service(stage.here, tmp_path / "source") as made:
        yield made


@pytest.fixture
def kept(stage: Stage, tmp_path: Path) -> Path:
    """A backup that may be damaged."""
    return shutil.copytree(stage.kept, tmp_path / "backup")


@pytest.fixture
def target(stage: Stage, tmp_path: Path) -> Iterator[Settings]:
    """Another machine, with an empty database of the other kind; that of the same kind is restored over itself."""
    url = stage.there.empty()
    yield settings_for(url, tmp_path / "target")
    stage.there.drop(url)


@pytest.fixture
def again(stage: Stage, tmp_path: Path) -> Iterator[Settings]:
    """The settings of what was restored there."""
    url = stage.there.of(stage.restored.database)
    shutil.copytree(stage.restored.data_dir, tmp_path / "restored")
    yield settings_for(url, tmp_path / "restored")
    stage.there.drop(url)


@pytest.fixture
def restored(again: Settings) -> Iterator[Database]:
    made = Database(again.database, threads=4)
    yield made
    made.close()


def sums(db: Database) -> dict[str, dump.Sum]:
    with db.reader() as session:
        return dump.sums(session.connection(), dump.shapes())


# -- what comes back ---------------------------------------------------------------------------------------------------
def test_every_row_and_every_file_comes_back_on_either_database(
    source: Service, restored: Database, again: Settings
) -> None:
    before, after = sums(source.db), sums(restored)
    assert {name for name in before if before[name] != after[name]} == TOUCHED
    assert sum(found.rows for found in before.values()) > 400
    files = {p.relative_to(source.documents): p.read_bytes() for p in source.documents.rglob("*") if p.is_file()}
    assert {p.relative_to(again.documents): p.read_bytes() for p in again.documents.rglob("*") if p.is_file()} == files
    assert len(files) >= 6
    assert (again.data_dir / "secret_key").read_text() == (source.settings.data_dir / "secret_key").read_text()


def test_receipts_chain_and_editions_hold_after_a_restore_and_the_log_goes_on(
    source: Service, restored: Database, again: Settings
) -> None:
    assert problems(restored, again.documents) == []
    with restored.transaction() as session:
        highest = session.scalar(select(func.max(HistoryEntry.seq))) or 0
        entry = record(session, system(LATER), session.scalars(select(Organisation)).first(), "test")
        session.flush()
        assert entry.seq > highest
        told = session.scalars(select(HistoryEntry.details).where(HistoryEntry.action == "restore_backup")).one()
        assert (told["made_at"], told["revision"]) == (NOW.isoformat(), migrations.newest())
    assert problems(restored, again.documents) == []


def test_a_restored_service_answers_and_takes_submissions(source: Service, restored: Database) -> None:
    with restored.transaction() as session:
        tenancy_world._submit(session, source.world.people["town"], source.world.mine, "Nachgereicht")
        assert (session.scalar(select(func.count()).select_from(Revision)) or 0) > 4


# -- calm after it ---------------------------------------------------------------------------------------------------
def test_a_restored_service_sends_no_old_mails(source: Service, restored: Database, again: Settings) -> None:
    post = Memory()
    worker.look_for_reminders(restored, LATER)
    assert worker.run_due(restored, again, post, LATER) == 0
    with restored.transaction() as session:
        contributions = session.scalar(select(func.count()).select_from(Contribution))
        waiting = jobs.waiting(session)
        assert {"mail.login_code", "response.submitted", "mail.invitation"} <= set(waiting)
    left_out = resuming.resume(restored, system(LATER), drop_old=True)
    assert left_out.kinds == {kind: n for kind, n in waiting.items() if kind not in resuming.NEVER_DROPPED}
    worker.run_due(restored, again, post, LATER)
    assert post.sent == []
    with restored.transaction() as session:
        assert jobs.waiting(session) == {}
        assert session.scalar(select(func.count()).select_from(Contribution)) == contributions
        person = source.world.people["town"].person_id
        jobs.enqueue(session, "mail.login_code", {"id": str(person)}, run_at=LATER)
    worker.run_due(restored, again, post, LATER)
    assert len(post.sent) == 1  # what is asked for now goes out


def test_who_wants_the_old_mails_gets_them(restored: Database, again: Settings) -> None:
    assert resuming.resume(restored, system(LATER), drop_old=False) == resuming.LeftOut({}, 0)
    post = Memory()
    worker.run_due(restored, again, post, LATER)
    assert post.sent


def test_every_kind_of_job_is_either_left_out_or_kept_on_purpose() -> None:
    assert set(worker.HANDLERS) >= resuming.NEVER_DROPPED | resuming.WITHOUT_MAIL


def test_known_browsers_and_keys_are_known_no_more(source: Service, restored: Database) -> None:
    app = site(restored, LATER)
    browser = Browser(app)
    browser.cookies.set("session", source.world.cookies["town"])
    assert browser.get("/account").headers["location"].startswith("/login")
    token = source.world.tokens["town_token"]
    answer = browser.send("GET", "/api/v1/codelists", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    with restored.reader() as session:
        email = session.get_one(Person, source.world.people["town"].person_id).email
    browser.log_in(email)  # with the password they know


def test_they_stay_known_if_the_operator_says_so(source: Service, kept: Path, target: Settings) -> None:
    restore.restore(target, kept, LATER, keep_logins=True)
    db = Database(target.database, threads=2)
    browser = Browser(site(db, NOW))
    browser.cookies.set("session", source.world.cookies["town"])
    assert browser.get("/account").status_code == 200
    with db.reader() as session:
        assert session.scalar(select(func.count()).where(ApiToken.revoked_at.is_(None)))
    db.close()


# -- refusals --------------------------------------------------------------------------------------------------------
def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def reseal(kept: Path, change: Any) -> None:
    """A manifest that says something else, with a seal that fits."""
    told = orjson.loads((kept / MANIFEST).read_bytes())
    change(told)
    content = orjson.dumps(told)
    (kept / MANIFEST).write_bytes(content)
    (kept / SEAL).write_text(hashlib.sha256(content).hexdigest())


def wrong_rows(kept: Path) -> None:
    """All sums of files fit, but the rows are not those that were counted."""
    path = kept / "tables/organisation.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(gzip.decompress(path.read_bytes()).splitlines()[:-1]) + b"\n"))

    reseal(kept, lambda told: refile(told, path))


def refile(told: dict[str, Any], path: Path) -> None:
    one = next(one for one in told["files"] if one["path"] == f"tables/{path.name}")
    one["size"], one["sha256"] = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte of a table": (lambda kept: flip(kept / "tables/revision.ndjson.gz"), "verändert"),
    "a byte of a document": (lambda kept: flip(next((kept / "documents").rglob("*.pdf"))), "verändert"),
    "a table cut off": (lambda kept: cut(kept / "tables/history_entry.ndjson.gz"), "abgeschnitten"),
    "a missing table": (lambda kept: (kept / "tables/person.ndjson.gz").unlink(), "fehlt"),
    "a missing document": (lambda kept: next((kept / "documents").rglob("*.html")).unlink(), "fehlt"),
    "rows left out": (wrong_rows, "Inhalt"),
    "a byte of the manifest": (lambda kept: flip(kept / MANIFEST), "passt nicht"),
    "no manifest": (lambda kept: (kept / MANIFEST).unlink(), "keine Sicherung"),
    "another programme": (lambda kept: reseal(kept, lambda told: told.update(schema="other")), "keine Sicherung"),
    "a newer version": (lambda kept: reseal(kept, lambda told: told.update(revision="9999")), "neueren Version"),
    "a path that leads out": (
        lambda kept: reseal(kept, lambda told: told["files"][0].update(path="../../etc/passwd")), "keine Sicherung",
    ),
}  # fmt: skip


def test_a_damaged_foreign_or_newer_backup_is_refused_before_anything_is_changed(
    source: Service, kept: Path, tmp_path: Path
) -> None:
    before = fingerprint(source.db, source.documents)
    for name, (damage, said) in DAMAGES.items():
        copy = shutil.copytree(kept, tmp_path / name)
        damage(copy)
        with pytest.raises(Unusable, match=said):
            restore.restore(source.settings, copy, LATER, overwrite=True)
        assert fingerprint(source.db, source.documents) == before, name


def test_what_is_there_is_only_replaced_when_that_is_said(source: Service, kept: Path) -> None:
    with source.db.transaction() as session:
        factories.organisation(session, "Später entstanden")
    before = fingerprint(source.db, source.documents)
    with pytest.raises(Unusable, match="--overwrite"):
        restore.restore(source.settings, kept, LATER)
    assert fingerprint(source.db, source.documents) == before
    (source.documents / str(uuid.uuid4())).mkdir()  # of no edition
    source.db.engine.dispose()
    restore.restore(source.settings, kept, LATER, overwrite=True)
    restore.restore(source.settings, kept, LATER, overwrite=True)  # a second time comes to the same
    with source.db.reader() as session:
        names = session.scalars(select(Organisation.name)).all()
    assert "Später entstanden" not in names
    assert problems(source.db, source.documents) == []


def test_a_backup_goes_into_a_new_folder_and_says_which_files_are_missing(source: Service, kept: Path) -> None:
    with pytest.raises(Unusable, match="nicht leer"):
        backup.make(source.db, source.settings, kept, LATER)
    examined(kept)  # is untouched
    gone = next(source.documents.rglob("*.pdf"))
    gone.unlink()
    again = backup.make(source.db, source.settings, kept.with_name("zwei"), LATER)
    assert again.missing == (gone.relative_to(source.documents).as_posix(),)


def test_a_backup_of_an_earlier_version_is_brought_to_this_one(kept: Path, target: Settings) -> None:
    def older(told: dict[str, Any]) -> None:
        told["revision"] = "0013"
        later = ("job_pause", "revision_representation")
        told["tables"] = [one for one in told["tables"] if one["name"] not in later]
        without(told, "programme", "postal")
        without(told, "point", "public_number")
        without(told, "answer_fact", "once")
        without(told, "person", "erased_at")
        without(told, "membership", "invited_name")
        without(told, "job", "urgency")
        without(told, "edition_file", "volume", of=0)  # there were no others
        without(told, "edition_file", "holds")

    def without(told: dict[str, Any], table: str, column: str, *, of: object = None) -> None:
        """`of`: only rows that have this in the column are left."""
        about = next(one for one in told["tables"] if one["name"] == table)
        place = [name for name, _ in about["columns"]].index(column)
        del about["columns"][place]
        path = kept / f"tables/{table}.ndjson.gz"
        rows = [orjson.loads(row) for row in gzip.decompress(path.read_bytes()).splitlines()]
        kept_rows = [row for row in rows if of is None or row[place] == of]
        lines = [orjson.dumps(row[:place] + row[place + 1 :]) for row in kept_rows]
        path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
        about |= {"rows": len(lines), "sha256": dump.summed(lines).sha256}
        refile(told, path)

    reseal(kept, older)
    restore.restore(target, kept, LATER)
    db = Database(target.database, threads=2)
    assert migrations.is_current(db.engine)
    assert problems(db, target.documents) == []
    db.close()


# -- under load ------------------------------------------------------------------------------------------------------
def test_a_backup_made_while_people_submit_is_of_one_moment(source: Service, target: Settings, tmp_path: Path) -> None:
    stop, done = threading.Event(), list[int]()
    failed: list[Exception] = []

    def write() -> None:
        town = source.world.people["town"]
        try:
            while not stop.is_set():
                with source.db.transaction() as session:
                    found = tenancy_world._response(session, source.world.mine, town)
                    if found.state == "submitted":
                        answers.reopen(session, replace(town, moment=NOW), found.id)
                    tenancy_world._submit(session, town, source.world.mine, f"Nummer {len(done)}")
                done.append(1)
        except Exception as error:  # noqa: BLE001 -- told to the test
            failed.append(error)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        while len(done) < 3 and not failed:
            time.sleep(0.01)
        backup.make(source.db, source.settings, tmp_path / "under-load", NOW)
    finally:
        stop.set()
        thread.join()
    assert failed == []
    restore.restore(target, tmp_path / "under-load", LATER)
    db = Database(target.database, threads=2)
    assert problems(db, target.documents) == []
    db.close()


# -- moving ----------------------------------------------------------------------------------------------------------
def test_a_move_brings_every_row_and_numbers_go_on(source: Service, target: Settings) -> None:
    moved = move(source.db, target.database)
    db = Database(target.database, threads=2)
    assert dict(moved) == sums(db) == sums(source.db)
    with db.transaction() as session:
        highest = session.scalar(select(func.max(HistoryEntry.seq))) or 0
        entry = record(session, system(LATER), session.scalars(select(Organisation)).first(), "test")
        session.flush()
        assert entry.seq > highest
        assert session.scalars(select(LoginSession.id)).first()  # people stay logged in
        assert jobs.pauses(session) == []
    assert problems(db, source.documents) == []
    with pytest.raises(Unusable, match="nicht leer"):
        move(source.db, target.database)
    db.close()


def test_what_the_other_database_does_not_take_is_named_and_nothing_is_left_there(
    copies_of: dict[str, Copies], tmp_path: Path
) -> None:
    """Only PostgreSQL refuses a NUL, and only SQLite can hold one."""
    target = settings_for(copies_of["postgresql"].empty(), tmp_path / "target")
    with service(copies_of["sqlite"], tmp_path / "source") as source:
        with source.db.transaction() as session:
            session.execute(update(Person).values(name="Alex\0Beispiel"))
        with pytest.raises(Unusable, match="person, Zeilen 1 bis"):
            move(source.db, target.database)
    db = Database(target.database, threads=2)
    with db.reader() as session:
        assert row_counts(session.connection()) == {}
    db.close()
    copies_of["postgresql"].drop(target.database)
