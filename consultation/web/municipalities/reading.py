"""The answers of a part for reading, as they will be sent, each with what it takes to comment on it."""

from dataclasses import dataclass, field

from consultation.forms.definition import Part
from consultation.responses.desk import Desk
from consultation.web.municipalities.asking import address, asked_in


@dataclass
class Read:
    """One question with its answers: (label, text). `items`: sections or rows that were answered, to comment on one."""

    key: str
    title: str
    answers: list[tuple[str, str]] = field(default_factory=list)
    items: list[tuple[str, str]] = field(default_factory=list)


def read_questions(desk: Desk, part: Part) -> list[Read]:
    """In the order of the form; questions without an answer are left out."""
    found: dict[str, Read] = {}
    for asked in desk.form.asked:
        if asked.part.key != part.key or asked.key not in desk.submitted:
            continue
        value = desk.submitted[asked.key]
        one = found.setdefault(asked.question.key, Read(asked.question.key, desk.context.asked_as(asked.question)))
        label = desk.context.say(asked.field.label)
        one.answers.append((label, asked.type.text(value, asked.settings, desk.context)))
        if asked.type.itemised and isinstance(value, dict):
            known = asked.type.items(asked.settings, desk.context)
            one.items += [(item.key, item.label) for item in known if item.key in value]
    return list(found.values())


@dataclass(frozen=True)
class Unanswered:
    """A question that is asked and holds no answer. `needed`: without one nothing can be submitted.

    `beyond`: it is not on the short way, if there are two.
    """

    title: str
    href: str
    needed: bool
    beyond: bool


def unanswered(desk: Desk, part: Part, base: str) -> list[Unanswered]:
    """In the order of the form."""
    needed = {asked.question.key for problem in desk.missing if (asked := asked_in(desk, problem.field))}
    first: dict[str, str] = {}
    for asked in desk.form.asked:
        first.setdefault(asked.question.key, asked.key)
    return [
        Unanswered(desk.context.asked_as(one), address(desk, base, first[one.key]), one.key in needed, not one.core)
        for one in part.questions
        if one.key in desk.visible and one.key not in desk.answered
    ]
