"""Rows of address lists in a table of their own, and the corrections a planning house has made in them.

Lists that were uploaded and not taken over yet are dropped: their rows were held in another form, and the file is there
to be uploaded again. Addresses that were taken over stay.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
shrinks: set[str] = {"address_upload"}

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STATES = ("doubt", "error", "matched", "not_invited", "left_out")


def upgrade() -> None:
    op.execute("DELETE FROM address_upload WHERE taken_over_at IS NULL")
    with op.batch_alter_table("address_upload", schema=None) as batch_op:
        batch_op.drop_column("rows")
    _rows()
    _aliases()


def _rows() -> None:
    op.create_table(
        "address_row",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "name", "given_email", "email", "postal")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("contact", "meant")),
        sa.Column("chosen", sa.String(length=36), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("remembered", "left_out")),
        sa.Column("state", sa.Enum(*STATES, name="rowstate", native_enum=False, create_constraint=True, length=40),
                  nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("reason", JSON, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_address_row_organisation_id")),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["address_upload.id"], name=op.f("fk_address_row_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_row")),
        sa.UniqueConstraint("upload_id", "number", name=op.f("uq_address_row_upload_id_number")),
    )  # fmt: skip
    with op.batch_alter_table("address_row", schema=None) as batch_op:
        for columns in (["upload_id", "state", "number"], ["upload_id", "organisation_id"]):
            name = f"ix_address_row_{'_'.join(columns)}"
            batch_op.create_index(batch_op.f(name), columns, unique=False)


def _aliases() -> None:
    op.create_table(
        "address_alias",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("given_email", sa.String(length=320), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("postal", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_address_alias_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_address_alias_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_alias")),
        sa.UniqueConstraint(
            "owner_id", "text", "given_email", name=op.f("uq_address_alias_owner_id_text_given_email")
        ),
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
