"""What members of a programme read live, what a Land unit reads of it, and that nobody else reads anything."""

import csv
import io
from datetime import timedelta

import orjson
import pytest
import python_calamine

from consultation.core.db import Database
from consultation.documents import bulk
from consultation.evaluation import contributions
from consultation.subjects import system
from tests import evaluation_world as small
from tests.api_world import ANSWERS, HEIDE, NOW, OTHER, Api, api

LIVE = ("responses", "responses.ndjson", "responses.csv", "responses.json", "responses.xlsx", "statistics", "points",
        "participation")  # fmt: skip
SEEN = ("", "/form", "/form/schema", "/editions")


@pytest.fixture
def house(db: Database) -> Api:
    made = api(db)
    with db.transaction() as session:
        for body, text in ((HEIDE, "=Kennwort aus Heide"), (OTHER, "Kennwort aus Niedersachsen")):
            amendment = {"section": made.world.sections["§ 3"], "kind": "insert", "text": f"{text}!", "locator": "Satz 1",
                         "rationale": "Darum.", "priority": "must"}  # fmt: skip
            answers = {**ANSWERS, "main_message": text, "amendments": {"1": amendment}}
            revision = small.submit(session, made.world, body, answers, level=ANSWERS["publication"])
            contributions.gather(session, revision.id, NOW)
    return made


def path(house: Api, what: str) -> str:
    return f"/consultations/{house.slug}/{what}"


def test_live_data_is_for_members_of_the_programme_alone(house: Api):
    for what in LIVE:
        assert house.get(path(house, what), "planner").status_code == 200, what
        assert house.get(path(house, what), "other_planner").status_code == 404, what
        assert house.get(path(house, what), "town").status_code == 403, what
        assert house.get(path(house, what)).status_code == 401, what
        assert house.get(path(house, what), headers={"Authorization": "Bearer kons_falsch"}).status_code == 401, what


def test_what_is_for_invited_bodies_only_does_not_exist_for_others(house: Api):
    seen = (("planner", 200), ("land", 200), ("town", 200), ("other_planner", 404), ("uninvited", 404), ("", 404))
    for what in SEEN:
        for who, status in seen:
            assert house.get(f"/consultations/{house.slug}{what}", who).status_code == status, (what, who)
    draft = house.get(f"/consultations/{house.slug}", "planner").json()["draft_version"]["id"]
    for who, status in (("planner", 200), ("town", 200), ("other_planner", 404), ("uninvited", 404), ("", 404)):
        assert house.get(f"/draft-versions/{draft}", who).status_code == status, who
    assert house.get("/consultations", "uninvited").json() == {"data": [], "links": {}}
    assert house.get("/consultations").json() == {"data": [], "links": {}}
    assert len(house.get("/consultations", "town").json()["data"]) == 1


def test_a_land_unit_reads_its_land_alone(house: Api):
    for what in ("responses", "responses.ndjson", "responses.csv", "responses.json", "points"):
        assert "Niedersachsen" in house.get(path(house, what), "planner").text, what
        seen = house.get(path(house, what), "land").text
        assert "Heide" in seen, what
        assert "Niedersachsen" not in seen, what
    assert house.get(path(house, "statistics"), "planner").json()["base"] == 2
    assert house.get(path(house, "statistics"), "land").json()["base"] == 1
    assert house.get(path(house, "participation"), "land").json()["bodies"]["answered"] == 1
    theirs = next(r for r in house.get(path(house, "responses"), "planner").json()["data"]
                  if r["organisation"]["register"]["state"] == "NI")  # fmt: skip
    assert house.get(path(house, f"responses/{theirs['id']}"), "planner").json() == theirs
    assert house.get(path(house, f"responses/{theirs['id']}"), "land").status_code == 404


def test_programmes_and_their_drafts_are_for_members(house: Api):
    listed = house.get("/programmes", "planner").json()["data"]
    assert [p["slug"] for p in listed] == ["probeprogramm"]
    assert house.get("/programmes/probeprogramm", "planner").json() == listed[0]
    drafts = house.get("/programmes/probeprogramm/draft-versions", "planner").json()["data"]
    whole = house.get(f"/draft-versions/{drafts[0]['id']}", "planner").json()
    assert [s["number"] for s in whole["sections"]] == list(small.SECTIONS)
    assert house.get("/programmes", "other_planner").json()["data"] == []
    assert house.get("/programmes/probeprogramm", "other_planner").status_code == 404
    assert house.get("/programmes", "town").status_code == 403
    assert house.get("/programmes").status_code == 401


def test_lists_go_on_where_they_stopped_and_show_everything_once(house: Api):
    whole = house.get(path(house, "responses"), "planner").json()
    assert "next" not in whole["links"]
    first = house.get(path(house, "responses?limit=1"), "planner").json()
    second = house.get(first["links"]["next"].removeprefix("/api/v1"), "planner").json()
    assert first["data"] + second["data"] == whole["data"]
    assert second["links"] == {}
    points = house.get(path(house, "points"), "planner").json()["data"]
    page = house.get(path(house, "points?limit=1"), "planner").json()
    assert page["data"] == points[:1]
    rest = house.get(page["links"]["next"].removeprefix("/api/v1"), "planner").json()
    assert rest["data"] == points[1:2]


