"""Pages, and the site they make: an address finds its page at once, however many there are."""

from collections.abc import Iterator
from typing import Any, cast

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from consultation.http import actors, csrf

_FOUND = "consultation.page"


class Pages(APIRouter):
    """Pages that belong together, and groups of such pages. Before each of them: who asks, and whether a form is from here."""

    def __init__(self, prefix: str = "") -> None:
        super().__init__(prefix=prefix, dependencies=[Depends(actors.load_viewer), Depends(csrf.protect)])
        self._groups: list[Pages] = []

    def include_router(self, router: APIRouter, **given: Any) -> None:
        """Take in a group with its own addresses."""
        if not isinstance(router, Pages) or given:
            raise TypeError("only pages are taken in, as they are")
        self._groups.append(router)

    def each(self) -> Iterator[APIRoute]:
        """The pages here and in every group, in the order in which they were made."""
        yield from (route for route in self.routes if isinstance(route, APIRoute))
        for group in self._groups:
            yield from group.each()


class Site(BaseRoute):
    """All pages as one route of the app.

    The framework holds an address against one page after the other, in each router anew; here the parts of the address
    lead there one by one.
    """

    def __init__(self, pages: Pages) -> None:
        self.pages = list(pages.each())
        self._start = _Fork()
        for page in self.pages:
            self._start.lead_to(page, page.path.split("/"))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        partial: tuple[Match, Scope] = (Match.NONE, {})
        for page in self._start.pages_at(scope["path"].split("/")) if scope["type"] == "http" else ():
            match, found = page.matches(scope)
            if match == Match.FULL:
                return match, {**found, _FOUND: page}
            if match == Match.PARTIAL and partial[0] == Match.NONE:  # the page is there, for other methods
                partial = match, {**found, _FOUND: page}
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await cast(APIRoute, scope[_FOUND]).handle(scope, receive, send)


class _Fork:
    """A place in an address: where its next part leads, as a word or as a parameter."""

    def __init__(self) -> None:
        self._here: list[APIRoute] = []
        self._words: dict[str, _Fork] = {}
        self._any: _Fork | None = None

    def lead_to(self, page: APIRoute, parts: list[str]) -> None:
        if not parts:
            self._here.append(page)
        elif "{" in parts[0]:
            self._any = self._any or _Fork()
            self._any.lead_to(page, parts[1:])
        else:
            self._words.setdefault(parts[0], _Fork()).lead_to(page, parts[1:])

    def pages_at(self, parts: list[str], depth: int = 0) -> Iterator[APIRoute]:
        """Those whose address looks like this, what is named before what is a parameter."""
        if depth == len(parts):
            yield from self._here
            return
        if (named := self._words.get(parts[depth])) is not None:
            yield from named.pages_at(parts, depth + 1)
        if self._any is not None:
            yield from self._any.pages_at(parts, depth + 1)
