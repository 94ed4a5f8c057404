"""Rows left out of an address list are remembered for the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    op.create_table(
        "address_omission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("given_email", sa.String(length=320), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_address_omission_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_omission")),
        sa.UniqueConstraint(
            "owner_id", "text", "given_email", name=op.f("uq_address_omission_owner_id_text_given_email")
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
