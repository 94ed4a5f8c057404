"""Reading points and contributions: planners of the programme only; a Land unit reads what its Land said."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import M, Message
from consultation.evaluation.finding import PointFilter, counted, found_by, named
from consultation.evaluation.models import Contribution, Decision, Point
from consultation.evaluation.numbers import both_numbers
from consultation.people.models import Organisation
from consultation.programmes.models import Programme, ProgrammeMember
from consultation.register.models import RegisterBody
from consultation.responses.models import Response
from consultation.responses.participation import land_of
from consultation.states import PLANNING, PointState
from consultation.subjects import Actor

AT_ONCE = 100


@dataclass(frozen=True)
class PointSummary:
    """A point as lists and the synopsis show it."""

    id: uuid.UUID
    number: int
    public_number: int | None
    section_key: str | None
    text: str
    state: PointState
    decision: Decision | None
    reply: str
    assignee_id: uuid.UUID | None
    version: int
    last_by: uuid.UUID | None
    source_id: uuid.UUID | None
    tags: tuple[str, ...]
    supporters: int
    """Distinct organisations whose counted answer demands it."""
    contributions: int
    """All, those of superseded and withdrawn answers too."""
    among: int
    """Supporters among the bodies the list was narrowed to; all of them otherwise."""

    @property
    def key(self) -> tuple[int, int]:
        """Where the next page begins."""
        return self.supporters, self.number

    @property
    def numbers(self) -> Message:
        return both_numbers(self.number, self.public_number)


@dataclass(frozen=True)
class Original:
    """What one organisation wrote, word for word."""

    contribution: Contribution
    organisation: str
    sort_key: str
    kind: str
    state: str | None
    size_class: str | None
    counts: bool
    """False once the revision it stands in was superseded, withdrawn or declined."""


def visible(actor: Actor) -> Select[Point]:
    """Points of the programmes the acting organisation plans; limited to a Land, those with a contribution from there."""
    points = select(Point).where(Point.merged_into_id.is_(None))
    if actor.is_system:
        return points
    if not (actor.may_plan and actor.roles & PLANNING):
        return points.where(false())
    shared = (
        select(Consultation.id)
        .join(ProgrammeMember, ProgrammeMember.programme_id == Consultation.programme_id)
        .where(Consultation.id == Point.consultation_id, ProgrammeMember.organisation_id == actor.organisation_id)
        .where(or_(ProgrammeMember.state.is_(None), _from_land(ProgrammeMember.state)))
    )
    return points.where(shared.exists())


def _from_land(land: Any) -> ColumnElement[bool]:
    return exists(
        select(Contribution.id)
        .join(Organisation, Organisation.id == Contribution.organisation_id)
        .where(Contribution.point_id == Point.id, Organisation.state == land)
        .correlate(Point, ProgrammeMember)
    )


def get(session: Session, actor: Actor, point_id: uuid.UUID) -> Point:
    """With its tags and what its rules look at."""
    programme = joinedload(Point.consultation).joinedload(Consultation.programme)
    statement = visible(actor).where(Point.id == point_id)
    statement = statement.options(programme.selectinload(Programme.members), selectinload(Point.tags))
    if (point := session.scalars(statement.execution_options(populate_existing=True)).one_or_none()) is None:
        raise NotFound(M("Diesen Einzelpunkt gibt es nicht."))
    return point


def of(session: Session, actor: Actor, consultation: Consultation, point_id: uuid.UUID) -> Point:
    """A point of a consultation that is there already, with its tags."""
    statement = visible(actor).where(Point.id == point_id, Point.consultation_id == consultation.id)
    statement = statement.options(joinedload(Point.tags)).execution_options(populate_existing=True)
    if (point := session.scalars(statement).unique().one_or_none()) is None:
        raise NotFound(M("Diesen Einzelpunkt gibt es nicht."))
    set_committed_value(point, "consultation", consultation)
    return point


def contribution(session: Session, actor: Actor, contribution_id: uuid.UUID) -> Contribution:
    found = session.get(Contribution, contribution_id)
    if found is not None:
        point = get(session, actor, found.point_id)
        if any(original.contribution.id == found.id for original in originals(session, actor, point)):
            return found
    raise NotFound(M("Diesen Beitrag gibt es nicht."))


def points(
    session: Session, actor: Actor, consultation: Consultation, chosen: PointFilter | None = None, *,
    most_supported_first: bool = False, after: tuple[int, int] | None = None, limit: int = AT_ONCE,
) -> list[PointSummary]:  # fmt: skip
    """One page, by number or by supporters; `after` is the `key` of the last one seen. A Land unit sees its Land."""
    land = land_of(actor, consultation)
    return listed(
        session, consultation.id, chosen or PointFilter(), land,
        most_supported_first=most_supported_first, after=after, limit=limit,
    )  # fmt: skip


def listed(
    session: Session, consultation_id: uuid.UUID, chosen: PointFilter, land: str | None = None, *,
    most_supported_first: bool = False, after: tuple[int, int] | None = None, limit: int = AT_ONCE,
) -> list[PointSummary]:  # fmt: skip
    """As `points`, for whoever has checked who may see it (editions)."""
    counts, supporters = counted(consultation_id, land, chosen)
    columns = select(Point, supporters, func.coalesce(counts.c.contributions, 0), func.coalesce(counts.c.among, 0))
    statement = found_by(columns, consultation_id, chosen, land, counts, supporters)
    order = (supporters.desc(), Point.number) if most_supported_first else (Point.number,)
    if after is not None:
        beyond = Point.number > after[1]
        if most_supported_first:
            beyond = or_(supporters < after[0], and_(supporters == after[0], beyond))
        statement = statement.where(beyond)
    statement = statement.options(selectinload(Point.tags)).order_by(*order).limit(limit)
    statement = statement.execution_options(populate_existing=True)
    return [_summary(point, int(n), int(all_), int(among)) for point, n, all_, among in session.execute(statement)]


def summaries(
    session: Session, consultation_id: uuid.UUID, ids: Sequence[uuid.UUID], land: str | None = None,
    chosen: PointFilter | None = None,
) -> list[PointSummary]:  # fmt: skip
    """A page of a walk, in its order; `chosen` is what it was narrowed to."""
    chosen = chosen or PointFilter()
    these = PointFilter(ids=tuple(ids), land=chosen.land, size_class=chosen.size_class, kind=chosen.kind)
    found = {one.id: one for one in listed(session, consultation_id, these, land, limit=len(ids))}
    return [found[id_] for id_ in ids if id_ in found]


def _summary(point: Point, supporters: int, contributions: int, among: int) -> PointSummary:
    return PointSummary(
        point.id, point.number, point.public_number, point.section_key, point.text, point.state, point.decision, point.reply,
        point.assignee_id, point.version, point.last_by, point.source_id, tuple(tag.tag for tag in point.tags), supporters,
        contributions, among,
    )  # fmt: skip


@dataclass(frozen=True)
class Relative:
    """A point that another one came from, or that came from it."""

    id: uuid.UUID
    numbers: Message
    text: str
    state: PointState
    decision: Decision | None
    is_source: bool


def relatives(session: Session, actor: Actor, point: Point) -> list[Relative]:
    """The point an exception was taken out of (or the one that one went into), and the exceptions of this one."""
    source = aliased(Point)
    of_source = select(func.coalesce(source.merged_into_id, source.id)).where(source.id == point.source_id)
    statement = visible(actor).where(or_(Point.source_id == point.id, Point.id.in_(of_source)), Point.id != point.id)
    return [
        Relative(one.id, one.numbers, one.text, one.state, one.decision, one.source_id != point.id)
        for one in session.scalars(statement.order_by(Point.number))
    ]


def successor(session: Session, actor: Actor, point_id: uuid.UUID) -> uuid.UUID | None:
    """Where a point went that is gone: the one it was merged into, as far as the actor may see that."""
    last = point_id
    while (into := session.scalar(select(Point.merged_into_id).where(Point.id == last))) and into != point_id:
        last = into
    found = visible(actor).where(Point.id == last, Point.id != point_id)
    return session.scalar(found.with_only_columns(Point.id))


def called(session: Session, actor: Actor, consultation_id: uuid.UUID, text: str) -> list[Point]:
    """The points that are named so: none, one, or one that has the number in the house and one that has it in public."""
    name = named(text)
    if name is None:
        return []
    either = or_(Point.number == name.number, Point.public_number == name.number)
    here = visible(actor).where(Point.consultation_id == consultation_id, either).order_by(Point.number)
    return [point for point in session.scalars(here) if name.means(point.number, point.public_number)]


def originals(session: Session, actor: Actor, point: Point) -> list[Original]:
    """What the point was made from, in alphabetical order of the organisations; a Land unit reads its Land."""
    return originals_of(session, [point.id], land_of(actor, point.consultation))[point.id]


def originals_of(
    session: Session, point_ids: Collection[uuid.UUID], land: str | None = None
) -> dict[uuid.UUID, list[Original]]:
    """Point → originals, in one query for a page of points; the caller has checked who may see them."""
    counted = Response.counted_revision_id == Contribution.revision_id
    statement = (
        select(Contribution, Organisation, RegisterBody.size_class, func.coalesce(counted, false()))
        .join(Response, Response.id == Contribution.response_id)
        .join(Organisation, Organisation.id == Contribution.organisation_id)
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .where(Contribution.point_id.in_(point_ids))
        .order_by(
            Organisation.sort_key, Organisation.id, Contribution.question_key, Contribution.item_key, Contribution.id
        )
    )
    if land is not None:
        statement = statement.where(Organisation.state == land)
    found: dict[uuid.UUID, list[Original]] = defaultdict(list)
    for said, who, size_class, counts in session.execute(statement):
        found[said.point_id].append(
            Original(said, who.name, who.sort_key, who.kind, who.state, size_class, bool(counts))
        )
    return found


def supporters(found: Collection[Original]) -> list[Original]:
    """One original of each organisation that counts."""
    first: dict[uuid.UUID, Original] = {}
    for original in found:
        if original.counts:
            first.setdefault(original.contribution.organisation_id, original)
    return list(first.values())
