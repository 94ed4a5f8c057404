"""No consultation hides people among fewer than five: what planners set lower is raised."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    op.execute("UPDATE consultation SET minimum_cell = 5 WHERE minimum_cell < 5")


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
