"""The questions of a page: drawn controls, what stands beside them unseen, and which path one takes through the form."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from consultation.core.errors import Problem
from consultation.core.language import M, Message, say
from consultation.forms.definition import Asked, Part, Question
from consultation.questions import Field
from consultation.responses.answering import fingerprint
from consultation.responses.desk import Desk


@dataclass(frozen=True)
class Mark:
    """Hidden inputs of one item: which version was shown, and what it said. `name` is KEY or KEY.ITEM."""

    name: str
    version: int
    shown: str


Kept = Mapping[str, tuple[int, str]]
"""Name of a mark → version and fingerprint the writer still has before them."""


@dataclass(frozen=True)
class Shown:
    """A question on a page."""

    question: Question
    title: str
    hint: str
    fields: tuple[Field, ...]
    visible: bool

    @property
    def key(self) -> str:
        return self.question.key

    @cached_property
    def blank(self) -> bool:
        """Looks the same for everybody who has not answered it."""
        return all(map(_is_blank, self.fields))


def _is_blank(field: Field) -> bool:
    return not (field.value or field.given or field.extendable) and all(map(_is_blank, field.fields))


def draw(desk: Desk, asked: Asked, value: Any, new_entry: str, problems: Sequence[Problem] = ()) -> Field:
    """The control of a field. An empty entry gets a key of its own, so that two people adding one never meet."""
    field = asked.type.field(asked.key, value, asked.settings, desk.context)
    label = desk.context.say(asked.field.label) or field.label
    if len(asked.question.fields) > 1 or asked.question.explanation:
        label = label or say(M("Ihre Antwort"), desk.context.language)
    field = replace(field, label=label, required=asked.field.required)
    if field.extendable and field.fields:
        *known, empty = field.fields
        field = replace(field, fields=(*known, _renamed(empty, empty.name, f"{asked.key}.{new_entry}")))
    if has_entries(desk, asked):
        field = replace(
            field, fields=tuple(replace(one, lacks=lacks(desk, one.name, problems)) for one in field.fields)
        )
    return field


def has_entries(desk: Desk, asked: Asked) -> bool:
    """Whether people add to it as many as they like, each saved by itself."""
    return asked.type.itemised and not asked.type.items(asked.settings, desk.context)


def lacks(desk: Desk, name: str, problems: Sequence[Problem]) -> tuple[Message, ...]:
    """What keeps the entry of this name from being submitted, beside what stands at its fields already."""
    told = {problem.field for problem in problems}
    return tuple(p.message for p in desk.missing if p.field.startswith(f"{name}.") and p.field not in told)


def _renamed(field: Field, old: str, new: str) -> Field:
    inner = tuple(_renamed(one, old, new) for one in field.fields)
    return replace(field, name=new + field.name.removeprefix(old), fields=inner)


def new_entry_key(moment: datetime) -> str:
    """Opaque; later ones sort behind earlier ones."""
    return f"e{int(moment.timestamp() * 1000):012x}{secrets.token_hex(2)}"


def marks(desk: Desk, fields: Iterable[Field], kept: Kept | None = None) -> list[Mark]:
    """For every item of these fields, whether it holds something or not."""
    found = []
    for field in fields:
        itemised = desk.form.by_key[field.name].type.itemised
        names = [one.name for one in field.fields] if itemised else [field.name]
        found += [mark(desk, name, kept or {}) for name in names]
    return found


def mark(desk: Desk, name: str, kept: Kept) -> Mark:
    if name in kept:
        return Mark(name, *kept[name])
    key = name if name in desk.form.by_key else name.rpartition(".")[0]
    stored = desk.stored.get((key, name.removeprefix(key).removeprefix(".")))
    return Mark(name, stored.version if stored else 0, fingerprint(stored.value if stored else None))


def shown_questions(
    desk: Desk, questions: Iterable[Question], typed: Mapping[str, Any], moment: datetime, problems: Sequence[Problem] = ()
) -> list[Shown]:  # fmt: skip
    """`typed`: full field key → what to show, checked or raw. What is never asked of this house is not drawn, not even hidden."""
    entry = new_entry_key(moment)
    asked: dict[str, list[Asked]] = {}
    for one in desk.form.asked:
        asked.setdefault(one.question.key, []).append(one)
    return [
        Shown(
            question,
            desk.context.asked_as(question),
            desk.context.say(question.hint),
            tuple(draw(desk, one, typed.get(one.key), entry, problems) for one in asked[question.key]),
            question.key in desk.visible,
        )
        for question in questions
        if can_be_asked(desk, question)
    ]


def can_be_asked(desk: Desk, question: Question) -> bool:
    """Whether it is shown to this house, or may be once other answers are given."""
    return question.when is not None or question.key in desk.visible


def errors_of(problems: Iterable[Problem], desk: Desk) -> dict[str, str]:
    """Name of an input → what is wrong with it."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.field, say(problem.message, desk.context.language))
    return found


# -- the way through the form ------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """A part on the way: its `number` of `count`, none if this way does not lead there; what comes before and behind it."""

    number: int | None
    count: int
    previous: Part | None
    following: Part | None


def step_at(desk: Desk, part: Part, *, everything: bool) -> Step:
    way = desk.form.way(desk.visible, everything=everything)
    place = {one.key: at for at, one in enumerate(desk.form.parts)}
    before = [one for one in way if place[one.key] < place[part.key]]
    behind = [one for one in way if place[one.key] > place[part.key]]
    number = len(before) + 1 if part in way else None
    return Step(number, len(way), before[-1] if before else None, behind[0] if behind else None)


def asked_in(desk: Desk, field: str) -> Asked | None:
    """What a field, or a part of one (KEY.1.text), belongs to."""
    parts = field.split(".")
    keys = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((desk.form.by_key[key] for key in keys if key in desk.form.by_key), None)


def numbered(desk: Desk, problem: Problem) -> Problem:
    """A list of problems stands away from the questions: each says which one it means."""
    asked = asked_in(desk, problem.field)
    number = asked.question.number if asked else ""
    if (
        asked is None
        or not number
        or desk.context.asked_as(asked.question) in say(problem.message, desk.context.language)
    ):
        return problem
    what = say(problem.message, desk.context.language)
    return replace(problem, message=M("Frage {number}: {problem}", number=number, problem=what))


def address(desk: Desk, base: str, field: str) -> str:
    """Where a field (or a part of one) is answered."""
    asked = asked_in(desk, field)
    if asked is None:
        return base
    if (section := _section(desk, asked, field)) is not None:
        return f"{base}/draft#{section}"
    path = "" if asked.question.core else "?path=all"
    return f"{base}/part/{asked.part.key}{path}#{field}"


def _section(desk: Desk, asked: Asked, field: str) -> str | None:
    """Key of the section of the draft that an entry is about: that is where one writes it."""
    held, item = desk.typed.get(asked.key), field.removeprefix(f"{asked.key}.").partition(".")[0]
    entry = held.get(item) if asked.type.itemised and isinstance(held, dict) else None
    section = entry.get("section") if isinstance(entry, dict) else None
    return section if isinstance(section, str) and section in desk.context.sections else None
