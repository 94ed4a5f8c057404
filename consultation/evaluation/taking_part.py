"""Participation for everybody: as many rows as can be shown without telling which body took part that is not named.

Totals are always shown: there is no other way to say who was heard. Rows by group are protected like figures: what is hidden
of a body is whether it replied, unless it lets itself be named as a participant or a named participant speaks for it.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.evaluation.cube import SMALL_TOWN_CLASSES, places
from consultation.evaluation.earlier import Memory, past_of
from consultation.evaluation.figures import KIND, SIZE_CLASS, SMALL_TOWNS, STATE, TOTAL
from consultation.evaluation.protection import Member, protect
from consultation.forms.definition import PARTICIPANT
from consultation.people.models import Organisation
from consultation.register.models import RegisterBody
from consultation.responses.models import Disclosure, DisclosureChoice, Representation, RepresentationKind, Response
from consultation.responses.participation import (
    Counts,
    Margins,
    Reach,
    counted_bodies,
    participation,
    reached_municipalities,
)

PUBLIC_COUNTS = ("invited", "submitted", "nil_returns", "declined", "represented", "open")
MUNICIPAL = {SIZE_CLASS: "municipal:size_class", STATE: "municipal:state"}
"""Tables of municipalities reached, beside those of bodies asked."""
GROUPINGS = (TOTAL, SIZE_CLASS, STATE, KIND, *MUNICIPAL.values())
ELSEWHERE = "-"
"""The row of a table for those that are none of its subjects."""
PLACE = ("participation", "")


@dataclass
class _Body:
    """A body that was asked, a municipality of the register, or both."""

    groups: dict[str, str]
    counts: Counts | None = None
    reach: Reach | None = None
    named: bool = False

    @property
    def status(self) -> tuple[str, ...]:
        """What nobody may conclude of it unless it is named; nothing for those that kept silent."""
        said = self.counts or Counts()
        reached = self.reach or Reach()
        words = {
            "submitted": said.submitted, "nil_return": said.nil_returns, "declined": said.declined,
            "replied": said.answered or reached.itself, "represented": said.represented or reached.represented,
        }  # fmt: skip
        return tuple(word for word, count in words.items() if count)

    @property
    def hidden(self) -> bool:
        asked = self.counts is not None or (self.reach is not None and self.reach.invited)
        return not self.named and bool(asked or self.status)

    def member(self) -> Member:
        groups = tuple(self.groups.get(grouping, ELSEWHERE) for grouping in GROUPINGS)
        return Member(groups, self.status, True, (self.hidden,) * len(GROUPINGS))


def public_participation(
    session: Session, consultation_id: uuid.UUID, moment: datetime, minimum: int, earlier: Sequence[Memory], memory: Memory
) -> Margins:  # fmt: skip
    """By the disclosures in force then; what later editions have to be held against goes into `memory`."""
    whole = participation(session, consultation_id)
    bodies = _bodies(session, consultation_id, moment)
    members = {key: one.member() for key, one in bodies.items()}
    decision = protect(list(members.values()), GROUPINGS, minimum, past_of(PLACE, GROUPINGS, members, earlier))
    memory.note(PLACE, GROUPINGS, decision.shown, members)
    return Margins(
        (), (), whole.informed, _told(whole.total), _rounded(whole.reach),
        {name: _sums(bodies, name, decision.shown.get(name, ()), Counts(), lambda one: _told(one.counts or Counts()))
         for name in (SIZE_CLASS, STATE, KIND)},
        {name: _sums(bodies, key, decision.shown.get(key, ()), Reach(), lambda one: _counted(one.reach or Reach()))
         for name, key in MUNICIPAL.items()},
        {_title(key): hidden for key in GROUPINGS[1:] if (hidden := _suppressed(bodies, key, decision.shown.get(key, ())))},
    )  # fmt: skip


def _title(grouping: str) -> str:
    return (
        f"municipalities{grouping.removeprefix('municipal')}"
        if grouping in MUNICIPAL.values()
        else f"bodies:{grouping}"
    )


def _suppressed(bodies: Mapping[str, _Body], grouping: str, shown: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({one.groups[grouping] for one in bodies.values() if grouping in one.groups} - set(shown)))


T = TypeVar("T", Counts, Reach)


def _sums(
    bodies: Mapping[str, _Body], grouping: str, shown: Collection[str], nothing: T, read: Callable[[_Body], T]
) -> dict[str, T]:  # fmt: skip
    """Both Kleinstadt classes together are a row of their own where both are shown."""
    found = {group: nothing for group in sorted(shown) if group != ELSEWHERE}
    for one in bodies.values():
        if (group := one.groups.get(grouping)) in found:
            found[group] += read(one)
    if set(SMALL_TOWN_CLASSES) <= found.keys():
        found[SMALL_TOWNS] = found[SMALL_TOWN_CLASSES[0]] + found[SMALL_TOWN_CLASSES[1]]
    return found


def _told(counts: Counts) -> Counts:
    """What came of it; how far the others got on their way is nobody's business."""
    return Counts(**{name: getattr(counts, name) for name in PUBLIC_COUNTS})


