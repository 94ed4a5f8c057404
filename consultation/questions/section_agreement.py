"""Agreement with each section of the draft."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from consultation.core.language import Language, M, say
from consultation.questions import (
    Context,
    Family,
    Item,
    Option,
    Tally,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.grids import Grid
from consultation.questions.wording import section_label

_LABELS = {
    "full": M("Zustimmung"),
    "with_changes": M("Zustimmung mit Änderungen"),
    "no": M("Ablehnung"),
    "no_view": M("keine Haltung dazu"),
}

_SCOPES = {"main": M("den Hauptnummern des Entwurfs"), "all": M("allen Abschnitten des Entwurfs")}


class SectionAgreement(Grid):
    """The answer "no_view" is no agreement and no refusal: it is shown apart, as "cannot judge" is."""

    key = "section_agreement"
    title = M("Zustimmung je Nummer")
    about = M("Eine Zeile je Abschnitt des Entwurfs: Zustimmung, Zustimmung mit Änderungen, Ablehnung, keine Haltung.")
    example = M("Wie stehen Sie zu den einzelnen Nummern?")
    family = Family.DRAFT
    needs_sections = True
    item_title = M("Abschnitt")
    tally = Tally.OPTIONS

    class Settings(Plain):
        scope: Annotated[Literal["main", "all"], Wording(M("Gefragt wird zu"), options=_SCOPES)] = "main"

    def items(self, settings: Settings, context: Context) -> tuple[Item, ...]:
        """Where all are asked, the mere heading of a chapter is not: to what it holds one can say yes or no."""
        every = settings.scope == "all"
        wanted = (s for s in context.sections.values() if (not s.gathers if every else s.main))
        return tuple(Item(section.key, section_label(section, context)) for section in wanted)

    def choices(self, item: str, settings: Settings, context: Context) -> tuple[Option, ...]:
        return self.options(settings, context.language)

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return tuple(Option(key, say(label, language)) for key, label in _LABELS.items())

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, {"purpose": "full", "amount": "with_changes"}
        yield {"scope": "all"}, {"amount": "no", "rate": "no_view"}
