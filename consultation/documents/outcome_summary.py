"""The outcome in a sentence, such as "Von Ihren 4 Forderungen werden 2 berücksichtigt, 1 teilweise, 1 nicht"."""

from collections import Counter
from collections.abc import Iterator

from consultation.core.language import M, Message
from consultation.documents.labels import DECISIONS
from consultation.documents.outcome import NOT_COVERED, Outcome
from consultation.evaluation.models import Decision

_FIRST: dict[Decision, Message] = {
    Decision.ACCEPTED: M("berücksichtigt"), Decision.PARTLY_ACCEPTED: M("teilweise berücksichtigt"),
    Decision.NOT_ACCEPTED: M("nicht berücksichtigt"), Decision.NOTED: M("zur Kenntnis genommen"),
    Decision.TO_BE_EXAMINED: M("weiter geprüft"),
}  # fmt: skip
_AFTER: dict[Decision, Message] = {Decision.PARTLY_ACCEPTED: M("teilweise"), Decision.NOT_ACCEPTED: M("nicht")}
"""Shorter, behind one that already said "berücksichtigt"."""


def summary(outcome: Outcome) -> Iterator[Message]:
    """For a nil return, and for an answer without demands, friendly words that say so."""
    demands = outcome.demands
    if outcome.revision.nil_return:
        yield M("Sie haben Fehlanzeige abgegeben. Vielen Dank: Auch das ist eine Antwort und zählt in der Beteiligung.")
    elif not demands:
        yield M("Ihre Stellungnahme enthält keine einzelne Forderung zum Text. Ihre übrigen Angaben sind in die Auswertung "
                "eingegangen. Vielen Dank.")  # fmt: skip
    elif len(demands) == 1:
        only = demands[0]
        undecided = M("ist noch nicht entschieden") if only.covered else NOT_COVERED
        yield M("Ihre Forderung {decision}.", decision=DECISIONS[only.decision] if only.decision else undecided)
    else:
        counts = Counter(demand.decision for demand in demands if demand.covered)
        yield _counted(counts, len(demands))
    if not demands:
        yield M("Was andere gefordert haben und was entschieden wurde, steht in Ausgabe {number} der Auswertung.",
                number=outcome.edition.number)  # fmt: skip


def _counted(counts: Counter[Decision | None], total: int) -> Message:
    """One sentence in the order of the decisions, each with its number."""
    done = [(decision, counts[decision]) for decision in _FIRST if counts[decision]]
    parts = [
        M("{n} {what}", n=n, what=_AFTER.get(decision, _FIRST[decision]) if place else _FIRST[decision])
        for place, (decision, n) in enumerate(done)
    ]
    apart = tuple(_apart(counts, total - counts.total()))
    if not parts:
        return M("Von Ihren {total} Forderungen: {parts}.", total=total, parts=apart)
    first = M("Von Ihren {total} Forderungen wird {parts}", total=total, parts=tuple(parts))
    if done[0][1] > 1:
        first = M("Von Ihren {total} Forderungen werden {parts}", total=total, parts=tuple(parts))
    return M("{first}; {parts}.", first=first, parts=apart) if apart else M("{first}.", first=first)


def _apart(counts: Counter[Decision | None], outside: int) -> Iterator[Message]:
    """What is not done now: it is there already, belongs elsewhere or is open."""
    if n := counts[Decision.ALREADY_COVERED]:
        yield M("{n} sind bereits enthalten", one="1 ist bereits enthalten", n=n)
    if n := counts[Decision.OUT_OF_SCOPE]:
        one = M("1 liegt außerhalb des Regelungsbereichs")
        yield one if n == 1 else M("{n} liegen außerhalb des Regelungsbereichs", n=n)
    if n := counts[None]:
        yield M("{n} sind noch nicht entschieden", one="1 ist noch nicht entschieden", n=n)
    if outside:
        one = M("1 ist nicht Gegenstand dieser Ausgabe")
        yield one if outside == 1 else M("{n} sind nicht Gegenstand dieser Ausgabe", n=outside)
