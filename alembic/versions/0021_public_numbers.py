"""A point keeps the number under which a public edition first showed it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_number", sa.Integer(), nullable=True))
    op.create_index(
        op.f("ix_point_consultation_id_public_number"), "point", ["consultation_id", "public_number"], unique=True
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
