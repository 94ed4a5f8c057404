"""Points as an edition freezes them: what may be read of each demand, who supports it, what was decided."""

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.documents.carried import Carried
from consultation.documents.filters import EditionFilters
from consultation.documents.public_numbers import last_given
from consultation.documents.senders import SHOWN, Sender
from consultation.documents.text_check import TextCheck
from consultation.evaluation.contributions import folded
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Point
from consultation.evaluation.queries import Original, PointSummary, listed, originals_of
from consultation.evaluation.redacted import Redactions
from consultation.forms.definition import Form
from consultation.responses.models import Disclosure
from consultation.states import Audience, PointState

AT_ONCE = 200
_RUN = 6
"""So many words in a row, taken from an answer that may not be shown, count as its words."""
_ORDER = (Disclosure.NAMED, Disclosure.DESCRIBED, Disclosure.FIGURES, Disclosure.NONE)


@dataclass(frozen=True)
class Weighing:
    """What is needed to freeze the points of one edition."""

    audience: Audience
    form: Form
    senders: Mapping[uuid.UUID, Sender]
    """Organisation → sender; only these count."""
    salt: uuid.UUID
    minimum: int
    """Fewer supporters that count as figures only are not counted in public."""
    redactions: Redactions
    texts: TextCheck | None
    """Looks at what would be published of a point; nothing is looked at in internal editions."""
    filters: EditionFilters = field(default_factory=EditionFilters)
    told: dict[uuid.UUID, int] = field(default_factory=dict)
    """Point → its number in this edition; filled while the records are made and never part of them."""
    carried: Carried = field(default_factory=Carried)
    """What earlier public editions say of supporters who are figures only."""

    def said(self, original: Original, text: str) -> str:
        """A text of the contribution as it may be read."""
        return self.redactions.said(text, original.contribution.response_id)

    def level(self, original: Original) -> Disclosure:
        said = original.contribution
        asked = self.form.by_key.get(said.question_key)
        confidential = asked is None or asked.question.confidential
        return self.senders[said.organisation_id].level(said.part, self.audience, confidential=confidential)


def point_records(
    session: Session, consultation_id: uuid.UUID, sections: Sequence[str], weighing: Weighing
) -> Iterator[dict[str, Any]]:
    """Section by section in reading order, then what belongs to no section of this draft; most supported first."""
    used = session.scalars(select(Point.section_key).where(Point.consultation_id == consultation_id).distinct()).all()
    last = last_given(session, consultation_id)
    elsewhere = sorted({key for key in used if key} - set(sections))
    wanted = (key for key in (*(key for key in sections if key in used), *elsewhere, "") if weighing.filters.shows(key))
    for key in wanted:
        found = list(_of_section(session, consultation_id, key, weighing))
        for record in sorted(found, key=lambda record: _rank(record, weighing)):
            point_id = record.pop("point")
            if weighing.audience == Audience.PUBLIC:
                known = record.pop("public_number")
                last += known is None
                record["number"] = known or last
            weighing.told[point_id] = record["number"]
            yield record


def _rank(record: dict[str, Any], weighing: Weighing) -> tuple[int, Any]:
    """Most supported first. The numbers of points tell who wrote two of them one after the other, so that in public
    neither they nor an order made from them are shown: what is new is numbered as it stands in the edition.
    """
    tie = record["text"] if weighing.audience == Audience.PUBLIC else record["number"]
    return -record["supporters"]["count"], tie


def _of_section(
    session: Session, consultation_id: uuid.UUID, section: str, weighing: Weighing
) -> Iterator[dict[str, Any]]:
    state = PointState.DECIDED if weighing.filters.only_decided else None
    chosen, after = PointFilter(section=section, supported=True, state=state), None
    while page := listed(session, consultation_id, chosen, after=after, limit=AT_ONCE):
        originals = originals_of(session, [point.id for point in page])
        for point in page:
            if (record := _record(point, originals.get(point.id, []), weighing)) is not None:
                yield record
        session.expunge_all()
        after = page[-1].key


