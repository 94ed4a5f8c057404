"""All figures of all questions by Land and size class from live data, beside the bare query of the cube."""

from collections.abc import Iterator

from benchmarks import Benchmark, Result, Scale, at_most
from benchmarks.stage.bare_site import opened
from benchmarks.stage.keepers import Keeper, bare, is_postgres
from benchmarks.stage.timing import compare
from benchmarks.stage.world import World, world
from consultation.consultations import queries as consultations
from consultation.core.db import Database
from consultation.evaluation import statistics as evaluation

LIMESURVEY = 121.0
"""Seconds for 10,786 answers to 40 questions by Land and size class."""
CUBE = """select question, item, option, number, size_class, state, kind, count(*) from answer_fact
where consultation_id = {here} group by question, item, option, number, size_class, state, kind"""


class Statistics(Benchmark):
    key = "statistics"
    title = "Alle Zahlen: 40 Fragen × Land × Größenklasse, aus den lebenden Daten"

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        with world(keeper, scale.organisations, scale.spare) as here, here.database(1) as db:
            connection = opened(bare(here.url))
            found = compare(max(3, scale.rounds), lambda: figures(db, here), lambda: cube(connection, here))
            connection.close()
        goal, kept = at_most(found.ratio, 2)
        yield Result(
            "alle Tabellen", "s", found.product.wall, found.limit.wall, found.ratio, goal, kept, found.product.cpu,
            found.limit.cpu,
        )  # fmt: skip
        if scale.organisations == 10_786:
            yield Result("LimeSurvey, Vielfaches", "s", found.product.wall, LIMESURVEY, LIMESURVEY / found.product.wall)


def figures(db: Database, here: World) -> int:
    """As the page of results computes them; how many fields have figures."""
    with db.reader() as session:
        consultation = consultations.get(session, here.planner, here.slug)
        return len(evaluation.for_planner(session, here.planner, consultation).fields)


def cube(connection: object, here: World) -> int:
    """The one query, with the driver alone; how many rows."""
    postgres = is_postgres(here.url)
    identifier = here.consultation_id if postgres else here.consultation_id.hex
    cursor = connection.cursor()  # type: ignore[attr-defined] # of either driver
    cursor.execute(CUBE.format(here="%s" if postgres else "?"), (identifier,))
    return len(cursor.fetchall())
