"""Wrong usage and help are told in the language of the command line, German, whatever the library behind it speaks."""

import re
from pathlib import Path

import pytest

from tests.demo_world import consultation
from tests.test_cli import ALL

ENGLISH = re.compile(
    r"\b(usage|options|arguments?|commands?|error|invalid|missing|default|required|try|such|show|message|exit|help for|value|"
    r"valid|should|input|possible|did you|does not|aborted|repeat|entered)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("serv", "Den Befehl „serv“ gibt es nicht. Ist „serve“ oder „user“ gemeint?"),
        ("xyz", "Den Befehl „xyz“ gibt es nicht."),
        ("user xyz", "Den Befehl „xyz“ gibt es nicht."),
        ("serve --prt 1", "Die Option --prt gibt es nicht. Ist --port gemeint?"),
        ("jobs list --xyz", "Die Option --xyz gibt es nicht."),
        ("serve -x", "Die Option -x gibt es nicht."),
        ("serve --port", "Zur Option --port fehlt der Wert."),
        ("restore x --overwrite=1", "Die Option --overwrite nimmt keinen Wert."),
        ("serve --port abc", "--port: erwartet wird eine ganze Zahl."),
        ("demo --municipalities 3", "--municipalities: erwartet wird eine Zahl ab 20."),
        ("demo --municipalities 9999", "--municipalities: erwartet wird eine Zahl bis 4000."),
        ("backup", "Es fehlt die Angabe ORDNER."),
        ("compile", "Es fehlt die Angabe KURZNAME."),
        ("person erase", "Es fehlt die Angabe ADRESSE."),
        ("backup a b c", "Das ist eine Angabe zu viel: b c"),
        ("register import /gibt/es/nicht", "DATEI: „/gibt/es/nicht“ gibt es nicht."),
        ("register import /tmp", "DATEI: „/tmp“ ist ein Ordner."),
        ("backup /etc/passwd", "ORDNER: „/etc/passwd“ ist kein Ordner."),
        ("user create", "Abgebrochen."),
    ],
)
def test_what_was_typed_wrongly_is_told_in_german(typed: str, said: str) -> None:
    found = consultation(*typed.split())
    assert found.returncode in {1, 2}
    assert said in " ".join(found.stderr.split())
    assert not ENGLISH.search(found.stderr), found.stderr
    assert "╭" not in found.stderr


@pytest.mark.parametrize("path", [(), ("serve",), ("restore",), ("demo",), ("user",)], ids=" ".join)
def test_help_is_german_to_the_last_word(path: tuple[str, ...]) -> None:
    found = consultation(*path, "--help")
    assert found.returncode == 0
    assert found.stdout.strip().startswith("Aufruf: ")
    assert "Diese Hilfe zeigen." in found.stdout
    words = re.sub(r"--[\w-]+|<[\w ]+>|^│ \w+ ", "", found.stdout, flags=re.MULTILINE)
    assert not ENGLISH.search(words), words


def test_every_command_comes_with_german_words_for_what_it_takes() -> None:
    for path, command in ALL.items():
        assert command.options_metavar == "[OPTIONEN]", path


def test_a_group_without_a_command_shows_what_there_is(tmp_path: Path) -> None:
    found = consultation("jobs")
    assert found.returncode == 2
    assert found.stderr == ""
    assert "pause" in found.stdout
