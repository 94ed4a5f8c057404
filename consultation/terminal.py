"""What the commands share: settings, the database, and how they speak to the person at the terminal."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from consultation.core.db import Database
from consultation.core.durability import network_drive, unsafe_settings
from consultation.core.errors import DomainError
from consultation.core.migrations import has_rows, is_current, refuse_newer
from consultation.core.outage import is_server_away
from consultation.hindrances import SLASHES, in_database, in_files, shown
from consultation.settings import Settings, SettingsError, load

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Ordner für Datenbank, Dokumente und Schlüssel.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Die Datei.")]

PATIENCE = 60.0
"""Seconds in which the server of the database may still be starting, as after a power cut, when everything starts at once."""
LOOK_EVERY = 0.25

Answer = TypeVar("Answer")


def settings_with(**changes: Any) -> Settings:
    """For commands that work on a service that is there: none of them makes a folder or a key."""
    return _loaded(beginning=False, **changes)


def beginning_with(*, patience: float = 0, **changes: Any) -> Settings:
    """For commands that may begin a service: folder and key are made, unless accounts are there that need the lost key."""
    settings = settings_with(**changes)
    if not settings.secret_key.get_secret_value() and _has_accounts(settings, patience):
        refuse(
            f"Der Schlüssel des Dienstes fehlt: {settings.key_file}. Die Datenbank {shown(settings.database)} enthält Konten, die "
            "ihn brauchen. Holen Sie die Datei aus der Sicherung zurück (dort heißt sie secret_key), oder setzen Sie SECRET_KEY. "
            "Gibt es den Schlüssel nicht mehr, setzen Sie einen neuen; dann gelten ausgegebene Einladungscodes nicht mehr, und "
            "jede zweite Stufe der Anmeldung muss zurückgesetzt werden."
        )
    return _loaded(beginning=True, **changes)


def _loaded(**changes: Any) -> Settings:
    try:
        return load(**changes)
    except SettingsError as error:
        refuse(str(error))


def _has_accounts(settings: Settings, patience: float) -> bool:
    database = Database(settings.database, 1)
    try:
        with using(settings.database):
            return not _lacks_file(database) and _answer(lambda: has_rows(database.engine, "person"), patience)
    finally:
        database.close()


def _lacks_file(database: Database) -> bool:
    """Asked before it is opened, which would make one."""
    return database.file is not None and not database.file.exists()


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, if its schema is the one this version was written for."""
    with _database(settings, patience=0) as database:
        yield database


@contextmanager
def attended(settings: Settings) -> Iterator[Database]:
    """As `opened`, for what runs for long: with patience for a server that is not up yet or just restarts, and only on a
    database that keeps what was acknowledged.
    """
    with _database(settings, PATIENCE) as database:
        if not settings.unsafe_database:
            _refuse_unsafe(database)
        yield database


def _refuse_unsafe(database: Database) -> None:
    if unsafe := _answer(lambda: unsafe_settings(database.engine), PATIENCE):
        refuse(
            f"Der Datenbankserver kann bei einem Stromausfall verlieren, was schon bestätigt ist: {', '.join(unsafe)}. "
            "Stellen Sie das dort auf „on“. Nur wo nichts davon zählt, etwa zum Ausprobieren: UNSAFE_DATABASE=1."
        )
    if (file := database.file) and (kind := network_drive(file)):
        refuse(
            f"Die Datenbank {file} liegt auf einem Netzlaufwerk ({kind}); dort kann SQLite Bestätigtes verlieren. Legen Sie "
            "DATA_DIR auf eine Platte dieses Rechners, oder nehmen Sie PostgreSQL. Nur zum Ausprobieren: UNSAFE_DATABASE=1."
        )


@contextmanager
def _database(settings: Settings, patience: float) -> Iterator[Database]:
    database = Database(settings.database, settings.threads)
    try:
        if _lacks_file(database):
            refuse(
                f"Es gibt keine Datenbank {shown(settings.database)}. Nennen Sie mit --data-dir den Ordner des Dienstes (hier: "
                f"{settings.data_dir}), oder legen Sie sie mit „consultation migrate“ an."
                + (f" {SLASHES}" if settings.database_url else "")
            )
        if not settings.data_dir.is_dir():
            refuse(
                f"Es gibt keinen Ordner {settings.data_dir.absolute()} (DATA_DIR). Nennen Sie mit --data-dir den Ordner des "
                "Dienstes, oder legen Sie ihn mit „consultation migrate“ an."
            )
        with using(settings.database), told():
            if not _answer(lambda: is_current(database.engine), patience):
                with database.reader() as session:
                    refuse_newer(session.connection())
                refuse(
                    "Die Datenbank hat nicht das Schema dieser Version. Führen Sie zuerst „consultation migrate“ aus."
                )
            yield database
    finally:
        database.close()


def _answer(question: Callable[[], Answer], patience: float) -> Answer:
    """Asked until the database answers; that the service waits, and for what, is said once."""
    end, silent = time.monotonic() + patience, True
    while True:
        try:
            return question()
        except SQLAlchemyError as error:
            if not is_server_away(error) or time.monotonic() >= end:
                raise
            if silent:
                reason = str(getattr(error, "orig", error)).strip()
                errors.print(
                    f"Die Datenbank ist noch nicht erreichbar, der Dienst wartet auf sie: {reason}", markup=False
                )
                silent = False
        time.sleep(LOOK_EVERY)


class Commands(TyperGroup):
    """All of them: what the machine does not let them do is said in one sentence."""

    def invoke(self, ctx: Any) -> Any:
        with placing():
            return super().invoke(ctx)


@contextmanager
def placing(place: Path | str = "") -> Iterator[None]:
    """Files where they cannot lie, as a sentence; `place` is what the command was given."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read along has seen enough
            raise
        refuse(in_files(error, str(place)))


@contextmanager
def using(url: str) -> Iterator[None]:
    """What a database cannot do now, or not for this user, as a sentence."""
    try:
        yield
    except SQLAlchemyError as error:
        sentence = in_database(error, url)
        if sentence is None:
            raise
        refuse(sentence)


@contextmanager
def told() -> Iterator[None]:
    """A refusal of the service as lines on the terminal, without a traceback."""
    try:
        yield
    except DomainError as error:
        refuse("\n".join([str(error.message), *(f"- {p.field}: {p.message}" for p in error.problems)]))


def refuse(message: str) -> NoReturn:
    """In lines as long as they are: a path stays whole."""
    errors.print(message, markup=False, soft_wrap=True)
    raise typer.Exit(1)
