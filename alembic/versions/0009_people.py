"""People."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
