"""Answers: the draft people write together, the immutable revision that was submitted, and what stands beside it."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Base, Identified, words
from consultation.core.errors import Problem
from consultation.core.history import Sequence64
from consultation.people.models import Organisation
from consultation.states import CommentState, ConsultationState, ResponseState


class Channel(StrEnum):
    """How an answer came in; every channel ends in the same register."""

    PORTAL = "portal"
    API = "api"
    UPLOAD = "upload"
    MAIL = "mail"
    LETTER = "letter"
    WORKSHOP = "workshop"


BY_HAND = (Channel.MAIL, Channel.LETTER, Channel.WORKSHOP)
"""Written down by a planner, later than it came."""


class Disclosure(StrEnum):
    """What may leave the planner's house, from most to least."""

    NAMED = "named"
    DESCRIBED = "described"
    FIGURES = "figures"
    NONE = "none"


class RepresentationKind(StrEnum):
    REPRESENTED = "represented"
    SUPPORTER = "supporter"


class LaidOut(Protocol):
    """An answer being written that can be asked what it lacks."""

    @property
    def missing(self) -> tuple[Problem, ...]: ...
    @property
    def missing_for_nil_return(self) -> tuple[Problem, ...]: ...


class Response(Identified, Base):
    """One per organisation and round. What it says is in its draft answers, what it said in its revisions."""

    __tablename__ = "response"
    __allow_unmapped__ = True
    __table_args__ = (UniqueConstraint("consultation_id", "organisation_id"),)
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id"), unique=True)
    state: Mapped[ResponseState] = mapped_column(words(ResponseState))
    counted_revision_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """What counts: the last submission; none while nothing was submitted, or after withdrawal or declining.

    No foreign key: revisions point to their response already, and neither is ever deleted."""
    channel: Mapped[Channel] = mapped_column(words(Channel))
    own_reference: Mapped[str] = mapped_column(String(100))
    author_id: Mapped[uuid.UUID | None]
    reopened_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    """Ends the council's reservation."""
    started_at: Mapped[datetime]
    revision_count: Mapped[int]
    answered_itself: bool = False
    """A revision of its own exists; filled by `intake.standing_of`."""
    laid_out: "LaidOut | None" = None
    """What it says so far, where its desk was opened (`desk.open_desk`)."""
    consultation: Mapped[Consultation] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    invitation: Mapped[Invitation] = relationship(lazy="raise_on_sql")
    counted_revision: Mapped["Revision | None"] = relationship(
        lazy="raise_on_sql", viewonly=True, primaryjoin="foreign(Response.counted_revision_id) == Revision.id"
    )

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.consultation.planners

    @property
    def register_state(self) -> str | None:
        return self.organisation.state

    @property
    def consultation_state(self) -> ConsultationState:
        return self.consultation.state

    @property
    def opens_at(self) -> datetime | None:
        return self.consultation.opens_at

    @property
    def own_deadline(self) -> datetime | None:
        return self.invitation.deadline

    @property
    def four_eyes(self) -> bool:
        return self.organisation.four_eyes

    @property
    def submitted_once(self) -> bool:
        return self.revision_count > 0

    @property
    def counts(self) -> bool:
        return self.counted_revision_id is not None

    @property
    def shortcomings(self) -> tuple[Problem, ...]:
        """What keeps it from being submitted; looked for when somebody asks."""
        return self.laid_out.missing if self.laid_out else ()

    @property
    def nil_return_shortcomings(self) -> tuple[Problem, ...]:
        return self.laid_out.missing_for_nil_return if self.laid_out else ()


class DraftAnswer(Base):
    """One answer being written; the item is a section, a matrix row or a group entry, or empty."""

    __tablename__ = "draft_answer"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    question_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    item_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]]
    """{"value": …}: any JSON; a value that was refused is kept as {"raw": …} so that nothing typed is lost. {"value": null}
    where the answer was cleared."""
    version: Mapped[int]
    """Counts every change, clearing too: the row of a cleared answer stays, so that no number is given twice."""
    editor_id: Mapped[uuid.UUID | None]
    edited_at: Mapped[datetime]
    writer: Mapped[str | None] = mapped_column(String(24))
    """Opaque mark of the page that saved it last: so that a page tells its own saving from that of another window."""


class Presence(Base):
    """Where in the answer somebody of the house is. Forgotten after two minutes."""

    __tablename__ = "presence"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    page: Mapped[str] = mapped_column(String(120))
    """A part of the form (`part:KEY`), the draft (`draft`) or a section of it (`draft:KEY`)."""
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Revision(Identified, Base):
    """A submission: immutable, numbered, hashed. The document is canonical JSON and the only submitted form."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("response_id", "number"), Index(None, "consultation_id", "id"))
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"))
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    consultation_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation_version.id"))
    number: Mapped[int]
    nil_return: Mapped[bool]
    document: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    receipt_number: Mapped[str] = mapped_column(String(20), unique=True)
    submitted_at: Mapped[datetime]
    late: Mapped[bool]
    """Received after the general deadline (an extension may have allowed it)."""
    reserved: Mapped[bool]
    """Under council reservation: provisional until the response is confirmed."""
    channel: Mapped[Channel] = mapped_column(words(Channel))
    person_id: Mapped[uuid.UUID | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(100))
    entry_hash: Mapped[str] = mapped_column(String(64))
    """Hash of its line in the procedure log."""
    sealed_head: Mapped[str | None] = mapped_column(String(64))
    """Last link of the procedure log's chain when it was received."""


