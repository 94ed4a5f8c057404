"""Databases made once and copied for each test: what takes seconds to build takes a moment to copy."""

import itertools
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

_numbers = itertools.count()


class Copies:
    """Of one kind of database; `server` is None for SQLite. Nobody may be connected to what is copied."""

    def __init__(self, folder: Path, server: "PostgresServer | None") -> None:
        self.folder, self.server = folder, server
        self.made: list[str] = []

    def empty(self) -> str:
        """The URL of a database without tables."""
        return self._make(None)

    def of(self, url: str) -> str:
        return self._make(url)

    def _make(self, source: str | None) -> str:
        if self.server is None:
            path = self.folder / f"{next(_numbers)}.db"
            if source:
                shutil.copyfile(str(make_url(source).database), path)
            return f"sqlite:///{path}"
        made = self.server.create(make_url(source) if source else None).render_as_string(hide_password=False)
        self.made.append(made)
        return made

    def drop(self, url: str) -> None:
        if self.server is None:
            Path(str(make_url(url).database)).unlink(missing_ok=True)
        elif url in self.made:
            self.made.remove(url)
            self.server.drop(make_url(url))

    def close(self) -> None:
        for url in list(self.made):
            self.drop(url)
