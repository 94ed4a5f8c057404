"""Which points are looked for, and in which order they are walked through: the whole list in one query."""

import hashlib
import re
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from consultation.core.text import search_key, sort_key
from consultation.evaluation.models import Contribution, Decision, Point, PointTag
from consultation.people.models import Organisation
from consultation.register.kinds import SizeClass
from consultation.register.models import RegisterBody
from consultation.responses.models import Response
from consultation.states import PointState

MOST_WORDS = 8
MOST_DIGITS = 9
"""More are the number of no point, and more than a column of the database holds."""
_NUMBERED = re.compile(
    r"((punkt|point)\s*[0-9]+,\s*(?=öffentlich|public))?(?P<public>(öffentlich|public)\s*)?"
    r"(?P<word>(punkt|point|nummer|number|nr\.?|no\.?|#)\s*)?(?P<number>[0-9]{1,3}([.,][0-9]{3})+|[0-9]{1,8})",
    re.IGNORECASE,
)
"""A point as people call it: "Punkt 11", "Nr. 11", "11", "öffentlich Nr. 11", "Punkt 1.234" as sentences write it, and
"Punkt 11, öffentlich Nr. 4" as its page is headed.
"""
OPEN = (PointState.NEW, PointState.IN_REVIEW)


@dataclass(frozen=True)
class Name:
    """A point by number, as somebody typed it."""

    number: int
    public: bool
    """The number everybody knows is meant, and no other."""
    word: str
    """What stands before the number: "Punkt", "Nr." …; empty where it stands alone."""

    def means(self, number: int, public_number: int | None) -> bool:
        """Whether the point is named, to somebody who does something to it: "Punkt 11" is its number in the house, "öffentlich 11"
        the one everybody knows, "11" may be either.
        """
        if self.public:
            return public_number == self.number
        return number == self.number or (self.word not in {"punkt", "point"} and public_number == self.number)


def named(text: str) -> Name | None:
    """None where it is no number of a point, but words."""
    asked = _NUMBERED.fullmatch(text)
    if asked is None or len(digits := re.sub("[.,]", "", asked["number"])) > MOST_DIGITS:
        return None
    return Name(int(digits), bool(asked["public"]), (asked["word"] or "").strip().casefold())


@dataclass(frozen=True)
class PointFilter:
    """Empty means all. `section` "" finds points without section. Dimensions speak of supporters that count."""

    section: str | None = None
    tag: str | None = None
    untagged: bool = False
    state: PointState | None = None
    undecided: bool = False
    decision: Decision | None = None
    assignee_id: uuid.UUID | None = None
    unassigned: bool = False
    text: str = ""
    """Words that must all be there: in the working text, in what one body wrote, or in its name; umlauts as one likes."""
    land: str | None = None
    size_class: str | None = None
    """Or the kind of bodies that have no size class."""
    kind: str | None = None
    supported: bool = False
    """Only those that at least one counted answer demands: what is weighed, counted and published."""
    unsupported: bool = False
    """Only the others: their answers were withdrawn or replaced since."""
    ids: tuple[uuid.UUID, ...] | None = None
    number: int | None = None
    """In the house or in public: whoever telephones does not say which. Also of a point that went into another one, which is
    found for it.
    """
    public_number: int | None = None

    @property
    def by_bodies(self) -> bool:
        """Whether only some of the bodies are looked at: then their number is what the list is sorted by."""
        return any((self.land, self.size_class, self.kind))

    def takes(self, kind: str, land: str | None, size_class: str | None) -> bool:
        """Whether a body is one of those: what `_from_bodies` says of rows."""
        sized = self.size_class in (None, "", size_class, None if size_class else kind)
        return sized and self.land in (None, "", land) and self.kind in (None, "", kind)


class Order(StrEnum):
    SUPPORT = "support"
    NUMBER = "number"
    SECTION = "section"


@dataclass(frozen=True)
class Place:
    """Where a point stands in a list."""

    id: uuid.UUID = field(compare=False)
    number: int = field(compare=False)
    version: int = field(compare=False)
    key: tuple[int, ...]


