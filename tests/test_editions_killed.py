"""A compilation that is killed, wherever that happens, leaves no half edition; it is resumed, or fails for all to see."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from consultation import worker
from consultation.core.db import Database
from consultation.core.jobs import LEASE, MAX_ATTEMPTS, Job, JobState
from consultation.documents import editions
from consultation.documents.checking.edition import check_folder
from consultation.documents.folders import folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.models import Edition
from consultation.mail.transport import Memory
from consultation.settings import Settings
from consultation.states import Audience, EditionState
from tests import edition_world as worlds
from tests.edition_world import AFTER


def started(db: Database) -> tuple[worlds.Weighed, Edition]:
    """Nothing else is left for a worker to do."""
    weighed = worlds.weighed(db, count=2)
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        return weighed, editions.start(session, weighed.planner, weighed.world.slug, Audience.INTERNAL)


def test_killed_at_every_step_no_half_edition_is_ever_seen_and_the_next_attempt_gets_further(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    _, edition = started(db)
    every = 1 if database_url.startswith("sqlite") else 4
    command = [sys.executable, "-m", "tests.killed_compiling", database_url, documents, edition.id, every]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(seen) > 24 // every
    for one in seen:
        if one["whole"]:
            assert one["files"] == one["readable"] == len(FORMATS), one
        else:
            assert (one["state"], one["files"], one["readable"]) == ("compiling", 0, 0), one
        assert one["strangers"] == 0
    assert seen[-1]["whole"]
    assert not seen[-1]["killed"]
    assert [path.name for path in documents.iterdir()] == [str(edition.id)]
    check_folder(folder_of(documents, edition.id), lambda _: None)


def test_a_killed_worker_lets_go_of_the_job_and_another_one_finishes_it(db: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    _, edition = started(db)
    died_with(db, settings, edition, times=1)
    worker.run_due(db, settings, Memory(), AFTER + LEASE * 2)
    assert worlds.read(db, edition).state == EditionState.COMPILED


def test_an_edition_that_kills_its_worker_each_time_fails_visibly_and_leaves_nothing(
    db: Database, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    weighed, edition = started(db)
    died_with(db, settings, edition, times=MAX_ATTEMPTS)
    later = AFTER + timedelta(days=1)
    worker.run_due(db, settings, Memory(), later)
    found = worlds.read(db, edition)
    assert (found.state, found.files) == (EditionState.FAILED, [])
    assert "worker" in found.error
    assert list(settings.documents.iterdir()) == []
    with db.reader() as session:
        assert session.scalars(select(Job.state).where(Job.kind == "edition.compile")).one() == JobState.DEAD
    with db.transaction() as session:
        editions.retry(session, weighed.planner, edition.id)
    worker.run_due(db, settings, Memory(), later)
    assert worlds.read(db, edition).state == EditionState.COMPILED


def died_with(db: Database, settings: Settings, edition: Edition, *, times: int) -> None:
    """The job as the database knows it when its worker was killed: taken, its lease not yet over, half of the work on disk."""
    workshop = settings.documents / f".{edition.id}-{'0' * 32}"
    workshop.mkdir(parents=True)
    (workshop / "half.pdf").write_text("half")
    with db.transaction() as session:
        session.execute(
            update(Job)
            .where(Job.kind == "edition.compile")
            .values(state=JobState.RUNNING, attempts=times, locked_until=AFTER + LEASE)
        )
    assert not worker.run_one(db, settings, Memory(), AFTER), "somebody may still be at work"


def test_workshops_of_the_dead_are_swept_and_those_in_use_are_not(db: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    _, edition = started(db)
    died_with(db, settings, edition, times=1)
    editions.sweep(db, settings.documents)
    assert len(list(settings.documents.iterdir())) == 1
    with db.transaction() as session:
        session.execute(update(Edition).values(state=EditionState.FAILED))
    editions.sweep(db, settings.documents)
    assert list(settings.documents.iterdir()) == []
