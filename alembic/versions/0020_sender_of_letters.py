"""Letters name the postal address of the house that asks."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("postal", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.alter_column("postal", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
