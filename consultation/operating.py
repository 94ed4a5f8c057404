"""Commands for whoever runs the installation: back up, restore, move, let jobs run again, and keep to the rules of privacy."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.table import Table

from consultation.core.language import SOURCE, say
from consultation.settings import Settings
from consultation.subjects import system
from consultation.terminal import (
    DataDir,
    console,
    errors,
    opened,
    other_key,
    placing,
    refuse,
    settings_with,
    told,
    undisturbed,
    using,
)
from consultation.usage import App

if TYPE_CHECKING:
    from consultation.upkeep.manifest import Manifest

jobs = App(help="Aufträge: Mails, Erinnerungen, Dokumente.")
person = App(help="Datenschutz: Auskunft und Löschung.")
Folder = Annotated[Path, typer.Argument(file_okay=False, metavar="ORDNER", help="Der Ordner der Sicherung.")]
IgnoreRunning = Annotated[
    bool, typer.Option("--ignore-running", help="Nicht prüfen, ob der Dienst noch läuft; nur wenn er sicher steht.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Nicht nachfragen.")]


def install(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(backup)
    app.command()(restore)
    app.command()(move)
    app.command()(adopt_key)
    app.command()(retention)
    app.add_typer(jobs, name="jobs")
    app.add_typer(person, name="person")


@contextmanager
def usable() -> Iterator[None]:
    """What is wrong with a backup or a target, as lines on the terminal."""
    from consultation.upkeep.manifest import Unusable  # noqa: PLC0415 -- other commands start without these rooms

    try:
        yield
    except Unusable as error:
        refuse(str(error))


def status(data_dir: DataDir = None) -> None:
    """Zustand des Dienstes, das Dringende zuerst, mit Abhilfe. Rückgabe 1, wenn zu handeln ist."""
    from consultation.upkeep import condition  # noqa: PLC0415 -- as above
    from consultation.upkeep.health import health  # noqa: PLC0415 -- as above

    settings = settings_with(data_dir=data_dir)
    with opened(settings) as database, database.reader() as session:
        found = health(session, settings, datetime.now(UTC))
    for one in found:
        console.print(f"[{condition.LEVEL_TITLES[one.level]}] {one.title}: {one.text}", markup=False, soft_wrap=True)
        if one.level is not condition.Level.FINE and (one.remedy or one.typed):
            console.print(f"    {one.remedy or ''} {one.typed}".rstrip(), markup=False, soft_wrap=True)
    console.print(", ".join(str(text) for _, text in condition.summary(found)), markup=False)
    raise typer.Exit(1 if condition.to_act(found) else 0)


def backup(folder: Folder, data_dir: DataDir = None) -> None:
    """Datenbank, Dokumente und Schlüssel in einen neuen Ordner sichern, auch im laufenden Betrieb."""
    from consultation.upkeep import backup as backups  # noqa: PLC0415 -- as above
    from consultation.upkeep import noted  # noqa: PLC0415 -- as above

    settings, moment = settings_with(data_dir=data_dir), datetime.now(UTC)
    with opened(settings) as database, usable(), placing(folder):
        manifest = backups.make(database, settings, folder, moment)
    noted.note(settings.data_dir, noted.BACKUP, noted.Noted(moment, not manifest.missing, str(folder.resolve())))
    _tell(manifest, folder)
    if manifest.missing:
        refuse("Diese Dateien von Ausgaben fehlen oder sind verändert:\n" + "\n".join(manifest.missing))


def _tell(manifest: "Manifest", folder: Path) -> None:
    rows = sum(sum_.rows for _, sum_ in manifest.tables)
    size = sum(one.size for one in manifest.files) / 1_000_000
    console.print(f"Sicherung vom {manifest.made_at}, Schema {manifest.revision}: {len(manifest.tables)} Tabellen, "
                  f"{rows} Zeilen, {len(manifest.files)} Dateien, {size:.1f} MB: {folder}", soft_wrap=True)  # fmt: skip


def restore(
    folder: Folder,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Vorhandene Daten am Ziel ersetzen.")] = False,
    keep_logins: Annotated[
        bool, typer.Option("--keep-logins", help="Anmeldungen und Zugangsschlüssel gelten weiter.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Nur die Sicherung prüfen; nichts ändern.")] = False,
    ignore_running: IgnoreRunning = False,
    data_dir: DataDir = None,
) -> None:
    """Eine Sicherung zurückspielen; der Dienst muss angehalten sein. Danach ruhen Mails und andere Aufträge."""
    from consultation.upkeep import restore as restoring  # noqa: PLC0415 -- as above
    from consultation.upkeep.manifest import examined  # noqa: PLC0415 -- as above

    with usable():
        if check:
            _tell(examined(folder), folder)
            console.print("Die Sicherung ist vollständig und unverändert.")
            return
        settings = settings_with(data_dir=data_dir)
        with undisturbed(settings, anyway=ignore_running), using(settings.database):
            manifest = restoring.restore(
                settings, folder, datetime.now(UTC), overwrite=overwrite, keep_logins=keep_logins
            )
    _tell(manifest, folder)
    console.print(
        "Wiederhergestellt. Mails und andere Aufträge ruhen, bis „consultation jobs resume“ sie weiterlaufen lässt."
    )
    if not keep_logins:
        console.print("Alle Anmeldungen sind beendet, alle Zugangsschlüssel für Programme widerrufen.")
    _warn_of_key(settings_with(data_dir=data_dir))


def _warn_of_key(settings: Settings) -> None:
    """A backup has the key only where it lay in the data folder."""
    from consultation.upkeep import key as keys  # noqa: PLC0415 -- as above

    with opened(settings) as database, database.reader() as session:
        known = keys.noted(session)
    key = settings.secret_key.get_secret_value()
    if key and known not in (None, keys.fingerprint(key)):
        errors.print(other_key(settings), markup=False, soft_wrap=True)


def adopt_key(yes: Yes = False, data_dir: DataDir = None) -> None:
    """Den jetzigen Schlüssel als den richtigen vermerken, wenn der frühere verloren ist. Setzt zweite Stufen zurück."""
    from consultation.upkeep import key as keys  # noqa: PLC0415 -- as above

    settings = settings_with(data_dir=data_dir)
    key = settings.secret_key.get_secret_value()
    if not key:
        refuse(f"Es gibt keinen Schlüssel: Setzen Sie SECRET_KEY, oder legen Sie einen in {settings.key_file} ab.")
    with opened(settings) as database, told():
        with database.reader() as session:
            known = keys.noted(session)
        if known == keys.fingerprint(key):
            console.print("Der Schlüssel ist der richtige; es ist nichts zu tun.")
            return
        if not yes:
            _ask_whether(
                "Ausgegebene Einladungscodes und jede zweite Stufe der Anmeldung verlieren ihre Geltung.",
                "Nichts wurde geändert.",
            )
        with database.transaction() as session:
            reset = keys.adopt(session, system(datetime.now(UTC)), key)
    console.print(
        f"Der jetzige Schlüssel gilt. Zurückgesetzte zweite Stufen: {reset}; diese Personen erfahren es mit einer Mail. "
        "Einladungen, denen noch niemand gefolgt ist, versendet die Planung bei ihrer Konsultation noch einmal.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def move(
    to: Annotated[str, typer.Argument(metavar="ZIEL", help="Die leere Zieldatenbank, wie bei DATABASE_URL.")],
    ignore_running: IgnoreRunning = False,
    data_dir: DataDir = None,
) -> None:
    """Die Datenbank in eine andere übertragen (SQLite nach PostgreSQL); der Dienst muss angehalten sein."""
    from consultation.upkeep import move as moving  # noqa: PLC0415 -- as above

    settings = settings_with(data_dir=data_dir)
    target: Settings = settings_with(data_dir=data_dir, database_url=to)
    if target.database == settings.database:
        refuse("Quelle und Ziel sind dieselbe Datenbank.")
    with (
        opened(settings) as database,
        undisturbed(settings, target, anyway=ignore_running),
        usable(),
        using(target.database),
    ):
        sums = moving.move(database, target.database, reading=lambda: using(settings.database))
    table = Table("Tabelle", "Zeilen", "Prüfsumme")
    for name, found in sums.items():
        table.add_row(name, str(found.rows), found.sha256[:16])
    console.print(table)
    console.print(
        "Beide Datenbanken haben denselben Inhalt. Setzen Sie DATABASE_URL auf das Ziel, und starten Sie den Dienst."
    )


@jobs.command(name="list")
def list_jobs(data_dir: DataDir = None) -> None:
    """Was noch zu tun ist, nach Art, und ob die Aufträge ruhen."""
    from consultation.core.jobs import waiting as still  # noqa: PLC0415 -- as above
    from consultation.upkeep.resuming import waiting_since  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, database.reader() as session:
        since, waiting = waiting_since(session), still(session)
    console.print(f"Die Aufträge ruhen seit {since.isoformat()}." if since else "Die Aufträge laufen.")
    for kind, count in waiting.items():
        console.print(f"{count:6} {kind}", highlight=False)


@jobs.command()
def pause(
    reason: Annotated[str, typer.Option(help="Warum; steht im Protokoll.")] = "Wartung", data_dir: DataDir = None
) -> None:
    """Keine Mails versenden und keine anderen Aufträge beginnen, bis „resume“ kommt."""
    from consultation.upkeep import resuming  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, database.transaction() as session:
        resuming.pause(session, system(datetime.now(UTC)), reason)
    console.print("Die Aufträge ruhen.")


@jobs.command()
def resume(
    old: Annotated[str, typer.Option(help="„drop“: wartende Mails entfallen; „send“: sie gehen hinaus.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Aufträge wieder laufen lassen. Nach einer Wiederherstellung: --old drop, denn die alten Mails sind schon versandt."""
    from consultation.core.jobs import waiting as still  # noqa: PLC0415 -- as above
    from consultation.upkeep import resuming  # noqa: PLC0415 -- as above

    if old not in ("", "drop", "send"):
        refuse(f"--old {old}: möglich sind drop und send.")
    with opened(settings_with(data_dir=data_dir)) as database, told():
        with database.reader() as session:
            waiting = still(session)
        if waiting and not old:
            lines = "\n".join(f"{count:6} {kind}" for kind, count in waiting.items())
            refuse(f"Es warten noch Aufträge:\n{lines}\nNennen Sie --old drop oder --old send.")
        left_out = resuming.resume(database, system(datetime.now(UTC)), drop_old=old == "drop")
    for kind, count in left_out.kinds.items():
        console.print(f"{count:6} {kind}: ohne Mail", highlight=False)
    if left_out.invitations:
        console.print(failed_invitations(left_out.invitations), highlight=False, soft_wrap=True)
    console.print("Die Aufträge laufen wieder.")


