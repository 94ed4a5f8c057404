"""The results as a table on the screen and as a page of the documentation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import Result

HEADS = ("Messung", "Dienst", "Grenze", "Verhältnis", "Ziel", "gehalten", "CPU", "CPU Grenze", "Anmerkung")
INTRODUCTION = """# Messungen

Diese Seite schreibt `python -m benchmarks --write docs/benchmarks.md` (kurz: `make bench`). Neben jeder Zahl des
Dienstes steht, was dieselbe Maschine im selben Lauf ohne ihn leistet: Beide wechseln sich ab, das Verhältnis ist der
Median der Runden. Zwei Zahlen aus verschiedenen Läufen sind nur auf ±25 % genau zu vergleichen. „CPU“ sind Sekunden
Rechenzeit des Dienstes je Vorgang, Kindprozesse eingeschlossen, ohne den Datenbankserver. Was womit verglichen wird,
steht in der [Entscheidung 0034](decisions/0034-speed-beside-the-machine.md).
"""


@dataclass
class Section:
    title: str
    database: str
    results: list[Result] = field(default_factory=list)
    fault: str = ""


def show(console: Console, section: Section) -> None:
    table = Table(*HEADS, title=f"{section.title} ({section.database})", title_justify="left")
    for result in section.results:
        table.add_row(*cells(result))
    console.print(table)
    if section.fault:
        console.print(f"abgebrochen: {section.fault}", style="red")


def cells(result: Result) -> tuple[str, ...]:
    return (
        result.what, amount(result.product, result.unit), amount(result.limit, result.unit),
        "" if result.ratio is None else f"{result.ratio:.2f}".replace(".", ","), result.goal,
        "" if result.kept is None else "ja" if result.kept else "nein", amount(result.cpu, "s"),
        amount(result.limit_cpu, "s"), result.note,
    )  # fmt: skip


def amount(value: float | None, unit: str) -> str:
    """Three digits that count, as Germans write them."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 4
    return f"{value:.{digits}f} {unit}".replace(".", ",")


def write(path: Path, machine: Sequence[tuple[str, str]], size: str, sections: Iterable[Section]) -> None:
    lines = [INTRODUCTION, "| Maschine | |", "|---|---|"]
    lines += [f"| {what} | {value} |" for what, value in (*machine, ("Umfang", size))]
    for section in sections:
        lines += ["", f"## {section.title} ({section.database})", ""]
        lines += [f"| {' | '.join(HEADS)} |", "|---|--:|--:|--:|--:|---|--:|--:|---|"]
        lines += [f"| {' | '.join(cell.replace('|', '/') for cell in cells(result))} |" for result in section.results]
        lines += ["", f"Abgebrochen: {section.fault}"] if section.fault else []
    path.write_text("\n".join(lines) + "\n", "utf-8")
