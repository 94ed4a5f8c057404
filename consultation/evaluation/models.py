"""What the answers demand: immutable contributions, gathered into points that are weighed once."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.consultations.models import Consultation
from consultation.core.db import Base, Identified, words
from consultation.core.history import Sequence64
from consultation.core.language import Message
from consultation.evaluation.numbers import both_numbers
from consultation.responses.models import Response, Revision
from consultation.states import PointState, RedactionState


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


ADOPTED = frozenset({Decision.ACCEPTED, Decision.PARTLY_ACCEPTED})
"""Wholly or in part: something is to become different."""


class Point(Identified, Base):
    """One demand with n supporters (distinct organisations of its counted contributions), one decision, one reply."""

    __tablename__ = "point"
    __table_args__ = (
        UniqueConstraint("consultation_id", "number"),
        Index(None, "consultation_id", "section_key"),
        Index(None, "consultation_id", "public_number", unique=True),
    )
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    """In the house: in the order in which demands came, and so never told outside."""
    public_number: Mapped[int | None]
    """Everywhere else: given by the first published edition that shows the point, and kept."""
    section_key: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    """The working text: at first that of its first contribution; the originals stay beside it."""
    state: Mapped[PointState] = mapped_column(words(PointState))
    decision: Mapped[Decision | None] = mapped_column(words(Decision))
    reply: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    """What joined the point after this moment inherited the decision."""
    vote: Mapped[str] = mapped_column(Text)
    """The advice of a specialist unit (Votum); internal."""
    vote_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    """For colleagues; never in an edition."""
    assignee_id: Mapped[uuid.UUID | None]
    source_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("point.id"), index=True)
    """An exception: the point its first contributions were taken out of."""
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("point.id"))
    """It is gone: all its contributions moved to that point."""
    version: Mapped[int]
    """Of what is typed: text, decision, reply, vote, note. Tags and assignment are small steps of their own."""
    search: Mapped[str] = mapped_column(Text)
    """`core.text.search_key` of the working text."""
    last_step: Mapped[int | None] = mapped_column(Sequence64, ForeignKey("point_step.seq"))
    last_by: Mapped[uuid.UUID | None]
    """Who did the last step on it, and may take it back."""
    created_at: Mapped[datetime]
    consultation: Mapped[Consultation] = relationship(lazy="raise_on_sql")
    tags: Mapped[list["PointTag"]] = relationship(
        lazy="raise_on_sql", order_by="PointTag.tag", cascade="all, delete-orphan"
    )

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.consultation.planners

    @property
    def numbers(self) -> Message:
        return both_numbers(self.number, self.public_number)


class PointTag(Base):
    __tablename__ = "point_tag"
    point_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("point.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)
    """A key of the codebook."""


class PointStep(Base):
    """One thing a person did to one point or to many at once, so that it can be taken back."""

    __tablename__ = "point_step"
    __table_args__ = (Index(None, "consultation_id", "person_id"),)
    seq: Mapped[int] = mapped_column(Sequence64, primary_key=True, autoincrement=True)
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    person_id: Mapped[uuid.UUID | None]
    moment: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(40))
    moved: Mapped[list[Any]]
    """[contribution, the point it was in]; of a merge first those of the point that went, then those of its target."""
    undone_at: Mapped[datetime | None]


class PointBefore(Base):
    """What a point was before a step: only what the step changes."""

    __tablename__ = "point_before"
    step: Mapped[int] = mapped_column(Sequence64, ForeignKey("point_step.seq"), primary_key=True)
    point_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("point.id"), primary_key=True)
    before: Mapped[dict[str, Any]]


class ReplyTemplate(Identified, Base):
    """A reply that is used again and again in one consultation (Textbaustein)."""

    __tablename__ = "reply_template"
    __table_args__ = (UniqueConstraint("consultation_id", "title"),)
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    decision: Mapped[Decision | None] = mapped_column(words(Decision))
    created_at: Mapped[datetime]
    consultation: Mapped[Consultation] = relationship(lazy="raise_on_sql")

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.consultation.planners


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
    search: Mapped[str] = mapped_column(Text)
    """`core.text.search_key` of text and rationale."""
    text_hash: Mapped[str] = mapped_column(String(64))
    """Equal for word-for-word equal demands on the same section (white space and case folded)."""
    point_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("point.id"), index=True)
    made_at: Mapped[datetime]


class RedactionReason(StrEnum):
    PERSON = "person"
    SINGLE_CASE = "single_case"
    CONFIDENTIAL = "confidential"
    RIGHTS = "rights"
    OTHER = "other"


class LiftReason(StrEnum):
    """Why a redaction was lifted: in the log, which nobody can change, so never in words of one's own."""

    MISTAKE = "mistake"
    AGREED = "agreed"
    KNOWN = "known"
    REPLACED = "replaced"
    GONE = "gone"


class Redaction(Identified, Base):
    """A passage of an answer that is hidden in everything public (Schwärzung). The answer itself is never touched.

    Where it was found is kept, never the words: revision, place, span and the hashes of the whole text and of the passage.
    """

    __tablename__ = "redaction"
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"), index=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), index=True)
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"))
    place: Mapped[str] = mapped_column(String(300))
    """Which text of the answer: `Written.place`."""
    begins: Mapped[int]
    ends: Mapped[int]
    text_hash: Mapped[str] = mapped_column(String(64))
    passage_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[RedactionReason] = mapped_column(words(RedactionReason))
    note: Mapped[str] = mapped_column(String(500))
    """More about the reason; the organisation concerned reads it, nobody else outside."""
    state: Mapped[RedactionState] = mapped_column(words(RedactionState))
    person_id: Mapped[uuid.UUID | None]
    made_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[uuid.UUID | None]
    consultation: Mapped[Consultation] = relationship(lazy="raise_on_sql")
    response: Mapped[Response] = relationship(lazy="raise_on_sql")
    revision: Mapped[Revision] = relationship(lazy="raise_on_sql")

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.consultation.planners


class CheckedPassage(Base):
    """A planner looked at this passage and found that it may stand in public; holds for every word-for-word equal text."""

    __tablename__ = "checked_passage"
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    begins: Mapped[int] = mapped_column(primary_key=True)
    ends: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID | None]
    moment: Mapped[datetime]


@dataclass(frozen=True)
class Held:
    """A point that nobody else can change until the end of the transaction."""

    __tablename__: ClassVar[str] = "point"
    planners: Mapping[uuid.UUID, str | None]
    id: uuid.UUID
    consultation_id: uuid.UUID
    number: int
    public_number: int | None
    section_key: str | None
    text: str
    state: PointState
    decision: Decision | None
    decided_at: datetime | None
    reply: str
    vote: str
    vote_by: str
    note: str
    assignee_id: uuid.UUID | None
    merged_into_id: uuid.UUID | None
    version: int
    last_step: int | None
    last_by: uuid.UUID | None
    tags: frozenset[str]