def _record(point: PointSummary, originals: Iterable[Original], weighing: Weighing) -> dict[str, Any] | None:
    """None where nobody who counts in this edition lets the demand be read."""
    originals = list(originals)
    counted = [o for o in originals if o.counts and o.contribution.organisation_id in weighing.senders]
    shown = [o for o in counted if weighing.level(o) in SHOWN]
    if not shown:
        return None
    shown.sort(key=lambda o: _place(o, weighing))
    first = _speaking(point.text, shown)
    decided = point.state == PointState.DECIDED or weighing.audience == Audience.INTERNAL
    hidden = weighing.redactions.of_point(point.id, _texts(originals))
    wording = _wording(point.text, first, originals, shown, weighing)
    if weighing.texts:
        said = {"text": wording if wording == point.text else "", "reply": point.reply}
        weighing.texts.point(point.id, said, hidden, _unnamed(originals, weighing))
    rationales = (weighing.said(o, o.contribution.rationale) for o in shown if o.contribution.rationale)
    return {
        "type": "point", "point": point.id, "number": point.number, "public_number": point.public_number,
        "section": point.section_key, "state": point.state.value,
        "kind": first.contribution.kind.value, "locator": weighing.said(first, first.contribution.locator),
        "text": weighing.redactions.without(wording, hidden),
        "rationales": list(dict.fromkeys(rationales)),
        "supporters": supporters(point.id, counted, weighing),
        "decision": point.decision.value if point.decision and decided else None,
        "reply": weighing.redactions.without(point.reply, hidden) if decided else "", "tags": sorted(point.tags),
        "originals": [_original(o, weighing) for o in shown],
    }  # fmt: skip


def _unnamed(originals: Iterable[Original], weighing: Weighing) -> set[uuid.UUID]:
    """Who stands behind the demand, now or before, and is not named with it."""
    who = {o.contribution.organisation_id for o in originals}
    counted = (o for o in originals if o.counts and o.contribution.organisation_id in weighing.senders)
    return who - {o.contribution.organisation_id for o in counted if weighing.level(o) == Disclosure.NAMED}


def _texts(originals: Iterable[Original]) -> Iterator[tuple[uuid.UUID, str]]:
    for said in (original.contribution for original in originals):
        yield from ((said.response_id, text) for text in (said.original_text, said.rationale, said.locator))


def _place(original: Original, weighing: Weighing) -> tuple[Any, ...]:
    said = original.contribution
    sender = weighing.senders[said.organisation_id]
    order = (said.question_key, said.item_key)
    return (*sender.place(f"{said.part}:{said.point_id}", weighing.level(original), weighing.salt), *order)


def _speaking(text: str, shown: Sequence[Original]) -> Original:
    """The original the working text was taken from, else the first."""
    wanted = folded(text)
    return next((o for o in shown if folded(o.contribution.original_text) == wanted), shown[0])


def _wording(
    text: str, first: Original, originals: Iterable[Original], shown: Sequence[Original], weighing: Weighing
) -> str:
    """The working text, unless in public it holds words of somebody who does not let them be read."""
    own = first.contribution.original_text or first.contribution.locator
    if weighing.audience == Audience.INTERNAL or folded(text) == folded(own):
        return text
    readable = {o.contribution.id for o in shown}
    hidden = [o.contribution.original_text for o in originals if o.contribution.id not in readable]
    allowed = set().union(*(_runs(o.contribution.original_text) for o in shown))
    quoted = set().union(*(_runs(hidden_text) for hidden_text in hidden)) - allowed
    return own if _runs(text) & quoted or folded(text) in map(folded, hidden) else text


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", folded(text))
    return {tuple(words[i : i + _RUN]) for i in range(max(len(words) - _RUN + 1, 1))} if words else set()


def _original(original: Original, weighing: Weighing) -> dict[str, Any]:
    said = original.contribution
    return {
        "sender": weighing.senders[said.organisation_id].shown_as(weighing.level(original)), "question": said.question_key,
        "locator": weighing.said(original, said.locator), "kind": said.kind.value,
        "text": weighing.said(original, said.original_text), "rationale": weighing.said(original, said.rationale),
        "priority": said.priority,
    }  # fmt: skip


def supporters(point_id: uuid.UUID, counted: Iterable[Original], weighing: Weighing) -> dict[str, Any]:
    """Each organisation once, as openly as it allows. In public those that count as figures only are counted if they
    are enough not to be told apart, here and beside earlier editions; those that allow nothing are not.
    """
    best: dict[uuid.UUID, Disclosure] = {}
    for original in counted:
        who, level = original.contribution.organisation_id, weighing.level(original)
        best[who] = min(best.get(who, Disclosure.NONE), level, key=_ORDER.index)

    def at(level: Disclosure) -> list[Sender]:
        return [weighing.senders[who] for who, found in best.items() if found == level]

    named = sorted(at(Disclosure.NAMED), key=lambda s: (s.sort_key, s.organisation_id.hex))
    described = Counter(
        (shown["kind"], shown["size_class"] or "")
        for shown in (s.shown_as(Disclosure.DESCRIBED) for s in at(Disclosure.DESCRIBED))
    )
    silent = frozenset(str(sender.response_id) for sender in at(Disclosure.FIGURES))
    figures = weighing.carried.number(point_id, silent, weighing.minimum)
    return {
        "count": len(named) + described.total() + figures, "named": [sender.name for sender in named],
        "described": [
            {"kind": kind, "size_class": size or None, "count": n} for (kind, size), n in sorted(described.items())
        ],
        "figures": figures,
    }  # fmt: skip
