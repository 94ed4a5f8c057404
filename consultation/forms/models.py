"""Form versions: a definition as JSON, frozen with the announcement; and the states an editor can go back to."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.core.db import Base, Identified, words
from consultation.programmes.models import Programme
from consultation.states import FormVersionState


class FormVersion(Identified, Base):
    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    template_key: Mapped[str | None] = mapped_column(String(60))
    definition: Mapped[dict[str, Any]]
    """See `forms.definition.Form`."""
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was changed: of two editors who save at once, the second is told."""
    state: Mapped[FormVersionState] = mapped_column(words(FormVersionState))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")

    @property
    def planners(self) -> dict[uuid.UUID, str | None]:
        return self.programme.planners


class FormStep(Identified, Base):
    """One step of editing, with the form as it was before: nothing an officer made is lost by the next step."""

    __tablename__ = "form_step"
    __table_args__ = (UniqueConstraint("form_version_id", "revision"),)
    form_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("form_version.id", ondelete="CASCADE"))
    revision: Mapped[int]
    """Of the form before the step."""
    step: Mapped[str] = mapped_column(String(40))
    """See `forms.steps`."""
    about: Mapped[str] = mapped_column(String(200))
    definition: Mapped[dict[str, Any]]
    person_id: Mapped[uuid.UUID | None]
    moment: Mapped[datetime]
