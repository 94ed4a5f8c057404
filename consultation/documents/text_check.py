"""What somebody should look at before an edition is published: where in its texts something looks like a person.

Found while the edition is frozen, in the very texts it would publish. The file beside the snapshot holds places and no words.
"""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.documents.machine import encoded
from consultation.evaluation.hiding import Span, digest, spans
from consultation.evaluation.models import Point
from consultation.evaluation.redacted import Passage, Redactions
from consultation.evaluation.redactions import checked, texts_of
from consultation.evaluation.signs import Sign
from consultation.evaluation.suspicions import Suspicion, places_of, suspicions
from consultation.evaluation.written import Written
from consultation.people.models import Organisation
from consultation.register.models import RegisterBody
from consultation.responses.models import Revision

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
    found: list[Finding] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _points: list[tuple[uuid.UUID, str, str, Collection[Passage]]] = field(default_factory=list)

    def answer(self, revision_id: uuid.UUID, response_id: uuid.UUID, written: Written) -> None:
        """A text of an answer, as it was handed in: what is hidden already needs no second look."""
        if (text_hash := digest(written.text)) not in self._seen:
            self._seen.add(text_hash)
            hidden = self.redactions.spans(written.text, response_id)
            for one in self._suspicions(written.text, hidden):
                self.found.append(Finding(one.sign, revision_id, None, written.place, text_hash, one.span))

    def point(self, point_id: uuid.UUID, said: Mapping[str, str], hidden: Collection[Passage]) -> None:
        """The wording and the reply of a point, and what is hidden in both. Words of answers are looked at there."""
        self._points += [(point_id, place, text, hidden) for place, text in said.items() if text]

    def write(self, target: Path) -> dict[str, int]:
        """Everything found; returns how many different texts were searched, how many passages were
        found, and how many redactions were known.
        """
        for point_id, place, text, passages in self._points:
            if (text_hash := digest(text)) not in self._seen:
                self._seen.add(text_hash)
                hidden = [span for passage in passages for span in spans(text, passage.words)]
                for one in self._suspicions(text, hidden):
                    self.found.append(Finding(one.sign, None, point_id, place, text_hash, one.span))
        lines = [
            [f.sign, f.revision_id, f.point_id, f.place, f.text_hash, f.span.begins, f.span.ends] for f in self.found
        ]
        target.write_bytes(encoded({"texts": len(self._seen), "found": lines}))
        return {"written": len(self._seen), "suspicions": len(self.found), "known": len(self.redactions.passages)}

    def _suspicions(self, text: str, hidden: Sequence[Span]) -> Iterator[Suspicion]:
        again = [span for one in self.redactions.passages for span in spans(text, one.words)]
        found = [Suspicion(span, Sign.ELSEWHERE) for span in dict.fromkeys(again)]
        found += [one for one in suspicions(text, self.known) if not _overlaps(one.span, again)]
        yield from sorted(one for one in found if not _overlaps(one.span, hidden))


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(span.begins < other.ends and other.begins < span.ends for other in others)


def text_check(session: Session, redactions: Redactions) -> TextCheck:
    return TextCheck(redactions, places_of(session.scalars(select(RegisterBody.name)).all()))


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


def left_to_check(session: Session, consultation_id: uuid.UUID, found: Sequence[Finding]) -> list[Finding]:
    """Those that nobody has looked at yet, in this edition or an earlier one, and that still stand."""
    done = checked(session, consultation_id)
    return standing(session, [one for one in found if one.key not in done])


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
    begins, ends = finding.span.begins, finding.span.ends
    before, after = text[max(0, begins - AROUND) : begins], text[ends : ends + AROUND]
    before = "… " + before.partition(" ")[2] if begins > AROUND else before
    after = after.rpartition(" ")[0] + " …" if ends + AROUND < len(text) else after
    return Shown(finding, name, response_id, number, before, finding.span.of(text), after)