@dataclass(frozen=True)
class Walk:
    """All points a filter finds, in order."""

    places: tuple[Place, ...]
    by_number: int | None = None
    """What was looked for is this number: one point, or one that has it in the house and one that has it in public."""

    def __len__(self) -> int:
        return len(self.places)

    @property
    def seen(self) -> str:
        """Changes when a point joins or leaves the list, or one of them is written anew."""
        whole = "".join(sorted(f"{place.id}{place.version}" for place in self.places))
        return hashlib.sha256(whole.encode()).hexdigest()[:20]

    def index(self, key: tuple[int, ...]) -> int | None:
        """Where it stands, from 0; None if the list does not hold it (any more)."""
        place = bisect_left(self.places, key, key=_key)
        return place if place < len(self.places) and self.places[place].key == key else None

    def before(self, key: tuple[int, ...]) -> Place | None:
        place = bisect_left(self.places, key, key=_key)
        return self.places[place - 1] if place else None

    def after(self, key: tuple[int, ...]) -> Place | None:
        """The next one, also of a point that is not in the list any more because it was decided."""
        place = bisect_right(self.places, key, key=_key)
        return self.places[place] if place < len(self.places) else None


def _key(place: Place) -> tuple[int, ...]:
    return place.key


def order_key(
    order: Order, number: int, supporters: int, section: str | None, positions: Mapping[str, int]
) -> tuple[int, ...]:
    """`positions`: section key → its place in the draft; what belongs to no section comes last."""
    match order:
        case Order.NUMBER:
            return (number,)
        case Order.SECTION:
            return positions.get(section or "", len(positions)), -supporters, number
        case _:
            return -supporters, number


def walk(
    session: Session, consultation_id: uuid.UUID, chosen: PointFilter, land: str | None = None, *,
    order: Order = Order.SUPPORT, positions: Mapping[str, int] | None = None,
) -> Walk:  # fmt: skip
    """Everything the filter finds; the caller has checked who may see it, `land` limits a Land unit to its Land.

    The number of a point finds who has it alone; where nobody has, figures are words like others.
    """
    if name := named(chosen.text):
        alone = replace(chosen, text="", supported=False)
        alone = replace(alone, public_number=name.number) if name.public else replace(alone, number=name.number)
        found = walk(session, consultation_id, alone, land, order=order, positions=positions)
        if found or name.word or name.public:
            return replace(found, by_number=name.number if found else None)
    counts, supporters = counted(consultation_id, land, chosen)
    among = func.coalesce(counts.c.among, 0)
    columns = (Point.id, Point.number, Point.version, Point.section_key, among)
    statement = found_by(select(*columns), consultation_id, chosen, land, counts, supporters)
    places = (
        Place(id_, number, version, order_key(order, number, int(n), section, positions or {}))
        for id_, number, version, section, n in session.execute(statement)
    )
    return Walk(tuple(sorted(places, key=_key)))


def counted(
    consultation_id: uuid.UUID, land: str | None, chosen: PointFilter | None = None
) -> tuple[Any, ColumnElement[int]]:
    """Point → supporters, those `among` the chosen bodies, contributions and those of them that count, of one Land if asked;
    and the number of supporters as a column.
    """
    chosen = chosen or PointFilter()
    counts = Response.counted_revision_id == Contribution.revision_id
    organisation = func.count(func.distinct(Contribution.organisation_id))
    statement = (
        select(
            Contribution.point_id,
            organisation.filter(counts).label("supporters"),
            organisation.filter(counts, *_from_bodies(chosen)).label("among"),
            func.count().label("contributions"),
            func.count().filter(counts).label("counting"),
        )
        .join(Response, Response.id == Contribution.response_id)
        .where(Contribution.consultation_id == consultation_id)
        .group_by(Contribution.point_id)
    )
    if land is not None or chosen.by_bodies:
        statement = statement.join(Organisation, Organisation.id == Contribution.organisation_id)
    if chosen.by_bodies:
        statement = statement.outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
    if land is not None:
        statement = statement.where(Organisation.state == land)
    found = statement.subquery("counts")
    return found, func.coalesce(found.c.supporters, 0)


