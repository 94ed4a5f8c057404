"""An edition has volumes beside its document: every text word for word, a file for each volume and format."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
shrinks: set[str] = set()

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("edition_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("volume", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("holds", Json, nullable=False, server_default="{}"))
        batch_op.drop_constraint(batch_op.f("uq_edition_file_edition_id_format"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_edition_file_edition_id_format_volume"), ["edition_id", "format", "volume"]
        )
    with op.batch_alter_table("edition_file", schema=None) as batch_op:
        batch_op.alter_column("volume", server_default=None)
        batch_op.alter_column("holds", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
