"""The state of the service as whoever runs it has to know it: what works, what waits, what was backed up and checked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from consultation import __version__
from consultation.core import jobs, migrations
from consultation.core.language import M, Message
from consultation.core.room import bytes_of, free_in, kind_of
from consultation.core.sealing import sealed
from consultation.people.queries import at_the_door, operators
from consultation.register.queries import latest_import
from consultation.settings import Settings
from consultation.upkeep import key
from consultation.upkeep.condition import Condition, Level, worst_first
from consultation.upkeep.going_public import to_settle
from consultation.upkeep.noted import BACKUP, CHECK, last

SLOW = timedelta(minutes=15)
"""As long as nobody begins what is due, or seals what was written: there is no worker."""
BACKUP_EVERY, BACKUP_AT_LEAST = timedelta(days=2), timedelta(days=7)
CHECK_EVERY = timedelta(days=31)
REGISTER_EVERY = timedelta(days=550)
"""The register comes out once a year, with some months of delay."""
LITTLE, TOO_LITTLE = 5_000_000_000, 1_000_000_000
"""Free bytes."""
AT_THE_DOOR = "/operator#at-the-door"
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def health(session: Session, settings: Settings, moment: datetime) -> list[Condition]:
    """Worst first. `session` is a reader; the number of statements does not depend on how much there is."""
    return worst_first((*_running(session, settings, moment), *to_settle(session, settings)))


def _running(session: Session, settings: Settings, moment: datetime) -> Iterator[Condition]:
    yield Condition(
        M("Programm"),
        Level.FINE,
        M(
            "Programmfassung {version}, Schema der Datenbank {revision}",
            version=__version__,
            revision=migrations.newest(),
        ),
    )
    yield _database(session, settings)
    yield _disk(settings)
    yield _key(session, settings)
    yield _backup(settings, moment)
    standing = jobs.standing(session, moment)
    failing = jobs.struggling(session) if standing.mails or standing.others else None
    yield _jobs(session, standing, failing, moment)
    yield _mails(settings, standing, failing)
    yield _log(session, moment)
    yield _check(settings, moment)
    yield _register(session, moment)
    yield _operators(session)
    if at_the_door(session, limit=1):
        yield Condition(
            M("Anfragen"), Level.LOOK, M("Jemand möchte für eine Organisation handeln, die niemand verwaltet."),
            M("Prüfen Sie, wer es ist, und setzen Sie die Person ein."), href=AT_THE_DOOR,
        )  # fmt: skip


def _database(session: Session, settings: Settings) -> Condition:
    text = M("{kind}, {size}", kind=kind_of(session), size=size(bytes_of(session)))
    if not settings.unsafe_database:
        return Condition(M("Datenbank"), Level.FINE, text)
    text = M("{what}. Bei einem Stromausfall kann verloren gehen, was schon bestätigt ist.", what=text)
    return Condition(M("Datenbank"), Level.ACT, text, M("Nehmen Sie diese Einstellung zurück."), "UNSAFE_DATABASE")


def _disk(settings: Settings) -> Condition:
    title = M("Freier Platz")
    try:
        free, total = free_in(settings.data_dir)
    except OSError as error:
        text = M("{folder} ist nicht zu lesen: {reason}", folder=str(settings.data_dir), reason=error.strerror or "")
        return Condition(title, Level.ACT, text, M("Prüfen Sie den Ordner und seine Rechte."), "DATA_DIR")
    text = M("{free} von {total} frei in {folder}", free=size(free), total=size(total), folder=str(settings.data_dir))
    level = Level.ACT if free < TOO_LITTLE else Level.LOOK if free < LITTLE else Level.FINE
    remedy = M("Schaffen Sie Platz, bevor nichts mehr gespeichert werden kann.") if level is not Level.FINE else None
    return Condition(title, level, text, remedy)


def _key(session: Session, settings: Settings) -> Condition:
    """The service itself would not have started with another one; a command is told here."""
    title, known, secret = M("Schlüssel des Dienstes"), key.noted(session), settings.secret_key.get_secret_value()
    if known is None:
        return Condition(title, Level.FINE, M("wird beim nächsten Start vermerkt"))
    if secret and key.fingerprint(secret) == known:
        return Condition(title, Level.FINE, M("der, mit dem die Datenbank eingerichtet wurde"))
    text = M("nicht der, mit dem die Datenbank eingerichtet wurde") if secret else M("er fehlt")
    return Condition(title, Level.ACT, text, M("Setzen Sie den früheren wieder ein."), "SECRET_KEY")


def _backup(settings: Settings, moment: datetime) -> Condition:
    title, again, typed = M("Sicherung"), M("Sichern Sie, am besten jede Nacht."), "consultation backup ORDNER"
    made = last(settings.data_dir, BACKUP)
    if made is None:
        text = M("Noch keine verzeichnet. Sichern Sie auf anderem Weg, sieht das der Dienst nicht.")
        return Condition(title, Level.ACT, text, again, typed)
    text = M("zuletzt am {moment} nach {folder}", moment=made.at, folder=made.where)
    if not made.well:
        text = M("{what}; Dateien von Ausgaben fehlten", what=text)
        return Condition(title, Level.ACT, text, M("Noch einmal ausgeführt, nennt der Befehl sie."), typed)
    age = moment - made.at
    level = Level.ACT if age > BACKUP_AT_LEAST else Level.LOOK if age > BACKUP_EVERY else Level.FINE
    return Condition(title, level, text) if level is Level.FINE else Condition(title, level, text, again, typed)


def _jobs(session: Session, standing: jobs.Standing, failing: jobs.Struggling | None, moment: datetime) -> Condition:
    title = M("Aufträge")
    waiting = M("{count} warten", one="1 wartet", count=standing.waiting)
    if paused := jobs.pauses(session):
        text = M("Sie ruhen seit {moment}: {reason}. Keine Mails gehen hinaus, keine Dokumente entstehen; {waiting}.",
                 moment=paused[0].since, reason=paused[0].reason, waiting=waiting)  # fmt: skip
        return Condition(title, Level.ACT, text, M("Lassen Sie sie weiterlaufen."), "consultation jobs resume")
    if standing.due_since and moment - standing.due_since > SLOW:
        text = M(
            "{waiting}, der älteste seit {moment}: Niemand arbeitet sie ab.", waiting=waiting, moment=standing.due_since
        )
        return Condition(title, Level.ACT, text, M("Starten Sie einen Worker."), "consultation worker")
    if standing.parked:
        text = M("{count} aufgegeben; {waiting}", count=standing.parked, waiting=waiting)
        return Condition(
            title,
            Level.ACT,
            text,
            M("Sehen Sie die Ursache an, und versuchen Sie es noch einmal."),
            href="/operator#jobs",
        )
    if standing.others and failing:
        text = M("{count} gelingen gerade nicht und werden wieder versucht.",
                 one="1 gelingt gerade nicht und wird wieder versucht.", count=standing.others)  # fmt: skip
        if not standing.mails:  # else it is a mail whose error is known
            text = M("{what} Zuletzt: {error}", what=text, error=failing.error)
        return Condition(title, Level.LOOK, text)
    return Condition(title, Level.FINE, M("{waiting}, keiner ist aufgegeben", waiting=waiting))


def _mails(settings: Settings, standing: jobs.Standing, failing: jobs.Struggling | None) -> Condition:
    title = M("Mails")
    if standing.mails and failing:
        text = M("{count} gehen nicht hinaus, die älteste etwa seit {moment}; jede wird fünf Tage lang wieder versucht. "
                 "Zuletzt: {error}", one="1 geht etwa seit {moment} nicht hinaus und wird fünf Tage lang wieder versucht. "
                 "Zuletzt: {error}", count=standing.mails, moment=failing.since, error=failing.error)  # fmt: skip
        return Condition(title, Level.ACT, text, M("Prüfen Sie den Mailserver und diese Einstellung."), "MAIL")
    if folder := settings.mail_folder:
        text = M("Sie werden nicht versandt, sondern liegen als Dateien in {folder}.", folder=str(folder))
        return Condition(title, Level.OPEN, text, M("Tragen Sie den Mailserver ein."), "MAIL")
    way = urlsplit(settings.mail)
    if way.scheme == "smtp" and way.hostname not in THIS_MACHINE:
        text = M("Versand über {server}, unverschlüsselt: Auch Codes zum Anmelden sind unterwegs lesbar.",
                 server=way.hostname or "")  # fmt: skip
        remedy = M("Nehmen Sie, was der Mailserver anbietet, „smtps://…“ oder „smtp+starttls://…“:")
        return Condition(title, Level.OPEN, text, remedy, "MAIL")
    return Condition(title, Level.FINE, M("Versand über {server}", server=way.hostname or ""))


def _log(session: Session, moment: datetime) -> Condition:
    title, found = M("Verfahrensprotokoll"), sealed(session)
    text = M("Glieder der Kette: {count}, das letzte {head}…", count=found.position, head=found.chain[:16])
    if found.waiting_since and moment - found.waiting_since > SLOW:
        text = M("{what}; seit {moment} wird nicht versiegelt", what=text, moment=found.waiting_since)
        return Condition(title, Level.ACT, text, M("Starten Sie einen Worker."), "consultation worker")
    return Condition(title, Level.FINE, text)


def _check(settings: Settings, moment: datetime) -> Condition:
    title, typed = M("Nachgerechnet"), "consultation verify"
    made = last(settings.data_dir, CHECK)
    if made is None:
        text = M("noch nie: weder das Protokoll noch Belege und Ausgaben")
        return Condition(title, Level.LOOK, text, M("Rechnen Sie nach, am besten jede Nacht."), typed)
    if not made.well:
        text = M("am {moment} wich etwas ab oder war nicht prüfbar", moment=made.at)
        return Condition(title, Level.ACT, text, M("Noch einmal ausgeführt, nennt der Befehl es."), typed)
    text = M("zuletzt am {moment}: alles stimmte", moment=made.at)
    if moment - made.at > CHECK_EVERY:
        return Condition(title, Level.LOOK, text, M("Rechnen Sie nach, am besten jede Nacht."), typed)
    return Condition(title, Level.FINE, text)


def _register(session: Session, moment: datetime) -> Condition:
    title, typed = M("Gemeindeverzeichnis"), "consultation register import DATEI"
    held = latest_import(session)
    if held is None:
        return Condition(
            title, Level.ACT, M("noch keines: Kommunen lassen sich nicht einladen"), M("Lesen Sie es ein."), typed
        )
    text = M("Gebietsstand {day}", day=held.as_of)
    if moment.date() - held.as_of > REGISTER_EVERY:
        return Condition(title, Level.LOOK, text, M("Lesen Sie das neue ein."), typed)
    return Condition(title, Level.FINE, text)


def _operators(session: Session) -> Condition:
    title, found = M("Wer den Dienst betreibt"), len(operators(session))
    if not found:
        text, remedy = M("Niemand kann sich anmelden und den Dienst betreiben."), M("Legen Sie jemanden an.")
        return Condition(title, Level.ACT, text, remedy, "consultation user create")
    return Condition(
        title, Level.FINE, M("{count} Konten betreiben den Dienst", one="1 Konto betreibt den Dienst", count=found)
    )


def size(count: int) -> Message:
    """Bytes as people read them."""
    if count < 1_000_000_000:
        return M("{size} MB", size=round(count / 1_000_000, 1))
    return M("{size} GB", size=round(count / 1_000_000_000, 1))
