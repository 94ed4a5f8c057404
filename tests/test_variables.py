"""What holds now and where it comes from; and variables that look like settings and are none."""

from pathlib import Path

import pytest

from consultation.settings import Settings, load
from consultation.variables import Holding, holdings, strangers
from tests.demo_world import consultation


def held(environment: dict[str, str], data_dir: Path | None = None) -> dict[str, Holding]:
    return {one.explained.name: one for one in holdings(environment, data_dir)}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CONSULTATION_MAIL_URLL", "MAIL"), ("CONSULTATION_BASE_URL", "BASE_URL"), ("CONSULTATION_PORT", "PORT"),
        ("MAIL_FORM", "MAIL_FROM"), ("DATABSE_URL", "DATABASE_URL"), ("DATABASE_URI", "DATABASE_URL"),
        ("BASEURL", "BASE_URL"), ("SECRETKEY", "SECRET_KEY"), ("IMPRINT_MAIL", "IMPRINT_EMAIL"),
        ("RETAIN_DRAFT", "RETAIN_DRAFTS"), ("TRUSTED_PROXY", "TRUSTED_PROXIES"), ("base_url", "BASE_URL"),
    ],
)  # fmt: skip
def test_a_misspelt_setting_is_told_with_the_one_that_was_meant(name: str, meant: str) -> None:
    assert list(strangers({name: "x"})) == [(name, meant)]


def test_nothing_is_said_of_variables_of_others() -> None:
    others = [
        "HOME",
        "HOSTNAME",
        "HOSTTYPE",
        "USER",
        "LOGNAME",
        "MAILTO",
        "MAILCHECK",
        "MAILPATH",
        "LANG",
        "LC_ALL",
        "PATH",
        "PWD",
        "SHELL",
        "TERM",
        "TZ",
        "TMPDIR",
        "SSL_CERT_FILE",
        "POSTGRES_PASSWORD",
        "PYTHONPATH",
        "PYTHONUNBUFFERED",
        "PYTHON_VERSION",
        "GPG_KEY",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "STATE_DIRECTORY",
        "SUDO_USER",
        "SUDO_COMMAND",
        "XDG_RUNTIME_DIR",
        "SYSTEMD_EXEC_PID",
        "COLUMNS",
        "LINES",
        "VIRTUAL_ENV",
        "PS1",
        "EDITOR",
        "REPORT",
        "THREAD_COUNT",
    ]
    assert list(strangers(dict.fromkeys([*others, *map(str.upper, Settings.model_fields)], "x"))) == []


@pytest.mark.parametrize("command", ["migrate", "settings"])
def test_the_commands_that_begin_a_service_warn(command: str, tmp_path: Path) -> None:
    found = consultation(
        command, "--data-dir", tmp_path, CONSULTATION_MAIL_URLL="smtp://x", BASEURL="https://amt.example"
    )
    assert found.returncode == 0
    assert "Die Variable CONSULTATION_MAIL_URLL kennt der Dienst nicht. Ist MAIL gemeint?" in found.stderr
    assert "Ist BASE_URL gemeint?" in found.stderr


def test_every_setting_says_what_holds_and_where_it_comes_from(tmp_path: Path) -> None:
    found = held({"PORT": "8080", "DATA_DIR": "/srv", "SITE_NAME": "", "LOG_JSON": "ja"}, tmp_path)
    assert set(found) == {name.upper() for name in Settings.model_fields}
    assert (found["PORT"].value, found["PORT"].source) == ("8080", "Umgebung")
    assert (found["DATA_DIR"].value, found["DATA_DIR"].source) == (str(tmp_path), "--data-dir")
    assert (found["SITE_NAME"].value, found["SITE_NAME"].source) == ("Beteiligung der Kommunen", "Vorgabe")
    assert (found["SECRET_KEY"].value, found["SECRET_KEY"].source) == ("", "Vorgabe")
    load({}, data_dir=tmp_path)
    kept = held({}, tmp_path)["SECRET_KEY"]
    assert (kept.value, kept.source) == ("gesetzt", f"Datei {tmp_path / 'secret_key'}")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("SECRET_KEY", "geheim" * 8, "gesetzt"),
        ("METRICS_TOKEN", "geheim", "gesetzt"),
        ("DATABASE_URL", "postgresql://amt:geheim@db:5432/dienst", "postgresql://amt:***@db:5432/dienst"),
        ("DATABASE_URL", "postgresql://amt@db/dienst?password=geheim", "postgresql://amt:***@db/dienst"),
        ("DATABASE_URL", "postgresql://db/dienst?password=geheim", "postgresql://db/dienst"),
        ("DATABASE_URL", "sqlite:////srv/dienst.db", "sqlite:////srv/dienst.db"),
        ("MAIL", "smtp+starttls://amt:geheim@post:587", "smtp+starttls://amt:***@post:587"),
        ("MAIL", "smtps://amt:ge@heim@[::1]:465", "smtps://amt:***@[::1]:465"),
        ("MAIL", "smtps://amt:geheim/1@post:465", "gesetzt"),
        ("MAIL", "smtps://amt:geheim#1@post:465", "gesetzt"),
        ("MAIL", "smtps://amt:geheim?1@post:465", "gesetzt"),
        ("MAIL", "smtps://amt:geheim@post:abc", "gesetzt"),
        ("MAIL", "folder:/srv/mails", "folder:/srv/mails"),
    ],
)
def test_secrets_are_never_shown(name: str, value: str, shown: str) -> None:
    assert held({name: value})[name].value == shown


def test_the_mailbox_that_a_log_in_names_is_no_setting_of_the_service(tmp_path: Path) -> None:
    mailbox = {"MAIL": "/var/mail/olga"}
    assert held(mailbox)["MAIL"].source == "Vorgabe"
    assert load(mailbox, data_dir=tmp_path).mail == "folder:"
    assert consultation("migrate", "--data-dir", tmp_path, **mailbox).returncode == 0


def test_the_list_names_what_is_wrong_too(tmp_path: Path) -> None:
    found = consultation(
        "settings", "--data-dir", tmp_path, PORT="abc", DATABASE_URL="postgresql://amt:geheim@db/dienst"
    )
    assert found.returncode == 1
    assert "PORT: erwartet wird" in found.stderr
    assert "abc" in found.stdout
    assert "geheim" not in found.stdout + found.stderr
