"""Organisations, persons, who belongs where, and how they prove who they are. Secrets are stored hashed only."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, cast, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consultation.core.db import Base, Identified, words
from consultation.people.kinds import OrganisationKind, PartnerKind
from consultation.register.models import RegisterBody
from consultation.register.states import State
from consultation.states import ANSWERING, Role


class Organisation(Identified, Base):
    """Whoever plans or answers. A municipal body is unique per register row and made when first invited."""

    __tablename__ = "organisation"
    kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind), index=True)
    partner_kind: Mapped[PartnerKind | None] = mapped_column(words(PartnerKind))
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    register_key: Mapped[str | None] = mapped_column(ForeignKey("register_body.key"), unique=True)
    state: Mapped[State | None] = mapped_column(words(State), index=True)
    may_plan: Mapped[bool]
    """Marked by the operator: this organisation may own programmes and run consultations."""
    four_eyes: Mapped[bool]
    """Author and releaser of an answer are different people."""
    demo: Mapped[bool]
    created_at: Mapped[datetime]
    register_body: Mapped[RegisterBody | None] = relationship(lazy="raise_on_sql")


class Person(Identified, Base):
    """Somebody who can log in. Name and address are personal data."""

    __tablename__ = "person"
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    """What makes two addresses the same (`core.text.identity_key`)."""
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(2))
    operator: Mapped[bool]
    active: Mapped[bool]
    erased_at: Mapped[datetime | None]
    """When name and address were erased. The row stays: the log names people by its id."""
    created_at: Mapped[datetime]
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", lazy="raise_on_sql")


class Membership(Identified, Base):
    """A person in an organisation. `waiting` claims have no roles until a manager gives them some."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    roles: Mapped[list[str]]
    function: Mapped[str] = mapped_column(String(200))
    """What the person is in the house ("Integrationsbeauftragte"); printed with a release if wanted."""
    waiting: Mapped[bool]
    invited_at: Mapped[datetime | None]
    """When a mail last asked the person to come; empty once they accepted, or if they came by themselves."""
    invited_name: Mapped[str | None] = mapped_column(String(200))
    """As whoever invited them calls them; until they accept, nobody there learns what an account says."""
    created_at: Mapped[datetime]
    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    @property
    def belongs(self) -> bool:
        """As `BELONGS` says it in queries."""
        return not self.waiting and self.invited_at is None

    @property
    def shown_name(self) -> str:
        return self.person.name if self.invited_at is None else self.invited_name or ""

    @property
    def shown_email(self) -> str:
        """In the spelling that is the same whether or not there is an account."""
        return self.person.email if self.invited_at is None else self.person.email_key


BELONGS = Membership.waiting.is_(False) & Membership.invited_at.is_(None)
"""Who still waits for a manager, or has not accepted an invitation, has no rights and counts for nothing."""
ANSWERS = BELONGS & or_(*(cast(Membership.roles, String).contains(f'"{role}"') for role in sorted(ANSWERING)))
"""Who works on the answers of an organisation, or releases them."""

MANAGES = BELONGS & cast(Membership.roles, String).contains(f'"{Role.MANAGER}"')
"""Who decides there who else belongs."""


class LoginSession(Identified, Base):
    """A browser that is logged in. The cookie holds a random token, the row only its hash."""

    __tablename__ = "login_session"
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """Written at most every five minutes."""
    expires_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(60))
    """Browser and system in plain words ("Firefox, Windows"); neither the whole user agent nor an address is kept."""


class SecondFactor(Identified, Base):
    """An app that makes codes (`people.second_factor`). Its secret is derived and stands nowhere; this is only the salt."""

    __tablename__ = "second_factor"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    salt: Mapped[str] = mapped_column(String(32))
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The half minute (since 1970) of the last code that was accepted: no code of it or before is good again."""
    created_at: Mapped[datetime]


class RecoveryCode(Identified, Base):
    """Stands in for the app once. Only its digest under the installation's key is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class CodePurpose(StrEnum):
    """What a code by mail is good for: to log in, to set a new password, to set the first one after an invitation."""

    LOG_IN = "log_in"
    PASSWORD = "password"  # noqa: S105 -- a word for a purpose, no secret
    PLACE = "place"


class OneTimeCode(Identified, Base):
    """A code by mail, good for one purpose. Used once, by POST only; short, so hashed like a password."""

    __tablename__ = "one_time_code"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[CodePurpose] = mapped_column(words(CodePurpose))
    code_hash: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int]
    used_at: Mapped[datetime | None]


class ApiToken(Identified, Base):
    """A key for programs, of one organisation, with scopes. Shown once, stored hashed, revocable."""

    __tablename__ = "api_token"
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    """The first characters, so that people can tell their tokens apart."""
    name: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class RateLimit(Base):
    """A counter of attempts in a window, shared by all processes."""

    __tablename__ = "rate_limit"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window_ends_at: Mapped[datetime]
    count: Mapped[int]
