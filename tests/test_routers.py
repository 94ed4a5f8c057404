"""An address finds its page, and is not held against the addresses of every other."""

import re

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from consultation.http import Pages, Site
from consultation.web import router as pages

ONE = "5d9d8f0c-0d1c-4a51-9e6b-1c7f6c1b8f5a"
SITE = Site(pages)


def asked(method: str, address: str) -> tuple[Match, str]:
    """What the whole site says of an address, and the address of the page it found."""
    found, scope = SITE.matches({"type": "http", "method": method, "path": address, "headers": []})
    return found, scope["route"].path if found != Match.NONE else ""


def test_every_page_is_found_at_its_address() -> None:
    assert len(SITE.pages) > 200
    for page in SITE.pages:
        address = re.sub(r"\{.*?\}", ONE, page.path)
        for method in page.methods or ():
            assert asked(method, address) == (Match.FULL, page.path)


def test_no_two_pages_have_the_same_address() -> None:
    shapes = [(method, re.sub(r"\{.*?\}", "{}", page.path)) for page in SITE.pages for method in page.methods or ()]
    assert len(shapes) == len(set(shapes))


def test_a_page_is_held_against_the_address_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, known = list[str](), APIRoute.matches

    def noted(route: APIRoute, scope: Scope) -> tuple[Match, Scope]:
        seen.append(route.path)
        return known(route, scope)

    monkeypatch.setattr(APIRoute, "matches", noted)
    assert asked("POST", f"/o/{ONE}/answers/law/part/A")[0] == Match.FULL
    assert set(seen) == {"/o/{organisation_id}/answers/{slug}/part/{part_key}"}
    seen.clear()
    for nowhere in ("/wp-login.php", f"/o/{ONE}/answers/law/part/A/B", "/o", "/login/"):
        assert asked("GET", nowhere) == (Match.NONE, "")
    assert seen == []


def test_what_is_named_goes_before_what_is_a_parameter() -> None:
    mixed = Pages()
    for path in ("/a/{name}", "/a/new", "/{word}/new/{number}"):
        mixed.add_api_route(path, lambda: None, methods=["GET"], response_model=None)
    site = Site(mixed)

    def path_of(address: str) -> str:
        match, scope = site.matches({"type": "http", "method": "GET", "path": address, "headers": []})
        return scope["route"].path if match == Match.FULL else ""

    assert path_of("/a/new") == "/a/new"
    assert path_of("/a/old") == "/a/{name}"
    assert path_of("/a/new/7") == "/{word}/new/{number}"  # back to the last fork where the named way ends


def test_a_page_for_other_methods_is_there_all_the_same() -> None:
    assert asked("DELETE", "/login") == (Match.PARTIAL, "/login")


def test_only_pages_are_taken_in_as_they_are() -> None:
    for router, given in ((APIRouter(), {}), (Pages(), {"prefix": "/elsewhere"})):
        with pytest.raises(TypeError, match="only pages"):
            Pages().include_router(router, **given)
