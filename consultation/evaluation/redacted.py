"""What is hidden in public at a moment, and texts as they may be read then.

A redaction hides its passage wherever the same words stand: in all texts of that organisation's answer, in texts of others
that are word for word the same, and in the wording and reply of the points that were made from either.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from consultation.core.language import Language, M, say
from consultation.evaluation.hiding import Span, covered, digest, merged, spans
from consultation.evaluation.models import Contribution, Redaction
from consultation.evaluation.written import Written, rewritten, texts
from consultation.forms.definition import Form
from consultation.responses.models import Revision
from consultation.states import Audience

HIDDEN = M("[geschwärzt]")
"""What stands in public where a passage was; inside the house it stands around the passage."""


@dataclass(frozen=True)
class Passage:
    """The words that one redaction hides."""

    redaction_id: uuid.UUID
    response_id: uuid.UUID
    text_hash: str
    words: str


@dataclass
class Redactions:
    """`mark` makes of a passage what stands in its place."""

    passages: Collection[Passage]
    mark: Callable[[str], str]
    of_points: Mapping[uuid.UUID, frozenset[Passage]] = field(default_factory=dict)
    told: set[uuid.UUID] = field(default_factory=set)
    """Those that hid something in an answer."""
    places: int = 0
    """How often something was hidden in answers."""

    def __post_init__(self) -> None:
        self._of_answers: dict[uuid.UUID, list[Passage]] = defaultdict(list)
        self._of_texts: dict[str, list[Passage]] = defaultdict(list)
        for one in self.passages:
            self._of_answers[one.response_id].append(one)
            self._of_texts[one.text_hash].append(one)

    def _those(self, text: str, response_id: uuid.UUID) -> list[Passage]:
        if not self.passages:
            return []
        own = self._of_answers.get(response_id, [])
        return [*own, *(one for one in self._of_texts.get(digest(text), []) if one.response_id != response_id)]

    def spans(self, text: str, response_id: uuid.UUID) -> list[Span]:
        """What is hidden in a text of this answer."""
        return merged(span for one in self._those(text, response_id) for span in spans(text, one.words))

    def said(self, text: str, response_id: uuid.UUID) -> str:
        """A text of this answer as it may be read."""
        return covered(text, self.spans(text, response_id), self.mark)

    def answers(self, form: Form, given: Mapping[str, Any], response_id: uuid.UUID) -> dict[str, Any]:
        """The answers as they may be read; counts what it hides."""
        result = dict(given)
        for written in texts(form, given) if self.passages else ():
            if found := self.spans(written.text, response_id):
                self._count(written, found, response_id)
                text = covered(written.text, found, self.mark)
                result[written.asked.key] = rewritten(result[written.asked.key], {written.path: text})
        return result

    def _count(self, written: Written, found: list[Span], response_id: uuid.UUID) -> None:
        self.places += len(found)
        self.told |= {p.redaction_id for p in self._those(written.text, response_id) if spans(written.text, p.words)}

    def of_point(self, point_id: uuid.UUID, said: Iterable[tuple[uuid.UUID, str]] = ()) -> frozenset[Passage]:
        """What may not be read in the wording of a point and in its reply. `said`: (response, text) of its contributions."""
        here = {one for response_id, text in said for one in self._those(text, response_id) if spans(text, one.words)}
        return self.of_points.get(point_id, frozenset()) | here

    def without(self, text: str, passages: Collection[Passage]) -> str:
        return covered(text, (span for one in passages for span in spans(text, one.words)), self.mark)


def redactions(
    session: Session, consultation_id: uuid.UUID, moment: datetime, audience: Audience, language: Language
) -> Redactions:
    """In force at this moment. In public the mark stands in place of the passage, internally around it."""

    def mark(passage: str) -> str:
        return say(HIDDEN if audience == Audience.PUBLIC else M("[geschwärzt: {passage}]", passage=passage), language)

    passages = list(_passages(session, consultation_id, moment))
    return Redactions(passages, mark, _of_points(session, passages))


def _passages(session: Session, consultation_id: uuid.UUID, moment: datetime) -> Iterator[Passage]:
    statement = (
        select(Redaction, Revision.document)
        .join(Revision, Revision.id == Redaction.revision_id)
        .where(Redaction.consultation_id == consultation_id, Redaction.made_at <= moment)
        .where(or_(Redaction.lifted_at.is_(None), Redaction.lifted_at > moment))
        .order_by(Redaction.made_at, Redaction.id)
    )
    for found, document in session.execute(statement):
        yield Passage(
            found.id, found.response_id, found.text_hash, passage_of(found, orjson.loads(document)["answers"])
        )


def passage_of(found: Redaction, answers: Mapping[str, Any]) -> str:
    """Its words, from the answer they stand in. Raises ValueError if they are not there: nothing is published then."""
    words = Span(found.begins, found.ends).of(_text_at(answers, found.place))
    if digest(words) != found.passage_hash:
        raise ValueError(f"redaction {found.id} does not fit the text it was made for")
    return words


def _text_at(answers: Mapping[str, Any], place: str) -> str:
    key, *path = place.split("/")
    value: Any = answers[key]
    for step in path:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return str(value)


def _of_points(session: Session, passages: Collection[Passage]) -> dict[uuid.UUID, frozenset[Passage]]:
    """Point → passages that stand in one of its contributions, also of answers that no longer count."""
    by_response = defaultdict(list)
    for one in passages:
        by_response[one.response_id].append(one)
    columns = select(
        Contribution.point_id, Contribution.response_id, Contribution.original_text, Contribution.rationale,
        Contribution.locator,
    )  # fmt: skip
    found: dict[uuid.UUID, set[Passage]] = defaultdict(set)
    rows = session.execute(columns.where(Contribution.response_id.in_(by_response))) if by_response else ()
    for point_id, response_id, *said in rows:
        found[point_id] |= {p for p in by_response[response_id] if any(spans(text, p.words) for text in said)}
    return {point_id: frozenset(those) for point_id, those in found.items() if those}
