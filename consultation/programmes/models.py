"""Programmes, their drafts in sections, typed parameters and terms."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.core.db import Base, Identified, words
from consultation.people.models import Organisation
from consultation.register.states import State
from consultation.states import DraftVersionState


class ProgrammeLevel(StrEnum):
    FEDERAL = "federal"
    STATE = "state"
    FOUNDATION = "foundation"
    COOPERATION = "cooperation"


class DraftKind(StrEnum):
    GUIDELINE = "guideline"
    CALL = "call"
    KEY_POINTS = "key_points"
    LAW = "law"
    ADMINISTRATIVE_AGREEMENT = "administrative_agreement"


class ParameterType(StrEnum):
    RATE = "rate"
    MONEY = "money"
    MONTHS = "months"
    WEEKS = "weeks"
    DATE = "date"


class Programme(Identified, Base):
    """A funding programme. The first member owns it; further ones share it, perhaps limited to their Land."""

    __tablename__ = "programme"
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    level: Mapped[ProgrammeLevel] = mapped_column(words(ProgrammeLevel))
    reference: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    postal: Mapped[str] = mapped_column(Text)
    """Of the house that asks, as letters name it: street and place, line by line; empty where nobody has said."""
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    members: Mapped[list["ProgrammeMember"]] = relationship(lazy="raise_on_sql", back_populates="programme")
    parameters: Mapped[list["ProgrammeParameter"]] = relationship(
        lazy="raise_on_sql", order_by="ProgrammeParameter.name"
    )
    terms: Mapped[list["GlossaryTerm"]] = relationship(lazy="raise_on_sql", order_by="GlossaryTerm.term")

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        """Organisation → the Land it is limited to; the owner is a member too."""
        return {m.organisation_id: m.state for m in self.members}


class ProgrammeMember(Identified, Base):
    __tablename__ = "programme_member"
    __table_args__ = (UniqueConstraint("programme_id", "organisation_id"),)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[State | None] = mapped_column(words(State))
    """Set for a Land unit: it reads, and sees only its Land."""
    programme: Mapped[Programme] = relationship(lazy="raise_on_sql", back_populates="members")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class ProgrammeParameter(Identified, Base):
    """A figure of the programme, shown in texts as {name}. Rates are "0.85", money integer cents, dates ISO."""

    __tablename__ = "programme_parameter"
    __table_args__ = (UniqueConstraint("programme_id", "name"),)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(60))
    type: Mapped[ParameterType] = mapped_column(words(ParameterType))
    label: Mapped[dict[str, Any]]
    value: Mapped[str] = mapped_column(String(40))
    section_number: Mapped[str] = mapped_column(String(40))


class GlossaryTerm(Identified, Base):
    __tablename__ = "glossary_term"
    __table_args__ = (UniqueConstraint("programme_id", "term"),)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    term: Mapped[str] = mapped_column(String(100))
    definition: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class DraftVersion(Identified, Base):
    """A version of the draft text. Once published it is immutable; terms and parameters are frozen with it."""

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    date: Mapped[date]
    kind: Mapped[DraftKind] = mapped_column(words(DraftKind))
    title: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[DraftVersionState] = mapped_column(words(DraftVersionState))
    facts: Mapped[list[Any]]
    """Metadata of the source as [label, text]."""
    frozen: Mapped[dict[str, Any]]
    """{"terms": [{term, definition, version}], "parameters": [{name, type, label, value, section_number}]}"""
    content_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")
    sections: Mapped[list["Section"]] = relationship(
        lazy="raise_on_sql", order_by="Section.position", back_populates="draft_version"
    )

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.programme.planners

    @property
    def section_count(self) -> int:
        return len(self.sections)


class Section(Identified, Base):
    """A heading with its blocks. `key` is opaque, given once and kept over versions; `number` is what readers see."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("draft_version_id", "key"), UniqueConstraint("draft_version_id", "position"))
    draft_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("draft_version.id"))
    key: Mapped[str] = mapped_column(String(20))
    parent_key: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[int]
    level: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    heading: Mapped[str] = mapped_column(String(500))
    blocks: Mapped[list[Any]]
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    """Raised by every correction, so that of two people who edit the same section neither overwrites the other."""
    draft_version: Mapped[DraftVersion] = relationship(lazy="raise_on_sql", back_populates="sections")
