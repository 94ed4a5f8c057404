"""Parts and questions are counted one way: on the list of tasks, in the head of each part, before releasing and in the preview."""

import re
from typing import Any

import pytest

from consultation.core.db import Database
from tests import html
from tests.browsing import Browser
from tests.desk_world import TOWN, Scene
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import begun, ok


def question(key: str, number: int, *, core: bool, **more: Any) -> dict[str, Any]:
    fields = [{"type": "short_text"}]
    return {"key": key, "number": str(number), "title": {"de": f"Frage {key}?"}, "core": core, "fields": fields, **more}


PUBLIC = {
    "key": "publication", "number": "7", "title": {"de": "Was darf veröffentlicht werden?"}, "core": True,
    "fields": [{"type": "disclosure"}],
}  # fmt: skip
FORM = {
    "key": "two_ways",
    "title": {"de": "Zwei Wege"},
    "parts": [
        {"key": "A", "title": {"de": "Anfang"}, "questions": [
            question("eins", 1, core=True), question("zwei", 2, core=False),
            question("drei", 3, core=False, when={"field": "eins", "is": "nie"}),
        ]},
        {"key": "B", "title": {"de": "Vertiefung"}, "questions": [question("vier", 4, core=False)]},
        {"key": "C", "title": {"de": "Nur manche"}, "questions": [
            question("fuenf", 5, core=True, when={"field": "eins", "is": "ja"}),
        ]},
        {"key": "D", "title": {"de": "Ende"}, "questions": [question("sechs", 6, core=True)]},
        {"key": "E", "title": {"de": "Freigabe"}, "questions": [PUBLIC]},
    ],
}  # fmt: skip
"""Five parts, of which three are on the short way, or four if the first answer is „ja“."""


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db, definition=FORM)


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return begun(scene)


def words(browser: Browser, path: str) -> str:
    return html.text_of(html.check(ok(browser.get(path)).text))


def parts_listed(browser: Browser, scene: Scene, path: str = "") -> list[str]:
    page = browser.get(scene.base + path).text
    return list(dict.fromkeys(re.findall(r"/part/([A-E])(?=[\"?])", page)))


def say(browser: Browser, scene: Scene, part: str, **answers: str) -> None:
    at = f"{scene.base}/part/{part}?path=all"
    browser.get(at)
    sent = {f"present.{key}": "1" for key in answers} | answers
    ok(browser.post(at, sent | {f"version.{key}": "0" for key in answers}), 303)


def test_the_short_way_counts_its_own_parts_and_says_so(scene: Scene, browser: Browser) -> None:
    assert parts_listed(browser, scene) == ["A", "D", "E"]
    assert "Teil 2 von 3 auf dem kurzen Weg" in words(browser, f"{scene.base}/part/D")
    assert "des Formulars" not in words(browser, f"{scene.base}/part/D")


def test_a_part_in_which_nothing_is_asked_just_now_is_counted_nowhere(scene: Scene, browser: Browser) -> None:
    assert parts_listed(browser, scene, "?path=all") == ["A", "B", "D", "E"]
    assert "Teil 3 von 4 des Formulars" in words(browser, f"{scene.base}/part/D?path=all")
    browser.get(f"{scene.base}/part/B?path=all")
    onward = browser.post(f"{scene.base}/part/B?path=all", {"present.vier": "1", "vier": "", "version.vier": "0"})
    assert onward.headers["location"] == f"{scene.base}/part/D?path=all"
    say(browser, scene, "A", eins="ja")
    assert parts_listed(browser, scene, "?path=all") == ["A", "B", "C", "D", "E"]
    assert "Teil 4 von 5 des Formulars" in words(browser, f"{scene.base}/part/D?path=all")
    assert "Teil 2 von 4 auf dem kurzen Weg" in words(browser, f"{scene.base}/part/C")


def test_a_part_off_the_way_says_no_number_and_leads_on(scene: Scene, browser: Browser) -> None:
    assert "Teil " not in words(browser, f"{scene.base}/part/B").split("Vertiefung")[0].split("Stellungnahmen")[-1]
    onward = browser.post(f"{scene.base}/part/B", {})
    assert onward.headers["location"] == f"{scene.base}/part/D"


def test_questions_are_counted_alike_on_the_part_the_list_and_before_releasing(scene: Scene, browser: Browser) -> None:
    part = words(browser, f"{scene.base}/part/A")
    assert "Dieser Teil hat eine weitere, freiwillige Frage." in part, "the third is not asked just now"
    say(browser, scene, "A", eins="nein")
    assert "Anfang fertig" in words(browser, scene.base)
    assert "1 von 2" in words(browser, f"{scene.base}?path=all")
    review = words(browser, f"{scene.base}/review")
    assert review.count("1 Frage ohne Antwort, nicht auf dem kurzen Weg") == 2
    assert "Vertiefung – 1 Frage ohne Antwort, nicht auf dem kurzen Weg" in review
    assert "Ende – 1 Frage ohne Antwort" in review
    home = f"/o/{scene.world.bodies[TOWN]}/answers"
    assert "Kurzer Weg: 1 von 3 Fragen beantwortet" in words(browser, home)


def test_a_form_of_one_way_speaks_of_no_short_one(db: Database) -> None:
    parts = [{"key": "A", "title": {"de": "Alles"}, "questions": [question("eins", 1, core=True), PUBLIC]}]
    scene = make_scene(db, definition={"key": "one_way", "title": {"de": "Ein Weg"}, "parts": parts})
    browser = begun(scene)
    assert "Teil 1 von 1 des Formulars" in words(browser, f"{scene.base}/part/A")
    home = words(browser, f"/o/{scene.world.bodies[TOWN]}/answers")
    assert "0 von 2 Fragen beantwortet" in home
    assert "Kurzer Weg" not in home
