"""What the answers demand: immutable contributions, gathered into points that are weighed once."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.consultations.models import Consultation
from consultation.core.db import Base, Identified, words
from consultation.states import PointState


class ContributionKind(StrEnum):
    REMARK = "remark"
    DELETE = "delete"
    REPLACE = "replace"
    INSERT = "insert"


class Decision(StrEnum):
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    NOT_ACCEPTED = "not_accepted"
    NOTED = "noted"
    ALREADY_COVERED = "already_covered"
    OUT_OF_SCOPE = "out_of_scope"
    TO_BE_EXAMINED = "to_be_examined"


class Point(Identified, Base):
    """One demand with n supporters (distinct organisations of its counted contributions), one decision, one reply."""

    __tablename__ = "point"
    __table_args__ = (UniqueConstraint("consultation_id", "number"), Index(None, "consultation_id", "section_key"))
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    section_key: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    """The working text: at first that of its first contribution; the originals stay beside it."""
    state: Mapped[PointState] = mapped_column(words(PointState))
    decision: Mapped[Decision | None] = mapped_column(words(Decision))
    reply: Mapped[str] = mapped_column(Text)
    assignee_id: Mapped[uuid.UUID | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    consultation: Mapped[Consultation] = relationship(lazy="raise_on_sql")
    tags: Mapped[list["PointTag"]] = relationship(
        lazy="raise_on_sql", order_by="PointTag.tag", cascade="all, delete-orphan"
    )

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.consultation.planners


class PointTag(Base):
    __tablename__ = "point_tag"
    point_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("point.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)
    """A key of the codebook."""


class Contribution(Identified, Base):
    """What one organisation said, word for word; never changed, only moved from point to point."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("revision_id", "question_key", "item_key"),
        Index(None, "consultation_id", "text_hash"),
    )
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"))
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    question_key: Mapped[str] = mapped_column(String(80))
    item_key: Mapped[str] = mapped_column(String(80))
    part: Mapped[str] = mapped_column(String(40))
    """The part of the form, whose disclosure governs it."""
    draft_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("draft_version.id"))
    section_key: Mapped[str | None] = mapped_column(String(20))
    locator: Mapped[str] = mapped_column(String(200))
    kind: Mapped[ContributionKind] = mapped_column(words(ContributionKind))
    original_text: Mapped[str] = mapped_column(Text)
    rationale: Mapped[str] = mapped_column(Text)
    priority: Mapped[str] = mapped_column(String(10))
    text_hash: Mapped[str] = mapped_column(String(64))
    """Equal for word-for-word equal demands on the same section (white space and case folded)."""
    point_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("point.id"), index=True)
    made_at: Mapped[datetime]
