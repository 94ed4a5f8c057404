"""Puts the demonstration on: database, register, both programmes, the table of logins. A second call finds it all there."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from consultation.core.db import Database
from consultation.core.errors import Conflict
from consultation.core.language import M
from consultation.core.migrations import upgrade
from consultation.demo import law, network, weighing
from consultation.demo.cast import Login, assemble
from consultation.demo.stage import Stage
from consultation.mail.post import MARK
from consultation.register import shipped
from consultation.register.actions import import_register
from consultation.settings import Settings
from consultation.subjects import system

LOGINS = "demo-logins.json"


def prepare(settings: Settings, console: Console, *, municipalities: int, seed: int, reset: bool) -> None:
    """Make the demonstration, unless it is there; prints logins and documents either way."""
    done = settings.data_dir / LOGINS
    if reset:
        _clear(settings)
    if not done.exists():
        if _has_database(settings):
            raise Conflict(
                M("In {folder} liegt eine angefangene oder fremde Datenbank. Mit „--reset“ (make demo RESET=1) wird sie gelöscht "
                  "und neu angelegt.", folder=str(settings.data_dir))
            )  # fmt: skip
        logins, documents = _play(settings, console, municipalities, seed)
        content = {"logins": [vars(login) for login in logins], "documents": [str(path) for path in documents]}
        done.touch(mode=0o600)
        done.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    _print(console, orjson.loads(done.read_bytes()))


def _has_database(settings: Settings) -> bool:
    return settings.database.startswith("sqlite") and Path(settings.database.removeprefix("sqlite:///")).exists()


def _clear(settings: Settings) -> None:
    """Only what the demonstration itself makes in its folder."""
    for name in ("consultation.db", "consultation.db-wal", "consultation.db-shm", LOGINS):
        (settings.data_dir / name).unlink(missing_ok=True)
    for folder in ("documents", "ausgaben", "mail"):
        shutil.rmtree(settings.data_dir / folder, ignore_errors=True)


def _play(settings: Settings, console: Console, municipalities: int, seed: int) -> tuple[list[Login], list[Path]]:
    console.print(f"[bold]{MARK}[/bold]")
    upgrade(settings.database)
    database = Database(settings.database, settings.threads)
    stage = Stage(database, settings, console, datetime.now(UTC), seed)
    try:
        _step(stage, "Gemeindeverzeichnis", lambda: _import_register(stage))
        cast = assemble(stage)
        exercise = law.play(stage, cast, municipalities)
        documents = weighing.play(stage, cast, exercise)
        logins = network.play(stage, cast)
        stage.seal()
        return [*cast.logins, *logins], documents
    finally:
        database.close()


def _step(stage: Stage, title: str, do: Callable[[], object]) -> None:
    with stage.progress(title, 1) as step:
        do()
        step.done()


def _import_register(stage: Stage) -> None:
    with stage.scene() as session:
        import_register(session, system(stage.at(-130)), shipped.load(), shipped.SOURCE)


def _print(console: Console, content: dict[str, list[dict[str, str]]]) -> None:
    table = Table("Rolle", "E-Mail", "Passwort", "Zum Ausprobieren", title="Anmeldungen")
    for login in content["logins"]:
        table.add_row(login["role"], login["email"], login["password"], login["hint"])
    console.print(table)
    console.print("Erstellte Dokumente:")
    for path in content["documents"]:
        console.print(f"  {path}", markup=False, soft_wrap=True)
