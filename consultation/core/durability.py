"""Whether what is committed survives a power cut: the database itself is asked.

A commit must wait for the disk: what was acknowledged is there after the next instant. SQLite does so on every
connection of ours (`core/db.py`); a PostgreSQL server is set up by somebody else.
"""

from sqlalchemy import Engine, column, select, table

from consultation.core.db import is_server

# https://www.postgresql.org/docs/current/runtime-config-wal.html; for `synchronous_commit` all other values wait at least
# for the disk of this server.
_OFF = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def unsafe_settings(engine: Engine) -> list[str]:
    """`fsync=off` and the like; none where commits wait for the disk."""
    if not is_server(engine):
        return []
    settings = table("pg_settings", column("name"), column("setting"))
    known = select(settings.c.name, settings.c.setting).where(settings.c.name.in_(_OFF)).order_by(settings.c.name)
    with engine.connect() as connection:
        return [f"{name}={value}" for name, value in connection.execute(known) if value == _OFF[name]]
