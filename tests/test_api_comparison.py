"""Two versions of a draft compared for programs: every word, for whoever may read both versions."""

import uuid

import pytest

from consultation.consultations import queries as consultations
from consultation.core.db import Database
from consultation.programmes import editing
from tests.api_world import Api, api


@pytest.fixture
def house(db: Database) -> Api:
    return api(db)


def two(house: Api) -> tuple[uuid.UUID, uuid.UUID]:
    """The draft of the consultation, and a next version in which § 3 has another text and § 2 went up."""
    actor = house.world.planner
    with house.db.transaction() as session:
        consultation = consultations.get(session, actor, house.slug)
        assert consultation.draft_version_id is not None
        old, slug = consultation.draft_version_id, consultation.programme.slug
        made = editing.continue_from(session, actor, slug, old).id
    with house.db.transaction() as session:
        version = editing.open_for_editing(session, actor, slug, made)
        three = editing.section_of(version, house.world.sections["§ 3"])
        typed = editing.Typed("§ 3a", three.heading, "- a) Der Eigenanteil entfällt.", "")
        editing.edit(session, actor, version, three.key, typed, seen=1)
        editing.move(session, actor, version, house.world.sections["§ 2"], "up")
    return old, made


def test_each_section_says_what_became_of_it_and_every_word(house: Api):
    old, new = two(house)
    found = house.get(f"/draft-versions/{new}/comparison", "planner").json()
    assert (found["old"]["id"], found["new"]["id"]) == (str(old), str(new))
    by_key = {section["key"]: section for section in found["sections"]}
    three = by_key[house.world.sections["§ 3"]]
    assert three["differences"] == ["renumbered", "reworded"]
    assert three["number"] == [
        {"kind": "same", "text": "§ "}, {"kind": "removed", "text": "3"}, {"kind": "added", "text": "3a"},
    ]  # fmt: skip
    (item,) = three["blocks"][0]["items"]
    assert item["blocks"][0]["text"] == [{"kind": "added", "text": "Der Eigenanteil entfällt."}]
    assert by_key[house.world.sections["§ 2"]]["differences"] == ["moved"]
    assert by_key[house.world.sections["§ 5"]]["differences"] == []


def test_the_first_version_is_new_altogether_and_versions_can_be_named(house: Api):
    old, new = two(house)
    first = house.get(f"/draft-versions/{old}/comparison", "planner").json()
    assert first["old"] is None
    assert {tuple(section["differences"]) for section in first["sections"]} == {("added",)}
    back = house.get(f"/draft-versions/{old}/comparison?with={new}", "planner").json()
    assert back["old"]["id"] == str(new)


def test_a_version_that_nobody_was_asked_about_is_for_members_only(house: Api):
    old, new = two(house)
    for who in ("town", "other_planner", ""):
        assert house.get(f"/draft-versions/{new}/comparison", who).status_code == 404
        assert house.get(f"/draft-versions/{old}/comparison?with={new}", who).status_code == 404
    assert house.get(f"/draft-versions/{old}/comparison", "town").status_code == 200
    assert house.get(f"/draft-versions/{uuid.uuid4()}/comparison", "planner").status_code == 404
