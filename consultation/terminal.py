"""What the commands share: settings, the database, and how they speak to the person at the terminal."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from consultation.core import running
from consultation.core.db import SERVICE, Database
from consultation.core.durability import network_drive, unsafe_settings
from consultation.core.errors import DomainError
from consultation.core.migrations import has_rows, is_current, refuse_newer
from consultation.core.outage import is_outage, is_server_away
from consultation.hindrances import SLASHES, in_database, in_files, shown
from consultation.settings import Settings, SettingsError, load
from consultation.subjects import system
from consultation.usage import Group
from consultation.variables import strangers

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Ordner für Datenbank, Dokumente und Schlüssel.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="DATEI", help="Die Datei.")]

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
    warn_of_strangers()
    if not settings.secret_key.get_secret_value() and _has_accounts(settings, patience):
        refuse(
            f"Der Schlüssel des Dienstes fehlt: {settings.key_file}. Die Datenbank {shown(settings.database)} enthält Konten, die "
            "ihn brauchen. Holen Sie die Datei aus der Sicherung zurück (dort heißt sie secret_key), oder setzen Sie SECRET_KEY. "
            "Gibt es den Schlüssel nicht mehr, setzen Sie einen neuen, und führen Sie „consultation adopt-key“ aus; dann gelten "
            "ausgegebene Einladungscodes nicht mehr, und jede zweite Stufe der Anmeldung wird zurückgesetzt."
        )
    return _loaded(beginning=True, **changes)


def warn_of_strangers() -> None:
    """A setting that is spelt wrongly is not in force, and nothing else would tell."""
    for name, meant in strangers(os.environ):
        errors.print(
            f"Warnung: Die Variable {name} kennt der Dienst nicht. Ist {meant} gemeint?", markup=False, soft_wrap=True
        )


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
    database that keeps what was acknowledged, with the key that its data hang on.
    """
    with _database(settings, PATIENCE, SERVICE) as database:
        if not settings.unsafe_database:
            _refuse_unsafe(database)
        demand_key(database, settings, PATIENCE)
        yield database


@contextmanager
def at_work(settings: Settings) -> Iterator[None]:
    """As long as a service runs on these data: nobody replaces them meanwhile."""
    with ExitStack() as stack:
        for folder in settings.folders:
            try:
                stack.enter_context(running.at_work(folder))
            except running.Occupied:
                refuse(
                    f"Ein anderer Befehl ersetzt gerade die Daten in {folder}. Starten Sie den Dienst, sobald er fertig ist."
                )
        yield


@contextmanager
def undisturbed(*concerned: Settings, anyway: bool | None = None) -> Iterator[None]:
    """For a command that replaces these data: no service runs on them, and none starts before it is done. `anyway`: whoever
    says so knows better; None for commands that nobody can tell.
    """
    otherwise = "" if anyway is None else " Nur wenn er sicher steht: --ignore-running"
    with ExitStack() as stack:
        for settings in () if anyway else concerned:
            with using(settings.database):
                addresses = running.connected(settings.database)
            if addresses:
                where = ", ".join(one or "dem Rechner der Datenbank" for one in addresses)
                _refuse_running(f"die Datenbank {shown(settings.database)} (verbunden von {where})", otherwise)
        folders = dict.fromkeys(folder for settings in concerned for folder in settings.folders if folder.is_dir())
        for folder in () if anyway else folders:
            try:
                stack.enter_context(running.alone(folder))
            except running.Occupied:
                _refuse_running(str(folder), otherwise)
        yield


def _refuse_running(data: str, otherwise: str) -> NoReturn:
    refuse(
        f"Der Dienst läuft noch und benutzt {data}. Halten Sie ihn an (je nachdem, wie er gestartet wurde, etwa „systemctl stop "
        f"consultation“ oder „docker compose stop web worker“), und geben Sie den Befehl noch einmal ein.{otherwise}"
    )


def demand_key(database: Database, settings: Settings, patience: float = 0) -> None:
    """Refuses another key than the one that the data hang on. The first service that starts has the right one."""
    from consultation.upkeep import key as keys  # noqa: PLC0415 -- most commands start without these rooms

    def noted() -> str | None:
        with database.reader() as session:
            return keys.noted(session)

    key, known = settings.secret_key.get_secret_value(), _answer(noted, patience)
    if known is None:
        with _unless_away(), database.transaction() as session:
            keys.note(session, system(datetime.now(UTC)), key)
    elif known != keys.fingerprint(key):
        refuse(other_key(settings))


def other_key(settings: Settings) -> str:
    source = "SECRET_KEY" if os.environ.get("SECRET_KEY") else str(settings.key_file)
    return (
        f"Der Schlüssel des Dienstes ({source}) ist nicht der, mit dem diese Datenbank eingerichtet wurde: Einladungscodes, zweite "
        "Stufen der Anmeldung und Ersatzcodes gelten mit ihm nicht. Setzen Sie den früheren wieder ein, als SECRET_KEY oder mit "
        f"der Datei secret_key aus der Sicherung in {settings.data_dir}. Gibt es ihn nicht mehr: consultation adopt-key"
    )


@contextmanager
def _unless_away() -> Iterator[None]:
    """What can be done the next time as well."""
    try:
        yield
    except SQLAlchemyError as error:
        if not is_outage(error):
            raise


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
def _database(settings: Settings, patience: float, name: str = "") -> Iterator[Database]:
    database = Database(settings.database, settings.threads, name=name)
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


class Commands(Group):
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


def asked_twice(what: str) -> str:
    """A secret that is typed unseen, twice the same."""
    while True:
        once, again = typer.prompt(what, hide_input=True), typer.prompt("Noch einmal", hide_input=True)
        if once == again:
            return str(once)
        errors.print("Die beiden Eingaben sind verschieden. Noch einmal von vorn.")


def refuse(message: str) -> NoReturn:
    """In lines as long as they are: a path stays whole."""
    errors.print(message, markup=False, soft_wrap=True)
    raise typer.Exit(1)
