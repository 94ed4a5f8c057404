"""What is drawn once for everybody is what nobody has answered: no word that somebody wrote is kept in memory."""

from typing import Any

import pytest

from consultation.core.db import Database
from consultation.core.markup import drawn_once, environment
from consultation.forms.definition import Question
from consultation.questions import TYPES, QuestionType, Value
from consultation.web.municipalities.asking import Shown
from tests import desk_world
from tests.question_context import CONTEXT
from tests.test_web_municipalities import begun, complete, save

CASES = [
    pytest.param(kind, kind.settings(raw), value, id=f"{key}-{place}")
    for key, kind in sorted(TYPES.items())
    for place, (raw, value) in enumerate(kind.examples(), start=1)
]
WORDS = "Unser Wort aus Kiel"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that pages ask to have drawn once."""
    drawn: list[str] = []

    def noted(*said: Any) -> str:
        drawn.append(drawn_once(*said))
        return drawn[-1]

    monkeypatch.setitem(environment("de").globals, "once", noted)
    return drawn


@pytest.mark.parametrize(("kind", "own", "value"), CASES)
def test_an_answered_question_is_never_kept(kind: QuestionType, own: Any, value: Value) -> None:
    question = Question.model_construct(key="q")  # type: ignore[call-arg]  # the rest is not looked at
    field = kind.field("q.part", value, own, CONTEXT)
    assert value is None or not Shown(question, "Die Frage", "", (field,), visible=True).blank


def test_a_page_keeps_its_questions_until_somebody_answers_them(db: Database, kept: list[str]) -> None:
    scene = desk_world.scene(db)
    browser = begun(scene)
    page = f"{scene.base}/part/A?path=all"
    blank = browser.get(page).text
    assert kept
    assert all(one in blank for one in kept)
    before = len(kept)

    complete(browser, scene)
    save(browser, scene, "F", main_message=WORDS)
    kept.clear()
    browser.get(page)
    assert 0 < len(kept) < before

    texts = [browser.get(f"{scene.base}/part/{part}?path=all").text for part in "ABCDEF"]
    assert any(WORDS in text for text in texts)
    assert not any(WORDS in one for one in kept)
