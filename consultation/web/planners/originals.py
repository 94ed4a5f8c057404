"""What was said, as the page of a point shows it: the same words once, with all who wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from consultation.core.blocks import Block
from consultation.core.language import Language
from consultation.documents.labels import kind_label, size_label
from consultation.evaluation.contributions import folded
from consultation.evaluation.models import Contribution, Point
from consultation.evaluation.queries import Original
from consultation.evaluation.rewording import rewording
from consultation.programmes.wording import Words


@dataclass(frozen=True)
class Voice:
    """One body among those who wrote the same."""

    original: Original
    about: str
    came_later: bool
    """After the decision, which it inherited."""

    @property
    def text_query(self) -> str:
        """Leads to the text on the page where passages are redacted."""
        said = self.original.contribution
        return urlencode({"place": f"{said.question_key}/{said.item_key}/text" if said.item_key else said.question_key})


@dataclass(frozen=True)
class Wording:
    """Text, rationale and place, word for word; white space and case aside."""

    said: Contribution
    rewording: Words
    voices: list[Voice] = field(default_factory=list)

    @property
    def priorities(self) -> list[str]:
        return sorted({voice.original.contribution.priority for voice in self.voices})


def gathered(point: Point, found: Sequence[Original], blocks: Sequence[Block], language: Language) -> list[Wording]:
    """Those that most bodies wrote first."""
    groups: dict[tuple[str, ...], Wording] = {}
    for one in found:
        said = one.contribution
        key = (said.kind, folded(said.locator), folded(said.original_text), folded(said.rationale))
        if key not in groups:
            groups[key] = Wording(said, rewording(said, blocks))
        later = point.decided_at is not None and said.made_at > point.decided_at
        groups[key].voices.append(Voice(one, about(one, language), later))
    return sorted(groups.values(), key=lambda group: -len(group.voices))


def about(one: Original, language: Language) -> str:
    return size_label(one.size_class, language) if one.size_class else kind_label(one.kind, language)
