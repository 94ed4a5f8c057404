"""The command line. `consultation --help` lists the commands; each explains itself."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from consultation import operating
from consultation.core.db import Database
from consultation.core.memory import settle_in
from consultation.core.migrations import upgrade
from consultation.programmes.importers import import_draft
from consultation.programmes.importers.tree import render_tree
from consultation.subjects import system
from consultation.terminal import (
    PATIENCE,
    Commands,
    DataDir,
    File,
    at_work,
    attended,
    beginning_with,
    console,
    demand_key,
    errors,
    opened,
    refuse,
    settings_with,
    told,
    undisturbed,
    using,
    warn_of_strangers,
)
from consultation.usage import App
from consultation.users import user
from consultation.variables import DEFAULT, holdings

app = App(
    name="consultation", cls=Commands, add_completion=False, pretty_exceptions_enable=False,
    help="Kommunen gestalten Förderprogramme mit. Einstellungen sind Umgebungsvariablen: „consultation settings“.",
)  # fmt: skip
register = App(help="Das amtliche Gemeindeverzeichnis.")
draft = App(help="Entwürfe von Förderprogrammen.")
app.add_typer(register, name="register")
app.add_typer(draft, name="draft")
app.add_typer(user, name="user")
operating.install(app)


@app.command()
def serve(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Netzadresse.")] = None,
    port: Annotated[int | None, typer.Option(help="Anschluss.")] = None,
) -> None:
    """Den Dienst betreiben: Seiten, API und, wenn nicht abgeschaltet, die Aufträge."""
    from consultation.serving import listen, try_out  # noqa: PLC0415 -- the web is loaded only to serve it
    from consultation.serving import serve as run  # noqa: PLC0415 -- as above
    from consultation.starting import announce, on_port, reaching  # noqa: PLC0415 -- as above

    given = {"data_dir": data_dir, "host": host, "port": port}
    settings = settings_with(**given)
    with reaching(settings):  # before the database is waited for
        try_out(settings.host, settings.port)
    settings = beginning_with(patience=PATIENCE, **given)
    with at_work(settings):
        with attended(settings), reaching(settings):
            door = listen(settings.host, settings.port)
        settings = on_port(settings, settings.port)
        announce(settings)
        run(settings, door)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Nur die Aufträge abarbeiten (Mails, Dokumente): beliebig viele davon neben „serve“ mit WORKER_INLINE=0."""
    from consultation.http import logs  # noqa: PLC0415 -- as above
    from consultation.mail.transport import transport  # noqa: PLC0415 -- as above
    from consultation.worker import run_forever  # noqa: PLC0415 -- as above

    settings, stop = beginning_with(patience=PATIENCE, data_dir=data_dir), threading.Event()
    logs.configure(settings)
    with at_work(settings), attended(settings) as database:
        for number in (signal.SIGTERM, signal.SIGINT):  # only now: whoever waits for the database ends at once
            signal.signal(number, lambda *_: stop.set())
        console.print("Aufträge werden abgearbeitet (Strg+C beendet).")
        settle_in()
        run_forever(database, settings, transport(settings.mail, settings.mail_from, settings.data_dir), stop)


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Die Datenbank anlegen oder auf das Schema dieser Version bringen, ganz oder gar nicht."""
    settings = beginning_with(data_dir=data_dir)
    with using(settings.database), told():
        upgrade(settings.database)
    with opened(settings) as database:
        demand_key(database, settings)
    console.print("Die Datenbank ist auf dem Stand dieser Version.")


@app.command(name="settings")
def show_settings(data_dir: DataDir = None) -> None:
    """Alle Einstellungen (Umgebungsvariablen): was gilt, woher es kommt und was es bedeutet. Geheimes wird nicht gezeigt."""
    table = Table("Variable", "Jetzt", "Bedeutung")
    for one in holdings(os.environ, data_dir):
        meaning = one.explained.text
        if one.source != DEFAULT and one.explained.default:
            meaning += f" Vorgabe: {one.explained.default}"
        table.add_row(one.explained.name, escape("\n".join((one.value or "–", f"({one.source})"))), escape(meaning))
    console.print(table)
    warn_of_strangers()
    settings_with(data_dir=data_dir)  # what is wrong is said here too


@register.command(name="import")
def import_register(
    file: File,
    data_dir: DataDir = None,
    successors: Annotated[
        Path | None, typer.Option(exists=True, help="Zeilen „alt;neu“ für beendete Schlüssel.")
    ] = None,
    reform: Annotated[bool, typer.Option(help="Auch einlesen, wenn ein Land stark schrumpft (Gebietsreform).")] = False,
) -> None:
    """Das Gemeindeverzeichnis (GV100AD von Destatis) einlesen; dasselbe noch einmal ändert nichts."""
    from consultation.register.actions import import_register as run  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, told(), database.transaction() as session:
        more = successors.read_bytes() if successors else b""
        report = run(session, system(datetime.now(UTC)), file.read_bytes(), file.name, successors=more, reform=reform)
        console.print(f"Gebietsstand {report.as_of:%d.%m.%Y}: {report.added} neu, {report.changed} geändert, "
                      f"{report.ended} beendet, {report.unchanged} unverändert.")  # fmt: skip
        for key in report.without_successor:
            console.print(f"Ohne Nachfolger beendet: {key}")


@draft.command(name="import")
def import_a_draft(
    file: File,
    programme: Annotated[str | None, typer.Option(help="Kurzname des Programms.")] = None,
    kind: Annotated[
        str, typer.Option(help="guideline, call, key_points, law oder administrative_agreement.")
    ] = "guideline",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Nur den Gliederungsbaum zeigen; ohne Datenbank.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Einen Entwurf (Markdown, DOCX, ODT, HTML) als nächste Fassung eines Programms einlesen."""
    from consultation.programmes.drafts import save  # noqa: PLC0415 -- as above
    from consultation.programmes.models import DraftKind  # noqa: PLC0415 -- as above

    with told():
        tree = import_draft(file.name, file.read_bytes())
    for message in tree.report:
        errors.print(f"Hinweis: {message}", markup=False)
    if dry_run:
        for line in render_tree(tree):
            sys.stdout.write(line + "\n")
        return
    if programme is None:
        refuse("Nennen Sie mit --programme den Kurznamen des Programms, oder prüfen Sie die Datei mit --dry-run.")
    if kind not in list(DraftKind):
        refuse(f"--kind: möglich sind {', '.join(DraftKind)}.")
    with opened(settings_with(data_dir=data_dir)) as database, told(), database.transaction() as session:
        actor = system(datetime.now(UTC))
        version = save(session, actor, programme, tree, kind=DraftKind(kind), dated=actor.moment.date())
        console.print(f"Fassung {version.number} von „{version.title}“: {len(version.sections)} Abschnitte.")


