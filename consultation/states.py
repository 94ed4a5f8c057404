"""The words for roles and states, as stored, sent and documented. Where each may lead stands in `rulebook`."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is in an organisation.

    Planning organisations have editors and publishers, answering ones contributors and releasers, all have managers.
    """

    MANAGER = "manager"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    CONTRIBUTOR = "contributor"
    RELEASER = "releaser"


PLANNING = frozenset({Role.EDITOR, Role.PUBLISHER})
ANSWERING = frozenset({Role.CONTRIBUTOR, Role.RELEASER})


class ConsultationState(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    EVALUATING = "evaluating"
    PUBLISHED = "published"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    INVITED_ONLY = "invited_only"
    PUBLIC = "public"


class InvitationState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    OPENED = "opened"
    FAILED = "failed"


class Purpose(StrEnum):
    FOR_COMMENT = "for_comment"
    FOR_INFORMATION = "for_information"


class ResponseState(StrEnum):
    DRAFTING = "drafting"
    READY = "ready"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CommentState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class DraftVersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class FormVersionState(StrEnum):
    DRAFT = "draft"
    FROZEN = "frozen"


class EditionState(StrEnum):
    COMPILING = "compiling"
    COMPILED = "compiled"
    PUBLISHED = "published"
    FAILED = "failed"


class ExtensionState(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"


class PointState(StrEnum):
    NEW = "new"
    IN_REVIEW = "in_review"
    DECIDED = "decided"


class RedactionState(StrEnum):
    IN_FORCE = "in_force"
    LIFTED = "lifted"


class Audience(StrEnum):
    """Whom an edition is for."""

    INTERNAL = "internal"
    PUBLIC = "public"
