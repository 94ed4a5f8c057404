"""Routers that know at first sight which addresses are none of theirs."""

import re

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


class Pages(APIRouter):
    """The routes below one address. Who asks for another one is sent on without a look at each route: there are hundreds."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix=prefix)
        self._below = re.compile(re.sub(r"\\\{.+?\\\}", "[^/]+", re.escape(prefix)))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope.get("root_path") or self._below.match(scope["path"])
        return super().matches(scope) if ours else (Match.NONE, {})
