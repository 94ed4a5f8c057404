"""Who was asked, who answered, who is spoken for: counts over invitations and responses, never a look into drafts.

A body is counted once, as what it is. Represented are bodies named by a counted response that did not answer themselves.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from consultation.consultations.models import Consultation, Invitation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.people.models import Organisation
from consultation.register.kinds import MUNICIPALITIES
from consultation.register.models import RegisterBody
from consultation.responses.models import RepresentationKind, Response, Revision, RevisionRepresentation
from consultation.rulebook import reads_programme
from consultation.states import InvitationState, Purpose, ResponseState
from consultation.subjects import Actor


@dataclass(frozen=True)
class Counts:
    """Bodies asked for comment and what came of it. `submitted` and `nil_returns` count; both are replies."""

    invited: int = 0
    sent: int = 0
    """Left the house: sent, or opened since."""
    failed: int = 0
    opened: int = 0
    started: int = 0
    """Began a response, whatever became of it."""
    submitted: int = 0
    nil_returns: int = 0
    declined: int = 0
    withdrawn: int = 0
    represented: int = 0
    """No reply and no refusal of its own, but named by a counted response: no non-reply."""
    open: int = 0
    """Neither replied nor declined nor represented."""
    late: int = 0
    provisional: int = 0

    @property
    def answered(self) -> int:
        return self.submitted + self.nil_returns

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class BodiesRow:
    """Counts of the invited bodies of one Land, size class and kind; `state` and `size_class` are "" where there is none."""

    state: str
    size_class: str
    kind: str
    counts: Counts


@dataclass(frozen=True)
class Reach:
    """Municipalities of the register: how many exist, and how many the answers stand for."""

    existing: int = 0
    invited: int = 0
    """Asked themselves, or through their association."""
    itself: int = 0
    represented: int = 0
    open: int = 0
    """Invited, and neither answered nor represented."""
    population: int = 0
    population_itself: int = 0
    population_represented: int = 0
    population_open: int = 0

    @property
    def reached(self) -> int:
        return self.itself + self.represented

    @property
    def population_reached(self) -> int:
        return self.population_itself + self.population_represented

    def __add__(self, other: "Reach") -> "Reach":
        return Reach(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class ReachRow:
    state: str
    size_class: str
    reach: Reach


@dataclass(frozen=True)
class Participation:
    bodies: tuple[BodiesRow, ...]
    municipalities: tuple[ReachRow, ...]
    informed: int
    """Invited for information only: asked nothing, counted nowhere else."""

    @cached_property  # a document asks dozens of times
    def total(self) -> Counts:
        return sum((row.counts for row in self.bodies), Counts())

    @cached_property
    def reach(self) -> Reach:
        return sum((row.reach for row in self.municipalities), Reach())

    def by(self, dimension: str) -> dict[str, Counts]:
        """Group → counts; `dimension` is "state", "size_class" or "kind". Bodies without size class go by their kind."""
        found: dict[str, Counts] = {}
        for row in self.bodies:
            group = getattr(row, dimension) or (row.kind if dimension == "size_class" else "")
            found[group] = found.get(group, Counts()) + row.counts
        return found

    def reach_by(self, dimension: str) -> dict[str, Reach]:
        """Group → municipalities; `dimension` is "state" or "size_class"."""
        found: dict[str, Reach] = {}
        for row in self.municipalities:
            group = getattr(row, dimension)
            found[group] = found.get(group, Reach()) + row.reach
        return found


@dataclass(frozen=True)
class Margins(Participation):
    """As it may be public: rows of one dimension each instead of cells, and without those that would betray a body."""

    whole: Counts = Counts()
    municipal: Reach = Reach()
    tables: Mapping[str, Mapping[str, Counts]] = field(default_factory=dict)
    """state, size_class, kind → group → counts; bodies without size class go by their kind."""
    reach_tables: Mapping[str, Mapping[str, Reach]] = field(default_factory=dict)
    """state, size_class → group → municipalities; of editions made when these were told by group in public too."""
    suppressed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`bodies:state`, `municipalities:state` … → groups that are not shown."""

    @property
    def total(self) -> Counts:
        return self.whole

    @property
    def reach(self) -> Reach:
        return self.municipal

    def by(self, dimension: str) -> dict[str, Counts]:
        return dict(self.tables.get(dimension, {}))

    def reach_by(self, dimension: str) -> dict[str, Reach]:
        return dict(self.reach_tables.get(dimension, {}))


def for_planner(session: Session, actor: Actor, consultation: Consultation) -> Participation:
    """For members of the programme; a Land unit sees its Land."""
    return participation(session, consultation.id, land_of(actor, consultation))


def land_of(actor: Actor, consultation: Consultation) -> str | None:
    """The Land a planner is limited to. Raises NotFound for everybody who does not plan this consultation."""
    if actor.is_system:
        return None
    if not reads_programme(actor, consultation):
        raise NotFound(M("Diese Konsultation gibt es nicht."))
    assert actor.organisation_id is not None
    return consultation.planners[actor.organisation_id]


def participation(session: Session, consultation_id: uuid.UUID, land: str | None = None) -> Participation:
    """Three queries, whatever the number of bodies. The caller has checked who may see it."""
    informed = select(func.count()).select_from(Invitation).join(Invitation.organisation).where(
        Invitation.consultation_id == consultation_id, Invitation.purpose == Purpose.FOR_INFORMATION, _in(land)
    )  # fmt: skip
    return Participation(
        tuple(_bodies(session, consultation_id, land)),
        tuple(_municipalities(session, consultation_id, land)),
        session.scalars(informed).one(),
    )