def failed_invitations(count: int) -> str:
    if count == 1:
        return ("1 Einladung steht jetzt als nicht zustellbar bei ihrer Konsultation: nicht versandt; ob sie vor der "
                "Wiederherstellung hinausging, ist nicht bekannt. Die Planung kann sie noch einmal versenden.")  # fmt: skip
    return (f"{count} Einladungen stehen jetzt als nicht zustellbar bei ihrer Konsultation: nicht versandt; ob sie vor der "
            "Wiederherstellung hinausgingen, ist nicht bekannt. Die Planung kann sie noch einmal versenden.")  # fmt: skip


@person.command()
def export(
    email: Annotated[str, typer.Argument(metavar="ADRESSE", help="Mailadresse der Person.")],
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Zieldatei; ohne Angabe die Ausgabe.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Auskunft: alles, was der Dienst zu einer Person hält, als JSON."""
    from consultation.upkeep import access  # noqa: PLC0415 -- as above
    from consultation.upkeep.erasure import by_email  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, told(), database.reader() as session:
        found = access.everything(session, by_email(session, email), datetime.now(UTC))
    content = orjson.dumps(found, option=orjson.OPT_INDENT_2)
    if out is None:
        typer.echo(content.decode())
    else:
        out.write_bytes(content)
        console.print(f"{out}: {len(found['tables'])} Tabellen", markup=False, soft_wrap=True)


@person.command()
def erase(
    email: Annotated[str, typer.Argument(metavar="ADRESSE", help="Mailadresse der Person.")],
    force: Annotated[bool, typer.Option("--force", help="Auch wenn Organisation oder Dienst allein bleiben.")] = False,
    yes: Yes = False,
    data_dir: DataDir = None,
) -> None:
    """Name, Adressen und Zugang einer Person löschen. Was ihre Organisation gesagt hat, bleibt."""
    from consultation.upkeep.erasure import by_email  # noqa: PLC0415 -- as above
    from consultation.upkeep.forgetting import forget  # noqa: PLC0415 -- as above

    settings = settings_with(data_dir=data_dir)
    with opened(settings) as database, told():
        with database.reader() as session:
            found = by_email(session, email)
        if not yes:
            _ask_whether(f"{found.name} ({email}) wird gelöscht.", "Nichts wurde gelöscht.")
        forgotten = forget(database, settings.data_dir, system(datetime.now(UTC)), found.id, force=force)
    done = forgotten.erased
    console.print(f"Gelöscht: Konto, {done.changed} weitere Zeilen, {forgotten.mails} Mails als Datei.")
    if done.delayed:
        console.print(
            f"{done.delayed} Angaben zur Freigabe bleiben, bis die Verfahren enden; dann löscht sie „retention“."
        )
    for table, column, count in done.mentions:
        console.print(f"Bitte ansehen: {table}.{column} nennt die Person in {count} Texten.", highlight=False)


def _ask_whether(what: str, otherwise: str) -> None:
    console.print(f"{what} Das lässt sich nicht zurücknehmen.", markup=False, soft_wrap=True)
    if typer.prompt("Wenn Sie das wollen, geben Sie „ja“ ein", default="nein").strip().lower() not in {"ja", "yes"}:
        refuse(otherwise)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Nur zählen, nichts löschen.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Löschen, was nach den Fristen RETAIN_… nicht mehr aufbewahrt wird."""
    from consultation.upkeep import retention as retaining  # noqa: PLC0415 -- as above

    settings, moment = settings_with(data_dir=data_dir), datetime.now(UTC)
    with opened(settings) as database, told(), database.transaction() as session:
        found = (
            retaining.due(session, moment, settings)
            if dry_run
            else retaining.carry_out(session, system(moment), settings)
        )
    for step in retaining.plan(settings):
        console.print(f"{found[step.name]:6} {say(step.title, SOURCE)}", highlight=False)
    console.print(f"{found[retaining.DELAYED]:6} {say(retaining.AFTERWARDS, SOURCE)}", highlight=False)
    console.print("Nichts wurde gelöscht (Probelauf)." if dry_run else "Erledigt.")