def test_modified_since_gives_changes_and_tombstones(db: Database, house: Api):
    since = (NOW + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    address = path(house, f"responses?modified_since={since}")
    assert house.get(address, "planner").json()["data"] == []
    house.at(NOW + timedelta(days=1))
    gone = house.get(house.own(), "town").json()["id"]
    assert house("POST", house.own("/withdraw"), "town").status_code == 200
    assert house.get(address, "planner").json()["data"] == [
        {"id": gone, "deleted": True, "modified": "2026-03-05T09:00:00Z"}
    ]
    assert gone not in house.get(path(house, "responses"), "planner").text
    assert house.get(path(house, f"responses/{gone}"), "planner").status_code == 404
    assert house.get(address.replace("Z", "%2B00:00"), "planner").status_code == 200


def test_an_unchanged_list_is_not_sent_again(house: Api):
    first = house.get(path(house, "responses"), "planner")
    again = house.get(path(house, "responses"), "planner", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "private, no-cache"
    assert house("HEAD", path(house, "responses"), "planner").content == b""


def test_the_stream_ends_with_the_count_so_that_a_cut_is_noticed(house: Api):
    answer = house.get(path(house, "responses.ndjson"), "planner")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    *records, end = [orjson.loads(line) for line in answer.content.splitlines()]
    assert end == {"type": "end", "count": 2}
    listed = house.get(path(house, "responses"), "planner").json()["data"]
    assert [{**record, "actions": []} for record in records] == listed
    assert records[0]["organisation"]["register"]["ags"] == "01051000"
    cut = answer.content[: len(answer.content) // 2].splitlines()
    assert b'"type":"end"' not in cut[-1]


def test_large_exports_are_streamed_in_blocks(db: Database, house: Api, monkeypatch: pytest.MonkeyPatch):
    planner = house.world.planner
    blocks = list(bulk.stream(db, planner, house.slug))
    assert len(blocks) == 1
    monkeypatch.setattr(bulk, "BLOCK", 1)
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    assert b"".join(bulk.stream(db, planner, house.slug)) == blocks[0]


def test_csv_is_wide_guarded_and_keeps_leading_zeros(house: Api):
    answer = house.get(path(house, "responses.csv"), "planner")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["ars"] for row in rows] == [HEIDE, OTHER]
    assert rows[0]["main_message"] == "'=Kennwort aus Heide"
    assert rows[0]["need_fit"] != ""
    assert any(name.startswith("section_agreement.") for name in rows[0])


def test_xlsx_and_json_hold_the_same_answers(house: Api):
    answer = house.get(path(house, "responses.xlsx"), "planner")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    head, *rows = book.get_sheet_by_name("Stellungnahmen").to_python()
    assert [row[head.index("ARS")] for row in rows] == [HEIDE, OTHER]
    whole = orjson.loads(house.get(path(house, "responses.json"), "planner").content)
    assert whole["count"] == 2
    assert [record["answers"]["main_message"] for record in whole["records"]] == [
        "=Kennwort aus Heide", "Kennwort aus Niedersachsen",
    ]  # fmt: skip


def test_the_command_line_gets_the_same_records(db: Database, house: Api, tmp_path):
    assert bulk.write(db, system(NOW), house.slug, "ndjson", tmp_path / "all.ndjson") == 2
    assert (tmp_path / "all.ndjson").read_bytes() == house.get(path(house, "responses.ndjson"), "planner").content


def test_points_carry_decisions_and_originals(house: Api):
    found = house.get(path(house, "points"), "planner").json()["data"]
    point = next(p for p in found if p["section"])
    assert point["supporters"] == 1
    assert point["actions"] == [], "weighing is done on pages"
    assert point["originals"][0]["rationale"] == "Darum."


def test_statistics_can_be_filtered_by_known_values_only(house: Api):
    assert house.get(path(house, "statistics?states=NI"), "planner").json()["base"] == 1
    assert house.get(path(house, "statistics?states=NI"), "land").status_code == 404
    assert house.get(path(house, "statistics?states=XX"), "planner").status_code == 422


def test_demo_data_say_so_on_every_object(db: Database):
    made = api(db)
    with db.transaction() as session:
        made.world.consultation(session).demo = True
        small.submit(session, made.world, HEIDE, ANSWERS, level=ANSWERS["publication"])
    mark = "Beispieldaten – frei erfunden, keine Äußerung der genannten Kommunen"
    objects = [
        made.get(f"/consultations/{made.slug}", "planner").json(),
        made.get(path(made, "form"), "planner").json(),
        made.get(path(made, "statistics"), "planner").json(),
        made.get(path(made, "participation"), "planner").json(),
        made.get(made.own(), "town").json(),
        *made.get(path(made, "responses"), "planner").json()["data"],
        *made.get("/consultations", "planner").json()["data"],
        orjson.loads(made.get(path(made, "responses.ndjson"), "planner").content.splitlines()[0]),
    ]
    assert {(thing["demo"], thing["mark"]) for thing in objects} == {(True, mark)}
    assert mark in made.get(path(made, "responses.csv"), "planner").content.decode()
    assert "beispieldaten-" in made.get(path(made, "responses.csv"), "planner").headers["content-disposition"]
