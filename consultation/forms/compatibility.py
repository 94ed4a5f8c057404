"""Can answers to one form be carried over to another? They can if everything that is answered kept its key and its sense. Pure.

What the planner does with an answer is no part of its sense: texts may become points that did not before. The other way is closed,
since the points of earlier answers are there and those of later ones would be missing.
"""

from collections.abc import Iterator
from typing import Any

from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.forms.definition import Asked, Form, Question

_LANGUAGES = frozenset({"de", "en"})


def incompatibilities(old: Form, new: Form) -> Iterator[Problem]:
    """Texts may change, and their order; questions, types, options and how an answer is treated may not."""
    for key, before in old.by_key.items():
        after = new.by_key.get(key)
        if after is None:
            yield Problem("form", M("Die Frage „{title}“ fehlt im neuen Formular.", title=before.label))
        elif _sense(before) != _sense(after):
            yield Problem(
                "form", M("Bei der Frage „{title}“ haben sich Art oder Auswahl geändert.", title=before.label)
            )
        elif before.makes_points and not after.makes_points:
            told = M("Bei der Frage „{title}“ werden Texte schon zu Einzelpunkten. Das lässt sich nicht mehr abstellen.",
                     title=before.label)  # fmt: skip
            yield Problem("form", told)
    for key, after in new.by_key.items():
        if key not in old.by_key:
            yield Problem("form", M("Die Frage „{title}“ ist neu.", title=after.label))


def newly_making_points(old: Form, new: Form) -> list[Question]:
    """Of forms that are compatible: the questions whose texts become points from now on."""
    found = {
        after.question.key: after.question
        for key, after in new.by_key.items()
        if after.makes_points and not old.by_key[key].makes_points
    }
    return list(found.values())


def _sense(asked: Asked) -> tuple[Any, ...]:
    question = asked.question
    return (
        asked.field.type, _without_texts(asked.field.settings), question.personal, question.confidential,
        question.with_nil_return, asked.part.key,
    )  # fmt: skip


def _without_texts(settings: Any) -> Any:
    """Settings with every text (a mapping of languages) taken out."""
    if isinstance(settings, dict):
        if settings and set(settings) <= _LANGUAGES:
            return None
        return {key: _without_texts(value) for key, value in settings.items()}
    return [_without_texts(value) for value in settings] if isinstance(settings, list) else settings