def _counted(reach: Reach) -> Reach:
    """Without inhabitants: a sum of populations names the municipalities it is made of."""
    return Reach(reach.existing, reach.invited, reach.itself, reach.represented, reach.open)


def _rounded(reach: Reach) -> Reach:
    """Inhabitants to two figures, for the same reason; how many there are altogether stands in the register."""
    names = ("population_itself", "population_represented", "population_open")
    return replace(reach, **{name: _two_figures(getattr(reach, name)) for name in names})


def _two_figures(number: int) -> int:
    digits = max(0, len(str(number)) - 2)
    return round(number, -digits)


def _bodies(session: Session, consultation_id: uuid.UUID, moment: datetime) -> dict[str, _Body]:
    """By key of the register, or id of the organisation."""
    named, spoken = _named(session, consultation_id, moment)
    found: dict[str, _Body] = {}
    more = (Organisation.register_key, Organisation.id, Response.id)
    for (state, size, kind, key, organisation, response), counts in counted_bodies(
        session, consultation_id, None, *more
    ):
        groups = {grouping: group for grouping, group in places(size, state, kind, public=True) if group != SMALL_TOWNS}
        known = response in named or (key in spoken and counts.represented > 0)
        found[key or str(organisation)] = _Body(groups, counts, None, known)
    for (state, size, key), reach in reached_municipalities(session, consultation_id, None, RegisterBody.key):
        one = found.setdefault(key, _Body({TOTAL: ""}))
        one.reach = reach
        one.named = one.named or (key in spoken and reach.represented > 0)
        one.groups |= {MUNICIPAL[STATE]: state, MUNICIPAL[SIZE_CLASS]: size or ""}
    return found


def _named(session: Session, consultation_id: uuid.UUID, moment: datetime) -> tuple[set[uuid.UUID], set[str]]:
    """Responses whose body lets itself be named as a participant, and the bodies they speak for."""
    last = (
        select(func.max(DisclosureChoice.seq))
        .join(Response, Response.id == DisclosureChoice.response_id)
        .where(Response.consultation_id == consultation_id, Response.counted_revision_id.is_not(None))
        .where(DisclosureChoice.part == PARTICIPANT, DisclosureChoice.moment <= moment)
        .group_by(DisclosureChoice.response_id)
    )
    chosen = select(DisclosureChoice.response_id).where(
        DisclosureChoice.seq.in_(last), DisclosureChoice.level == Disclosure.NAMED
    )
    named = set(session.scalars(chosen))
    spoken = select(Representation.register_key).where(
        Representation.response_id.in_(chosen), Representation.kind == RepresentationKind.REPRESENTED
    )
    return named, set(session.scalars(spoken))
