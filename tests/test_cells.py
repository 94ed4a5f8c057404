"""Cells of a table: what is put into words once is the same as if it were said anew for every body."""

from typing import Any

import pytest

from consultation.documents.cells import cells_of
from consultation.forms.definition import Asked, FormField, Part, Question
from consultation.questions import TYPES, QuestionType
from consultation.questions.options import OTHER
from tests.question_context import CONTEXT

OPTIONS = {"options": [{"key": key, "label": {"de": f"Antwort {key}"}} for key in "abc"]}


def asked(kind: str, settings: dict[str, Any]) -> Asked:
    field = FormField(type=kind, settings=settings)
    question = Question(key="q", title={"de": "Frage"}, fields=(field,))
    return Asked("q", Part(key="A", title={"de": "Teil"}, questions=(question,)), question, field)


@pytest.mark.parametrize("kind", TYPES.values(), ids=lambda kind: kind.key)
def test_every_answer_has_the_cell_of_its_kind_however_often_it_comes(kind: QuestionType):
    for settings, value in kind.examples():
        one = asked(kind.key, settings)
        cell = cells_of(one, CONTEXT)
        assert [cell(value), cell(value)] == [kind.cell(value, one.settings, CONTEXT)] * 2


def test_answers_that_differ_in_order_or_own_words_have_cells_of_their_own():
    several = cells_of(asked("ranked", OPTIONS), CONTEXT)
    assert several(["a", "b"]) != several(["b", "a"])
    free = cells_of(asked("multi", {**OPTIONS, "other": True}), CONTEXT)
    assert "Bus" in str(free(["a", {OTHER: "Bus"}]))
    assert "Bahn" in str(free(["a", {OTHER: "Bahn"}]))
