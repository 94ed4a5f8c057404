"""Can a condition ever hold? Tried out with every kind of answer that the questions before allow."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from consultation.forms.conditions import AllOf, AnyOf, Condition, Greater, Is, Less, OneOf, holds
from consultation.forms.definition import Asked, Form, Question

MOST_TRIED = 20_000
"""Combinations of answers; a condition with more is believed."""


def unreachable(form: Form) -> list[Question]:
    """Questions that nobody can ever be asked."""
    return [q for q in form.questions if q.when is not None and not can_hold(q.when, form)]


def can_hold(condition: Condition, form: Form) -> bool:
    whole = _expanded(condition, form)
    leaves = list(_leaves(whole))
    keys = list(dict.fromkeys(leaf.field for leaf in leaves))
    if any(key not in form.by_key for key in keys):
        return False
    tried = [[*_answers(form.by_key[key], [leaf for leaf in leaves if leaf.field == key]), None] for key in keys]
    combinations = itertools.product(*tried)
    for place, answers in enumerate(combinations):
        if place > MOST_TRIED or holds(whole, dict(zip(keys, answers, strict=True))):
            return True
    return False


def _expanded(condition: Condition, form: Form, depth: int = 0) -> Condition:
    """A question is answered only where it is shown: what shows it belongs to the condition."""
    match condition:
        case AllOf(all=parts):
            return AllOf(all=[_expanded(part, form, depth) for part in parts])
        case AnyOf(any=parts):
            return AnyOf(any=[_expanded(part, form, depth) for part in parts])
    asked = form.by_key.get(condition.field)
    if asked is None or asked.question.when is None or depth > len(form.by_key):
        return condition
    return AllOf(all=[condition, _expanded(asked.question.when, form, depth + 1)])


def _leaves(condition: Condition) -> Iterator[Any]:
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield condition


def _answers(asked: Asked, leaves: Iterable[Any]) -> list[Any]:
    """One answer for every way in which the conditions can tell answers apart."""
    told = asked.type.comparable(asked.settings, "de")
    mentioned = list(dict.fromkeys(value for leaf in leaves for value in _mentioned(leaf)))
    values = [value for value, _ in told.values]
    if told.several:
        return [values]
    if told.bounds is not None:
        low, high = told.bounds
        numbers = [value for value in mentioned if isinstance(value, int | float) and not isinstance(value, bool)]
        near = {low, high, *(number + step for number in numbers for step in (-0.25, 0, 0.25))}
        return [*(value for value in sorted(near) if low <= value <= high), *(v for v in values if v in mentioned)]
    if values:
        return [*(value for value in values if value in mentioned), *values[:1]]
    return [{}] if asked.type.itemised else [*mentioned, {}]


def _mentioned(leaf: Any) -> list[Any]:
    match leaf:
        case Is(value=value):
            return [value]
        case OneOf(one_of=values):
            return list(values)
        case Greater(greater=bound) | Less(less=bound):
            return [bound]
    return []
