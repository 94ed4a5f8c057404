"""The second file of an import: which key took the place of which. One pair a line: "old;new", both ARS or AGS."""

import re

from consultation.core.errors import Invalid, Problem
from consultation.core.language import M

_PAIR = re.compile(r"([0-9]{5}|[0-9]{8,9}|[0-9]{12});([0-9]{5}|[0-9]{8,9}|[0-9]{12})")


def parse_successors(data: bytes) -> dict[str, tuple[int, str]]:
    """Old key → (line, new key); empty lines are skipped. Raises `Invalid` with one problem per bad line."""
    pairs: dict[str, tuple[int, str]] = {}
    problems: list[Problem] = []
    for number, raw in enumerate(data.splitlines(), start=1):
        line = raw.decode("utf-8", errors="replace").strip().replace(" ", "")
        match = _PAIR.fullmatch(line)
        if match and match[1] not in pairs:
            pairs[match[1]] = (number, match[2])
        elif match:
            problems.append(
                Problem(f"line {number}", M("Für den Schlüssel {key} gibt es schon eine Zeile.", key=match[1]))
            )
        elif line:
            problems.append(Problem(f"line {number}", M("Erwartet wird „alter Schlüssel;neuer Schlüssel“ in Ziffern.")))
    if problems:
        raise refused(problems)
    return pairs


def refused(problems: list[Problem]) -> Invalid:
    return Invalid(
        M(
            "Die Datei der Nachfolger ist fehlerhaft. Es wurde nichts übernommen. "
            "Bitte berichtigen Sie die genannten Zeilen."
        ),
        problems=problems,
    )
