"""Surroundings of a question type without database: a small draft, a register entry, a few parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from consultation.core.language import Language
from consultation.questions import Context, SectionInfo

SECTIONS = (
    SectionInfo("purpose", "1", "Förderziel", main=True),
    SectionInfo("amount", "5", "Art, Umfang und Höhe", main=True),
    SectionInfo("rate", "5.2", "Höhe der Förderung", main=False),
    SectionInfo("law", "§ 2", "Verteilung", main=False),
)


@dataclass(frozen=True)
class PlainContext:
    language: Language = "de"
    moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    sections: Mapping[str, SectionInfo] = field(default_factory=lambda: {s.key: s for s in SECTIONS})
    parameters: Mapping[str, str] = field(default_factory=lambda: {"funding_rate": "85 %"})
    register: Sequence[tuple[str, str]] = (("Name", "Musterstadt"), ("AGS", "01001000"))
    disclosure_parts: Sequence[tuple[str, str]] = (
        ("B", "Bedarf und Ziel"),
        ("D", "Finanzierung"),
        ("participant", "als Teilnehmerin genannt"),
    )
    disclosure_caps: Mapping[str, str] = field(default_factory=lambda: {"D": "figures"})
    sized: bool = True


CONTEXT: Context = PlainContext()


class Posted:
    """What a page posted, as pairs; names may repeat."""

    def __init__(self, *pairs: tuple[str, Any]) -> None:
        self.pairs = pairs

    def getlist(self, key: str) -> list[Any]:
        return [value for name, value in self.pairs if name == key]

    def keys(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self.pairs))
