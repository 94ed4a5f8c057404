"""The same options for several rows."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field as Setting
from pydantic import model_validator

from consultation.core.language import Language, M
from consultation.questions import (
    Context,
    Family,
    Item,
    Option,
    Tally,
    Value,
)
from consultation.questions.dials import Wording
from consultation.questions.grids import Grid, rows_as_items
from consultation.questions.options import Choice, Options, distinct, drawn, named


class ChoiceMatrix(Grid):
    key = "choice_matrix"
    title = M("Auswahl für mehrere Zeilen")
    about = M("Eine Tabelle: für jede Zeile wird eine der Antworten gewählt, die Sie vorgeben.")
    example = M("Haben Sie schon Mittel genutzt – vom Bund, vom Land, von der EU? Ja, nein, nicht bekannt.")
    family = Family.CHOICE
    tally = Tally.OPTIONS

    class Settings(Options):
        rows: Annotated[tuple[Choice, ...], Wording(M("Zeilen"))] = Setting(min_length=1, max_length=50)

        @model_validator(mode="after")
        def _distinct_rows(self) -> Self:
            distinct(self.rows)
            return self

    def items(self, settings: Settings, context: Context) -> tuple[Item, ...]:
        return rows_as_items(settings.rows, context)

    def choices(self, item: str, settings: Settings, context: Context) -> tuple[Option, ...]:
        return drawn(settings.options, context)

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return named(settings.options, language)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        rows = [{"key": "federal", "label": {"de": "Bund"}}, {"key": "state", "label": {"de": "Land"}}]
        answers = [("yes", "ja"), ("no", "nein"), ("unknown", "nicht bekannt")]
        options = [{"key": key, "label": {"de": label}} for key, label in answers]
        yield {"rows": rows, "options": options}, {"federal": "yes", "state": "unknown"}
        yield {"rows": rows, "options": options}, {"state": "no"}
