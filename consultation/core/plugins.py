"""One file, one plug-in: every module of a package is imported, every concrete subclass is registered by its key."""

import importlib
import inspect
import pkgutil
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar

T = TypeVar("T")


def discover(package: ModuleType, base: type[T]) -> MappingProxyType[str, T]:
    found: dict[str, T] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for cls in vars(module).values():
            if not (inspect.isclass(cls) and issubclass(cls, base) and cls.__module__ == module.__name__):
                continue
            if inspect.isabstract(cls) or cls.__name__.startswith("_"):
                continue
            plugin: Any = cls()
            if plugin.key in found:
                raise RuntimeError(f"{base.__name__} {plugin.key!r} is defined twice")
            found[plugin.key] = plugin
    return MappingProxyType(found)
