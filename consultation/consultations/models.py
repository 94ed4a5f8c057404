"""Consultations and their versions, who is asked, by which address, until when."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.core.db import Base, Identified, words
from consultation.core.errors import Problem
from consultation.forms.models import FormVersion
from consultation.people.models import Organisation
from consultation.programmes.models import DraftVersion, Programme
from consultation.register.audience import AudienceUnit
from consultation.states import ConsultationState, ExtensionState, InvitationState, Purpose, Visibility


class Consultation(Identified, Base):
    """One form, at most one draft version, one audience, one deadline."""

    __tablename__ = "consultation"
    __allow_unmapped__ = True
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    round: Mapped[int]
    state: Mapped[ConsultationState] = mapped_column(words(ConsultationState), index=True)
    visibility: Mapped[Visibility] = mapped_column(words(Visibility))
    draft_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("draft_version.id"))
    form_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("form_version.id"))
    unit: Mapped[AudienceUnit] = mapped_column(words(AudienceUnit))
    audience: Mapped[dict[str, Any]]
    """The filter over the register and the sample drawn of it (see `audience`); {} while none is chosen."""
    opens_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    notice: Mapped[str] = mapped_column(String(300))
    """Stands on every page of an unagreed draft ("Entwurf, nicht abgestimmt")."""
    introduction: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(500))
    minimum_cell: Mapped[int]
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    announced_at: Mapped[datetime | None]
    shortcomings: tuple[Problem, ...] = ()
    """What is missing before it can be announced; filled by `readiness.look`."""
    invited: frozenset[uuid.UUID] = frozenset()
    """The acting organisation if it is invited; filled by `queries.get`."""
    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")
    draft_version: Mapped[DraftVersion | None] = relationship(lazy="raise_on_sql")
    form_version: Mapped[FormVersion | None] = relationship(lazy="raise_on_sql")

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.programme.planners


class ConsultationVersion(Identified, Base):
    """What was asked when: the first is made by the announcement, each correction makes another."""

    __tablename__ = "consultation_version"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    draft_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("draft_version.id"))
    form_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("form_version.id"))
    effective_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class Address(Identified, Base):
    """Where a body is reached, as a planning organisation knows it. The register itself holds no addresses."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("owner_id", "organisation_id"),)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    postal: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime]


class RowState(StrEnum):
    """What became of a row of an address list; the first two wait for somebody."""

    DOUBT = "doubt"
    ERROR = "error"
    MATCHED = "matched"
    NOT_INVITED = "not_invited"
    """It tells of a body that exists and is not in this audience: nothing to settle, nothing to take over."""
    LEFT_OUT = "left_out"


class AddressUpload(Identified, Base):
    """An uploaded address list between upload and confirmation."""

    __tablename__ = "address_upload"
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    taken_over_at: Mapped[datetime | None]


class AddressRow(Identified, Base):
    """A row of a list: what stood in the file, what the planner decided, and the judgement."""

    __tablename__ = "address_row"
    __table_args__ = (
        UniqueConstraint("upload_id", "number"),
        Index(None, "upload_id", "state", "number"),
        Index(None, "upload_id", "organisation_id"),
    )
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("address_upload.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Of the row in the file."""
    key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    given_email: Mapped[str] = mapped_column(Text)
    """As it stood in the file: corrections are found again by it."""
    email: Mapped[str] = mapped_column(Text)
    postal: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text)
    meant: Mapped[str] = mapped_column(Text)
    """A better name or key, typed by the planner; empty if the one of the file holds."""
    chosen: Mapped[str | None] = mapped_column(String(36))
    """The organisation the planner says is meant, by its id."""
    remembered: Mapped[bool]
    """Corrected as in an earlier list."""
    left_out: Mapped[bool]
    state: Mapped[RowState] = mapped_column(words(RowState))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """The invited body the row tells of, as far as that is sure."""
    title: Mapped[str] = mapped_column(Text)
    choices: Mapped[list[Any]]
    """Pairs of organisation id and name with county, association and key. Of a row that is not invited: whom one could
    invite, by their place in the register or, where a remembered correction names them, by organisation."""
    proposed: Mapped[bool]
    """In doubt, but the only choice is probably right."""
    reason: Mapped[dict[str, Any]]
    """Text, parameters and field of what is wrong or was mended; {} if nothing."""


