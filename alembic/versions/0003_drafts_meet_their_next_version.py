"""Drafts meet their next version: corrections of a section are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    with op.batch_alter_table("section") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("section") as batch:
        batch.alter_column("version", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
