"""Comments on answers, inside the house that writes them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
shrinks: set[str] = set()


def upgrade() -> None:
    state = sa.Enum("open", "resolved", name="commentstate", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "answer_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("question_key", sa.String(length=80), nullable=False),
        sa.Column("item_key", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_answer_comment_response_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_answer_comment_organisation_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["answer_comment.id"], name=op.f("fk_answer_comment_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_comment")),
    )
    with op.batch_alter_table("answer_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_comment_response_id"), ["response_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_comment_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_comment_moment"), ["moment"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
