"""Who is represented is counted from what was submitted, not from what is written since."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
shrinks: set[str] = set()

AT_ONCE = 500


def upgrade() -> None:
    kind = sa.Enum(
        "represented", "supporter", name="representationkind", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "revision_representation",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("register_key", sa.String(length=12), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.ForeignKeyConstraint(
            ["register_key"], ["register_body.key"], name=op.f("fk_revision_representation_register_key")
        ),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_revision_representation_revision_id")),
        sa.PrimaryKeyConstraint("revision_id", "register_key", name=op.f("pk_revision_representation")),
    )
    with op.batch_alter_table("revision_representation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_representation_register_key"), ["register_key"], unique=False)
    fill()


def fill() -> None:
    """From the documents of the counted revisions. Most name nobody: only the others are read."""
    connection = op.get_bind()
    response = sa.table("response", sa.column("counted_revision_id", sa.Uuid()))
    submitted = sa.table("revision", sa.column("id", sa.Uuid()), sa.column("document"))
    names_somebody = submitted.c.document.contains('"represented":[{', autoescape=True)
    counted = (
        sa.select(submitted.c.id).join(response, response.c.counted_revision_id == submitted.c.id).where(names_somebody)
    )
    for revision_id in connection.scalars(counted).all():
        document = connection.scalar(sa.select(submitted.c.document).where(submitted.c.id == revision_id))
        rows = [
            {"revision_id": revision_id, "register_key": body["ars"], "kind": body["kind"]}
            for body in json.loads(document)["represented"]
        ]
        for start in range(0, len(rows), AT_ONCE):
            connection.execute(REPRESENTED.insert(), rows[start : start + AT_ONCE])


REPRESENTED = sa.table(
    "revision_representation", sa.column("revision_id", sa.Uuid()), sa.column("register_key"), sa.column("kind")
)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
