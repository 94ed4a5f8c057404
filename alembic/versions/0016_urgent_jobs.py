"""Jobs have an urgency: what somebody waits for at the screen goes before mails to all."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
shrinks: set[str] = set()

TO_ALL = "'mail.cancelled', 'mail.corrected', 'mail.extended', 'mail.invitation', 'mail.published', 'mail.reminder'"


def upgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")
        batch_op.add_column(sa.Column("urgency", sa.Integer(), nullable=False, server_default="2"))
    op.execute(f"UPDATE job SET urgency = 3 WHERE kind IN ({TO_ALL})")  # noqa: S608 -- a constant
    op.execute("UPDATE job SET urgency = 1 WHERE kind IN ('mail.login_code', 'mail.password_code')")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.alter_column("urgency", server_default=None)
        batch_op.create_index("ix_job_due", ["state", "urgency", "run_at", "id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
