"""Every environment variable of the service, typed, explained once, checked at start.

`load()` reads them; a wrong value ends the start with one message that lists all problems.
"""

import ipaddress
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from consultation.core.disk import bring, bring_written, make_folder
from consultation.core.mailboxes import sender_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
DATABASES = ("sqlite", "postgresql")
TRUE, FALSE = ("1", "true", "yes", "on", "ja"), ("0", "false", "no", "off", "nein", "")


SHORTEST_KEY = 32
"""Characters."""


class SettingsError(Exception):
    """The message lists everything that is wrong, one line a variable."""


def setting(default: Any, explanation: str, expected: str = "ein Text", **limits: Any) -> Any:
    return Field(default, description=explanation, json_schema_extra={"expected": expected}, **limits)


def _flag(value: Any) -> Any:
    word = str(value).strip().casefold()
    return True if word in TRUE else False if word in FALSE else value


def _networks(value: Any) -> Any:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(ipaddress.ip_network(part.strip() if isinstance(part, str) else part) for part in parts if part)


Flag = Annotated[bool, BeforeValidator(_flag)]
FLAG = "„1“ oder „0“"


class Settings(BaseModel):
    """The variable of a field is its name in capitals: `data_dir` is DATA_DIR."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    data_dir: Path = setting(
        Path("var"),
        "Ordner für alles, was der Dienst ablegt: SQLite-Datenbank, Dokumente, Schlüssel, Mails im Ordner.",
        "ein Ordner, in den der Dienst schreiben darf",
    )
    database_url: str = setting(
        "",
        "Datenbank. Leer: SQLite in DATA_DIR. Für den Betrieb mit mehreren Prozessen: "
        "postgresql://nutzer:passwort@rechner/datenbank.",
        "eine Adresse wie „postgresql://nutzer:passwort@rechner:5432/datenbank“ oder „sqlite:////ordner/datei.db“",
    )
    unsafe_database: Flag = setting(
        False,
        "Ob der Dienst auch mit einem PostgreSQL-Server startet, der beim Abschluss nicht auf die Platte wartet (fsync, "
        "full_page_writes oder synchronous_commit auf „off“), oder mit SQLite auf einem Netzlaufwerk. Nur zum Ausprobieren: "
        "Bestätigtes kann verloren gehen.",
        FLAG,
    )
    base_url: str = setting(
        "http://127.0.0.1:8000",
        "Adresse, unter der Menschen den Dienst erreichen. Alle Links in Mails und Briefen beginnen damit; mit https "
        "werden Cookies nur verschlüsselt gesendet.",
        "eine Adresse mit http:// oder https:// ohne Pfad",
    )
    secret_key: SecretStr = setting(
        SecretStr(""),
        "Schlüssel für Signaturen. Leer: wird einmal erzeugt und in DATA_DIR/secret_key abgelegt (nur für den Dienst "
        "lesbar). Mehrere Rechner brauchen denselben.",
        "mindestens 32 Zeichen, zum Beispiel aus „openssl rand -hex 32“",
    )
    host: str = setting("127.0.0.1", "Netzadresse, an der der Dienst lauscht.", "eine Netzadresse", min_length=1)
    port: int = setting(8000, "Anschluss, an dem der Dienst lauscht.", "eine Zahl von 1 bis 65535", ge=1, le=65535)
    threads: int = setting(
        16, "Gleichzeitig bearbeitete Anfragen; ebenso viele Datenbankverbindungen.", "eine Zahl von 1 bis 200", ge=1,
        le=200,
    )  # fmt: skip
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = setting(
        (),
        "Vorgeschaltete Server, deren Angabe X-Forwarded-For geglaubt wird. Leer: keinem.",
        "Netzadressen, mit Komma getrennt, zum Beispiel „10.0.0.5, 172.16.0.0/12“",
    )
    second_factor_required: Flag = setting(
        False,
        "Ob Planung und Betrieb erst mit einer zweiten Stufe der Anmeldung (Code aus einer App) zugänglich sind. „0“: "
        "sie wird angeboten und empfohlen.",
        FLAG,
    )
    worker_inline: Flag = setting(
        True, "Ob „serve“ die Aufträge (Mails, Dokumente, Fristen) selbst abarbeitet. „0“, wenn „worker“ läuft.", FLAG
    )
    mail: str = setting(
        "folder:",
        "Weg der Mails. „folder:“ legt sie als .eml in DATA_DIR/mail ab, „folder:/pfad“ anderswo. Versand: "
        "„smtp+starttls://nutzer:passwort@rechner:587“, „smtps://…:465“ oder ohne Verschlüsselung „smtp://rechner:25“.",
        "„folder:“, „smtp+starttls://“, „smtps://“ oder „smtp://“ mit Rechner",
    )
    mail_from: str = setting(
        "beteiligung@dienst.example",
        "Absender aller Mails.",
        "eine Mailadresse, vor dem @ ohne Umlaute, dahinter ohne Unterstrich, auch mit Namen: „Stadt Beispiel, Amt für "
        "Integration <post@amt.example>“",
    )
    site_name: str = setting(
        "Beteiligung der Kommunen", "Name des Dienstes in Kopfzeile und Mails.", min_length=1, max_length=80
    )
    authority_line: str = setting(
        "",
        "Satz im Streifen über der Seite, etwa „Offizielle Website …“. Nur setzen, wenn er stimmt.",
    )
    imprint_name: str = setting("", "Impressum: wer den Dienst betreibt.")
    imprint_address: str = setting("", "Impressum: Anschrift; Zeilen mit „\\n“ getrennt.")
    imprint_email: str = setting("", "Impressum: Mailadresse; auch Ziel von Rückfragen und Meldungen von Barrieren.")
    imprint_phone: str = setting("", "Impressum: Telefonnummer.")
    imprint_responsible: str = setting("", "Impressum: wer für den Inhalt verantwortlich ist und die Stelle vertritt.")
    privacy_officer: str = setting("", "Datenschutz: Kontakt der oder des Datenschutzbeauftragten.")
    privacy_authority: str = setting("", "Datenschutz: zuständige Aufsichtsbehörde.")
    privacy_basis: str = setting(
        "Art. 6 Abs. 1 Buchst. e DSGVO (Wahrnehmung einer öffentlichen Aufgabe)", "Datenschutz: Rechtsgrundlage."
    )
    accessibility_authority: str = setting(
        "",
        "Barrierefreiheit: Schlichtungs- oder Durchsetzungsstelle mit Anschrift und Verweis (für Bundesstellen die "
        "Schlichtungsstelle nach § 16 BGG).",
    )
    accessibility_supervisor: str = setting("", "Barrierefreiheit: Überwachungsstelle, der berichtet wird.")
    accessibility_state: str = setting(
        "partly", "Barrierefreiheit: Stand der Vereinbarkeit mit den Anforderungen.", "„full“, „partly“ oder „not“",
        pattern="^(full|partly|not)$",
    )  # fmt: skip
    accessibility_checked: str = setting(
        "", "Barrierefreiheit: Tag, an dem die Erklärung erstellt oder zuletzt überprüft wurde.",
        "ein Tag wie 2026-03-31", pattern=r"^(\d{4}-\d{2}-\d{2})?$",
    )  # fmt: skip
    minimum_cell: int = setting(
        5, "Kleinste Zahl von Antworten, die veröffentlichte Zahlen verbergen dürfen; nie unter 5.",
        "eine Zahl von 5 bis 100", ge=5, le=100,
    )  # fmt: skip
    retain_drafts: int = setting(
        365, "Aufbewahrung: Tage nach dem Ende einer Konsultation, bis „retention“ Antworten in Bearbeitung löscht; 0 heißt nie.",
        "eine Zahl von 0 bis 36500", ge=0, le=36500,
    )  # fmt: skip
    retain_contacts: int = setting(
        730, "Aufbewahrung: Tage nach dem Ende, bis Namen der Freigabe, Ansprechpersonen und Adressen der Einladungen entfallen; "
        "0 heißt nie.", "eine Zahl von 0 bis 36500", ge=0, le=36500,
    )  # fmt: skip
    retain_address_lists: int = setting(
        90, "Aufbewahrung: Tage, bis hochgeladene Adresslisten entfallen; übernommene Adressen bleiben. 0 heißt nie.",
        "eine Zahl von 0 bis 36500", ge=0, le=36500,
    )  # fmt: skip
    retain_accounts: int = setting(
        1095, "Aufbewahrung: Tage ohne Anmeldung, bis ein Konto ohne Organisation gelöscht wird; 0 heißt nie.",
        "eine Zahl von 0 bis 36500", ge=0, le=36500,
    )  # fmt: skip
    log_json: Flag = setting(
        False, "Ob das Protokoll des Dienstes als JSON geschrieben wird (eine Zeile je Ereignis).", FLAG
    )
    log_level: str = setting(
        "info", "Wie ausführlich das Protokoll ist.", "„debug“, „info“, „warning“ oder „error“",
        pattern="^(debug|info|warning|error)$",
    )  # fmt: skip
    metrics: Flag = setting(False, "Ob /metrics Messwerte für Prometheus zeigt.", FLAG)
    metrics_token: SecretStr = setting(
        SecretStr(""), "Wenn gesetzt: /metrics verlangt „Authorization: Bearer …“ mit diesem Wort."
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        """The short names of PostgreSQL are understood; the driver is ours to choose."""
        scheme, separator, rest = url.partition("://")
        if not url:
            return url
        kind = "postgresql" if scheme == "postgres" else scheme.partition("+")[0]
        if kind not in DATABASES or not separator:
            raise ValueError("unknown database")
        address = f"{'postgresql+psycopg' if kind == 'postgresql' else 'sqlite'}://{rest}"
        try:
            make_url(address)
        except ArgumentError as error:
            raise ValueError("no address of a database") from error
        return address

    @field_validator("base_url")
    @classmethod
    def _bare_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("not a bare address")
        return url.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError("too short")
        return key

    @field_validator("mail")
    @classmethod
    def _known_way(cls, way: str) -> str:
        parts = urlsplit(way)
        if parts.scheme != "folder" and not (parts.scheme in {"smtp", "smtps", "smtp+starttls"} and parts.hostname):
            raise ValueError("unknown way")
        return way

    @field_validator("mail_from")
    @classmethod
    def _can_send(cls, sender: str) -> str:
        """Refused at the start, not by each mail."""
        sender_of(sender)
        return sender

    @property
    def database(self) -> str:
        """What to open: the given database, or the file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'consultation.db'}"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where its data lie: the data folder, and that of a SQLite file which lies elsewhere."""
        url = make_url(self.database)
        file = Path(url.database or "") if url.get_backend_name() == "sqlite" else self.key_file
        return tuple(dict.fromkeys((self.data_dir.absolute(), file.absolute().parent)))

    @property
    def key_file(self) -> Path:
        """Where the key lies that no variable gives."""
        return self.data_dir / "secret_key"

    @property
    def encrypted(self) -> bool:
        """Whether people come by https: cookies are `Secure` then, and HSTS is sent."""
        return self.base_url.startswith("https:")

    @property
    def mail_folder(self) -> Path | None:
        """Where mails lie if they are not sent."""
        way, _, place = self.mail.partition(":")
        return (Path(place) if place else self.data_dir / "mail") if way == "folder" else None

    @property
    def documents(self) -> Path:
        """Where compiled editions, receipts and letters are kept."""
        return self.data_dir / "documents"


