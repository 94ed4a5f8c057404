"""What an edition is limited to: answers of some bodies, and of the points some sections or only what is decided.

A public edition is not limited by Land: bodies that are described never show their Land, and such an edition would tell
it of each of them. For the same reason city states are chosen together with the independent cities they are shown with.
What is limited among points changes no figure, so it is open to every edition. All of it stands in the frozen head.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message
from consultation.evaluation.figures import Filters
from consultation.people.kinds import KIND_TITLES, OrganisationKind
from consultation.register.kinds import SIZE_CLASS_TITLES
from consultation.register.states import STATE_TITLES
from consultation.states import Audience

BODIES = ("states", "size_classes", "kinds")
NO_SECTION = ""
DECIDED = "decided"
_TOGETHER = frozenset({OrganisationKind.CITY_STATE.value, OrganisationKind.INDEPENDENT_CITY.value})


@dataclass(frozen=True)
class EditionFilters:
    """Empty means all."""

    bodies: Filters = field(default_factory=Filters)
    sections: frozenset[str] = frozenset()
    """Keys of the draft; "" for points that belong to no section."""
    only_decided: bool = False

    def shows(self, section: str | None) -> bool:
        return not self.sections or (section or NO_SECTION) in self.sections

    def to_json(self) -> dict[str, list[str]]:
        points = [DECIDED] if self.only_decided else []
        return self.bodies.to_json() | {"sections": sorted(self.sections), "points": points}


def read_filters(found: Mapping[str, Sequence[str]]) -> EditionFilters:
    """As they were stored; editions of earlier times know nothing of points."""
    bodies = Filters(**{name: frozenset(found.get(name, ())) for name in BODIES})
    return EditionFilters(bodies, frozenset(found.get("sections", ())), DECIDED in found.get("points", ()))


def checked_filters(found: Mapping[str, Sequence[str]], audience: Audience) -> EditionFilters:
    """Raises Invalid, naming what an edition for this audience cannot be limited to, and why."""
    if set(found) - {*BODIES, "sections", "points"} or set(found.get("points", ())) - {DECIDED}:
        raise Invalid.about(
            "filters",
            M(
                "Beschränkt werden kann auf Länder, Größenklassen, Arten von Stellen, Abschnitte und entschiedene Punkte."
            ),
        )
    filters = read_filters(found)
    if audience == Audience.PUBLIC and (problems := list(_dishonest(filters.bodies))):
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return filters


def demand_the_same(bodies: Filters, published: Filters, number: int) -> None:
    """Raises Invalid, naming what is chosen otherwise than in the public edition that is out with this number."""
    mine, theirs = bodies.to_json(), published.to_json()
    problems = [
        Problem(name, M(
            "Ausgabe {number} ist veröffentlicht, und dort ist hier gewählt: {chosen}. Aus zwei Ausgaben mit verschiedener "
            "Auswahl ließe sich auf einzelne Stellen schließen. Wählen Sie dasselbe.",
            number=number, chosen=[_TITLES[key] for key in theirs[name]] or M("nichts"),
        ))
        for name in BODIES if mine[name] != theirs[name]
    ]  # fmt: skip
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)


_TITLES: dict[str, Message] = {
    **{state.value: title for state, title in STATE_TITLES.items()},
    **{size.value: title for size, title in SIZE_CLASS_TITLES.items()},
    **{kind.value: title for kind, title in KIND_TITLES.items()},
}


def _dishonest(bodies: Filters) -> Iterator[Problem]:
    if bodies.states:
        yield Problem(
            "states",
            M("Eine öffentliche Ausgabe kann nicht auf Länder beschränkt werden: Wer nur mit Art und Größenklasse "
              "erscheinen will, dessen Land wäre damit verraten. Zahlen nach Land zeigt jede Ausgabe, soweit sie sich schützen "
              "lassen."),
        )  # fmt: skip
    if len(bodies.kinds & _TOGETHER) == 1:
        yield Problem(
            "kinds",
            M("Wählen Sie Stadtstaaten und kreisfreie Städte in einer öffentlichen Ausgabe zusammen: Es gibt drei "
              "Stadtstaaten, und allein wären sie erkennbar."),
        )  # fmt: skip
