"""Answering together: who is where in an answer, and which page saved a text last."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id_person")),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_presence_response_id_response")),
        sa.PrimaryKeyConstraint("response_id", "person_id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_seen_at"), "presence", ["seen_at"])
    with op.batch_alter_table("draft_answer") as table:
        table.add_column(sa.Column("writer", sa.String(length=24), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