def _in(land: str | None) -> ColumnElement[bool]:
    return Organisation.id.is_not(None) if land is None else Organisation.state == land


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def represented_keys(consultation_id: uuid.UUID) -> Subquery:
    """Register keys named by counted revisions, each once."""
    return (
        select(RevisionRepresentation.register_key)
        .join(Response, Response.counted_revision_id == RevisionRepresentation.revision_id)
        .where(Response.consultation_id == consultation_id)
        .where(RevisionRepresentation.kind == RepresentationKind.REPRESENTED)
        .distinct()
        .subquery("spoken_for")
    )


def _bodies(session: Session, consultation_id: uuid.UUID, land: str | None) -> Iterable[BodiesRow]:
    rows = [
        BodiesRow(state or "", size or "", kind, counts)
        for (state, size, kind), counts in counted_bodies(session, consultation_id, land)
    ]
    return sorted(rows, key=lambda row: (row.state, row.size_class, row.kind))


def counted_bodies(
    session: Session, consultation_id: uuid.UUID, land: str | None, *more: Any
) -> Iterator[tuple[tuple[Any, ...], Counts]]:
    """(Land, size class, kind, and `more` columns of organisation or response) → counts of the bodies asked for comment."""
    spoken = represented_keys(consultation_id)
    replied, away = Response.counted_revision_id.is_not(None), Response.state.in_((ResponseState.DECLINED,))
    silent = and_(Response.counted_revision_id.is_(None), or_(Response.id.is_(None), ~away))
    named = spoken.c.register_key.is_not(None)
    columns = (
        func.count(),
        _count(Invitation.state.in_((InvitationState.SENT, InvitationState.OPENED))),
        _count(Invitation.state == InvitationState.FAILED),
        _count(Invitation.state == InvitationState.OPENED),
        _count(Response.id.is_not(None)),
        _count(and_(replied, Revision.nil_return.is_(False))),
        _count(and_(replied, Revision.nil_return.is_(True))),
        _count(Response.state == ResponseState.DECLINED),
        _count(Response.state == ResponseState.WITHDRAWN),
        _count(and_(silent, named)),
        _count(and_(silent, ~named)),
        _count(and_(replied, Revision.late.is_(True))),
        _count(and_(replied, Revision.reserved.is_(True), Response.confirmed_at.is_(None))),
    )
    dimensions = (Organisation.state, RegisterBody.size_class, Organisation.kind, *more)
    statement = (
        select(*dimensions, *columns)
        .select_from(Invitation)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .outerjoin(Response, Response.invitation_id == Invitation.id)
        .outerjoin(Revision, Revision.id == Response.counted_revision_id)
        .outerjoin(spoken, spoken.c.register_key == Organisation.register_key)
        .where(Invitation.consultation_id == consultation_id, Invitation.purpose == Purpose.FOR_COMMENT, _in(land))
        .group_by(*dimensions)
    )
    for row in session.execute(statement):
        yield tuple(row[: len(dimensions)]), Counts(*map(int, row[len(dimensions) :]))


def _municipalities(session: Session, consultation_id: uuid.UUID, land: str | None) -> Iterable[ReachRow]:
    rows = [
        ReachRow(state, size or "", reach)
        for (state, size), reach in reached_municipalities(session, consultation_id, land)
    ]
    return sorted(rows, key=lambda row: (row.state, row.size_class))


def reached_municipalities(
    session: Session, consultation_id: uuid.UUID, land: str | None
) -> Iterator[tuple[tuple[Any, ...], Reach]]:
    """(Land, size class) → municipalities of the register and how they were reached."""
    spoken = represented_keys(consultation_id)
    asked, replied = (
        _keys_of_bodies(consultation_id, "asked"),
        _keys_of_bodies(consultation_id, "replied", answered=True),
    )
    through = aliased(asked, name="through")
    itself = replied.c.key.is_not(None)
    represented = and_(~itself, spoken.c.register_key.is_not(None))
    invited = or_(asked.c.key.is_not(None), through.c.key.is_not(None))
    waiting = and_(invited, ~itself, spoken.c.register_key.is_(None))
    inhabitants = func.coalesce(RegisterBody.population, 0)

    def people(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, inhabitants), else_=0)), 0)

    dimensions = (RegisterBody.state, RegisterBody.size_class)
    statement = (
        select(
            *dimensions, func.count(), _count(invited), _count(itself), _count(represented),
            _count(waiting), func.sum(inhabitants), people(itself), people(represented), people(waiting),
        )
        .outerjoin(asked, asked.c.key == RegisterBody.key)
        .outerjoin(through, through.c.key == RegisterBody.association_key)
        .outerjoin(replied, replied.c.key == RegisterBody.key)
        .outerjoin(spoken, spoken.c.register_key == RegisterBody.key)
        .where(RegisterBody.kind.in_(MUNICIPALITIES), RegisterBody.valid_to.is_(None))
        .group_by(*dimensions)
    )  # fmt: skip
    if land is not None:
        statement = statement.where(RegisterBody.state == land)
    for row in session.execute(statement):
        yield tuple(row[: len(dimensions)]), Reach(*map(int, row[len(dimensions) :]))


def _keys_of_bodies(consultation_id: uuid.UUID, name: str, *, answered: bool = False) -> Subquery:
    """Register keys of the bodies asked for comment, or of those whose answer counts; each once."""
    statement = (
        select(Organisation.register_key.label("key"))
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .where(Invitation.consultation_id == consultation_id, Invitation.purpose == Purpose.FOR_COMMENT)
        .where(Organisation.register_key.is_not(None))
    )
    if answered:
        statement = statement.join(Response, Response.invitation_id == Invitation.id)
        statement = statement.where(Response.counted_revision_id.is_not(None))
    return statement.subquery(name)
