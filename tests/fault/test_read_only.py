"""A database that can be read only, as after a disk error: reading goes on, and what was typed comes back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select

from consultation.core.db import Database
from consultation.responses.models import Revision
from tests import desk_world
from tests.desk_world import Scene
from tests.fault.invariants import problems
from tests.test_web_municipalities import begun, complete, submit

HERE = {"origin": "http://consultation.example"}


@contextmanager
def read_only(db: Database) -> Iterator[None]:
    """As after a disk error, or on a medium that is mounted so."""

    def forbid(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    sa.event.listen(db.engine, "connect", forbid)
    db.engine.dispose()
    yield
    sa.event.remove(db.engine, "connect", forbid)
    db.engine.dispose()


def refused_kindly(scene: Scene, browser: Any) -> None:
    """503 with the words that were typed, ready to be sent again."""
    form = {"name": "Bea Haupt", "function": "Erste Bürgermeisterin", "order": "i. V."}
    answer = browser.post(f"{scene.base}/submit", form, headers=HERE)
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "10"
    assert "Der Dienst kann gerade nicht speichern." in answer.text
    assert "Erste Bürgermeisterin" in answer.text
    with scene.db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 0


def test_with_a_read_only_database_pages_are_read_and_what_was_typed_comes_back(
    sqlite_template: Path, tmp_path: Path
) -> None:
    db = Database(f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'test.db')}", threads=4)
    scene = desk_world.scene(db)
    scene.four_eyes(wanted=False)
    browser = begun(scene)
    complete(browser, scene)
    browser.get(f"{scene.base}/review")
    scene.clock(desk_world.NOW + timedelta(minutes=10))  # when it was last seen would be noted now
    with read_only(db):
        for page in ("", "/part/A?path=all", "/draft", "/review"):
            assert browser.get(scene.base + page).status_code == 200, page
        refused_kindly(scene, browser)
    assert submit(browser, scene).status_code == 303
    assert problems(db, tmp_path / "documents") == []
    db.close()
