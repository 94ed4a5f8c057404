"""Participation over time: each body once per line, up to the end of the day in Germany, narrowed by group."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.responses import actions
from consultation.responses.timeline import MOST, Group, Step, steps, timeline
from consultation.web.planners.growth import RIGHT, growth
from tests import evaluation_world
from tests.browsing import site
from tests.evaluation_world import World, somebody_of, submit, write
from tests.factories import MOMENT
from tests.test_web_planners_running import Running

KIEL, HAMBURG, COUNTY, TOWN = "010510000000", "020000000000", "01053", "030510044001"
LATER = MOMENT + timedelta(days=4)


@pytest.fixture
def world(db: Database) -> World:
    """Kiel answers on the first day after, Hamburg on the second and again on the third; one withdraws, one only begins."""
    made = evaluation_world.standing(db, 4)
    with db.transaction() as session:
        submit(session, made, KIEL, {"main_message": "A."})
        first = submit(session, made, HAMBURG, {"main_message": "B."}, later=1)
        actor = replace(somebody_of(session, made, HAMBURG), moment=MOMENT + timedelta(days=3))
        actions.reopen(session, actor, first.response_id)
        submit(session, made, HAMBURG, {"main_message": "C."}, later=2)
        gone = submit(session, made, COUNTY, {"main_message": "D."})
        actions.withdraw(session, somebody_of(session, made, COUNTY), gone.response_id)
        write(session, made, TOWN, {"main_message": "E."}, later=3)
    return made


def grown(db: Database, world: World, group: Group = Group(), land: str | None = None) -> list[Step]:  # noqa: B008 -- frozen
    with db.reader() as session:
        consultation = session.scalars(select(Consultation)).one()
        return timeline(session, consultation, LATER, group, land)


def test_each_body_is_counted_once_and_what_was_withdrawn_no_more(db: Database, world: World) -> None:
    found = grown(db, world)
    assert [one.day for one in found] == [date(2026, 3, 2) + timedelta(days=n) for n in range(5)]
    assert [one.started for one in found] == [0, 2, 3, 3, 4]
    assert [one.submitted for one in found] == [0, 1, 2, 2, 2]
    assert found[-1].opened == 4


def test_the_lines_are_narrowed_by_land_size_and_kind(db: Database, world: World) -> None:
    def last(**group: str) -> int:
        return grown(db, world, Group(**group))[-1].submitted

    assert (last(state="HH"), last(state="SH"), last(state="NI")) == (1, 1, 0)
    assert last(size_class="large_city") == 2
    assert last(kind="county") == 0
    assert grown(db, world, land="HH")[-1].submitted == 1
    assert grown(db, world, Group(state="SH"), land="HH")[-1].submitted == 0


def test_a_day_ends_at_midnight_in_germany(db: Database, world: World) -> None:
    with db.transaction() as session:
        session.execute(update(Invitation).values(opened_at=datetime(2026, 3, 3, 22, 59, 59, tzinfo=UTC)))
        session.execute(
            update(Invitation)
            .where(Invitation.organisation_id == world.bodies[KIEL])
            .values(opened_at=datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
        )
    opened = [one.opened for one in grown(db, world)]
    assert opened[2] == opened[1] + 1


def test_a_long_course_is_counted_in_longer_steps_and_costs_one_query(db: Database, world: World) -> None:
    far = steps(MOMENT, MOMENT + timedelta(days=400))
    assert len(far) <= MOST
    assert far[-1] == (MOMENT + timedelta(days=400)).date()
    assert steps(None, MOMENT) == []
    asked: list[str] = []
    with db.reader() as session:
        consultation = session.scalars(select(Consultation)).one()
        event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        timeline(session, consultation, MOMENT + timedelta(days=400), Group())
    assert len([one for one in asked if one.startswith(("SELECT", "WITH"))]) == 1


def test_the_drawing_holds_every_line_to_its_end(db: Database, world: World) -> None:
    drawn = growth(grown(db, world))
    assert drawn is not None
    assert {line.key for line in drawn.lines} == {"opened", "started", "submitted"}
    assert all(line.points.split()[-1].startswith(f"{RIGHT}") for line in drawn.lines)
    assert growth([]) is None
    assert growth([Step(date(2026, 3, 2), 0, 0, 0)]) is not None


@pytest.mark.parametrize("highest", [3, 9, 41, 81, 201, 401, 4400, 10_786])
def test_the_axis_ends_soon_above_the_highest_line(highest: int) -> None:
    drawn = growth([Step(date(2026, 3, 2), highest, 1, 0), Step(date(2026, 3, 3), highest, 2, 1)])
    assert drawn is not None
    numbers = [number for _, number in drawn.grid]
    assert highest <= numbers[-1] <= max(4, highest * 4 / 3)
    assert len({more - less for less, more in pairwise(numbers)}) == 1, "the quarters are whole numbers"


def test_the_page_shows_lines_and_table_and_refreshes_the_numbers_alone(db: Database, tmp_path: Path) -> None:
    running = Running(db, tmp_path)
    paula = running.browser(site(db, LATER, data_dir=tmp_path), "paula")
    at = f"{running.at()}/participation"
    whole = paula.get(f"{at}?state=SH&size=nonsense&kind=").text
    assert "<polyline" in whole
    assert "Verlauf als Tabelle" in whole
    assert 'hx-trigger="every 30s"' in whole
    assert f'href="{at}?state=SH&amp;size=&amp;kind="' in whole
    assert "aria-live" not in whole
    piece = paula.send("GET", f"{at}?state=SH", headers={"hx-request": "true"}).text
    assert "<html" not in piece
    assert "<polyline" in piece
