"""Title, kind, date and language of a draft version are corrected until it is fixed."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from consultation.core.db import Database
from consultation.programmes.models import DraftVersion
from tests.browsing import Browser
from tests.desk_world import filled
from tests.planning_world import Planning
from tests.test_web_planners_drafts import SPLIT_BEFORE, actions, bring_in


@pytest.fixture
def version(paula: Browser, world: Planning) -> str:
    return bring_in(paula, world, SPLIT_BEFORE)


def form(browser: Browser, version: str) -> dict[str, Any]:
    return filled(browser.get(f"{version}/cover").text, "/cover")


def stored(db: Database) -> tuple[str, str, str]:
    with db.reader() as session:
        row = session.scalars(select(DraftVersion).order_by(DraftVersion.number.desc())).first()
        assert row is not None
        return row.title, str(row.kind), row.date.isoformat()


def test_title_kind_and_date_are_corrected_and_the_log_says_so(db: Database, paula: Browser, version: str):
    changed = {"title": "Richtlinie Sprachmittlung", "kind": "guideline", "date": "31.03.2026"}
    shown = paula.follow(paula.post(f"{version}/cover", form(paula, version) | changed))
    assert "Richtlinie Sprachmittlung" in shown.text
    assert stored(db) == ("Richtlinie Sprachmittlung", "guideline", "2026-03-31")
    assert actions(db)[-1] == "correct_cover"


def test_a_cover_that_was_not_touched_changes_nothing(db: Database, paula: Browser, version: str):
    before = stored(db)
    assert paula.post(f"{version}/cover", form(paula, version)).status_code == 303
    assert stored(db) == before
    assert "correct_cover" not in actions(db)


def test_every_mistake_is_named_at_once_and_nothing_typed_is_lost(db: Database, paula: Browser, version: str):
    before = stored(db)
    refused = paula.post(
        f"{version}/cover", form(paula, version) | {"title": " ", "kind": "poem", "date": "31.02.2026"}
    )
    assert refused.status_code == 422
    for field, said in (("title", "einen Titel"), ("kind", "Art des Entwurfs"), ("date", "Geben Sie ein Datum an")):
        assert f'href="#{field}' in refused.text
        assert said in refused.text
    assert 'value="31.02.2026"' in refused.text
    early = paula.post(f"{version}/cover", form(paula, version) | {"date": "01.01.1850"})
    assert "Geben Sie ein Datum zwischen 01.01.2000 und 31.12.2200 an." in early.text
    assert stored(db) == before


def test_of_two_who_correct_the_cover_the_second_sees_what_the_first_saved(
    app: FastAPI, db: Database, world: Planning, paula: Browser, version: str
):
    edgar = world.browser(app, world.editor)
    hers, his = form(paula, version), form(edgar, version)
    assert paula.post(f"{version}/cover", hers | {"title": "Paulas Titel"}).status_code == 303
    refused = edgar.post(f"{version}/cover", his | {"title": "Edgars Titel"})
    assert refused.status_code == 409
    assert "Paulas Titel" in refused.text
    assert 'value="Edgars Titel"' in refused.text
    assert stored(db)[0] == "Paulas Titel"
    again = filled(refused.text, "/cover")
    assert edgar.post(f"{version}/cover", again).status_code == 303
    assert stored(db)[0] == "Edgars Titel"


def test_the_cover_of_a_fixed_version_stays(db: Database, paula: Browser, version: str):
    posted = form(paula, version)
    paula.get(version)
    paula.follow(paula.post(f"{version}/publish"))
    before = stored(db)
    assert paula.post(f"{version}/cover", posted | {"title": "Anders"}).status_code == 409
    assert "festgeschrieben" in paula.follow(paula.get(f"{version}/cover")).text
    assert stored(db) == before
