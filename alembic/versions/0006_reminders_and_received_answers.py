"""Reminders in planned stages; answers that came by mail, letter or workshop, each with its original.

Consultations in preparation get the usual two stages. Those that run already get none: nobody chose them there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
shrinks: set[str] = set()

USUAL = (14, 3)


def upgrade() -> None:
    _reminders()
    _intake()


def _reminders() -> None:
    op.create_table(
        "reminder_stage",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_reminder_stage_consultation_id")
        ),
        sa.PrimaryKeyConstraint("consultation_id", "days_before", name=op.f("pk_reminder_stage")),
    )
    op.create_table(
        "reminder",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withheld", sa.String(length=40), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_reminder_consultation_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_reminder_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("invitation_id", "stage", name=op.f("uq_reminder_invitation_id_stage")),
    )
    op.create_index(op.f("ix_reminder_consultation_id"), "reminder", ["consultation_id"])
    consultation = sa.table("consultation", sa.column("id"), sa.column("state"))
    stage = sa.table("reminder_stage", sa.column("consultation_id"), sa.column("days_before"))
    for days in USUAL:
        drafts = sa.select(consultation.c.id, sa.literal(days)).where(consultation.c.state == "draft")
        op.execute(stage.insert().from_select(["consultation_id", "days_before"], drafts))


def _intake() -> None:
    op.create_table(
        "intake",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "portal",
                "api",
                "upload",
                "mail",
                "letter",
                "workshop",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("original_hash", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consultation_id"], ["consultation.id"], name=op.f("fk_intake_consultation_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_intake_invitation_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_intake_organisation_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_intake_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_intake_revision_id")),
    )
    op.create_index(op.f("ix_intake_invitation_id"), "intake", ["invitation_id"])
    for change in ("UPDATE", "DELETE"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER intake_refuses_{change.lower()} BEFORE {change} ON intake FOR EACH ROW "
                "WHEN (OLD.revision_id IS NOT NULL) EXECUTE FUNCTION refuse_change()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER intake_refuses_{change.lower()} BEFORE {change} ON intake "
                "WHEN OLD.revision_id IS NOT NULL BEGIN SELECT RAISE(ABORT, 'intake is append-only'); END"
            )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring the backup made before the migration.")
