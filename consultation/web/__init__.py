"""Pages by audience. Every module (or package) here that has a `router` is part of the site; nothing needs to be registered."""

import importlib
import pkgutil

from consultation.http import Pages

router = Pages()

for _module in pkgutil.iter_modules(__path__):
    _routes = getattr(importlib.import_module(f"{__name__}.{_module.name}"), "router", None)
    if isinstance(_routes, Pages):
        router.include_router(_routes)
