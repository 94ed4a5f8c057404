"""What somebody should look at before an edition is published: where in its texts something looks like a person.

Found while the edition is frozen, in the very texts it would publish. The file beside the snapshot holds places and no words.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.language import SOURCE
from consultation.documents.machine import encoded
from consultation.documents.senders import Sender
from consultation.evaluation import own_names
from consultation.evaluation.hiding import Span, around, digest, spans
from consultation.evaluation.models import Point
from consultation.evaluation.own_names import OwnNames
from consultation.evaluation.redacted import Passage, Redactions, redactions
from consultation.evaluation.redactions import checked, texts_of
from consultation.evaluation.signs import Sign
from consultation.evaluation.suspicions import Suspicion, places_of, suspicions
from consultation.evaluation.written import Written
from consultation.people.models import Organisation
from consultation.register import queries as register
from consultation.responses.models import Disclosure, Revision
from consultation.states import Audience

AROUND = 90
"""Characters shown before and after a passage."""


@dataclass(frozen=True)
class Finding:
    """A passage in a text of an answer (`revision_id`), or in the wording or the reply of a point (`point_id`)."""

    sign: Sign
    revision_id: uuid.UUID | None
    point_id: uuid.UUID | None
    place: str
    text_hash: str
    span: Span

    @property
    def key(self) -> tuple[str, Span]:
        return self.text_hash, self.span


@dataclass
class TextCheck:
    """Collects while an edition is frozen. Equal texts are looked at once."""

    redactions: Redactions
    known: Callable[[str], bool]
    own: Mapping[uuid.UUID, OwnNames]
    """Organisation → what would tell who it is."""
    found: list[Finding] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _keys: set[tuple[str, Span]] = field(default_factory=set)
    _points: list[Callable[[], None]] = field(default_factory=list)

    def answer(self, sender: Sender, written: Written, level: Disclosure, spoken_for: Sequence[str]) -> None:
        """A text of an answer, as it was handed in: what is hidden already needs no second look. `spoken_for`: names of
        those whom the answer speaks for.
        """
        hidden = self.redactions.spans(written.text, sender.response_id)
        own = [] if level == Disclosure.NAMED else [self.own[sender.organisation_id].also(spoken_for)]
        self._look(written.text, hidden, own, revision_id=sender.revision_id, place=written.place)

    def point(
        self, point_id: uuid.UUID, said: Mapping[str, str], hidden: Collection[Passage], unnamed: Collection[uuid.UUID]
    ) -> None:
        """The wording and the reply of a point, and what is hidden in both. Words of answers are looked at there.
        `unnamed`: the bodies behind the demand that are not named with it.
        """

        def look() -> None:
            for place, text in said.items():
                found = [span for passage in hidden for span in spans(text, passage.words)]
                self._look(text, found, [self.own[one] for one in unnamed], point_id=point_id, place=place)

        self._points.append(look)

    def write(self, target: Path) -> dict[str, int]:
        """Everything found; returns how many different texts were searched, how many passages were
        found, and how many redactions were known.
        """
        for look in self._points:
            look()
        lines = [
            [f.sign, f.revision_id, f.point_id, f.place, f.text_hash, f.span.begins, f.span.ends] for f in self.found
        ]
        target.write_bytes(encoded({"texts": len(self._seen), "found": lines}))
        return {"written": len(self._seen), "suspicions": len(self.found), "known": len(self.redactions.passages)}

    def _look(
        self, text: str, hidden: Sequence[Span], own: Iterable[OwnNames], *, place: str,
        revision_id: uuid.UUID | None = None, point_id: uuid.UUID | None = None,
    ) -> None:  # fmt: skip
        """Equal texts are looked at once, but for the names of everybody who wrote them."""
        if not text:
            return
        found, text_hash = list[Suspicion](), digest(text)
        if text_hash not in self._seen:
            self._seen.add(text_hash)
            found += self._suspicions(text)
        known = [one.span for one in found]
        tell = {span for names in own for span in names.spans(text)}
        found += [Suspicion(span, Sign.OWN_NAME) for span in tell if not _overlaps(span, known)]
        for one in sorted(found):
            made = Finding(one.sign, revision_id, point_id, place, text_hash, one.span)
            if made.key not in self._keys and not _overlaps(one.span, hidden):
                self._keys.add(made.key)
                self.found.append(made)

    def _suspicions(self, text: str) -> list[Suspicion]:
        again = [span for one in self.redactions.passages for span in spans(text, one.words)]
        found = [Suspicion(span, Sign.ELSEWHERE) for span in dict.fromkeys(again)]
        return found + [one for one in suspicions(text, self.known) if not _overlaps(one.span, again)]


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(span.begins < other.ends and other.begins < span.ends for other in others)


def text_check(session: Session, consultation_id: uuid.UUID, redactions: Redactions) -> TextCheck:
    places = places_of(register.names(session))
    return TextCheck(redactions, places, own_names.of_those_who_answered(session, consultation_id))


# -- read again, for the page ------------------------------------------------------------------------------------------
def read_findings(path: Path) -> list[Finding]:
    """Those of answers first, each in the order of the edition; none for editions made before there was this file."""
    if not path.is_file():
        return []
    return [
        Finding(Sign(sign), revision_id and uuid.UUID(revision_id), point_id and uuid.UUID(point_id), place, text_hash,
                Span(begins, ends))
        for sign, revision_id, point_id, place, text_hash, begins, ends in orjson.loads(path.read_bytes())["found"]
    ]  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A finding with the words around it."""

    finding: Finding
    organisation: str
    """Empty for the texts of a point."""
    response_id: uuid.UUID | None
    number: int | None
    """Of the point."""
    before: str
    passage: str
    after: str


