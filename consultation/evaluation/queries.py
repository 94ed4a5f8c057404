"""Reading points and contributions: planners of the programme only; a Land unit reads what its Land said."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.evaluation.models import Contribution, Decision, Point, PointTag
from consultation.people.models import Organisation
from consultation.programmes.models import Programme, ProgrammeMember
from consultation.register.models import RegisterBody
from consultation.responses.models import Response
from consultation.responses.participation import land_of
from consultation.states import PLANNING, PointState
from consultation.subjects import Actor

AT_ONCE = 100


@dataclass(frozen=True)
class PointFilter:
    """Empty means all. `section` "" finds points without section. Dimensions speak of supporters that count."""

    section: str | None = None
    tag: str | None = None
    untagged: bool = False
    state: PointState | None = None
    decision: Decision | None = None
    assignee_id: uuid.UUID | None = None
    text: str = ""
    land: str | None = None
    size_class: str | None = None
    kind: str | None = None
    supported: bool = False
    """Only those that at least one counted answer demands."""


@dataclass(frozen=True)
class PointSummary:
    """A point as lists and the synopsis show it."""

    id: uuid.UUID
    number: int
    section_key: str | None
    text: str
    state: PointState
    decision: Decision | None
    reply: str
    assignee_id: uuid.UUID | None
    version: int
    tags: tuple[str, ...]
    supporters: int
    """Distinct organisations whose counted answer demands it."""
    contributions: int
    """All, those of superseded and withdrawn answers too."""

    @property
    def key(self) -> tuple[int, int]:
        """Where the next page begins."""
        return self.supporters, self.number


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


@dataclass(frozen=True)
class Progress:
    """How far the weighing is: points somebody supports, by state and by decision."""

    states: dict[PointState, int]
    decisions: dict[Decision, int]
    untagged: int
    contributions: int

    @property
    def points(self) -> int:
        return sum(self.states.values())


def visible(actor: Actor) -> Select[Point]:
    """Points of the programmes the acting organisation plans; limited to a Land, those with a contribution from there."""
    if actor.is_system:
        return select(Point)
    if not (actor.may_plan and actor.roles & PLANNING):
        return select(Point).where(false())
    shared = (
        select(Consultation.id)
        .join(ProgrammeMember, ProgrammeMember.programme_id == Consultation.programme_id)
        .where(Consultation.id == Point.consultation_id, ProgrammeMember.organisation_id == actor.organisation_id)
        .where(or_(ProgrammeMember.state.is_(None), _from_land(ProgrammeMember.state)))
    )
    return select(Point).where(shared.exists())


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
    if (point := session.scalars(statement).one_or_none()) is None:
        raise NotFound(M("Diesen Einzelpunkt gibt es nicht."))
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
    counts = _counts(consultation_id, land)
    supporters = func.coalesce(counts.c.supporters, 0)
    statement = (
        select(Point, supporters, func.coalesce(counts.c.contributions, 0))
        .outerjoin(counts, counts.c.point_id == Point.id)
        .where(Point.consultation_id == consultation_id, *_conditions(chosen, supporters))
        .options(selectinload(Point.tags))
        .limit(limit)
    )
    if land is not None:
        statement = statement.where(counts.c.contributions > 0)
    statement = (
        statement.order_by(supporters.desc(), Point.number)
        if most_supported_first
        else statement.order_by(Point.number)
    )
    if after is not None:
        beyond = Point.number > after[1]
        if most_supported_first:
            beyond = or_(supporters < after[0], and_(supporters == after[0], beyond))
        statement = statement.where(beyond)
    return [_summary(point, int(n), int(all_)) for point, n, all_ in session.execute(statement)]


def _counts(consultation_id: uuid.UUID, land: str | None) -> Any:
    counted = Response.counted_revision_id == Contribution.revision_id
    organisation = func.count(func.distinct(Contribution.organisation_id)).filter(counted)
    statement = (
        select(Contribution.point_id, organisation.label("supporters"), func.count().label("contributions"))
        .join(Response, Response.id == Contribution.response_id)
        .where(Contribution.consultation_id == consultation_id)
        .group_by(Contribution.point_id)
    )
    if land is not None:
        statement = statement.join(Organisation, Organisation.id == Contribution.organisation_id)
        statement = statement.where(Organisation.state == land)
    return statement.subquery("counts")


def _summary(point: Point, supporters: int, contributions: int) -> PointSummary:
    return PointSummary(
        point.id, point.number, point.section_key, point.text, point.state, point.decision, point.reply, point.assignee_id,
        point.version, tuple(tag.tag for tag in point.tags), supporters, contributions,
    )  # fmt: skip


def _conditions(chosen: PointFilter, supporters: ColumnElement[int]) -> list[ColumnElement[bool]]:
    tagged = select(PointTag.point_id).where(PointTag.point_id == Point.id)
    section = Point.section_key.is_(None) if chosen.section == "" else Point.section_key == chosen.section
    wanted: list[tuple[bool, ColumnElement[bool]]] = [
        (chosen.section is not None, section),
        (chosen.tag is not None, tagged.where(PointTag.tag == chosen.tag).exists()),
        (chosen.untagged, ~tagged.exists()),
        (chosen.state is not None, Point.state == chosen.state),
        (chosen.decision is not None, Point.decision == chosen.decision),
        (chosen.assignee_id is not None, Point.assignee_id == chosen.assignee_id),
        (bool(chosen.text), Point.text.icontains(chosen.text, autoescape=True)),
        (any((chosen.land, chosen.size_class, chosen.kind)), _supported_by(chosen)),
        (chosen.supported, supporters > 0),
    ]
    return [condition for applies, condition in wanted if applies]


def _supported_by(chosen: PointFilter) -> ColumnElement[bool]:
    statement = (
        select(Contribution.id)
        .join(Response, Response.counted_revision_id == Contribution.revision_id)
        .join(Organisation, Organisation.id == Contribution.organisation_id)
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .where(Contribution.point_id == Point.id)
        .where(Organisation.state == chosen.land if chosen.land else true())
        .where(RegisterBody.size_class == chosen.size_class if chosen.size_class else true())
        .where(Organisation.kind == chosen.kind if chosen.kind else true())
    )
    return statement.exists()


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


def progress(session: Session, actor: Actor, consultation: Consultation) -> Progress:
    land = land_of(actor, consultation)
    counts = _counts(consultation.id, land)
    tagged = select(PointTag.point_id).where(PointTag.point_id == Point.id).exists()
    statement = (
        select(Point.state, Point.decision, tagged, func.count(), func.sum(counts.c.contributions))
        .join(counts, counts.c.point_id == Point.id)
        .where(Point.consultation_id == consultation.id, counts.c.supporters > 0)
        .group_by(Point.state, Point.decision, tagged)
    )
    states, decisions = dict.fromkeys(PointState, 0), dict.fromkeys(Decision, 0)
    untagged = contributions = 0
    for state, decision, has_tag, count, said in session.execute(statement):
        states[state] += count
        if decision is not None and state == PointState.DECIDED:
            decisions[decision] += count
        untagged += 0 if has_tag else count
        contributions += int(said)
    return Progress(states, decisions, untagged, contributions)
