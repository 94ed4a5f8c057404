"""Pages that save or renew themselves say so to those who do not see it: in a place that is there from the beginning."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
import structlog
from sqlalchemy import update

from consultation.core.db import Database
from consultation.documents.models import Edition
from consultation.states import EditionState
from tests import html
from tests.browsing import site
from tests.page_table import LOOKS
from tests.plain_logs import plain_logs
from tests.tenancy_doors import Ask, Door
from tests.tenancy_world import NOW, build

HOUSE, DESK = "GET /o/{organisation_id}/consultations/{slug}", "GET /o/{organisation_id}/answers/{slug}"
LIVE = {
    HOUSE + "/audience",
    HOUSE + "/editions/{number}",
    HOUSE + "/participation",
    DESK + "/draft",
    DESK + "/part/{part_key}",
    "GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/preview",
}
"""Pages that do something while nobody presses a button."""


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """The editions are just being made."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    folder = tmp_path_factory.mktemp("live")
    shutil.copyfile(sqlite_template, folder / "world.db")
    db = Database(f"sqlite:///{folder / 'world.db'}", threads=4, durable=False)
    app, world = site(db, NOW, data_dir=folder), build(db, folder / "documents")
    with db.transaction() as session:
        session.execute(update(Edition).values(state=EditionState.COMPILING))
    yield Door(app, world)
    db.close()
    plain_logs()


def test_what_saves_or_renews_itself_says_so(door: Door) -> None:
    live, silent = set(), []
    for look in LOOKS:
        (answer,) = door.ask([Ask(look.caller, "GET", look.path(door.world), look.route)])
        page = (
            html.check(answer.content.decode())
            if answer.status == 200
            else html.parse("<!doctype html><title></title>")
        )
        asking = [one for one in page.iter() if one.get("hx-trigger") and not one.get("data-here")]
        if asking:
            live.add(look.route)
        silent += [f"{look}: {one.tag} {one.get('id', '')}" for one in asking if not heard(page, one)]
    assert silent == []
    assert live == LIVE, "a page that became live, or is no more"


def heard(page: Element, asking: Element) -> bool:
    """There is a place that is read out when it changes, and it is not thrown away with what is put in anew."""
    goal, how = asking.get("hx-target", ""), asking.get("hx-swap", "")
    target = next((one for one in page.iter() if goal and one.get("id") == goal[1:]), asking)
    gone = list(target.iter()) if how == "outerHTML" else list(target.iter())[1:] if how == "innerHTML" else []
    return any(one.get("role") == "status" and one not in gone for one in page.iter())
