"""Every total on the page of points speaks of the same points: those that an answer demands which counts."""

import re
from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.documents.models import Edition
from consultation.evaluation import points
from consultation.evaluation.models import Point
from consultation.responses import actions as responses
from tests import evaluation_world
from tests.browsing import Browser, site
from tests.factories import MOMENT
from tests.test_web_planners_running import DEMAND, TOWNS, Running, at_the_points, point_of

ONLY = "<script>alert(1)</script>"
"""What only the town says that takes its answer back."""


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    """Two answers are withdrawn: one point has nobody left, the other two supporters of three."""
    made = Running(db, tmp_path)
    with db.transaction() as session:
        for town in (TOWNS[2], TOWNS[3]):
            responses.withdraw(session, evaluation_world.somebody_of(session, made.world, town), made.response(town).id)
        demand = made.one(Point, Point.text == DEMAND)
        points.decide(session, made.world.planner, demand.id, "noted", "Danke.", version=1)
    return made


@pytest.fixture
def paula(db: Database, tmp_path: Path, running: Running) -> Browser:
    return at_the_points(running, site(db, MOMENT, data_dir=tmp_path))


def test_list_and_progress_count_the_same_points_and_the_others_are_found_by_a_filter(
    running: Running, paula: Browser
) -> None:
    page = paula.get(f"{running.at()}/points").text
    assert "1 von 2 Punkten entschieden" in page
    assert "<strong>2 Punkte</strong>" in page
    assert "4 gezählte Beiträge." in page, "two towns, a demand and a message each"
    assert "&lt;script" not in page
    for table in ("by-section", "by-person"):
        rows = re.findall(r'numeric">(\d+)</td>', page.split(f'id="{table}"')[1].split("</table>")[0])
        assert (sum(map(int, rows[::2])), sum(map(int, rows[1::2]))) == (1, 2), table
    others = paula.get(f"{running.at()}/points?state=uncounted").text
    assert "<strong>1 Punkt</strong>" in others
    assert "&lt;script" in others
    left = paula.get(f"{running.at()}/points/{point_of(running, ONLY).id}").text
    assert "Kein Beitrag zählt noch" in left


def test_an_internal_edition_counts_as_the_page_does(running: Running, paula: Browser) -> None:
    paula.post(f"{running.at()}/editions", {"audience": "internal", "language": "de"})
    running.work(MOMENT)
    counts = running.one(Edition).counts
    assert (counts["points"], counts["decided"]) == (2, 1)


def test_all_points_of_the_filter_are_only_those_that_count(running: Running, paula: Browser) -> None:
    seen = paula.get(f"{running.at()}/points").text.split('name="seen" value="')[1].split('"', maxsplit=1)[0]
    whole = {"scope": "all", "seen": seen, "action": "tag", "tag": "speed"}
    assert "2 Punkte sind bearbeitet" in paula.follow(paula.post(f"{running.at()}/points/bulk", whole)).text
    assert "–" in paula.get(f"{running.at()}/points?state=uncounted").text
