"""Brings a database to the newest version again and again and is killed at its next step each time, until it gets through.

`python -m tests.killed_upgrading URL EVERY`. A step is a statement or a commit. After each death it is said, a line of JSON
each, which version the database has then and a digest of all that stands in it.
"""

import hashlib
import json
import os
import signal
import sys
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from consultation.core.db import build_engine
from consultation.core.migrations import upgrade
from consultation.core.tables import all_tables


def main(url: str, every: int) -> None:
    all_tables()
    step = 0
    while True:
        step += every
        child = os.fork()
        if child == 0:
            _work(url, step)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        found = look(url) | {"step": step, "killed": os.WIFSIGNALED(status), "status": status}
        sys.stdout.write(json.dumps(found) + "\n")
        if not found["killed"]:
            return


def _work(url: str, last: int) -> None:
    left = last

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for step in ("before_cursor_execute", "commit"):
        sa.event.listen(sa.Engine, step, count)
    upgrade(url)


def look(url: str) -> dict[str, Any]:
    """The version, and a digest of every row of every table."""
    engine = build_engine(url, threads=1)
    found = hashlib.sha256()
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
        metadata = sa.MetaData()
        metadata.reflect(connection)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name):
            rows = sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            found.update(f"{table.name} {[column.name for column in table.columns]} {rows}\n".encode())
    engine.dispose()
    return {"version": list(heads), "digest": found.hexdigest()}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
