"""Every route of an app, whatever router it is in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from consultation.http import Site


@dataclass(frozen=True)
class Found:
    path: str
    methods: frozenset[str]
    """Without HEAD, which goes with GET."""
    route: Any


def every_route(app: FastAPI) -> Iterator[Found]:
    for context in iter_route_contexts(app.routes):
        inside = context.original_route
        for route in inside.pages if isinstance(inside, Site) else (inside,):
            methods = frozenset(getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
            yield Found(str(context.path or getattr(route, "path", "")), methods, route)
