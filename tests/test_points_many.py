"""Many points at once, page by page: nothing is erased or given away that nobody meant."""

from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.evaluation.models import Decision, Point
from consultation.states import PointState
from consultation.web.planners.bulk import numbers
from tests.browsing import Browser, site
from tests.factories import MOMENT
from tests.test_web_planners_running import Running, all_of, all_points, at_the_points


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def paula(db: Database, tmp_path: Path, running: Running) -> Browser:
    return at_the_points(running, site(db, MOMENT, data_dir=tmp_path))


def answered(running: Running, paula: Browser, *numbers: int, reply: str = "Eigene Erwiderung") -> None:
    for point in all_points(running):
        if point.number in numbers:
            told = {"decision": "noted", "reply": reply, "version": str(point.version)}
            paula.follow(paula.post(f"{running.at()}/points/{point.id}/save", told))


def replies(running: Running) -> list[str]:
    return [point.reply for point in all_points(running)]


@pytest.mark.parametrize("action", ["decide", "propose"])
def test_a_reply_left_empty_leaves_the_points_the_replies_they_have(
    running: Running, paula: Browser, action: str
) -> None:
    answered(running, paula, 1, 3)
    chosen = all_of(running) | {"action": action, "decision": "accepted", "reply": " "}
    told = paula.follow(paula.post(f"{running.at()}/points/bulk", chosen)).text
    assert "3 Punkte sind bearbeitet" in told
    assert replies(running) == ["Eigene Erwiderung", "", "Eigene Erwiderung"]
    assert {point.decision for point in all_points(running)} == {Decision.ACCEPTED}
    taken_back(running, paula, told)
    assert replies(running) == ["Eigene Erwiderung", "", "Eigene Erwiderung"]
    assert [point.decision for point in all_points(running)] == [Decision.NOTED, None, Decision.NOTED]


def taken_back(running: Running, paula: Browser, page: str) -> None:
    step = page.split('name="step" value="')[1].split('"', maxsplit=1)[0]
    paula.follow(paula.post(f"{running.at()}/points/undo", {"step": step}))


@pytest.mark.parametrize("action", ["decide", "propose", "reply"])
def test_another_reply_replaces_those_there_are_only_when_somebody_was_told_how_many(
    running: Running, paula: Browser, action: str
) -> None:
    answered(running, paula, 1, 3)
    answered(running, paula, 2, reply="Danke.")
    at = f"{running.at()}/points/bulk"
    chosen = all_of(running) | {"action": action, "decision": "accepted", "reply": "Danke."}
    asked = paula.post(at, chosen)
    assert asked.status_code == 422
    assert "2 dieser Punkte haben schon eine andere Erwiderung." in asked.text
    assert "2 vorhandene Erwiderungen ersetzen" in asked.text
    assert replies(running) == ["Eigene Erwiderung", "Danke.", "Eigene Erwiderung"]
    for wrong in ("1", "3", "yes"):
        assert paula.post(at, chosen | {"replace": wrong}).status_code == 422
    told = paula.follow(paula.post(at, chosen | {"replace": "2"})).text
    assert replies(running) == ["Danke."] * 3
    taken_back(running, paula, told)
    assert replies(running) == ["Eigene Erwiderung", "Danke.", "Eigene Erwiderung"]
    assert PointState.DECIDED not in {point.state for point in all_points(running)}


def test_deciding_on_a_page_that_asks_no_reply_keeps_the_one_there_is(running: Running, paula: Browser) -> None:
    answered(running, paula, 1)
    point = all_points(running)[0]
    given = {"decision": "accepted", "final": "yes", "version": str(point.version)}
    paula.follow(paula.post(f"{running.at()}/points/{point.id}/save", given))
    after = running.one(Point, Point.id == point.id)
    assert (after.state, after.decision, after.reply) == (PointState.DECIDED, Decision.ACCEPTED, "Eigene Erwiderung")


