"""What may be shown of an answer, part by part. Unanswered parts stay unanswered: nothing is presumed here."""

from collections.abc import Iterable, Mapping
from typing import Any

from consultation.core.language import Language, M, Message, say
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


def levels_for(context: Context) -> dict[str, Message]:
    """In the words of one house: whoever has no size class is shown with its kind alone."""
    return LEVELS if context.sized else LEVELS | {"described": M("nur mit der Art der Stelle")}


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
        options = _options(levels_for(context), context.language)
        cap = context.disclosure_caps.get(item, "named")
        return options[list(LEVELS).index(cap) :]

    def options(self, settings: Any, language: Language) -> tuple[Option, ...]:
        return _options(LEVELS, language)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, {"B": "described", "participant": "named"}
        yield {}, {"B": "none"}


def _options(levels: Mapping[str, Message], language: Language) -> tuple[Option, ...]:
    return tuple(Option(key, say(label, language)) for key, label in levels.items())
