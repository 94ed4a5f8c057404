"""What the rules look at: the actor, and the few things each subject must tell. Tests pass plain objects."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from consultation.core.errors import Problem
from consultation.states import (
    Audience,
    CommentState,
    ConsultationState,
    DraftVersionState,
    EditionState,
    ExtensionState,
    FormVersionState,
    InvitationState,
    PointState,
    RedactionState,
    ResponseState,
    Role,
    Visibility,
)


@dataclass(frozen=True)
class Actor:
    """A person acting for one organisation at one moment. The worker acts as `system(moment)`."""

    person_id: uuid.UUID | None
    organisation_id: uuid.UUID | None
    roles: frozenset[Role]
    moment: datetime
    may_plan: bool = False
    """The operator lets the acting organisation plan."""
    operator: bool = False
    is_system: bool = False


def system(moment: datetime) -> Actor:
    return Actor(None, None, frozenset(), moment, is_system=True)


def stranger(moment: datetime) -> Actor:
    """Nobody who logged in."""
    return Actor(None, None, frozenset(), moment)


class Planned(Protocol):
    """Whatever belongs to a programme. `planners`: its organisations, each with the Land it is limited to."""

    @property
    def planners(self) -> Mapping[uuid.UUID, str | None]: ...


class DraftVersionLike(Planned, Protocol):
    @property
    def state(self) -> DraftVersionState: ...
    @property
    def section_count(self) -> int: ...


class FormVersionLike(Planned, Protocol):
    @property
    def state(self) -> FormVersionState: ...


class ConsultationLike(Planned, Protocol):
    @property
    def state(self) -> ConsultationState: ...
    @property
    def visibility(self) -> Visibility: ...
    @property
    def invited(self) -> frozenset[uuid.UUID]:
        """Organisations with an invitation that was sent; may be limited to those that matter to the actor."""

    @property
    def deadline(self) -> datetime | None: ...
    @property
    def shortcomings(self) -> Iterable[Problem]:
        """What is still missing before it can be announced."""


class InvitationLike(Planned, Protocol):
    @property
    def state(self) -> InvitationState: ...
    @property
    def organisation_id(self) -> uuid.UUID: ...


class ExtensionLike(Planned, Protocol):
    @property
    def state(self) -> ExtensionState: ...
    @property
    def organisation_id(self) -> uuid.UUID: ...


class ResponseLike(Planned, Protocol):
    @property
    def state(self) -> ResponseState: ...
    @property
    def organisation_id(self) -> uuid.UUID: ...
    @property
    def register_state(self) -> str | None:
        """The Land of the answering organisation."""

    @property
    def consultation_state(self) -> ConsultationState: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def own_deadline(self) -> datetime | None:
        """General deadline or the granted extension; after it only a reopening by the planner helps."""

    @property
    def reopened_until(self) -> datetime | None: ...
    @property
    def four_eyes(self) -> bool:
        """The organisation wants author and releaser to be different people (the default)."""

    @property
    def author_id(self) -> uuid.UUID | None:
        """Who edited last or marked it ready."""

    @property
    def submitted_once(self) -> bool:
        """There is a revision already, whatever became of it."""

    @property
    def counts(self) -> bool:
        """One of its revisions counts: it is submitted, or reopened and not yet submitted again."""

    @property
    def answered_itself(self) -> bool:
        """The organisation has submitted itself; an answer entered for it is not meant."""

    @property
    def shortcomings(self) -> Iterable[Problem]:
        """What is missing or wrong in the answers."""

    @property
    def nil_return_shortcomings(self) -> Iterable[Problem]: ...


class CommentLike(Protocol):
    """A remark inside the house that answers."""

    @property
    def state(self) -> CommentState: ...
    @property
    def organisation_id(self) -> uuid.UUID: ...


class PointLike(Planned, Protocol):
    @property
    def state(self) -> PointState: ...
    @property
    def decision(self) -> str | None: ...
    @property
    def last_by(self) -> uuid.UUID | None:
        """Who did the last step on it; only that person takes it back."""


class RedactionLike(Planned, Protocol):
    @property
    def state(self) -> RedactionState: ...


class EditionLike(Planned, Protocol):
    @property
    def state(self) -> EditionState: ...
    @property
    def audience(self) -> Audience: ...
    @property
    def consultation_state(self) -> ConsultationState: ...
    @property
    def refusals(self) -> Iterable[Problem]:
        """Why the figures cannot be published as they are."""
