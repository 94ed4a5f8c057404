"""What may be shown of an answer, part by part. Unanswered parts stay unanswered: nothing is presumed here."""

from collections.abc import Iterable
from typing import Any

from consultation.core.language import Language, M, say
from consultation.questions import (
    Context,
    Family,
    Item,
    Option,
    Tally,
    Value,
)
from consultation.questions.grids import Grid

LEVELS = {
    "named": M("mit Namen"),
    "described": M("nur mit Art und Größenklasse"),
    "figures": M("nur als Zahl in der Auswertung"),
    "none": M("gar nicht"),
}
"""From the most open level to the closest."""


class Disclosure(Grid):
    key = "disclosure"
    title = M("Veröffentlichungsfreigabe")
    about = M(
        "Die antwortende Stelle legt für jeden Teil fest, was veröffentlicht werden darf. Jedes Formular "
        "braucht diese Frage einmal."
    )
    example = M("Was darf veröffentlicht werden?")
    family = Family.FRAME
    settles_disclosure = True
    item_title = M("Teil")
    tally = Tally.OPTIONS

    def items(self, settings: Any, context: Context) -> tuple[Item, ...]:
        return tuple(Item(key, title) for key, title in context.disclosure_parts)

    def choices(self, item: str, settings: Any, context: Context) -> tuple[Option, ...]:
        """A part with a confidential question offers no level above its cap."""
        options = self.options(settings, context.language)
        cap = context.disclosure_caps.get(item, "named")
        return options[list(LEVELS).index(cap) :]

    def options(self, settings: Any, language: Language) -> tuple[Option, ...]:
        return tuple(Option(key, say(label, language)) for key, label in LEVELS.items())

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, {"B": "described", "participant": "named"}
        yield {}, {"B": "none"}
