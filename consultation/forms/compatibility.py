"""Can answers to one form be carried over to another? They can if everything that is answered kept its key and its sense. Pure."""

from collections.abc import Iterator
from typing import Any

from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.forms.definition import Asked, Form

_LANGUAGES = frozenset({"de", "en"})


def incompatibilities(old: Form, new: Form) -> Iterator[Problem]:
    """Texts may change, and their order; questions, types, options and what happens with an answer may not."""
    for key, before in old.by_key.items():
        after = new.by_key.get(key)
        if after is None:
            yield Problem("form", M("Die Frage „{title}“ fehlt im neuen Formular.", title=before.label))
        elif _sense(before) != _sense(after):
            yield Problem(
                "form", M("Bei der Frage „{title}“ haben sich Art oder Auswahl geändert.", title=before.label)
            )
    for key, after in new.by_key.items():
        if key not in old.by_key:
            yield Problem("form", M("Die Frage „{title}“ ist neu.", title=after.label))


def _sense(asked: Asked) -> tuple[Any, ...]:
    question = asked.question
    return (
        asked.field.type, _without_texts(asked.field.settings), question.personal, question.confidential,
        question.with_nil_return, asked.makes_points, asked.part.key,
    )  # fmt: skip


def _without_texts(settings: Any) -> Any:
    """Settings with every text (a mapping of languages) taken out."""
    if isinstance(settings, dict):
        if settings and set(settings) <= _LANGUAGES:
            return None
        return {key: _without_texts(value) for key, value in settings.items()}
    return [_without_texts(value) for value in settings] if isinstance(settings, list) else settings
