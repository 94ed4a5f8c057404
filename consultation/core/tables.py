"""All tables there are. One registers itself when its module is imported, so whoever means every table asks here."""

import importlib
import pkgutil
from collections.abc import Iterator

from sqlalchemy import MetaData

from consultation.core.db import Base
from consultation.core.places import package_folder


def all_tables() -> MetaData:
    """Whatever this process has needed so far; found by file, so no floor looks up."""
    for name in ("core.history", "core.jobs", *_rooms_with_tables()):
        importlib.import_module(f"consultation.{name}")
    return Base.metadata


def _rooms_with_tables() -> Iterator[str]:
    for info in pkgutil.iter_modules([str(package_folder())]):
        if info.ispkg and (package_folder() / info.name / "models.py").is_file():
            yield f"{info.name}.models"
