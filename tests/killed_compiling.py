"""Compiles one edition again and again and is killed at its next step each time, until it gets through.

`python -m tests.killed_compiling URL DOCUMENTS EDITION EVERY [MOST]`. A step is a file opened for writing or for syncing, a folder
made, renamed or removed among the documents, or a commit. After each death it is said, a line of JSON each, what an outsider
finds then.
"""

import json
import os
import signal
import sys
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from consultation.core.db import Database
from consultation.documents import editions, queries
from consultation.documents.annex import MOST
from consultation.documents.models import Edition
from consultation.states import EditionState
from consultation.subjects import stranger, system
from tests.edition_world import AFTER

STEPS = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree"}


def main(url: str, documents: Path, edition_id: uuid.UUID, every: int, most: int) -> None:
    step = 0
    while True:
        step += every
        child = os.fork()
        if child == 0:
            _work(url, documents, edition_id, step, most)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        found = look(url, documents, edition_id) | {"step": step, "killed": os.WIFSIGNALED(status)}
        sys.stdout.write(json.dumps(found) + "\n")
        if not found["killed"]:
            return


def _work(url: str, documents: Path, edition_id: uuid.UUID, last: int, most: int) -> None:
    left = last

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS and str(documents) in str(arguments[0]) and not _reads(event, arguments):
            count()

    sys.addaudithook(heard)
    db = Database(url, threads=2)
    sa.event.listen(db.engine, "commit", lambda _: count())
    editions.compile_edition(db, documents, edition_id, AFTER, most=most)


def _reads(event: str, arguments: tuple[Any, ...]) -> bool:
    return event == "open" and isinstance(arguments[1], str) and not set(arguments[1]) & set("wax+")


def look(url: str, documents: Path, edition_id: uuid.UUID) -> dict[str, Any]:
    """What can be seen and fetched from outside, while nobody works."""
    db = Database(url, threads=1)
    try:
        with db.reader() as session:
            edition = queries.get(session, system(AFTER), edition_id)
            readable = [f.name for f in edition.files if (documents / str(edition_id) / f.name).is_file()]
            strangers = session.scalars(queries.visible(stranger(AFTER)).with_only_columns(Edition.id)).all()
            whole = edition.state == EditionState.COMPILED
            return {"state": edition.state.value, "files": len(edition.files), "readable": len(readable), "whole": whole,
                    "strangers": len(strangers)}  # fmt: skip
    finally:
        db.close()


if __name__ == "__main__":
    main(
        sys.argv[1],
        Path(sys.argv[2]),
        uuid.UUID(sys.argv[3]),
        int(sys.argv[4]),
        int(sys.argv[5]) if sys.argv[5:] else MOST,
    )