def test_a_tag_that_was_not_chosen_is_asked_for(running: Running, paula: Browser) -> None:
    for action in ("tag", "untag"):
        refused = paula.post(f"{running.at()}/points/bulk", all_of(running) | {"action": action, "tag": ""})
        assert refused.status_code == 422
        assert "Wählen Sie ein Schlagwort." in refused.text


SAVED = {
    "Entscheidung": {"decision": "noted", "reply": "Danke.", "final": "yes"},
    "Vorschlag oder Erwiderung": {"decision": "noted", "reply": "Danke."},
    "Arbeitstext geändert": {"text": "Anders"},
    "Votum einer Fachstelle vermerkt": {"vote": "Dafür", "vote_by": "Referat 2"},
    "Interne Notiz geändert": {"note": "Anruf"},
    "Schlagwörter geändert": {"tags_before": "", "tags": "speed"},
    "mehrere Angaben": {"text": "Anders", "tags_before": "", "tags": "speed"},
}


@pytest.mark.parametrize("name", SAVED)
def test_the_button_that_takes_a_step_back_says_which_step_at_which_point(
    running: Running, paula: Browser, name: str
) -> None:
    point = all_points(running)[1]
    at = f"{running.at()}/points/{point.id}"
    shown = paula.follow(paula.post(f"{at}/save", {"version": "1"} | SAVED[name])).text
    assert f"Rückgängig: {name} (Punkt 2)" in shown
    taken_back(running, paula, shown)
    assert (all_points(running)[1].text, all_points(running)[1].state) == (point.text, point.state)


def test_ticked_points_are_merged_into_one_of_them_and_taken_apart_again(running: Running, paula: Browser) -> None:
    at = f"{running.at()}/points"
    chosen = all_of(running) | {"action": "merge"}
    for wrong in ("", "99", "x"):
        refused = paula.post(f"{at}/bulk", chosen | {"into": wrong})
        assert refused.status_code == 422
        assert "geben Sie die Nummer dessen an" in refused.text
    first = all_points(running)[0]
    assert paula.post(f"{at}/bulk", {"point": str(first.id), "action": "merge", "into": "1"}).status_code == 422
    stale = chosen | {f"version-{first.id}": "7", "into": "2"}
    assert paula.post(f"{at}/bulk", stale).status_code == 409
    told = paula.follow(paula.post(f"{at}/bulk", chosen | {"into": "Punkt 2"})).text
    assert "<strong>1 Punkt</strong>" in told
    assert {point.merged_into_id for point in all_points(running)} == {None, all_points(running)[1].id}
    taken_back(running, paula, told)
    taken_back(running, paula, paula.get(at).text)
    assert "<strong>3 Punkte</strong>" in paula.get(at).text
    assert {point.merged_into_id for point in all_points(running)} == {None}


def test_what_is_decided_already_is_not_merged_away_with_others(running: Running, paula: Browser) -> None:
    decided, *_ = all_points(running)
    final = {"decision": "noted", "reply": "Danke.", "version": "1", "final": "yes"}
    paula.follow(paula.post(f"{running.at()}/points/{decided.id}/save", final))
    chosen = all_of(running) | {"action": "merge"}
    refused = paula.post(f"{running.at()}/points/bulk", chosen | {"into": "2"})
    assert refused.status_code == 409
    assert "Schon entschieden: 1" in refused.text
    paula.follow(paula.post(f"{running.at()}/points/bulk", chosen | {"into": "1"}))
    assert [point.merged_into_id for point in all_points(running)] == [None, decided.id, decided.id]


def test_exceptions_are_numbers_and_ranges_of_no_more_than_a_list_can_hold() -> None:
    assert numbers("3, 7; 12 – 14") == {3, 7, 12, 13, 14}
    with pytest.raises(Invalid) as refused:
        numbers(" ".join(f"{number}0001-{number + 1}0000" for number in range(1, 60_000)))
    assert "höchstens" in str(refused.value.problems[0].message)
