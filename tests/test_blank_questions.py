"""What is drawn once for everybody is what nobody has answered: no word that somebody wrote is kept in memory."""

from typing import Any

import pytest

from consultation.forms.definition import Question
from consultation.questions import TYPES, Field, QuestionType, Value
from consultation.web.municipalities.asking import Shown
from tests.question_context import CONTEXT

CASES = [
    pytest.param(kind, kind.settings(raw), value, id=f"{key}-{place}")
    for key, kind in sorted(TYPES.items())
    for place, (raw, value) in enumerate(kind.examples(), start=1)
]


def shown(field: Field) -> Shown:
    question = Question.model_construct(key="q")  # type: ignore[call-arg]  # the rest is not looked at
    return Shown(question, "Die Frage", "", (field,), visible=True)


def said(field: Field) -> set[str]:
    return {text for text in (*field.value, *(fact for _, fact in field.given)) if text}.union(*map(said, field.fields))


@pytest.mark.parametrize(("kind", "own", "value"), CASES)
def test_an_answered_question_is_never_kept(kind: QuestionType, own: Any, value: Value) -> None:
    assert value is None or not shown(kind.field("q.part", value, own, CONTEXT)).blank


@pytest.mark.parametrize(("kind", "own", "value"), CASES)
def test_what_is_kept_says_nothing_of_anybody(kind: QuestionType, own: Any, value: Value) -> None:
    field = kind.field("q.part", None, own, CONTEXT)
    assert not (shown(field).blank and said(field))
