"""Public figures hide nobody among fewer than five, whatever a planner types; an operator may demand more."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from consultation.consultations import actions
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Invalid
from tests.browsing import site
from tests.factories import MOMENT
from tests.planning_world import Planning


def test_no_group_is_smaller_than_five(db: Database) -> None:
    world = Planning(db)
    actor = world.foundation.actor
    with db.transaction() as session:
        made = actions.create(session, actor, world.programme, title="Probe")
        assert made.minimum_cell == 5
        with pytest.raises(Invalid) as refused:
            actions.prepare(session, actor, made.slug, {"minimum_cell": 4})
        assert [problem.field for problem in refused.value.problems] == ["minimum_cell"]


def test_the_operator_may_demand_more_and_the_page_says_so(db: Database, tmp_path: Path) -> None:
    world = Planning(db)
    app = site(db, MOMENT + timedelta(hours=1), data_dir=tmp_path, minimum_cell=10)
    paula = world.browser(app, world.foundation)
    new = f"{world.foundation.at}/programmes/{world.programme}/consultations/new"
    paula.get(new)
    at = paula.post(new, {"title": "Probe", "round": "1"}).headers["location"]
    with db.reader() as session:
        assert session.scalars(select(Consultation.minimum_cell)).one() == 10
    basics = {"title": "Probe", "visibility": "invited_only", "contact": "", "introduction": "", "notice": ""}
    refused = paula.post(f"{at}/basics", basics | {"minimum_cell": "9"})
    assert refused.status_code == 422
    assert "Geben Sie eine Zahl von 10 bis 100 an." in refused.text


def test_what_was_set_lower_by_an_earlier_version_is_raised(db: Database) -> None:
    """As the migration does it, on a database of its own kind."""
    world = Planning(db)
    with db.transaction() as session:
        made = actions.create(session, world.foundation.actor, world.programme, title="Probe")
        made.minimum_cell = 1
        session.flush()
        source = Path("alembic/versions/0019_no_group_below_five.py").read_text("utf-8")
        session.execute(text(source.partition('op.execute("')[2].partition('"')[0]))
        session.refresh(made)
        assert made.minimum_cell == 5
