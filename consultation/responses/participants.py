"""The list of those who took part, page by page, for the annex and the planner's table."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from consultation.consultations.listing import named
from consultation.forms.definition import PARTICIPANT
from consultation.people.models import Organisation
from consultation.register.models import RegisterBody
from consultation.responses.models import (
    BY_HAND,
    Channel,
    Disclosure,
    DisclosureChoice,
    Intake,
    RepresentationKind,
    Response,
    Revision,
    RevisionRepresentation,
)

AT_ONCE = 500


@dataclass(frozen=True)
class SpokenFor:
    register_key: str
    name: str
    kind: RepresentationKind


@dataclass(frozen=True)
class Participant:
    """A body whose answer counts. What may be shown in public: its name only where `level` is `named`, its kind and size
    class where `described`; nothing of it otherwise.
    """

    organisation_id: uuid.UUID
    response_id: uuid.UUID
    revision_id: uuid.UUID
    name: str
    sort_key: str
    kind: str
    state: str | None
    size_class: str | None
    ars: str | None
    ags: str | None
    nil_return: bool
    late: bool
    provisional: bool
    submitted_at: datetime
    received_on: date | None
    """The day a mail, a letter or a workshop came that was entered later."""
    channel: Channel
    level: Disclosure
    """The disclosure of being named as a participant, in force at the moment asked for."""
    spoken_for: tuple[SpokenFor, ...]

    @property
    def entered(self) -> bool:
        """By a planner, from a mail, a letter or a workshop."""
        return self.channel in BY_HAND

    @property
    def key(self) -> tuple[str, uuid.UUID]:
        """Where the next page begins."""
        return self.sort_key, self.organisation_id


def participants(
    session: Session, consultation_id: uuid.UUID, moment: datetime, *,
    after: tuple[str, uuid.UUID] | None = None, limit: int = AT_ONCE, land: str | None = None, text: str = "",
) -> list[Participant]:  # fmt: skip
    """One page, in alphabetical order; `after` is the `key` of the last one seen. The caller has checked who may see it.

    `text`: only those whose name holds it, or whose register key begins so.
    """
    statement = (
        select(Organisation, Response.id, Revision, RegisterBody, Response.confirmed_at, Intake.received_on)
        .join(Response, Response.organisation_id == Organisation.id)
        .join(Revision, Revision.id == Response.counted_revision_id)
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .outerjoin(Intake, Intake.revision_id == Revision.id)
        .where(Response.consultation_id == consultation_id)
        .order_by(Organisation.sort_key, Organisation.id)
        .limit(limit)
    )
    if after is not None:
        last_key, last_id = after
        beyond = and_(Organisation.sort_key == last_key, Organisation.id > last_id)
        statement = statement.where(or_(Organisation.sort_key > last_key, beyond))
    if land is not None:
        statement = statement.where(Organisation.state == land)
    if text:
        statement = statement.where(named(text))
    rows = session.execute(statement).all()
    return list(_participants(session, rows, moment))


def _participants(session: Session, rows: Sequence[Any], moment: datetime) -> Iterator[Participant]:
    responses = [response_id for _, response_id, *_ in rows]
    levels, spoken = (
        _levels(session, responses, moment),
        _spoken_for(session, [revision.id for _, _, revision, *_ in rows]),
    )
    for organisation, response_id, revision, body, confirmed_at, received_on in rows:
        yield Participant(
            organisation.id, response_id, revision.id, organisation.name, organisation.sort_key, organisation.kind,
            organisation.state, body.size_class if body else None, body.key if body else None, body.ags if body else None,
            revision.nil_return, revision.late, revision.reserved and confirmed_at is None, revision.submitted_at, received_on,
            revision.channel, levels.get(response_id, Disclosure.NONE), tuple(spoken[revision.id]),
        )  # fmt: skip


def _levels(session: Session, responses: list[uuid.UUID], moment: datetime) -> dict[uuid.UUID, Disclosure]:
    last = (
        select(func.max(DisclosureChoice.seq))
        .where(DisclosureChoice.response_id.in_(responses), DisclosureChoice.part == PARTICIPANT)
        .where(DisclosureChoice.moment <= moment)
        .group_by(DisclosureChoice.response_id)
    )
    return {
        c.response_id: c.level for c in session.scalars(select(DisclosureChoice).where(DisclosureChoice.seq.in_(last)))
    }


def _spoken_for(session: Session, revisions: list[uuid.UUID]) -> dict[uuid.UUID, list[SpokenFor]]:
    statement = (
        select(RevisionRepresentation.revision_id, RegisterBody.key, RegisterBody.name, RevisionRepresentation.kind)
        .join(RegisterBody, RegisterBody.key == RevisionRepresentation.register_key)
        .where(RevisionRepresentation.revision_id.in_(revisions))
        .order_by(RevisionRepresentation.revision_id, RegisterBody.sort_key, RegisterBody.key)
    )
    found: dict[uuid.UUID, list[SpokenFor]] = defaultdict(list)
    for revision_id, key, name, kind in session.execute(statement):
        found[revision_id].append(SpokenFor(key, name, kind))
    return found
