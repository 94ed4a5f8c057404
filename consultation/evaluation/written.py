"""The texts that stand in a submitted answer, each with its place there."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from consultation.forms.definition import Asked, Form
from consultation.questions import Path


@dataclass(frozen=True)
class Written:
    """One text, word for word."""

    asked: Asked
    path: Path
    text: str

    @property
    def place(self) -> str:
        """Tells the texts of one answer apart: `message`, `amendments/1/rationale`."""
        return "/".join([self.asked.key, *map(str, self.path)])


def texts(form: Form, answers: Mapping[str, Any]) -> Iterator[Written]:
    """In the order of the form; personal values are no part of an answer, and no edition holds them."""
    for asked in form.asked:
        if not asked.question.personal and (value := answers.get(asked.key)) is not None:
            yield from (Written(asked, path, text) for path, text in asked.type.written(value, asked.settings))


def rewritten(value: Any, changes: Mapping[Path, str]) -> Any:
    """The answer to one field with other texts in these places; the one given stays as it is."""
    if () in changes:
        return changes[()]
    result = deepcopy(value)
    for path, text in changes.items():
        holder = result
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = text
    return result
