"""Logs somebody of an installation in without a password, for programs that look for holes behind the log-in.

`python -m tests.logged_in DATA_DIR EMAIL` prints the header such a program sends. Whoever reads the database may do that
anyway; nothing of the service leads here.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from consultation.core.db import Database
from consultation.people import sessions
from consultation.people.models import Person
from consultation.settings import load


def main(data_dir: Path, email: str) -> str:
    database = Database(load(data_dir=data_dir).database, threads=1)
    try:
        with database.transaction() as session:
            person = session.scalars(sa.select(Person.id).where(Person.email == email)).one()
            return f"Cookie: session={sessions.begin(session, person, datetime.now(UTC))}"
    finally:
        database.close()


if __name__ == "__main__":
    sys.stdout.write(main(Path(sys.argv[1]), sys.argv[2]) + "\n")
