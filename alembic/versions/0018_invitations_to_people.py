"""Who is invited stands under the name that was typed until they accept."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    with op.batch_alter_table("membership") as batch:
        batch.add_column(sa.Column("invited_name", sa.String(200), nullable=True))
    op.execute(
        "UPDATE membership SET invited_name = (SELECT person.name FROM person WHERE person.id = membership.person_id) "
        "WHERE invited_at IS NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
