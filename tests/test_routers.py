"""An address finds its page, and is not held against the addresses of every other."""

import re

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from consultation.http import Pages
from consultation.web import municipalities, operator, planners, public
from consultation.web import router as site

ONE = "5d9d8f0c-0d1c-4a51-9e6b-1c7f6c1b8f5a"
GROUPS = [municipalities.router, operator.router, planners.router, public.router]
DESK = "/o/{organisation_id}/answers/{slug}"


def looked_at(monkeypatch: pytest.MonkeyPatch, address: str) -> tuple[Match, list[str]]:
    """What the whole site says of an address, and the pages it was held against."""
    app, seen, known = FastAPI(), list[str](), APIRoute.matches

    def noted(route: APIRoute, scope: Scope) -> tuple[Match, Scope]:
        seen.append(route.path)
        return known(route, scope)

    app.include_router(site)
    monkeypatch.setattr(APIRoute, "matches", noted)
    scope = {"type": "http", "method": "GET", "path": address, "headers": [], "app": app}
    return max((route.matches(scope)[0] for route in app.router.routes), key=lambda match: match.value), seen


def test_every_page_lies_at_an_address_of_the_site_and_of_one_group_only() -> None:
    known = list(site.patterns())
    assert len(known) > 200
    for pattern in known:
        address = re.sub(r"\(\?:.*?\)", ONE, pattern.strip("^$")).replace("\\", "")
        assert re.fullmatch(pattern, address), pattern
        owners = [group for group in GROUPS if any(re.fullmatch(one, address) for one in group.patterns())]
        assert len(owners) <= 1, address


def test_a_page_is_found_without_a_look_at_the_pages_of_other_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    found, seen = looked_at(monkeypatch, f"/o/{ONE}/answers/law/part/A")
    assert found == Match.FULL
    assert f"{DESK}/part/{{part_key}}" in seen
    assert [path for path in seen if not path.startswith(DESK)] == []


@pytest.mark.parametrize("address", ["/wp-login.php", f"/o/{ONE}/answers/law/part/A/B", "/o"])
def test_an_address_of_no_page_is_held_against_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert looked_at(monkeypatch, address) == (Match.NONE, [])


def test_only_pages_are_taken_in_as_they_are() -> None:
    for router, given in ((APIRouter(), {}), (Pages(), {"prefix": "/elsewhere"})):
        with pytest.raises(TypeError, match="only pages"):
            Pages().include_router(router, **given)
