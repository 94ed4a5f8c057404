"""How much room the data take, and how much there is left."""

import shutil
from pathlib import Path

from sqlalchemy import Engine, func, literal_column, select, text
from sqlalchemy.orm import Session

from consultation.core.db import is_server


def kind_of(session: Session) -> str:
    return "PostgreSQL" if _on_server(session) else "SQLite"


def bytes_of(session: Session) -> int:
    """Of the whole database, as it says itself."""
    if _on_server(session):
        return int(session.scalars(select(func.pg_database_size(func.current_database()))).one())
    pages = text("pragma_page_count(), pragma_page_size()")
    return int(session.scalars(select(literal_column("page_count * page_size")).select_from(pages)).one())


def _on_server(session: Session) -> bool:
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    return is_server(engine)


def free_in(folder: Path) -> tuple[int, int]:
    """Free bytes and all bytes of the disk on which it lies."""
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total
