"""The municipality's whole answer through the API alone, and who sees what."""

import pytest

from consultation.core.db import Database
from tests.api_world import ANSWERS, Api, api


@pytest.fixture
def town(db: Database) -> Api:
    return api(db)


def test_a_town_answers_through_the_api_alone(town: Api):
    schema = town.get(f"/consultations/{town.slug}/form/schema", "town")
    assert schema.status_code == 200, schema.text
    assert set(ANSWERS) <= set(schema.json()["properties"])
    assert town.get(town.own(), "town").status_code == 404
    saved = town.put(ANSWERS)
    assert saved.status_code == 200, saved.text
    assert saved.json()["answers"] == ANSWERS
    assert saved.json()["missing"] == []
    assert "submit" in saved.json()["actions"]
    sent = town.submit(json={"name": "Kim Muster", "function": "i. V."})
    assert sent.status_code == 201, sent.text
    receipt = sent.json()
    assert receipt["channel"] == "api"
    revision = town.get(town.own("/revisions/1"), "town").json()
    assert revision["receipt_number"] == receipt["receipt_number"]
    assert revision["document"]["answers"] == {k: v for k, v in ANSWERS.items() if k != "publication"}
    assert town.get(town.own("/disclosure"), "town").json() == ANSWERS["publication"]
