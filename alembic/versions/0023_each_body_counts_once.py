"""One of the facts that a body stated to a field and item counts the body, so that figures are one walk along the index."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
shrinks: set[str] = set()

MORE = """
UPDATE answer_fact SET once = :no WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY revision_id, question, item ORDER BY id) AS place FROM answer_fact
    ) AS placed WHERE place > 1
)
"""
CUBE = ("consultation_id", "question", "item", "option", "size_class", "state", "kind", "once", "number")


def upgrade() -> None:
    with op.batch_alter_table("answer_fact", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_fact_cube")
        batch_op.add_column(sa.Column("once", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(sa.text(MORE).bindparams(sa.bindparam("no", False, sa.Boolean())))
    with op.batch_alter_table("answer_fact", schema=None) as batch_op:
        batch_op.alter_column("once", server_default=None)
        batch_op.create_index("ix_answer_fact_cube", list(CUBE), unique=False)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
