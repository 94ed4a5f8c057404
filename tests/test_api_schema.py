"""The OpenAPI document tells the truth: generated requests never end in a server error or in an undescribed answer."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as described

from consultation.core.db import Database
from consultation.states import Visibility
from tests.api_world import ANSWERS, Api, api
from tests.browsing import BASE

EXPECTED = [
    checks.not_a_server_error, described.status_code_conformance, described.content_type_conformance,
    described.response_schema_conformance,
]  # fmt: skip


@pytest.fixture
def town(db: Database, tmp_path: Path) -> Api:
    made = api(db, visibility=Visibility.PUBLIC, data_dir=tmp_path)
    made.put(ANSWERS)
    made.submit()
    return made


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, found) for path, methods in document["paths"].items() for method, found in methods.items()]


def test_every_route_has_a_german_title_and_describes_its_refusals(town: Api):
    document = town.get("/openapi.json").json()
    for path, method, found in operations(document):
        assert path.startswith("/api/v1/"), path
        assert found["summary"], (method, path)
        assert found["tags"], (method, path)
        assert {"401", "404", "422", "429"} <= set(found["responses"]), (method, path)
        if method != "get":
            assert {"409", "412", "413", "415"} <= set(found["responses"]), (method, path)
            assert found["security"] == [{"token": []}], (method, path)
    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', orjson.dumps(document).decode())):
        assert name in document["components"]["schemas"]


@pytest.mark.parametrize("who", ["town", "planner", ""])
def test_generated_requests_find_no_crash_and_no_undescribed_answer(town: Api, who: str):
    schema = schemathesis.openapi.from_dict(town.get("/openapi.json").json())
    headers = {"Host": urlsplit(BASE).netloc, **({"Authorization": f"Bearer {town.tokens[who]}"} if who else {})}
    seen: Counter[int] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(
            max_examples=6, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            if "slug" in case.path_parameters:
                case.path_parameters["slug"] = town.slug
            town.app.state.api_windows.counts.clear()
            answer = case.call_and_validate(app=town.app, checks=EXPECTED, headers=headers)
            seen[answer.status_code] += 1

        run()
    assert seen[200] >= 12, seen
    assert seen[400] * 4 < seen.total(), "most requests must get as far as a route"
