"""Routers that know at first sight which addresses are none of theirs."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope


class Pages(APIRouter):
    """Pages that belong together, and groups of such pages.

    Who asks for an address that none of them has is sent on at once, not after a look at each of them: there are hundreds.
    """

    def __init__(self, prefix: str = "") -> None:
        super().__init__(prefix=prefix)
        self._groups: list[Pages] = []

    def include_router(self, router: APIRouter, **given: Any) -> None:
        """Take in a group with its own addresses; all of them before the first request."""
        if not isinstance(router, Pages) or given:
            raise TypeError("only pages are taken in, as they are")
        self._groups.append(router)
        super().include_router(router)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope.get("root_path") or self._addresses.match(scope["path"])
        return super().matches(scope) if ours else (Match.NONE, {})

    @cached_property
    def _addresses(self) -> re.Pattern[str]:
        return re.compile("|".join(self.patterns()))

    def patterns(self) -> Iterator[str]:
        """Of every address here, without the names of its parts."""
        for route in self.routes:
            if isinstance(route, APIRoute):
                yield re.sub(r"\(\?P<\w+>", "(?:", route.path_regex.pattern)
        for group in self._groups:
            yield from group.patterns()
