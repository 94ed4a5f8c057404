"""Submissions through the API, beside the database's own rate of commits of as many rows of the same size."""

import itertools
import os
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import inspect, select

from benchmarks import Benchmark, Result, Scale, at_least
from benchmarks.stage import servers
from benchmarks.stage.keepers import Keeper, bare, is_postgres, postgres_programs
from benchmarks.stage.load import load
from benchmarks.stage.people import Walker
from benchmarks.stage.submissions import submissions
from benchmarks.stage.world import World, world
from consultation.core.history import HistoryEntry
from consultation.responses.models import AnswerFact, DisclosureChoice, DraftAnswer, Response, Revision

LIMESURVEY = 66.0
"""Submissions a second by its interface, on such a machine."""


class ApiSubmissions(Benchmark):
    key = "api_submissions"
    title = "Abgaben über die API: Antworten speichern und abgeben"

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        with world(keeper, scale.organisations, scale.spare) as here, tempfile.TemporaryDirectory() as folder:
            tasks = submissions(here)
            with servers.product(here.url, Path(folder)) as server:
                first = next(tasks)
                load(server, 1, [first])
                commits = _rows_of(here, first.walker)
                _prepare(here.url)
                pairs = []
                for _ in range(scale.rounds):
                    ours = load(server, scale.clients, list(itertools.islice(tasks, scale.answers)))
                    pairs.append((ours, _commit_rate(here.url, commits, scale)))
        rate = statistics.median(ours.rate for ours, _ in pairs)
        ratio = statistics.median(ours.rate / theirs for ours, theirs in pairs)
        errors = [error for ours, _ in pairs for error in ours.errors]
        goal, kept = at_least(ratio, 1 / 3)
        yield Result(
            f"Abgaben, {scale.clients} Clients, {sum(map(len, commits))} Zeilen in {len(commits)} Transaktionen", "1/s", rate,
            statistics.median(theirs for _, theirs in pairs), ratio, goal, kept and not errors,
            statistics.median(ours.cpu for ours, _ in pairs), note=errors[0] if errors else "",
        )  # fmt: skip
        yield Result("LimeSurvey, Vielfaches", "1/s", rate, LIMESURVEY, rate / LIMESURVEY)


Commits = Sequence[Sequence[str]]
"""The rows of each transaction, as JSON."""


def _rows_of(here: World, walker: Walker) -> Commits:
    """What the service wrote for one submission: in the first transaction the draft, in the second the revision."""
    with here.database(1) as db, db.reader() as session:
        response = session.scalars(select(Response).where(Response.organisation_id == walker.organisation_id)).one()
        revision = session.scalars(select(Revision).where(Revision.response_id == response.id)).one()
        drafts = session.scalars(select(DraftAnswer).where(DraftAnswer.response_id == response.id)).all()
        facts = session.scalars(select(AnswerFact).where(AnswerFact.revision_id == revision.id)).all()
        choices = session.scalars(select(DisclosureChoice).where(DisclosureChoice.response_id == response.id)).all()
        told = session.scalars(select(HistoryEntry).where(HistoryEntry.subject_id == response.id)).all()
        return [
            [_text(row) for row in (response, *drafts)],
            [_text(row) for row in (revision, *facts, *choices, *told)],
        ]


def _text(row: Any) -> str:
    values = {column.key: getattr(row, column.key) for column in inspect(row).mapper.column_attrs}
    return orjson.dumps(values, default=str).decode()


TABLE = "create table bare_commit (id {key}, row text not null)"


def _prepare(url: str) -> None:
    from benchmarks.stage.bare_site import KEYS, opened  # noqa: PLC0415 -- pulls in a web server

    connection = opened(bare(url))
    connection.execute(TABLE.format(key=KEYS[is_postgres(url)]))
    connection.commit()
    connection.close()


def _commit_rate(url: str, commits: Commits, scale: Scale) -> float:
    """Submissions a second."""
    return _pgbench(url, commits, scale) if is_postgres(url) else _loop(bare(url), commits, scale)


def _loop(path: str, commits: Commits, scale: Scale) -> float:
    """SQLite has one writer at a time: one loop is as fast as it gets."""
    from benchmarks.stage.bare_site import opened  # noqa: PLC0415 -- as above

    connection: sqlite3.Connection = opened(path)
    begin, count = time.perf_counter(), scale.answers * 4
    for _ in range(count):
        for rows in commits:
            connection.execute("begin immediate")
            connection.executemany("insert into bare_commit (row) values (?)", [(row,) for row in rows])
            connection.execute("commit")
    rate = count / (time.perf_counter() - begin)
    connection.close()
    return rate


def _pgbench(url: str, commits: Commits, scale: Scale) -> float:
    script = "\n".join(f"begin;\ninsert into bare_commit (row) values {_values(rows)};\ncommit;" for rows in commits)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        turns = max(1, scale.answers * 4 // scale.clients)
        command = [
            str(postgres_programs() / "pgbench"), "--no-vacuum", f"--client={scale.clients}", f"--jobs={os.cpu_count()}",
            f"--transactions={turns}", f"--file={file.name}", bare(url),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def _values(rows: Sequence[str]) -> str:
    """The program reads `:name` as a variable of its own: no colon stands before a letter."""
    texts = (row.replace("'", "''").replace(":", ": ") for row in rows)
    return ", ".join(f"('{text}')" for text in texts)
