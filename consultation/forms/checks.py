"""What is wrong with a form before anybody is asked: every problem at once, each with its place and remedy."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from consultation.core.errors import Invalid, Problem
from consultation.core.kept import Kept
from consultation.core.language import M
from consultation.forms.conditions import fields_of
from consultation.forms.definition import Form
from consultation.forms.models import FormVersion
from consultation.questions import TYPES

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def read_form(definition: Any) -> Form:
    """The form of a definition that is well-formed in itself; raises `Invalid` with all problems otherwise."""
    try:
        form = Form.model_validate(definition)
    except ValidationError as error:
        raise Invalid(
            M("Das Formular ist so nicht lesbar."),
            problems=[Problem(".".join(map(str, e["loc"])), M("{reason}", reason=e["msg"])) for e in error.errors()],
        ) from None
    if problems := list(_problems(form)):
        raise Invalid(M("Das Formular hat Fehler."), problems=problems)
    return form


_frozen: Kept[Form] = Kept()


def form_of(version: FormVersion) -> Form:
    """The form of a stored version; a frozen one is read once per process."""
    if version.content_hash is None:
        return read_form(version.definition)
    return _frozen.get(version.content_hash, lambda: read_form(version.definition))


def _problems(form: Form) -> Iterator[Problem]:
    yield from _unknown_types(form)
    if any(field.type not in TYPES for q in form.questions for field in q.fields):
        return
    yield from _repeated_keys(form)
    yield from _wrong_settings(form)
    yield from _wrong_conditions(form)


def _unknown_types(form: Form) -> Iterator[Problem]:
    for question in form.questions:
        for field in question.fields:
            if field.type not in TYPES:
                yield Problem(
                    question.key,
                    M(
                        "Den Fragetyp „{type}“ gibt es nicht. Möglich sind: {types}.",
                        type=field.type,
                        types=tuple(TYPES),
                    ),
                )


def _repeated_keys(form: Form) -> Iterator[Problem]:
    seen: set[str] = set()
    for key in (*(asked.key for asked in form.asked), *(f"part {part.key}" for part in form.parts)):
        if key in seen:
            yield Problem(key, M("Der Schlüssel „{key}“ kommt zweimal vor. Jeder darf nur einmal vorkommen.", key=key))
        seen.add(key)


def _wrong_settings(form: Form) -> Iterator[Problem]:
    for asked in form.asked:
        try:
            asked.type.settings(asked.field.settings)
        except ValidationError as error:
            for e in error.errors():
                place = ".".join(("settings", *map(str, e["loc"])))
                yield Problem(f"{asked.key}.{place}", M("{reason}", reason=e["msg"]))


def _wrong_conditions(form: Form) -> Iterator[Problem]:
    """Conditions look back only: so one walk decides what is shown, and nothing can hide itself."""
    earlier: set[str] = set()
    for asked in form.asked:
        if asked.question.when is not None and asked.field is asked.question.fields[0]:
            for key in fields_of(asked.question.when):
                if key not in earlier:
                    yield Problem(
                        asked.question.key,
                        M("Die Bedingung verweist auf „{key}“. Das muss ein Feld einer früheren Frage sein.", key=key),
                    )
        earlier.add(asked.key)


def fill(text: str, parameters: dict[str, str], numbers: dict[str, str]) -> str:
    """Placeholders of a planner's text filled; what is unknown stays as it is. `numbers`: section key or number → number."""

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("section:"):
            return numbers.get(name[8:], name[8:])
        return parameters.get(name, match[0])

    return PLACEHOLDER.sub(filled, text)