def load(environment: Mapping[str, str] | None = None, *, beginning: bool = True, **changes: Any) -> Settings:
    """Settings from the environment; `changes` (from the command line) win. Makes the data folder and the key.

    Unless `beginning`: then nothing is made, and the key is empty where none lies yet; enough for what signs nothing.
    An empty variable counts as not set. Raises SettingsError with all problems at once.
    """
    environment = os.environ if environment is None else environment
    names = {name: environment.get(name.upper(), "") for name in Settings.model_fields}
    given: dict[str, Any] = {n: value for n, value in names.items() if value and not login_mailbox(n.upper(), value)}
    given |= {name: value for name, value in changes.items() if value is not None}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError(_all_problems(error)) from None
    try:
        if beginning:
            make_folder(settings.data_dir)
        key = settings.secret_key.get_secret_value() or _kept_key(settings.key_file, make=beginning)
    except OSError as error:
        expected = _extra(Settings.model_fields["data_dir"].json_schema_extra)
        raise SettingsError(f"DATA_DIR: erwartet wird {expected} ({error.strerror}: {error.filename}).") from error
    return settings.model_copy(update={"secret_key": SecretStr(key)})


def login_mailbox(name: str, value: str) -> bool:
    """MAIL as log-ins of Linux set it: where the system keeps the mails of that user. It is not meant for the service."""
    return name == "MAIL" and value.startswith(("/var/mail/", "/var/spool/mail/"))