def unchecked(session: Session, consultation_id: uuid.UUID, found: Sequence[Finding]) -> list[Finding]:
    """Those that nobody has looked at yet, in this edition or an earlier one, and that still stand."""
    done = checked(session, consultation_id) if found else frozenset()
    return standing(session, [one for one in found if one.key not in done])


def left_to_check(
    session: Session, consultation_id: uuid.UUID, found: Sequence[Finding], moment: datetime
) -> list[Finding]:
    """Of those `unchecked` the ones that were not hidden since the edition was frozen."""
    left = unchecked(session, consultation_id, found)
    hidden = redactions(session, consultation_id, moment, Audience.PUBLIC, SOURCE)
    return _readable(session, left, hidden) if hidden.passages else left


def _readable(session: Session, found: Sequence[Finding], hidden: Redactions) -> list[Finding]:
    """Without what these redactions hide."""
    texts, owners = {one.text_hash for one in hidden.passages}, {one.response_id for one in hidden.passages}
    asked = {one.revision_id for one in found}
    of_owners = session.scalars(select(Revision.id).where(Revision.response_id.in_(owners)))
    theirs = {one for one in of_owners if one in asked}
    theirs |= {one.revision_id for one in found if one.revision_id is not None and one.text_hash in texts}
    revisions = _revisions(session, theirs)
    points = _points(session, {one.point_id for one in found if one.point_id and one.point_id in hidden.of_points})
    result = []
    for one in found:
        gone = list[Span]()
        if one.revision_id in revisions:
            revision, _, written = revisions[one.revision_id]
            gone = hidden.spans(written[one.place], revision.response_id)
        elif one.point_id in points and (text := _text_of(points, one)) is not None:
            gone = [span for passage in hidden.of_points[one.point_id] for span in spans(text, passage.words)]
        if not _overlaps(one.span, gone):
            result.append(one)
    return result


def standing(session: Session, found: Sequence[Finding]) -> list[Finding]:
    """Without those in texts of points that were written anew since."""
    points = _points(session, {one.point_id for one in found if one.point_id})
    return [one for one in found if one.point_id is None or _text_of(points, one) is not None]


def _text_of(points: Mapping[uuid.UUID, Point], one: Finding) -> str | None:
    if one.point_id is None or (point := points.get(one.point_id)) is None:
        return None
    text = point.text if one.place == "text" else point.reply
    return text if digest(text) == one.text_hash else None


def shown(session: Session, found: Sequence[Finding]) -> list[Shown]:
    """One page of those that stand, in the same order."""
    revisions = _revisions(session, {one.revision_id for one in found if one.revision_id})
    points = _points(session, {one.point_id for one in found if one.point_id})
    result = []
    for one in found:
        if one.revision_id is not None and one.revision_id in revisions:
            revision, name, written = revisions[one.revision_id]
            result.append(_shown(one, written[one.place], name, revision.response_id, None))
        elif one.point_id is not None and (text := _text_of(points, one)) is not None:
            result.append(_shown(one, text, "", None, points[one.point_id].number))
    return result


def _revisions(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, tuple[Revision, str, dict[str, str]]]:
    statement = (
        select(Revision, Organisation.name)
        .join(Organisation, Organisation.id == Revision.organisation_id)
        .where(Revision.id.in_(ids))
    )
    rows = session.execute(statement).all() if ids else []
    forms = texts_of(session, [revision for revision, _ in rows])
    return {r.id: (r, name, {one.place: one.text for one in forms[r.id]}) for r, name in rows}


def _points(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, Point]:
    return {one.id: one for one in session.scalars(select(Point).where(Point.id.in_(ids)))} if ids else {}


def _shown(finding: Finding, text: str, name: str, response_id: uuid.UUID | None, number: int | None) -> Shown:
    before, after = around(text, finding.span, AROUND)
    return Shown(finding, name, response_id, number, before, finding.span.of(text), after)