class AddressAlias(Identified, Base):
    """A correction, remembered for the next list: a row with this text and this address means this body and that address."""

    __tablename__ = "address_alias"
    __table_args__ = (UniqueConstraint("owner_id", "text", "given_email"),)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    text: Mapped[str] = mapped_column(String(300))
    """Key and name as the list writes them, folded."""
    given_email: Mapped[str] = mapped_column(String(320))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str] = mapped_column(String(320))
    postal: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime]


class AddressOmission(Identified, Base):
    """Rows left out, remembered for the next list: of the rows with this text and this address so many stay."""

    __tablename__ = "address_omission"
    __table_args__ = (UniqueConstraint("owner_id", "text", "given_email"),)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    text: Mapped[str] = mapped_column(String(300))
    """As in `AddressAlias`."""
    given_email: Mapped[str] = mapped_column(String(320))
    kept: Mapped[int]
    """Mostly 0; more where a list has the same row twice and only the second was left out."""
    updated_at: Mapped[datetime]


class Invitation(Identified, Base):
    """One organisation, one consultation. `planned` rows are the audience before anything was sent."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("consultation_id", "organisation_id"), Index(None, "organisation_id", "state"))
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    purpose: Mapped[Purpose] = mapped_column(words(Purpose))
    state: Mapped[InvitationState] = mapped_column(words(InvitationState))
    by_filter: Mapped[bool]
    """Came through the register filter; false for organisations added one by one."""
    email: Mapped[str | None] = mapped_column(String(254))
    postal: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200))
    selector: Mapped[str] = mapped_column(String(6), unique=True)
    """Finds the invitation of a typed code; see `codes`."""
    code_counter: Mapped[int]
    """Raised to make the code of an invitation worthless (wrong recipient, revoked claim)."""
    extended_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    letter_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(String(500))
    consultation: Mapped[Consultation] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.consultation.planners

    @property
    def as_letter(self) -> bool:
        """Sent last by laying a letter ready to print; when that went to the post is for a planner to note (`posting`)."""
        return self.letter_at is not None and self.email is None

    @property
    def deadline(self) -> datetime | None:
        """Its own: the general deadline or a later extension."""
        general = self.consultation.deadline
        return max(general, self.extended_until) if general and self.extended_until else general


class Claim(Identified, Base):
    """Somebody typed the code of an invitation and took a place in the invited organisation."""

    __tablename__ = "claim"
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id"), index=True)
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DeadlineExtension(Identified, Base):
    """Asked for by a body, or given by the planner at once; for one body."""

    __tablename__ = "deadline_extension"
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id"), index=True)
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    state: Mapped[ExtensionState] = mapped_column(words(ExtensionState))
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    invitation: Mapped[Invitation] = relationship(lazy="raise_on_sql")

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.invitation.planners


class ReminderStage(Base):
    """So many days before a body's own deadline it is reminded; a consultation without stages reminds nobody by itself."""

    __tablename__ = "reminder_stage"
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Reminder(Identified, Base):
    """One body was to be reminded once: `sent_at` says it was, `withheld` why it was not after all."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("invitation_id", "stage"),)
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id"))
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"), index=True)
    stage: Mapped[str] = mapped_column(String(40))
    """Days before which deadline ("14:2026-04-30"), or the day of a reminder by hand ("now:2026-04-20")."""
    day: Mapped[date]
    """The day in Germany it was made: nobody is reminded twice on one day."""
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    withheld: Mapped[str] = mapped_column(String(40))
    failure: Mapped[str] = mapped_column(String(500))
    invitation: Mapped[Invitation] = relationship(lazy="raise_on_sql")
