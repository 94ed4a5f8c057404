"""Puts the demonstration on: database, register, both programmes, the table of logins. A second call finds it all there."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import inspect

from consultation.core.db import Database
from consultation.core.errors import Conflict
from consultation.core.language import M
from consultation.core.migrations import is_current, upgrade
from consultation.demo import law, network, outcome, second_round, weighing
from consultation.demo.cast import Login, assemble
from consultation.demo.stage import Stage
from consultation.documents.consolidated import DEMO_MARK
from consultation.register import shipped
from consultation.register.actions import import_register
from consultation.settings import Settings
from consultation.subjects import system

NOTES = "demo.json"
"""What the demonstration notes of itself beside its data: first that it has begun, at the end all it has to show."""
MADE = ("documents", "ausgaben", "mail")
"""Its folders."""


def prepare(settings: Settings, console: Console, *, municipalities: int, seed: int) -> None:
    """Make the demonstration, unless it is there; prints logins and documents either way.

    Raises Conflict where a database is that is not a finished demonstration.
    """
    notes, there = _notes(settings), _has_tables(settings)
    if there and notes is None:
        raise Conflict(_FOREIGN)
    if there and notes is not None and not notes["finished"]:
        raise Conflict(_BROKEN_OFF)
    if notes is None or not there:
        notes = _make(settings, console, municipalities, seed)
    else:
        _bring_up_to_date(settings)
    _print(console, notes)


_FOREIGN = M("Hier liegt eine Datenbank, die keine Übungsdaten enthält; sie bleibt, wie sie ist. Nennen Sie mit --data-dir einen "
             "anderen Ordner oder mit DATABASE_URL eine leere Datenbank.")  # fmt: skip
_BROKEN_OFF = M(
    "Das Anlegen der Übungsdaten wurde unterbrochen. Beginnen Sie mit „--reset“ (make demo RESET=1) von vorn."
)
_NOT_OURS = M("„--reset“ löscht nur die SQLite-Datenbank im Ordner der Übungsdaten. Leeren Sie die Datenbank aus DATABASE_URL "
              "selbst.")  # fmt: skip


def _notes(settings: Settings) -> dict[str, Any] | None:
    path = settings.data_dir / NOTES
    found: dict[str, Any] | None = orjson.loads(path.read_bytes()) if path.exists() else None
    return found


def _note(settings: Settings, notes: dict[str, Any]) -> dict[str, Any]:
    """Passwords stand in it: only the owner may read it."""
    path = settings.data_dir / NOTES
    path.touch(mode=0o600)
    path.write_bytes(orjson.dumps(notes, option=orjson.OPT_INDENT_2))
    return notes


def _has_tables(settings: Settings) -> bool:
    """Whether there is a database with something in it, of either kind."""
    database = Database(settings.database, 1)
    try:
        return bool(inspect(database.engine).get_table_names())
    finally:
        database.close()


def clear(settings: Settings) -> None:
    """Only what the demonstration itself made in its folder. Needs no key: nobody's account is kept."""
    if _has_tables(settings):
        if settings.database_url:
            raise Conflict(_NOT_OURS)
        if _notes(settings) is None:
            raise Conflict(_FOREIGN)
    for name in ("consultation.db", "consultation.db-wal", "consultation.db-shm"):
        (settings.data_dir / name).unlink(missing_ok=True)
    for folder in MADE:
        shutil.rmtree(settings.data_dir / folder, ignore_errors=True)
    (settings.data_dir / NOTES).unlink(missing_ok=True)


def _bring_up_to_date(settings: Settings) -> None:
    database = Database(settings.database, 1)
    try:
        current = is_current(database.engine)
    finally:
        database.close()
    if not current:
        upgrade(settings.database)


def _make(settings: Settings, console: Console, municipalities: int, seed: int) -> dict[str, Any]:
    begun = {"municipalities": municipalities, "seed": seed, "finished": False}
    _note(settings, begun)
    logins, documents = _play(settings, console, municipalities, seed)
    shown = {"logins": [vars(login) for login in logins], "documents": [str(path) for path in documents]}
    return _note(settings, begun | {"finished": True} | shown)


def _play(settings: Settings, console: Console, municipalities: int, seed: int) -> tuple[list[Login], list[Path]]:
    console.print(f"[bold]{DEMO_MARK}[/bold]")
    upgrade(settings.database)
    database = Database(settings.database, settings.threads, durable=False)
    stage = Stage(database, settings, console, datetime.now(UTC), seed)
    try:
        _step(stage, "Gemeindeverzeichnis", lambda: _import_register(stage))
        cast = assemble(stage)
        exercise = law.play(stage, cast, municipalities)
        documents = weighing.play(stage, cast, exercise)
        _step(stage, "Zweiter Entwurf", lambda: second_round.play(stage, cast, exercise))
        logins = [*outcome.play(stage, exercise), *network.play(stage, cast)]
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


def _print(console: Console, notes: dict[str, Any]) -> None:
    """Nothing that somebody types is cut or broken, in a narrow terminal too."""
    table = Table(show_lines=True)
    table.add_column("E-Mail und Passwort", no_wrap=True)
    table.add_column("Rolle und was zum Ausprobieren da ist")
    for login in notes["logins"]:
        typed = "\n".join(filter(None, (login["email"], login["password"])))
        table.add_row(Text(typed), Text.assemble((login["role"], "bold"), "\n", login["hint"]))
    console.print("\nAnmeldungen", style="bold")
    console.print(table)
    console.print("Erstellte Dokumente", style="bold")
    for folder, paths in groupby(map(Path, notes["documents"]), key=lambda path: path.parent):
        console.print(f"{folder}:", markup=False, soft_wrap=True)
        for path in paths:
            console.print(f"  {path.name}", markup=False, soft_wrap=True)
    console.print(f"\n{DEMO_MARK}", style="bold")
