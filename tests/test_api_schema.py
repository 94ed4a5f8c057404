"""The OpenAPI document tells the truth: generated requests never end in a server error or in an undescribed answer."""

import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi import checks as described

from consultation.core.db import Database
from consultation.states import Visibility
from tests.api_world import ANSWERS, Api, api
from tests.browser.serving import free_port, served

EXPECTED = [
    checks.not_a_server_error, described.status_code_conformance, described.content_type_conformance,
    described.response_headers_conformance, described.response_schema_conformance, described.negative_data_rejection,
    described.positive_data_acceptance, described.missing_required_header, described.unsupported_method,
    described.allow_header_conformance, described.use_after_free, described.ensure_resource_availability,
    described.ignored_auth,
]  # fmt: skip
"""Every check there is for one request; the one for objects of others compares two callers and is tests/test_tenancy.py."""


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


def explained(failure: Exception, answer: Any) -> bool:
    """What no schema can say: which continuation (`cursor`) is one of ours, which answers belong to the form at hand and may be
    given in its present state; and that `If-Match` is refused with 412.
    """
    if isinstance(failure, AcceptedNegativeData):
        return bool(answer.status_code == 412)
    if not isinstance(failure, RejectedPositiveData):
        return False
    fields = [problem["field"] for problem in orjson.loads(answer.content).get("errors", [])]
    return "cursor" in fields or answer.request.method in {"POST", "PUT"}


def _try_out(operation: Any, town: Api, mode: GenerationMode, headers: dict[str, str], seen: Counter[int]) -> None:
    @settings(
        max_examples=4, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        if "slug" in case.path_parameters:
            case.path_parameters["slug"] = town.slug
        town.app.state.api_windows.counts.clear()
        answer = case.call(headers=headers)
        seen[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=EXPECTED, headers=headers)
        except FailureGroup as group:
            wrong = [failure for failure in group.exceptions if not explained(failure, answer)]
            assert wrong == [], (case.method, answer.request.url, answer.status_code, answer.text[:300])

    run()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "wrong"])
@pytest.mark.parametrize("who", ["town", "planner", "reader", ""])
def test_generated_requests_find_no_crash_and_no_undescribed_answer(town: Api, who: str, mode: GenerationMode):
    """With a token of every scope and without one; on a real port, since some checks ask again with other headers."""
    schema = schemathesis.openapi.from_dict(town.get("/openapi.json").json())
    headers = {"Authorization": f"Bearer {town.tokens[who]}"} if who else {}
    seen: Counter[int] = Counter()
    port = free_port()
    schema.config.update(base_url=f"http://127.0.0.1:{port}")
    with served(town.app, port):
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            with suppress(Unsatisfiable):  # where there is neither parameter nor body nothing can be wrong
                _try_out(found.ok(), town, mode, headers, seen)
    if mode is GenerationMode.NEGATIVE:
        assert seen[422] + seen[400] + seen[404] + seen[401] + seen[403] > seen[200], seen
        return
    assert seen[200] >= 12, seen
    assert seen[400] * 4 < seen.total(), "most requests must get as far as a route"
