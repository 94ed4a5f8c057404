"""Pages by audience. Every module (or package) here that has a `router` is part of the site; nothing needs to be registered."""

import importlib
import pkgutil

from fastapi import APIRouter

router = APIRouter()

for _module in pkgutil.iter_modules(__path__):
    _routes = getattr(importlib.import_module(f"{__name__}.{_module.name}"), "router", None)
    if isinstance(_routes, APIRouter):
        router.include_router(_routes)
