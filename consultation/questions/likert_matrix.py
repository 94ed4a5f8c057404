"""The same five-step scale for several rows."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field as Setting
from pydantic import model_validator

from consultation.core.language import Language, M
from consultation.questions import (
    Context,
    Fact,
    Family,
    Item,
    Option,
    Tally,
    Value,
)
from consultation.questions.dials import Wording
from consultation.questions.grids import Grid, rows_as_items
from consultation.questions.options import Choice, distinct
from consultation.questions.scales import ScaleSettings, check_step, posted_step, scale_options, step_fact, step_values


class LikertMatrix(Grid):
    key = "likert_matrix"
    title = M("Skala für mehrere Zeilen")
    about = M("Dieselben fünf Stufen für mehrere Zeilen.")
    example = M("Wie gut unterstützt der Entwurf die Zusammenarbeit mit Vereinen, Jobcenter, Kammern?")
    family = Family.SCALE
    tally = Tally.SCALE

    class Settings(ScaleSettings):
        rows: Annotated[tuple[Choice, ...], Wording(M("Zeilen"))] = Setting(min_length=1, max_length=50)

        @model_validator(mode="after")
        def _distinct(self) -> Self:
            distinct(self.rows)
            return self

    def items(self, settings: Settings, context: Context) -> tuple[Item, ...]:
        return rows_as_items(settings.rows, context)

    def choices(self, item: str, settings: Settings, context: Context) -> tuple[Option, ...]:
        return scale_options(settings, context.language)

    def read_one(self, text: str) -> Value:
        return posted_step(text)

    def check_one(self, item: str, value: Value, settings: Settings, context: Context) -> Value:
        return check_step(value, settings)

    def values_of(self, item: str, settings: Settings, context: Context) -> list[Value]:
        return step_values(settings)

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return [step_fact(step, item) for item, step in (value or {}).items()]

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return scale_options(settings, language)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        rows = [{"key": "clubs", "label": {"de": "Vereine"}}, {"key": "job_centre", "label": {"de": "Jobcenter"}}]
        yield {"rows": rows, "scale": "quality"}, {"clubs": 5, "job_centre": "cannot_judge"}
        yield {"rows": rows, "scale": "importance", "cannot_judge": False}, {"clubs": 1}
