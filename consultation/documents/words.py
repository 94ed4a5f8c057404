"""The fixed words of documents, in the document's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from consultation.core.language import Language, M, say


def contents(language: Language) -> str:
    return say(M("Inhalt"), language)


def page_of(language: Language) -> tuple[str, str]:
    """What stands before the page number and before the number of pages: "Seite 3 von 70"."""
    return say(M("Seite"), language), say(M("von"), language)


def nothing(language: Language) -> str:
    return say(M("Keine Einträge"), language)


REGIONS: Mapping[Language, str] = {"de": "DE", "en": "GB"}


def locale_tag(language: Language) -> str:
    """As files name it: de-DE."""
    return f"{language}-{REGIONS[language]}"


@dataclass
class Captions:
    """Numbers tables and charts in reading order: "Tabelle 3: Zustimmung je Abschnitt". One per written file."""

    language: Language
    tables: int = 0
    charts: int = 0

    @property
    def table_word(self) -> str:
        return say(M("Tabelle"), self.language)

    @property
    def chart_word(self) -> str:
        return say(M("Abbildung"), self.language)

    def table(self, caption: str) -> str:
        """The whole caption; empty for a table without one, which is not counted."""
        if not caption:
            return ""
        self.tables += 1
        return f"{self.table_word} {self.tables}: {caption}"

    def chart(self, caption: str) -> str:
        self.charts += 1
        return f"{self.chart_word} {self.charts}: {caption}"