def _all_problems(error: ValidationError) -> str:
    lines = ["Diese Einstellungen (Umgebungsvariablen) sind nicht gültig:"]
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0])
        field = Settings.model_fields.get(name)
        if field is None:
            lines.append(f"- {name.upper()}: diese Einstellung gibt es nicht.")
            continue
        secret = any(word in name for word in ("secret", "token", "mail", "database"))
        value = "" if secret else f" „{problem['input']}“ ist es nicht."
        lines.append(f"- {name.upper()}: erwartet wird {_extra(field.json_schema_extra)}.{value}")
    return "\n".join(lines)


def _extra(extra: Any) -> str:
    return str(extra["expected"])


def _kept_key(path: Path, *, make: bool) -> str:
    """Made once. Several processes may start at once: the first whole file wins."""
    if not path.exists():
        if not make:
            return ""
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")  # mode 600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            bring_written(file)
        try:
            Path(path).hardlink_to(name)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
        bring(path.parent)
    key = path.read_text("ascii", "replace").strip()
    if len(key) < SHORTEST_KEY:
        raise SettingsError(
            f"Der Schlüssel des Dienstes ist leer oder abgeschnitten: {path}. Holen Sie die Datei aus der Sicherung zurück. Gibt "
            "es keine, setzen Sie SECRET_KEY neu, und führen Sie „consultation adopt-key“ aus; dann gelten ausgegebene "
            "Einladungscodes nicht mehr, und jede zweite Stufe der Anmeldung wird zurückgesetzt."
        )
    return key


@dataclass(frozen=True)
class Explanation:
    name: str
    default: str
    text: str
    expected: str


def describe() -> Iterator[Explanation]:
    """For the documentation and for `--help`: every variable with its default and meaning."""
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        match default:
            case SecretStr() | ():
                shown = ""
            case bool():
                shown = "1" if default else "0"
            case _:
                shown = str(default)
        yield Explanation(name.upper(), shown, field.description or "", _extra(field.json_schema_extra))
