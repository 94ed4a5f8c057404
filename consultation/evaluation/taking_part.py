"""Participation for everybody: as many rows as can be shown without telling which body took part that is not named.

Totals are always shown: there is no other way to say who was heard. Rows by group are protected like figures: what is hidden
of a body is whether it replied, unless its name stands in the edition or a named participant speaks for it.
Municipalities that are reached are told as a whole only: an association brings all of its own, so each row would tell of it, and
the number of its members is like a name.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.evaluation.cube import SMALL_TOWN_CLASSES, places
from consultation.evaluation.earlier import Memory, past_of
from consultation.evaluation.figures import KIND, SIZE_CLASS, SMALL_TOWNS, STATE, TOTAL
from consultation.evaluation.protection import Member, protect
from consultation.forms.definition import PARTICIPANT, Form
from consultation.people.models import Organisation
from consultation.responses.models import (
    AnswerFact,
    Disclosure,
    DisclosureChoice,
    RepresentationKind,
    Response,
    RevisionRepresentation,
)
from consultation.responses.participation import (
    Counts,
    Margins,
    Reach,
    counted_bodies,
    participation,
)

PUBLIC_COUNTS = ("invited", "submitted", "nil_returns", "declined", "represented", "open")
GROUPINGS = (TOTAL, SIZE_CLASS, STATE, KIND)
PLACE = ("participation", "")


@dataclass(frozen=True)
class _Body:
    """A body that was asked."""

    groups: dict[str, str]
    counts: Counts
    named: bool

    @property
    def status(self) -> tuple[str, ...]:
        """What nobody may conclude of it unless it is named; nothing for those that kept silent."""
        said = self.counts
        words = {
            "submitted": said.submitted, "nil_return": said.nil_returns, "declined": said.declined,
            "replied": said.answered, "represented": said.represented,
        }  # fmt: skip
        return tuple(word for word, count in words.items() if count)

    def member(self) -> Member:
        groups = tuple(self.groups[grouping] for grouping in GROUPINGS)
        return Member(groups, self.status, True, (not self.named,) * len(GROUPINGS))


def public_participation(
    session: Session, consultation_id: uuid.UUID, form: Form, moment: datetime, minimum: int, earlier: Sequence[Memory],
    memory: Memory,
) -> tuple[Margins, tuple[Problem, ...]]:  # fmt: skip
    """By the disclosures in force then; what later editions have to be held against goes into `memory`. And why it cannot be
    published, if an earlier edition and the names given since tell of others.
    """
    whole = participation(session, consultation_id)
    bodies = _bodies(session, consultation_id, moment, form)
    members = {key: one.member() for key, one in bodies.items()}
    decision = protect(list(members.values()), GROUPINGS, minimum, past_of(PLACE, GROUPINGS, members, earlier))
    memory.note(PLACE, GROUPINGS, decision.shown, members)
    return Margins(
        (), (), whole.informed, _told(whole.total), _rounded(whole.reach),
        {name: _sums(bodies, name, decision.shown.get(name, ())) for name in GROUPINGS[1:]}, {},
        {f"bodies:{name}": hidden for name in GROUPINGS[1:] if (hidden := _suppressed(bodies, name, decision.shown.get(name, ())))},
    ), (Problem("participation", _TOO_LATE, "small_difference"),) if decision.too_late else ()  # fmt: skip


_TOO_LATE = M("Eine Stelle lässt sich jetzt mit Namen nennen. Zusammen mit den Zahlen zur Beteiligung in einer früheren "
              "Ausgabe ließe sich daraus auf andere schließen, die das nicht wollen. Bitten Sie die Stelle, ihre "
              "Veröffentlichungsfreigabe zu ändern, und erstellen Sie die Ausgabe neu.")  # fmt: skip


def _suppressed(bodies: Mapping[str, _Body], grouping: str, shown: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({one.groups[grouping] for one in bodies.values()} - set(shown)))


def _sums(bodies: Mapping[str, _Body], grouping: str, shown: Collection[str]) -> dict[str, Counts]:
    """Both Kleinstadt classes together are a row of their own where both are shown."""
    found = {group: Counts() for group in sorted(shown)}
    for one in bodies.values():
        if (group := one.groups[grouping]) in found:
            found[group] += _told(one.counts)
    if set(SMALL_TOWN_CLASSES) <= found.keys():
        found[SMALL_TOWNS] = found[SMALL_TOWN_CLASSES[0]] + found[SMALL_TOWN_CLASSES[1]]
    return found


def _told(counts: Counts) -> Counts:
    """What came of it; how far the others got on their way is nobody's business."""
    return Counts(**{name: getattr(counts, name) for name in PUBLIC_COUNTS})


def _rounded(reach: Reach) -> Reach:
    """Inhabitants to two figures: exact sums name their parts; how many there are altogether stands in the register."""
    names = ("population_itself", "population_represented", "population_open")
    return replace(reach, **{name: _two_figures(getattr(reach, name)) for name in names})


def _two_figures(number: int) -> int:
    digits = max(0, len(str(number)) - 2)
    return round(number, -digits)


def _bodies(session: Session, consultation_id: uuid.UUID, moment: datetime, form: Form) -> dict[str, _Body]:
    """By key of the register, or id of the organisation."""
    named, spoken = _named(session, consultation_id, moment, form)
    found: dict[str, _Body] = {}
    more = (Organisation.register_key, Organisation.id, Response.id)
    for (state, size, kind, key, organisation, response), counts in counted_bodies(
        session, consultation_id, None, *more
    ):
        groups = {grouping: group for grouping, group in places(size, state, kind, public=True) if group != SMALL_TOWNS}
        known = response in named or (key in spoken and counts.represented > 0)
        found[key or str(organisation)] = _Body(groups, counts, known)
    return found


def _named(
    session: Session, consultation_id: uuid.UUID, moment: datetime, form: Form
) -> tuple[set[uuid.UUID], set[str]]:
    """Responses whose name stands in the edition, as a participant or above a part, and the bodies that participants speak
    for.
    """
    last = (
        select(func.max(DisclosureChoice.seq))
        .join(Response, Response.id == DisclosureChoice.response_id)
        .where(Response.consultation_id == consultation_id, Response.counted_revision_id.is_not(None))
        .where(DisclosureChoice.moment <= moment)
        .group_by(DisclosureChoice.response_id, DisclosureChoice.part)
    )
    chosen = select(DisclosureChoice.response_id).where(
        DisclosureChoice.seq.in_(last), DisclosureChoice.level == Disclosure.NAMED
    )
    participants = chosen.where(DisclosureChoice.part == PARTICIPANT)
    named = set(session.scalars(participants))
    for part in form.disclosure_parts:
        said = (
            select(Response.id)
            .join(AnswerFact, AnswerFact.revision_id == Response.counted_revision_id)
            .where(Response.id.in_(chosen.where(DisclosureChoice.part == part.key)))
            .where(AnswerFact.question.in_(readable(form, part.key)))
        )
        named |= set(session.scalars(said.distinct()))
    spoken = (
        select(RevisionRepresentation.register_key)
        .join(Response, Response.counted_revision_id == RevisionRepresentation.revision_id)
        .where(Response.id.in_(participants), RevisionRepresentation.kind == RepresentationKind.REPRESENTED)
    )
    return named, set(session.scalars(spoken))


def readable(form: Form, part: str) -> frozenset[str]:
    """Questions of a part whose answers stand in a public edition as they were given, where their sender lets them."""
    return frozenset(
        a.key for a in form.asked
        if a.part.key == part and not (a.question.personal or a.question.confidential or a.type.settles_disclosure)
    )  # fmt: skip
