"""Reading a snapshot again: small things at once, points and answers one after the other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path
from textwrap import shorten
from typing import Any

import orjson

from consultation.core.language import Language, Message, say
from consultation.documents.annex import MOST, Volume, planned
from consultation.documents.counted_points import CountedPoints, counted
from consultation.documents.filters import EditionFilters, read_filters
from consultation.documents.folders import base_name
from consultation.documents.participation import read_participation
from consultation.documents.runs import starts
from consultation.evaluation.figures import Statistics, from_json
from consultation.forms.context import FormContext, section_infos
from consultation.forms.definition import Asked, Form, Question
from consultation.programmes.models import Section
from consultation.programmes.named import filled
from consultation.programmes.parameters import spoken_all
from consultation.questions import Tally
from consultation.responses.participation import Participation

TITLE = 40
"""Characters of a question's title where it stands for its number."""


class Frozen:
    """The records of a snapshot. Records of one type stand together; where they begin is found once."""

    def __init__(self, path: Path, most: int = MOST) -> None:
        """`most`: texts in one document; where there are more, they stand in volumes."""
        self.path = path
        self.most = most

    @cached_property
    def _starts(self) -> Mapping[str, int]:
        return starts(self.path)

    def records(self, *types: str) -> Iterator[dict[str, Any]]:
        """Of these types in the order of the file; of all without any."""
        if types and not any(type_ in self._starts for type_ in types):
            return
        seen: set[str] = set()
        for _, record in self._from(min((self._starts[t] for t in types if t in self._starts), default=0)):
            if not types or record["type"] in types:
                seen.add(record["type"])
                yield record
            elif seen >= set(types) & set(self._starts):
                return

    def _beginning(self, type_: str) -> Iterator[dict[str, Any]]:
        """Of what stands before the figures, without reading the rest of the file."""
        for _, record in self._from(0):
            if record["type"] == type_:
                yield record
            elif record["type"] == "figures":
                return

    def weighed(self) -> Iterator[dict[str, Any]]:
        """What stands before those who took part and what they answered: figures and points, and all above them."""
        for _, record in self._from(0):
            if record["type"] in ("participant", "response", "redactions"):
                return
            yield record

    def _from(self, place: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """(byte at which its line begins, record), the one at `place` first."""
        with self.path.open("rb") as file:
            file.seek(place)
            for line in file:
                yield place, orjson.loads(line)
                place += len(line)

    def at(self, place: int) -> dict[str, Any]:
        """The record whose line begins there."""
        return next(self._from(place))[1]

    @cached_property
    def head(self) -> dict[str, Any]:
        return self.at(0)

    @cached_property
    def language(self) -> Language:
        language: Language = self.head["language"]
        return language

    @cached_property
    def filters(self) -> EditionFilters:
        return read_filters(self.head["filters"])

    @property
    def public(self) -> bool:
        return bool(self.head["audience"] == "public")

    @property
    def keeps_numbers(self) -> bool:
        """Whether a point has the same number in all public editions; those made before that counted from 1 anew."""
        return bool(self.head.get("keeps_numbers"))

    @property
    def published_before(self) -> list[int] | None:
        """Numbers of the public editions that were out before this one; None where that is not known, or it is internal."""
        found: list[int] | None = self.head.get("published_before")
        return found

    @cached_property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.head["data_cut"])

    @cached_property
    def form(self) -> Form:
        return Form.model_validate(self.head["form"]["definition"])

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """As rows that belong to no database, and as people read them."""
        draft = self.head["draft"]
        known = spoken_all(draft["parameters"], draft["language"]) if draft else {}
        return tuple(
            Section(
                key=r["key"], parent_key=r["parent"], level=r["level"], number=r["number"],
                heading=filled(r["heading"], known), blocks=filled(r["blocks"], known),
            )
            for r in self._beginning("section")
        )  # fmt: skip

    @cached_property
    def context(self) -> FormContext:
        """The form as readers of this edition see it, placeholders filled as frozen with the draft."""
        draft = self.head["draft"]
        parameters = spoken_all(draft["parameters"], self.language) if draft else {}
        return FormContext(self.form, self.language, self.moment, section_infos(self.sections), parameters)

    @cached_property
    def statistics(self) -> Statistics:
        found = next(self.records("figures"))
        return from_json(found | {"fields": list(self.records("figure"))})

    @cached_property
    def points(self) -> CountedPoints:
        """Read once, however many there are."""
        first = self._starts.get("point")
        return counted(() if first is None else self._points_from(first))

    def _points_from(self, place: int) -> Iterator[tuple[int, dict[str, Any]]]:
        return takewhile(lambda found: found[1]["type"] == "point", self._from(place))

    def points_of(self, section: str, most: int) -> list[dict[str, Any]]:
        """So many points of a section ("" for none), as they stand there: the most supported first."""
        count = min(most, self.points.sections[section])
        return [point for _, point in islice(self._points_from(self.points.places[section]), count)] if count else []

    @cached_property
    def text_fields(self) -> tuple[Asked, ...]:
        """What may be shown of the answers as text, in the order of the form."""
        return tuple(a for a in self.form.asked if a.type.tally is Tally.TEXTS and not a.question.personal)

    def texts(self) -> Iterator[tuple[Asked, dict[str, Any], str]]:
        """(asked, sender, text) as the answers stand in the snapshot."""
        for record in self.records("response"):
            answers = record["answers"]
            for asked in self.text_fields:
                value = answers.get(asked.key)
                if value is not None and (text := asked.type.text(value, asked.settings, self.context).strip()):
                    yield asked, record["sender"], text

    @cached_property
    def text_counts(self) -> list[tuple[Asked, int]]:
        found = Counter(asked.key for asked, _, _ in self.texts())
        return [(asked, found[asked.key]) for asked in self.text_fields]

    @cached_property
    def volumes(self) -> tuple[Volume, ...]:
        """None where one document carries all texts."""
        return planned(self.text_counts, self.most, self.known_as)

    def known_as(self, question: Question) -> str:
        """Its number, or the beginning of its title."""
        title = shorten(self.context.say(question.title), TITLE, placeholder=" …")
        return str(question.number) if question.number else f"„{title}“"

    @property
    def base_name(self) -> str:
        """What the names of the edition's files begin with."""
        head = self.head
        slug = head["consultation"]["slug"]
        return base_name(slug, head["number"], head["audience"], demo=head["demo"])

    @cached_property
    def redactions(self) -> tuple[int, int]:
        """How many passages are hidden, and in how many places of answers; editions made before there were any hide none."""
        found = next(self.records("redactions"), {"passages": 0, "places": 0})
        return found["passages"], found["places"]

    @cached_property
    def participation(self) -> Participation:
        """Without what the filters of the edition leave out."""
        return read_participation(next(self._beginning("participation")))

    def say(self, message: Message) -> str:
        return say(message, self.language)