@app.command(name="compile")
def compile_documents(
    consultation: Annotated[str, typer.Argument(metavar="KURZNAME", help="Kurzname der Konsultation.")],
    audience: Annotated[str, typer.Option(help="public oder internal.")] = "internal",
    out: Annotated[Path, typer.Option(file_okay=False, help="Ordner für die Dokumente.")] = Path("documents"),
    data_dir: DataDir = None,
) -> None:
    """Eine Ausgabe des konsolidierten Rückmeldedokuments in allen Formaten erstellen."""
    from consultation.documents import editions  # noqa: PLC0415 -- as above
    from consultation.states import Audience  # noqa: PLC0415 -- as above

    if audience not in list(Audience):
        refuse("--audience: möglich sind public und internal.")
    settings, actor = settings_with(data_dir=data_dir), system(datetime.now(UTC))
    with opened(settings) as database, told():
        with database.transaction() as session:
            edition_id = editions.start(session, actor, consultation, Audience(audience), enqueued=False).id
        editions.compile_edition(database, settings.documents, edition_id, actor.moment)
        for path in editions.copy_files(database, settings.documents, edition_id, out):
            console.print(str(path), markup=False, soft_wrap=True)


@app.command()
def export(
    consultation: Annotated[str, typer.Argument(metavar="KURZNAME", help="Kurzname der Konsultation.")],
    format_: Annotated[
        str, typer.Option("--format", help="ndjson, csv, xlsx oder json; sonst sagt es die Endung der Zieldatei.")
    ] = "",
    out: Annotated[Path, typer.Option(dir_okay=False, help="Zieldatei.")] = Path("export.ndjson"),
    data_dir: DataDir = None,
) -> None:
    """Die konsolidierten Stellungnahmen (intern, mit allem, was zählt) in eine Datei schreiben."""
    from consultation.documents import bulk  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, told():
        kind = format_ or out.suffix.removeprefix(".").lower()
        count = bulk.write(database, system(datetime.now(UTC)), consultation, kind, out)
        console.print(f"{count} Stellungnahmen: {out}", markup=False, soft_wrap=True)


