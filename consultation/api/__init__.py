"""The interface for programs, /api/v1. Every module here that has a `router` is part of it; paths are given from `/api/` on."""

import importlib
import pkgutil

from fastapi import APIRouter

router = APIRouter()

for _module in pkgutil.iter_modules(__path__):
    _routes = getattr(importlib.import_module(f"{__name__}.{_module.name}"), "router", None)
    if isinstance(_routes, APIRouter):
        router.include_router(_routes)
