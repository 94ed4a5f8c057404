"""docs/sicherheit.md tells of every line of the catalogue, and every test it names exists."""

import ast
import re
from functools import cache

from consultation.core.places import top_folder

TOP = top_folder("templates").parent
PAGE = TOP / "docs" / "sicherheit.md"
LINES = {"AN": 11, "AZ": 12, "IN": 16, "UP": 11, "RL": 6, "SE": 9, "WH": 8, "CO": 9, "MI": 7, "BA": 5, "TI": 9,
         "PR": 12, "AU": 6, "DU": 13}  # fmt: skip
"""Group → how many lines of the catalogue it has."""


def rows() -> list[tuple[list[str], str]]:
    """The lines a row is about, and all it says."""
    found = re.findall(r"^\| ((?:[A-Z]{2}-\d\d(?:, )?)+) \|(.*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [(ids.split(", "), text) for ids, text in found]


@cache
def functions_of(name: str) -> frozenset[str]:
    (path,) = [TOP / "tests" / name] if (TOP / "tests" / name).exists() else (TOP / "tests").rglob(name)
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_line_of_the_catalogue_has_one_row():
    told = [line for ids, _ in rows() for line in ids if line[:2] in LINES]
    wanted = [f"{group}-{number:02}" for group, count in LINES.items() for number in range(1, count + 1)]
    assert sorted(told) == sorted(wanted)


def test_every_row_names_a_test_or_says_why_there_is_none():
    silent = [
        ids
        for ids, text in rows()
        if ids[0][:2] in LINES and not re.search(r"`[\w/]*test_\w+\.py::", text) and "nicht anwendbar" not in text
    ]
    assert silent == []


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(?:tests/)?([\w/]*?)(test_\w+\.py)::(test_\w+)`", PAGE.read_text("utf-8"))
    assert len(named) > 100
    assert [f"{file}::{test}" for folder, file, test in named if test not in functions_of(folder + file)] == []