@app.command()
def verify(
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WAS]...",
            help="Ordner oder Datei einer Ausgabe, ZIP eines Verfahrensprotokolls, Eingangsbestätigung (PDF, JSON oder "
            "Nummer). Ohne Angabe: der ganze Dienst.",
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Nachrechnen: Prüfsummen, neu erstellte Dokumente, Kette des Protokolls. Rückgabe 0 stimmt, 1 weicht ab, 2 nicht prüfbar."""
    from consultation.documents.checking.anything import Service  # noqa: PLC0415 -- as above
    from consultation.upkeep import noted  # noqa: PLC0415 -- as above
    from consultation.verifying import HOLDS, UNUSABLE, run  # noqa: PLC0415 -- as above

    @contextmanager
    def database() -> Iterator[Database]:
        """Never makes one: a place without data is no service to check."""
        settings = settings_with(data_dir=data_dir)
        if settings.database.startswith("sqlite") and not Path(settings.database.removeprefix("sqlite:///")).is_file():
            errors.print(f"Nicht prüfbar: Unter {settings.data_dir} liegt keine Datenbank. Nennen Sie mit --data-dir den "
                         "Ordner des Dienstes; neben einem Dokument genügt die NDJSON-Datei derselben Ausgabe.",
                         markup=False)  # fmt: skip
            raise typer.Exit(UNUSABLE)
        try:
            with opened(settings) as found:
                yield found
        except typer.Exit as refused:
            raise typer.Exit(UNUSABLE) from refused

    def line(to: Console) -> Callable[[str], None]:
        return lambda text: to.print(text, markup=False, soft_wrap=True)

    service = Service(database, lambda: settings_with(data_dir=data_dir).documents)
    code = run(given or [], service, line(console), line(errors))
    if not given:
        folder = settings_with(data_dir=data_dir).data_dir
        noted.note(folder, noted.CHECK, noted.Noted(datetime.now(UTC), code == HOLDS))
    raise typer.Exit(code)


@app.command()
def demo(
    data_dir: DataDir = None,
    municipalities: Annotated[
        int, typer.Option(min=20, max=4000, help="So viele lädt die Übung zum KInvFG ein.")
    ] = 600,
    seed: Annotated[int, typer.Option(help="Gleiche Zahl, gleicher Inhalt.")] = 1,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Nur die Daten anlegen.")] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Vorhandene Übungsdaten in diesem Ordner vorher löschen.")
    ] = False,
    port: Annotated[int | None, typer.Option(help="Anschluss.")] = None,
) -> None:
    """Den Dienst mit Beispieldaten zum Ausprobieren anlegen und betreiben."""
    from consultation.demo import show  # noqa: PLC0415 -- as above
    from consultation.serving import listen  # noqa: PLC0415 -- as above
    from consultation.serving import serve as run  # noqa: PLC0415 -- as above
    from consultation.starting import on_free_port, reaching  # noqa: PLC0415 -- as above

    if reset:  # before the key is asked for: with the accounts goes what needed a lost one
        settings = settings_with(data_dir=data_dir)
        with undisturbed(settings), told(), using(settings.database):
            show.clear(settings)
    settings = beginning_with(data_dir=data_dir, port=port)
    settings = settings if no_serve else on_free_port(settings)
    with undisturbed(settings) if reset else nullcontext(), told(), using(settings.database):
        show.prepare(settings, console, municipalities=municipalities, seed=seed)
    if no_serve:
        return
    settings = on_free_port(settings)
    with at_work(settings):
        with reaching(settings):
            door = listen(settings.host, settings.port)
        console.print(f"Der Dienst läuft: {settings.base_url} (Strg+C beendet ihn)")
        run(settings, door)


def main() -> None:
    """Entry point of the console script. What commands write tells of people: nobody else on the machine may read it."""
    os.umask(0o077)
    app()


if __name__ == "__main__":
    main()
