"""How revisions run: on the connection the caller hands over, or (for authors) on DATABASE_URL."""

import os
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from consultation.core.db import Json, UtcDateTime, build_engine, schema_transaction
from consultation.core.tables import all_tables


def render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """A revision names no class of ours: it must still mean the same when the class has changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is Json:
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=all_tables(),
        render_as_batch=True,
        compare_server_default=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


if given := context.config.attributes.get("connection"):
    run(given)
else:
    with schema_transaction(build_engine(os.environ["DATABASE_URL"], threads=1)) as own:
        run(own)
