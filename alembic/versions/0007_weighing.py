"""Weighing: steps that can be taken back, exceptions, votes and notes, reusable replies, search without umlauts."""

import re
import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
shrinks: set[str] = set()

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Sequence64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 500


def upgrade() -> None:
    _tables()
    _contributions()
    _points()
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counts", Json, nullable=False, server_default="{}"))
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.alter_column("counts", server_default=None)


def _tables() -> None:
    op.create_table(
        "point_step",
        sa.Column("seq", Sequence64, autoincrement=True, nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("moved", Json, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_point_step_consultation_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_point_step")),
    )
    with op.batch_alter_table("point_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_point_step_consultation_id_person_id"), ["consultation_id", "person_id"], unique=False
        )
    op.create_table(
        "point_before",
        sa.Column("step", Sequence64, nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_point_before_point_id")),
        sa.ForeignKeyConstraint(["step"], ["point_step.seq"], name=op.f("fk_point_before_step")),
        sa.PrimaryKeyConstraint("step", "point_id", name=op.f("pk_point_before")),
    )
    op.create_table(
        "reply_template",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "accepted",
                "partly_accepted",
                "not_accepted",
                "noted",
                "already_covered",
                "out_of_scope",
                "to_be_examined",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_reply_template_consultation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
        sa.UniqueConstraint("consultation_id", "title", name=op.f("uq_reply_template_consultation_id_title")),
    )


def _contributions() -> None:
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.alter_column("search", server_default=None)
    fill_contributions()


def fill_contributions() -> None:
    said = sa.table(
        "contribution", *map(sa.column, ("original_text", "rationale", "search")), sa.column("id", sa.Uuid())
    )
    _fill(said, lambda row: f"{row.original_text} {row.rationale}")


def _points() -> None:
    texts = ("vote", "note", "search")
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("vote_by", sa.String(length=200), nullable=False, server_default=""))
        for name in texts:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("source_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("last_step", Sequence64, nullable=True))
        batch_op.add_column(sa.Column("last_by", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_point_source_id"), ["source_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_point_last_step"), "point_step", ["last_step"], ["seq"])
        batch_op.create_foreign_key(batch_op.f("fk_point_merged_into_id"), "point", ["merged_into_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_point_source_id"), "point", ["source_id"], ["id"])
    with op.batch_alter_table("point", schema=None) as batch_op:
        for name in ("vote_by", *texts):
            batch_op.alter_column(name, server_default=None)
    fill_points()


def fill_points() -> None:
    _fill(sa.table("point", sa.column("text"), sa.column("search"), sa.column("id", sa.Uuid())), lambda row: row.text)


def _fill(table: sa.TableClause, words: Callable[[sa.Row], str]) -> None:
    """What is searched in rows that were there before."""
    connection = op.get_bind()
    change = sa.update(table).where(table.c.id == sa.bindparam("row")).values(search=sa.bindparam("words"))
    rows = [{"row": row.id, "words": search_key(words(row))} for row in connection.execute(sa.select(table))]
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(change, rows[start : start + AT_ONCE])


def search_key(text: str) -> str:
    """As the service spelled it when this revision was written."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    for spelled, letter in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        folded = folded.replace(spelled, letter)
    return " ".join(re.findall(r"\w+", folded))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
