"""An address finds its page, and is not held against the addresses of every other."""

import re

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match

from consultation.http import Pages
from consultation.web import municipalities, operator, planners, public
from consultation.web import router as site

ONE = "5d9d8f0c-0d1c-4a51-9e6b-1c7f6c1b8f5a"
GROUPS = [municipalities.router, operator.router, planners.router, public.router]


def test_every_page_lies_at_an_address_of_the_site_and_of_one_group_only() -> None:
    known = list(site.patterns())
    assert len(known) > 200
    for pattern in known:
        address = re.sub(r"\(\?:.*?\)", ONE, pattern.strip("^$")).replace("\\", "")
        assert re.fullmatch(pattern, address), pattern
        owners = [group for group in GROUPS if any(re.fullmatch(one, address) for one in group.patterns())]
        assert len(owners) <= 1, address


@pytest.mark.parametrize("address", [f"/o/{ONE}/programmes", "/operator", "/", "/wp-login.php"])
def test_whoever_asks_elsewhere_is_sent_on_before_any_page_of_a_group_is_looked_at(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_at(route: APIRoute, scope: object) -> None:
        raise AssertionError(route.path)

    monkeypatch.setattr(APIRoute, "matches", looked_at)
    assert municipalities.router.matches({"type": "http", "method": "GET", "path": address}) == (Match.NONE, {})


def test_only_pages_are_taken_in_as_they_are() -> None:
    for router, given in ((APIRouter(), {}), (Pages(), {"prefix": "/elsewhere"})):
        with pytest.raises(TypeError, match="only pages"):
            Pages().include_router(router, **given)
