"""`python -m benchmarks [--organisations N] [--databases sqlite,postgresql] [--only NAME …] [--write PAGE]`."""

import argparse
import sys
import traceback
from pathlib import Path

from rich.console import Console

from benchmarks import Benchmark, Scale, all_benchmarks, scale_of
from benchmarks.stage import machine, report
from benchmarks.stage.keepers import KEEPERS, Keeper
from benchmarks.stage.report import Section
from consultation.core.memory import settle_in

FULL = 10_786
WIDTH = 200
"""Of the tables, in characters: rows are not broken, and a log takes them too."""
FOLDER = Path("/var/tmp/consultation-benchmarks")
"""Where a disk keeps it, and the user that PostgreSQL runs as may enter."""


def main(arguments: list[str]) -> int:
    """0 if all ran through, whatever the figures say."""
    chosen, known, console = _read(arguments), all_benchmarks(), Console(soft_wrap=True, width=WIDTH)
    described = machine.described()
    for what, value in described:
        console.print(f"{what}: {value}")
    chosen.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    keepers = [KEEPERS[kind](chosen.folder) for kind in chosen.databases]
    scale, sections = scale_of(chosen.organisations), []
    settle_in()  # as the service does
    for benchmark in (known[name] for name in chosen.only or known):
        for keeper in (keeper for keeper in keepers if keeper.kind in benchmark.databases):
            sections.append(measured(benchmark, keeper, scale))
            report.show(console, sections[-1])
    if chosen.write:
        size = f"{scale.organisations} Stellungnahmen × 40 Fragen, {scale.rounds} Runden"
        report.write(chosen.write, described, size, sections)
    return int(any(section.fault for section in sections))


def measured(benchmark: Benchmark, keeper: Keeper, scale: Scale) -> Section:
    """A benchmark that breaks off leaves the others to run."""
    section = Section(benchmark.title, keeper.kind)
    try:
        for result in benchmark.run(keeper, scale):
            section.results.append(result)
    except Exception as error:  # noqa: BLE001 -- told in the table, and by the exit status
        traceback.print_exc()
        section.fault = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    return section


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--organisations", type=int, default=FULL, help="how many have answered")
    parser.add_argument("--databases", type=lambda text: text.split(","), default=list(KEEPERS))
    parser.add_argument("--only", nargs="+", choices=sorted(all_benchmarks()), default=[])
    parser.add_argument("--write", type=Path, help="the page to write, docs/benchmarks.md")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where databases are kept between runs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
