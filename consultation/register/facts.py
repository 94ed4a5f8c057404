"""What the register says about a body: for display, and frozen beside what the body said."""

from typing import Any

from consultation.core.language import Language, M, Message, number, say
from consultation.register.kinds import KIND_TITLES, SIZE_CLASS_TITLES
from consultation.register.models import RegisterBody
from consultation.register.states import STATE_TITLES
from consultation.register.titles import title

_FROZEN = (
    "key", "kind", "ags", "ars", "name", "short_name", "state", "county_key", "association_key", "population",
    "text_key", "size_class",
)  # fmt: skip


def facts(body: RegisterBody, language: Language = "de") -> list[tuple[Message, str]]:
    """Label and text of everything worth confirming; what a body does not have is left out."""
    rows = (
        (M("Name"), title(body)),
        (M("AGS"), body.ags),
        (M("ARS"), body.ars),
        (M("Land"), say(STATE_TITLES[body.state], language)),
        (M("Art"), say(KIND_TITLES[body.kind], language)),
        (M("Größenklasse"), say(SIZE_CLASS_TITLES[body.size_class], language) if body.size_class else None),
        (M("Einwohnerzahl"), number(body.population, language) if body.population is not None else None),
    )
    return [(label, text) for label, text in rows if text]


def frozen(body: RegisterBody) -> dict[str, Any]:
    """The row as JSON; keys change by mergers, so a revision keeps this."""
    return {name: getattr(body, name) for name in _FROZEN} | {"as_of": body.as_of.isoformat()}
