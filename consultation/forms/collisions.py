"""Two editors at one form: who changes something that has changed under their hands is told, and nothing is overwritten."""

import hashlib
from typing import Any

import orjson

from consultation.core.errors import Conflict
from consultation.core.language import M
from consultation.forms.definition import Form, Part, Question
from consultation.forms.editing import part_of, question_of


class Changed(Conflict):
    """Somebody else changed the very thing; what was typed is still with whoever raised this."""

    def __init__(self) -> None:
        super().__init__(M("Jemand anderes hat dies inzwischen geändert. Ihre Eingaben stehen noch da."))


def fingerprint(thing: Question | Part | Form) -> str:
    """Of what its own page shows: a question without its place and condition, a part without its questions."""
    if isinstance(thing, Question):
        shown: Any = thing.model_dump(mode="json", exclude={"number", "when"})
    elif isinstance(thing, Part):
        shown = thing.model_dump(mode="json", exclude={"questions"})
    else:
        shown = thing.model_dump(mode="json", include={"title", "intro"})
    return hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]


def condition_fingerprint(question: Question) -> str:
    when = None if question.when is None else question.when.model_dump(mode="json", by_alias=True)
    return hashlib.sha256(orjson.dumps(when, option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]


def demand_same_question(form: Form, key: str, seen: str) -> None:
    if seen and fingerprint(question_of(form, key)) != seen:
        raise Changed


def demand_same_part(form: Form, key: str, seen: str) -> None:
    if seen and fingerprint(part_of(form, key)) != seen:
        raise Changed


def demand_same_head(form: Form, seen: str) -> None:
    if seen and fingerprint(form) != seen:
        raise Changed


def demand_same_condition(form: Form, key: str, seen: str) -> None:
    if seen and condition_fingerprint(question_of(form, key)) != seen:
        raise Changed
