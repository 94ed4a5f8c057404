"""A count of one is said as one thing, on every page of the workbench: no "1 Stellungnahmen"."""

import re
from pathlib import Path

import pytest

from consultation.core.places import package_folder, top_folder

SAID = re.compile(r"""\b[tM]\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)((?:[^()"]|"[^"]*"|\([^()]*\))*)\)""")
THINGS = ("Stellen", "Fragen", "Zeilen", "Antworten", "Bitten", "Einladungen", "Stellungnahmen", "Fehlanzeigen", "Wochen",
          "Minuten", "Personen", "Erwiderungen", "Punkte", "Punkten",
          "Beiträge", "Briefe", "Tage", "Tagen", "Texte", "Bände")  # fmt: skip
MANY = re.compile(rf"(?<!bis )\b1 (?:{'|'.join(THINGS)})\b")
ONLY_OF_SEVERAL = {
    "{count} Stellen schreiben": "said where more than one body wrote it",
    "{days} Tage vor der Frist": "one day has a sentence of its own beside it",
    "Stichprobe gezogen: {size} von {of} Stellen, Startwert {seed}": "nothing is drawn of one body",
    "{decided} von {count} Punkten entschieden": "a fraction, read as such",
    "kurzer Weg etwa {short} Minuten, alles etwa {long} Minuten": "rounded up, and two numbers in one sentence",
    "{count} Punkte": "said of a step that several points were part of",
}
"""Sentences that nobody reads of one thing, each with its reason."""


def _files() -> list[Path]:
    return [*top_folder("templates").glob("planners/**/*.html"), *package_folder().glob("web/planners/*.py")]


def _sentences(path: Path) -> list[tuple[str, bool]]:
    """Each with whether it has another wording for one thing."""
    found = SAID.finditer(path.read_text("utf-8"))
    return [("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', m[1])), "one=" in m[2]) for m in found]


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_one_thing_is_not_said_as_many(path: Path) -> None:
    wrong = [
        text for text, single in _sentences(path)
        if not single and text not in ONLY_OF_SEVERAL and MANY.search(re.sub(r"\{\w+\}", "1", text))
    ]  # fmt: skip
    assert wrong == []
