"""The tables of the official register. Keys are text: leading zeros count."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column, synonym

from consultation.core.db import Base, Identified, words
from consultation.register.kinds import RegisterKind, SizeClass
from consultation.register.states import State


class RegisterBody(Base):
    """A body or territory of the register. An independent city is one row, though the official file has two.

    `key` is the ARS at its length: Land 2, Regierungsbezirk 3, Region 4, county 5, association 9, municipality 12
    digits. Rows are never deleted: a key that left the register has `valid_to` and, where known, a successor.
    """

    __tablename__ = "register_body"
    __table_args__ = (
        Index(None, "state", "size_class"),
        Index(None, "kind", "population"),
    )
    key: Mapped[str] = mapped_column(String(12), primary_key=True)
    ars = synonym("key")
    kind: Mapped[RegisterKind] = mapped_column(words(RegisterKind))
    ags: Mapped[str | None] = mapped_column(String(8), index=True)
    """8 digits for municipalities and unincorporated areas, 5 for counties, none for the others."""
    name: Mapped[str] = mapped_column(String(100))
    """As the register writes it: "Flensburg, Stadt"."""
    short_name: Mapped[str] = mapped_column(String(100))
    state: Mapped[State] = mapped_column(words(State))
    county_key: Mapped[str | None] = mapped_column(String(5), index=True)
    """Null for independent cities and city states: they are their own county."""
    association_key: Mapped[str | None] = mapped_column(String(9), index=True)
    population: Mapped[int | None] = mapped_column(BigInteger)
    """Of a county, an association and everything above: the sum over its municipalities and unincorporated areas."""
    area: Mapped[int | None] = mapped_column(BigInteger)
    """In hectares; summed like the population."""
    seat: Mapped[str | None] = mapped_column(String(100))
    postcode: Mapped[str | None] = mapped_column(String(5))
    text_key: Mapped[str | None] = mapped_column(String(2))
    """The register's own Textkennzeichen, for example 51 Amt, 53 Verbandsgemeinde, 60 Markt, 63 Stadt."""
    size_class: Mapped[SizeClass | None] = mapped_column(words(SizeClass))
    """Municipalities, independent cities and city states only."""
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    search_key: Mapped[str] = mapped_column(String(200))
    """Of the title, so that "Amt Büchen" is found as well as "Büchen"."""
    as_of: Mapped[date]
    """The date of the register (Gebietsstand) that last held this row."""
    valid_to: Mapped[date | None]
    """The date of the first register that no longer held this key."""
    successor_key: Mapped[str | None] = mapped_column(String(12))


class RegisterImport(Identified, Base):
    """One register file that was taken in."""

    __tablename__ = "register_import"
    as_of: Mapped[date]
    source: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]]
    """How many keys were added, changed, ended, unchanged."""
    imported_at: Mapped[datetime] = mapped_column(index=True)
