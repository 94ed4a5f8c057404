"""Without a token: what stands under a published edition of a public consultation, and nothing else."""

from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.documents import editions
from consultation.evaluation.taking_part import PUBLIC_COUNTS
from consultation.states import Audience, Visibility
from tests import edition_world as worlds
from tests.api_world import Api
from tests.browsing import site
from tests.edition_world import AFTER

FROZEN = ("participation", "statistics", "points", "participants", "responses")


@pytest.fixture
def public(db: Database, tmp_path: Path) -> tuple[Api, worlds.Weighed]:
    weighed = worlds.weighed(db, count=40, demo=True)
    caller = Api(db, site(db, AFTER, data_dir=tmp_path), weighed.world)
    documents = caller.app.state.settings.documents
    worlds.compiled(db, weighed, documents, Audience.INTERNAL)
    edition = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    with db.transaction() as session:
        editions.publish(session, weighed.planner, edition.id, documents, texts_checked=True)
    return caller, weighed


def test_strangers_read_the_published_edition_and_no_other(db: Database, public: tuple[Api, worlds.Weighed]):
    caller, weighed = public
    base = f"/consultations/{caller.slug}/editions"
    listed = caller.get(base).json()["data"]
    assert [(e["number"], e["state"], e["demo"]) for e in listed] == [(2, "published", True)]
    assert caller.get(f"{base}/2").json() == listed[0] | {"news": None}, "the first one has no forerunner"
    text = ""
    for what in FROZEN:
        assert caller.get(f"{base}/1/{what}").status_code == 404
        answer = caller.get(f"{base}/2/{what}")
        assert answer.status_code == 200, answer.text
        assert "Beispieldaten" in answer.text
        text += answer.text
    for file in listed[0]["files"]:
        got = caller.get(file["url"].removeprefix("/api/v1"))
        assert worlds.sha256(got.content) == file["sha256"]
        assert got.headers["content-type"].partition(";")[0] == file["media_type"]
        assert caller.get(f"{base}/1/files/{file['format']}").status_code == 404
    for level in ("figures", "none", "gone"):
        assert not [marker for marker in weighed.markers[level] if marker in text], level
    assert any(marker in text for marker in weighed.markers["named"])
    for wrong in ("snapshot", "ndjson%00", "..%2Fsnapshot.ndjson", "hidden", "exe"):
        assert caller.get(f"{base}/2/files/{wrong}").status_code == 404
    page = caller.get(f"{base}/2/points?limit=1").json()
    rest = caller.get(page["links"]["next"].removeprefix("/api/v1")).json()
    assert page["data"] + rest["data"] == caller.get(f"{base}/2/points?limit=2").json()["data"]
    _invited_only_hides_it_all(db, public)


def _invited_only_hides_it_all(db: Database, public: tuple[Api, worlds.Weighed]) -> None:
    caller, weighed = public
    with db.transaction() as session:
        weighed.world.consultation(session).visibility = Visibility.INVITED_ONLY
    base = f"/consultations/{caller.slug}"
    for what in (
        "",
        "/form",
        "/editions",
        "/editions/2",
        "/editions/2/files/json",
        *(f"/editions/2/{f}" for f in FROZEN),
    ):
        assert caller.get(base + what).status_code == 404, what
    assert caller.get("/consultations").json()["data"] == []


def test_code_lists_and_the_register_are_for_everybody(public: tuple[Api, worlds.Weighed]):
    caller, _ = public
    lists = {found["key"]: found for found in caller.get("/codelists").json()["data"]}
    assert lists["size_class"]["entries"][0]["label"]["de"].startswith("Großstadt")
    assert [entry["code"] for entry in lists["scale_burden"]["entries"]] == ["1", "2", "3", "4", "5", "cannot_judge"]
    assert len(lists["state"]["entries"]) == 16
    assert caller.get("/codelists/decision").json() == lists["decision"]
    assert caller.get("/codelists/nothing").status_code == 404
    city = caller.get("/organisations/010510000000").json()
    assert (city["ars"], city["ags"], city["as_of"]) == ("010510000000", "01051000", "2025-11-30")
    assert caller.get("/organisations/01051000").json() == city
    for wrong in ("99999999", "abc", "1", "0" * 13, "٠١٠٥١٠٠٠"):
        assert caller.get(f"/organisations/{wrong}").status_code == 404


def test_what_a_public_edition_does_not_tell_of_participation_is_not_told_as_none(public: tuple[Api, worlds.Weighed]):
    caller, _ = public
    found = caller.get(f"/consultations/{caller.slug}/editions/2/participation").json()
    told = [found["bodies"], *(counts for table in found["bodies_by"].values() for counts in table.values())]
    assert len(told) > 3
    assert {frozenset(counts) for counts in told} == {frozenset({*PUBLIC_COUNTS, "answered"})}
    assert "withdrawn" not in found["bodies"]
