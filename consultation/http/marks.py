"""Marks of use (last seen, last used): written beside a request, and missed rather than in its way."""

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.outage import is_outage


def note(db: Database, do: Callable[[Session], None]) -> None:
    """Where nothing can be written (disk full, read-only), what only reads goes on."""
    try:
        with db.transaction() as session:
            do(session)
    except SQLAlchemyError as error:
        if not is_outage(error):
            raise
