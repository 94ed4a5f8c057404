"""A form as data: parts are pages, questions are numbered, fields hold the answers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from consultation.forms.conditions import Answers, Condition, holds
from consultation.questions import TYPES, QuestionType, Texts

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
PARTICIPANT = "participant"
"""The disclosure part for being named as a participant at all."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormField(_Part):
    """One answer. The key is empty where the question has only this one."""

    key: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{0,39})?$")] = ""
    type: str
    label: Texts | None = None
    settings: dict[str, Any] = {}
    required: bool = False
    makes_points: bool = False


class Question(_Part):
    key: Key
    number: str = ""
    title: Texts
    hint: Texts | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]
    core: bool = False
    """On the core path: what a clerk with twenty minutes answers."""
    when: Condition | None = None
    group_by: bool = False
    """Statistics are also shown by the options of its first field."""
    makes_points: bool = False
    confidential: bool = False
    """Disclosed at most as figures."""
    personal: bool = False
    """Personal data: stands beside the revision and appears in no edition."""
    with_nil_return: bool = False
    """Asked for a nil return too, which replaces everything else."""
    explanation: bool = False
    """An optional text under a closed question."""


class Part(_Part):
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,19}$")]
    title: Texts
    hint: Texts | None = None
    questions: tuple[Question, ...]

    def asks(self, *, everything: bool) -> tuple[Question, ...]:
        """What one of the two ways through the form asks here."""
        return tuple(question for question in self.questions if everything or question.core)


@dataclass(frozen=True)
class Asked:
    """A field in its place. `key` is the full key under which it is answered."""

    key: str
    part: Part
    question: Question
    field: FormField

    @property
    def type(self) -> QuestionType:
        return TYPES[self.field.type]

    @cached_property
    def settings(self) -> Any:
        return self.type.settings(self.field.settings)

    @property
    def makes_points(self) -> bool:
        return (self.question.makes_points or self.field.makes_points) and not self.question.personal

    @property
    def could_make_points(self) -> bool:
        return self.type.speaks(self.settings) and not self.question.personal

    @property
    def label(self) -> Texts:
        return self.field.label or self.question.title


class Reservation(_Part):
    """How the form learns that the council has yet to agree: while the condition holds, the answer is provisional."""

    when: Condition
    date: str | None = None
    """The field that says when the council meets."""
    unneeded: Condition | None = None
    """While it holds no resolution is needed: a day that still stands in the field says nothing."""


class Form(_Part):
    key: Key
    title: Texts
    intro: Texts | None = None
    reservation: Reservation | None = None
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """All fields in order, explanations included."""
        return tuple(asked for part in self.parts for question in part.questions for asked in _fields(part, question))

    @cached_property
    def by_key(self) -> dict[str, Asked]:
        return {asked.key: asked for asked in self.asked}

    @property
    def questions(self) -> Iterator[Question]:
        return (question for part in self.parts for question in part.questions)

    def way(self, visible: Collection[str], *, everything: bool) -> tuple[Part, ...]:
        """The parts in which one of the two ways asks something, of the questions that are shown."""
        return tuple(part for part in self.parts if any(q.key in visible for q in part.asks(everything=everything)))

    @property
    def one_way(self) -> bool:
        """Everything is on the core path, so that there is nothing to choose between."""
        return all(question.core for question in self.questions)

    @cached_property
    def makes_points(self) -> bool:
        """Whether any answer can become a point: otherwise there is nothing to weigh."""
        return any(asked.makes_points and asked.could_make_points for asked in self.asked)

    @cached_property
    def disclosure_parts(self) -> tuple[Part, ...]:
        """Parts with something to disclose: not the personal, not the disclosure question itself."""
        return tuple(p for p in self.parts if any(_can_be_disclosed(q) for q in p.questions))

    @cached_property
    def disclosure_key(self) -> str | None:
        """The full key of the field that asks for the disclosure; none in an unfinished form."""
        return next((asked.key for asked in self.asked if asked.type.settles_disclosure), None)

    def visible(self, answers: Answers, *, registered: bool = True) -> frozenset[str]:
        """Keys of the questions that are shown; an answer to a hidden question counts as not given. `registered`: the body that
        answers stands in the register.
        """
        shown: set[str] = set()
        counted: dict[str, Any] = {}
        for asked in self.asked:
            question = asked.question
            if asked.type.needs_register and not registered:
                continue
            if question.when is None or question.key in shown or holds(question.when, counted):
                shown.add(question.key)
                if answers.get(asked.key) is not None:
                    counted[asked.key] = answers[asked.key]
        return frozenset(shown)


def _fields(part: Part, question: Question) -> Iterator[Asked]:
    for field in question.fields:
        yield Asked(f"{question.key}.{field.key}" if field.key else question.key, part, question, field)
    if question.explanation:
        yield Asked(f"{question.key}.explanation", part, question, EXPLANATION)


EXPLANATION = FormField(
    key="explanation", type="long_text", label=Texts(de="Erläuterung (freiwillig)", en="Explanation (optional)")
)


def _can_be_disclosed(question: Question) -> bool:
    return not question.personal and not all(TYPES[field.type].settles_disclosure for field in question.fields)