class PersonalValue(Identified, Base):
    """Personal data of a submission: stands beside the revision, whose document holds only the salted hash."""

    __tablename__ = "personal_value"
    __table_args__ = (UniqueConstraint("revision_id", "key"),)
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"))
    key: Mapped[str] = mapped_column(String(80))
    """A question key, or `release.name` and `release.function`."""
    value: Mapped[dict[str, Any] | None]
    salt: Mapped[str | None] = mapped_column(String(64))


class AnswerFact(Base):
    """One countable thing in a counted revision, narrow and without text; rebuildable from the documents."""

    __tablename__ = "answer_fact"
    __table_args__ = (
        ForeignKeyConstraint(["revision_id"], ["revision.id"]),
        Index(
            "ix_answer_fact_cube",
            "consultation_id",
            "question",
            "item",
            "option",
            "size_class",
            "state",
            "kind",
            "once",
            "number",
        ),
    )
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True, autoincrement=True)
    revision_id: Mapped[uuid.UUID] = mapped_column(index=True)
    consultation_id: Mapped[uuid.UUID]
    question: Mapped[str] = mapped_column(String(80))
    item: Mapped[str] = mapped_column(String(80))
    option: Mapped[str] = mapped_column(String(80))
    number: Mapped[float | None]
    size_class: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str | None] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(40))
    once: Mapped[bool]
    """Of all facts of a revision about one question and item one: they count answers, these count who answered."""


class Representation(Base):
    """Whom an answer that is being written speaks for, or who supports it: bodies of the register."""

    __tablename__ = "representation"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), primary_key=True)
    register_key: Mapped[str] = mapped_column(ForeignKey("register_body.key"), primary_key=True, index=True)
    kind: Mapped[RepresentationKind] = mapped_column(words(RepresentationKind))


class RevisionRepresentation(Base):
    """The same as a submission says it in its document: who is represented is counted from here, whatever is written since."""

    __tablename__ = "revision_representation"
    revision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    register_key: Mapped[str] = mapped_column(ForeignKey("register_body.key"), primary_key=True, index=True)
    kind: Mapped[RepresentationKind] = mapped_column(words(RepresentationKind))


class DisclosureChoice(Base):
    """What may be shown of a part, from this moment on; append-only, the last row of a part is in force."""

    __tablename__ = "disclosure_choice"
    __table_args__ = (Index(None, "response_id", "part", "seq"),)
    seq: Mapped[int] = mapped_column(Sequence64, primary_key=True, autoincrement=True)
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"))
    part: Mapped[str] = mapped_column(String(40))
    level: Mapped[Disclosure] = mapped_column(words(Disclosure))
    moment: Mapped[datetime]
    person_id: Mapped[uuid.UUID | None]


class ResponseNote(Identified, Base):
    """A reason given inside the house: why an answer was returned for rework."""

    __tablename__ = "response_note"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[uuid.UUID | None]
    moment: Mapped[datetime]


class Intake(Identified, Base):
    """An answer that came by mail, letter or workshop, on its way into the register.

    A planner writes it down; nobody else sees it before it is submitted. From then on (`revision_id`) it is the original
    beside the revision, and a trigger refuses every change.
    """

    __tablename__ = "intake"
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """The body whose answer it is."""
    channel: Mapped[Channel] = mapped_column(words(Channel))
    received_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(100))
    """The sender's."""
    original: Mapped[str] = mapped_column(Text)
    original_hash: Mapped[str] = mapped_column(String(64))
    answers: Mapped[dict[str, Any]]
    """Full field key → item ("" for a plain field) → {"value": …} or {"raw": …}, as draft answers are kept."""
    version: Mapped[int]
    person_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    revision_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("revision.id"), unique=True)


class AnswerComment(Identified, Base):
    """What a colleague remarks on one answer, inside the house; an answer to it belongs to the same comment.

    It has no consultation of its own, so that its lines in the log stand in no log of a consultation: planners never learn
    of it. Housekeeping deletes it.
    """

    __tablename__ = "answer_comment"
    response_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("response.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    question_key: Mapped[str] = mapped_column(String(80))
    item_key: Mapped[str] = mapped_column(String(80))
    """A section, a row or an entry of the answer; empty for the whole."""
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("answer_comment.id"), index=True)
    """Of an answer: the comment it belongs to, which alone is open or resolved."""
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[uuid.UUID | None]
    moment: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[CommentState] = mapped_column(words(CommentState))
