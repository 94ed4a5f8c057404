"""When a council meets is an answer of the form; the column beside the response was never filled."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_column("resolution_on")


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