def found_by(
    statement: Any, consultation_id: uuid.UUID, chosen: PointFilter, land: str | None, counts: Any,
    supporters: ColumnElement[int],
) -> Any:  # fmt: skip
    """The statement narrowed to what the filter finds; points that went into another one are none any more."""
    statement = statement.outerjoin(counts, counts.c.point_id == Point.id).where(
        Point.consultation_id == consultation_id,
        Point.merged_into_id.is_(None),
        *_conditions(consultation_id, chosen, land, supporters),
    )
    return statement if land is None else statement.where(counts.c.contributions > 0)


def _conditions(
    consultation_id: uuid.UUID, chosen: PointFilter, land: str | None, supporters: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    tagged = select(PointTag.point_id).where(PointTag.point_id == Point.id)
    section = Point.section_key.is_(None) if chosen.section == "" else Point.section_key == chosen.section
    wanted: list[tuple[bool, ColumnElement[bool]]] = [
        (chosen.section is not None, section),
        (chosen.tag is not None, tagged.where(PointTag.tag == chosen.tag).exists()),
        (chosen.untagged, ~tagged.exists()),
        (chosen.state is not None, Point.state == chosen.state),
        (chosen.undecided, Point.state.in_(OPEN)),
        (chosen.decision is not None, Point.decision == chosen.decision),
        (chosen.assignee_id is not None, Point.assignee_id == chosen.assignee_id),
        (chosen.unassigned, Point.assignee_id.is_(None)),
        (chosen.by_bodies, _supported_by(chosen, land)),
        (chosen.supported, supporters > 0),
        (chosen.unsupported, supporters == 0),
        (chosen.ids is not None, Point.id.in_(chosen.ids or ())),
    ]
    numbered = ((chosen.number, (Point.number, Point.public_number)), (chosen.public_number, (Point.public_number,)))
    return [
        *(condition for applies, condition in wanted if applies),
        *(_in_or_gone_into(consultation_id, number, *columns) for number, columns in numbered if number is not None),
        *_speaking_of(chosen.text, land),
    ]


def _in_or_gone_into(consultation_id: uuid.UUID, number: int, *columns: Any) -> ColumnElement[bool]:
    """The point with this number in one of these columns, or the one it went into, however often that went on."""
    itself = or_(*(column == number for column in columns))
    gone = Point.consultation_id == consultation_id, Point.merged_into_id.is_not(None)
    into = select(Point.merged_into_id.label("id")).where(*gone, itself).cte("into", recursive=True)
    into = into.union(select(Point.merged_into_id).join(into, into.c.id == Point.id).where(*gone))
    return or_(itself, Point.id.in_(select(into.c.id)))


def _speaking_of(text: str, land: str | None) -> list[ColumnElement[bool]]:
    words = search_key(text).split()[:MOST_WORDS]
    if not words:
        return []
    in_words = and_(*(Contribution.search.contains(word, autoescape=True) for word in words))
    in_name = Organisation.sort_key.contains(sort_key(text), autoescape=True)
    said = (
        select(Contribution.id)
        .join(Organisation, Organisation.id == Contribution.organisation_id)
        .where(Contribution.point_id == Point.id, or_(in_words, in_name))
    )
    if land is not None:
        said = said.where(Organisation.state == land)
    by_text = [Point.search.contains(word, autoescape=True) for word in words]
    return [or_(and_(*by_text), said.exists())]


def _supported_by(chosen: PointFilter, land: str | None) -> ColumnElement[bool]:
    statement = (
        select(Contribution.id)
        .join(Response, Response.counted_revision_id == Contribution.revision_id)
        .join(Organisation, Organisation.id == Contribution.organisation_id)
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .where(Contribution.point_id == Point.id, *_from_bodies(chosen))
    )
    return (statement if land is None else statement.where(Organisation.state == land)).exists()


def _from_bodies(chosen: PointFilter) -> list[ColumnElement[bool]]:
    """The chosen bodies, over organisations and the register."""
    unsized = and_(RegisterBody.size_class.is_(None), Organisation.kind == chosen.size_class)
    sized = RegisterBody.size_class == chosen.size_class if chosen.size_class in list(SizeClass) else unsized
    wanted = (
        (chosen.land, Organisation.state == chosen.land),
        (chosen.size_class, sized),
        (chosen.kind, Organisation.kind == chosen.kind),
    )
    return [condition for asked, condition in wanted if asked]
