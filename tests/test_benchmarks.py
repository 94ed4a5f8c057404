"""The benchmarks run, and measure what people would really send. How fast anything is, is asserted nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import Benchmark, Result, Scale, scale_of
from benchmarks.__main__ import main, measured
from benchmarks.stage import form, report
from benchmarks.stage.keepers import Keeper, SqliteKeeper
from benchmarks.stage.walk import dice
from benchmarks.stage.world import world
from consultation.consultations import queries
from consultation.evaluation.statistics import for_planner, form_context

FEW = 30


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run over few organisations wrote; the databases it made lie beside it."""
    folder = tmp_path_factory.mktemp("benchmarks")
    written = folder / "benchmarks.md"
    arguments = ["--organisations", str(FEW), "--databases", "sqlite", "--only", "statistics", "--folder", str(folder)]
    assert main([*arguments, "--write", str(written)]) == 0
    return written


def test_a_run_writes_the_machine_and_each_figure_beside_its_limit(page: Path):
    text = page.read_text("utf-8")
    assert f"| Umfang | {FEW} Stellungnahmen × 40 Fragen" in text
    assert "| PostgreSQL | " in text
    assert "| alle Tabellen | " in text
    assert "Abgebrochen" not in text


def test_what_is_measured_are_counted_answers_that_the_service_accepts(page: Path):
    with (
        world(SqliteKeeper(page.parent), FEW, scale_of(FEW).spare) as here,
        here.database(1) as db,
        db.reader() as session,
    ):
        consultation = queries.get(session, here.planner, here.slug)
        context = form_context(session, consultation)
        assert for_planner(session, here.planner, consultation).base == FEW
    assert len(context.form.asked) == 40
    for seed in range(8):
        given = form.answers(dice(seed), list(context.sections))
        for asked in context.form.asked:
            value = given.get(asked.key)
            assert asked.type.check(value, asked.settings, context) == value, asked.key


class Broken(Benchmark):
    key = "broken"
    title = "Bricht ab"

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        yield Result("bis hierher", "s", 1.5)
        raise OSError("disk full")


def test_a_benchmark_that_breaks_off_keeps_its_lines_and_says_why(tmp_path: Path):
    section = measured(Broken(), SqliteKeeper(tmp_path), scale_of(FEW))
    report.write(tmp_path / "page.md", [], "nichts", [section])
    text = (tmp_path / "page.md").read_text("utf-8")
    assert "| bis hierher | 1,50 s |" in text
    assert "Abgebrochen: OSError: disk full" in text
