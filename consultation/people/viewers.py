"""Who sits before the page, and where they belong: read anew with every request, so withdrawn rights end at once."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists
from sqlalchemy.orm import aliased

from consultation.people.kinds import OrganisationKind
from consultation.people.models import Membership, Organisation, Person
from consultation.states import ANSWERING, PLANNING, Role
from consultation.subjects import Actor


@dataclass(frozen=True)
class Place:
    """A person's place in an organisation. Who still waits for a manager has no roles."""

    organisation_id: uuid.UUID
    name: str
    kind: OrganisationKind
    roles: frozenset[Role]
    function: str
    waiting: bool
    may_plan: bool
    demo: bool
    alone: bool
    """Nobody else belongs to the organisation."""

    @property
    def plans(self) -> bool:
        return self.may_plan and bool(self.roles & PLANNING)

    @property
    def answers(self) -> bool:
        return bool(self.roles & ANSWERING)

    @property
    def manages(self) -> bool:
        return Role.MANAGER in self.roles


@dataclass(frozen=True)
class Invited:
    """A place that is offered to a person, who has not said yes: it gives no right to anything."""

    membership_id: uuid.UUID
    organisation: str


@dataclass(frozen=True)
class Viewer:
    """Somebody who is logged in."""

    person_id: uuid.UUID
    name: str
    email: str
    language: str | None
    operator: bool
    has_password: bool
    places: tuple[Place, ...]
    invited: tuple[Invited, ...]
    session_id: uuid.UUID
    last_seen_at: datetime
    second_factor: bool
    """Whether this person's log-in has a second step."""
    owes_second_factor: bool = False
    """The installation demands the second step of planners and operators: until then nothing of that is theirs."""

    @property
    def should_have_second_factor(self) -> bool:
        """Planners and operators reach what others wrote: for them the second step is recommended."""
        return not self.second_factor and (self.operator or any(place.plans for place in self.places))

    def withheld(self) -> "Viewer":
        """Without the places where they plan and without the installation, until there is a second step."""
        if not self.should_have_second_factor:
            return self
        places = tuple(place for place in self.places if not place.plans)
        return replace(self, operator=False, places=places, owes_second_factor=True)

    def place(self, organisation_id: uuid.UUID) -> Place | None:
        """The place in this organisation; `None` for those who wait."""
        return next((p for p in self.places if p.organisation_id == organisation_id and not p.waiting), None)

    def actor(self, moment: datetime, place: Place | None = None) -> Actor:
        """Acting for an organisation of theirs, or (without one) for nobody but themselves."""
        if place is None:
            return Actor(self.person_id, None, frozenset(), moment, operator=self.operator)
        return Actor(self.person_id, place.organisation_id, place.roles, moment, place.may_plan, self.operator)


_Other = aliased(Membership)
_ALONE = ~(
    exists()
    .where(_Other.organisation_id == Membership.organisation_id, _Other.person_id != Membership.person_id)
    .where(_Other.waiting.is_(False), _Other.invited_at.is_(None))
)

VIEWED = (
    Person.id, Person.name, Person.email, Person.language, Person.operator, Person.password_hash.is_not(None).label("has_password"),
    Membership.id.label("membership_id"), Membership.organisation_id, Membership.roles, Membership.function, Membership.waiting,
    Membership.invited_at, Organisation.name.label("organisation"), Organisation.kind, Organisation.may_plan, Organisation.demo,
    _ALONE.label("alone"),
)  # fmt: skip
"""The columns that `viewer` looks at, beside those of the session."""


def viewer(rows: Sequence[Any]) -> Viewer | None:
    """From the rows of one session, one for each place; those of nobody are none."""
    if not rows:
        return None
    one = rows[0]
    places = tuple(_place(row) for row in rows if row.organisation_id and not row.invited_at)
    invited = tuple(Invited(row.membership_id, row.organisation) for row in rows if row.invited_at)
    return Viewer(
        one.id, one.name, one.email, one.language, one.operator, one.has_password, places, invited, one.session_id,
        one.last_seen_at, one.second_factor,
    )  # fmt: skip


def _place(row: Any) -> Place:
    return Place(
        row.organisation_id, row.organisation, row.kind, _roles(row.roles, belongs=not row.waiting), row.function, row.waiting,
        row.may_plan, row.demo, row.alone,
    )  # fmt: skip


def roles_of(membership: Membership) -> frozenset[Role]:
    return _roles(membership.roles, belongs=membership.belongs)


def _roles(names: Iterable[str], *, belongs: bool) -> frozenset[Role]:
    return frozenset(map(Role, names)) if belongs else frozenset()
