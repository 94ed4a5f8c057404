"""Volumes on the pages of planners and of everybody, and in the API: grouped, named, and every file of them to be had."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import event, select

from consultation.core.db import Database
from consultation.documents import editions
from consultation.documents.models import Edition
from consultation.documents.volumes import READABLE
from consultation.states import Visibility
from tests.browsing import Browser, site
from tests.edition_world import sha256
from tests.test_web_planners_running import AFTER, Running, evaluating

MOST = 1


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path) -> FastAPI:
    return site(db, AFTER, data_dir=tmp_path)


def compiled(db: Database, running: Running, paula: Browser, folder: Path, audience: str) -> str:
    """The address of a new edition with volumes."""
    at = f"{running.at()}/editions"
    paula.get(at)
    made = paula.post(at, {"audience": audience, "language": "de"}).headers["location"]
    with db.reader() as session:
        edition_id = session.scalars(select(Edition.id).order_by(Edition.number.desc())).first()
    assert edition_id is not None
    editions.compile_edition(db, folder / "documents", edition_id, AFTER, most=MOST)
    return made


def test_planners_find_every_volume_folded_away_with_twelve_statements_at_most(
    db: Database, app: FastAPI, running: Running, tmp_path: Path
) -> None:
    paula = evaluating(app, running)
    at = compiled(db, running, paula, tmp_path, "internal")
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    text = paula.get(at).text
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) <= 12, asked
    folded = text.partition('id="volumes"')[2].partition("</details>")[0]
    volumes = [int(number) for number in re.findall(r"<strong>Band (\d+)</strong>", folded)]
    assert volumes == list(range(1, len(volumes) + 1))
    assert len(volumes) > 1
    assert folded.count("<a ") == len(volumes) * len(READABLE)
    assert "-band-" not in text.replace(folded, "")
    assert f"Text {MOST + 1}" in folded
    link = re.findall(r'href="([^"]+-band-02\.pdf)"', folded)[0]
    assert paula.get(link).content.startswith(b"%PDF")
    assert "Band 1 von" not in paula.send("GET", f"{at}/document").text
    english = paula.get(f"{at}?lang=en").text
    assert f"All texts word for word: {len(volumes)} volumes" in english


def test_everybody_finds_the_volumes_of_a_published_edition_on_its_page_and_in_the_api(
    db: Database, app: FastAPI, running: Running, tmp_path: Path
) -> None:
    paula = evaluating(app, running)
    with db.transaction() as session:
        consultation = running.world.consultation(session)
        consultation.visibility = Visibility.PUBLIC
    at = compiled(db, running, paula, tmp_path, "public")
    slug, anybody = running.world.slug, Browser(app)
    api = f"/api/v1/consultations/{slug}/editions/1"
    assert anybody.get(f"{api}/volumes/1/pdf").status_code == 404
    assert paula.post(f"{at}/publish", {"texts_checked": "yes"}).status_code == 303
    text = anybody.get(f"/consultations/{slug}/editions/1").text
    found = anybody.get(api).json()
    assert len(found["volumes"]) > 1
    assert text.count("-band-") == len(found["volumes"]) * len(READABLE)
    assert all("band" not in file["name"] for file in found["files"])
    for number, volume in enumerate(found["volumes"], start=1):
        assert (volume["number"], volume["first_text"]) == (number, (number - 1) * MOST + 1)
        assert {file["format"] for file in volume["files"]} == set(READABLE)
        for file in volume["files"]:
            got = anybody.send("GET", file["url"])
            assert sha256(got.content) == file["sha256"]
            assert ("content-security-policy" in got.headers) or file["format"] != "html"
    assert anybody.get(f"{api}/volumes/{len(found['volumes']) + 1}/pdf").status_code == 404
    assert anybody.get(f"{api}/volumes/1/xlsx").status_code == 404
