"""Editions: what was frozen at a data cut, and the files made from it."""

import uuid
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.consultations.models import Consultation
from consultation.core.db import Base, Identified, words
from consultation.core.errors import Problem
from consultation.core.language import Message
from consultation.states import Audience, ConsultationState, EditionState


class Edition(Identified, Base):
    """One canonical snapshot at a data cut. Every format and the public API read only the snapshot."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)
    consultation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    audience: Mapped[Audience] = mapped_column(words(Audience))
    state: Mapped[EditionState] = mapped_column(words(EditionState))
    language: Mapped[str] = mapped_column(String(2))
    filters: Mapped[dict[str, Any]]
    data_cut: Mapped[datetime]
    created_at: Mapped[datetime]
    compiled_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    texts_checked_at: Mapped[datetime | None]
    """When whoever published it confirmed that all its texts were checked."""
    progress: Mapped[int]
    """0 to 100, for the page that watches the compilation."""
    snapshot_hash: Mapped[str | None] = mapped_column(String(64))
    outline_hash: Mapped[str | None] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]]
    """What it shows: points, decided, answers, participants …; empty until it is compiled."""
    problems: Mapped[list[Any]]
    """Why it may not be published: [{"field", "text", "parameters"}]."""
    error: Mapped[str] = mapped_column(String(2000))
    consultation: Mapped[Consultation] = relationship(lazy="raise_on_sql")
    files: Mapped[list["EditionFile"]] = relationship(
        lazy="raise_on_sql", order_by="[EditionFile.volume, EditionFile.format]"
    )

    @property
    def document(self) -> list["EditionFile"]:
        """The document in every format, without the volumes."""
        return [file for file in self.files if not file.volume]

    @property
    def volumes(self) -> list[list["EditionFile"]]:
        """Volume by volume, each in its formats."""
        numbered = (file for file in self.files if file.volume)
        return [list(files) for _, files in groupby(numbered, key=lambda file: file.volume)]

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.consultation.planners

    @property
    def consultation_state(self) -> ConsultationState:
        return self.consultation.state

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """Found while compiling, from the figures that were frozen."""
        return tuple(
            Problem(p["field"], Message(p["text"], tuple(p["parameters"].items())), "protection") for p in self.problems
        )


class EditionFile(Identified, Base):
    __tablename__ = "edition_file"
    __table_args__ = (UniqueConstraint("edition_id", "format", "volume"),)
    edition_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("edition.id"))
    format: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    volume: Mapped[int] = mapped_column(default=0)
    """0 for the document itself; from 1 on the annex volumes beside it."""
    holds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of a volume: {"first", "last": numbers of its texts; "from", "to": its questions}; of the document nothing."""
