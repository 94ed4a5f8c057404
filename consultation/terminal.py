"""What the commands share: settings, the database, and how they speak to the person at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from consultation.core.db import Database
from consultation.core.errors import DomainError
from consultation.core.migrations import is_current
from consultation.settings import Settings, SettingsError, load

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Ordner für Datenbank, Dokumente und Schlüssel.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Die Datei.")]


def settings_with(**changes: Any) -> Settings:
    try:
        return load(**changes)
    except SettingsError as error:
        refuse(str(error))


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, if its schema is the one this version was written for."""
    database = Database(settings.database, settings.threads)
    try:
        if not is_current(database.engine):
            refuse("Die Datenbank hat nicht das Schema dieser Version. Führen Sie zuerst „consultation migrate“ aus.")
        yield database
    finally:
        database.close()


@contextmanager
def told() -> Iterator[None]:
    """A refusal of the service as lines on the terminal, without a traceback."""
    try:
        yield
    except DomainError as error:
        refuse("\n".join([str(error.message), *(f"- {p.field}: {p.message}" for p in error.problems)]))


def refuse(message: str) -> NoReturn:
    errors.print(message, markup=False)
    raise typer.Exit(1)
