"""The outcome in a sentence, such as "Von Ihren 3 Forderungen: 2 werden berücksichtigt, 1 wird nicht berücksichtigt"."""

from collections import Counter
from collections.abc import Iterator

from consultation.core.language import M, Message
from consultation.documents.labels import DECISIONS
from consultation.documents.outcome import NOT_COVERED, Outcome
from consultation.evaluation.models import Decision

_DONE = (
    Decision.ACCEPTED, Decision.PARTLY_ACCEPTED, Decision.NOT_ACCEPTED, Decision.NOTED, Decision.TO_BE_EXAMINED,
)  # fmt: skip


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
    parts = [_done(decision, counts[decision]) for decision in _DONE if counts[decision]]
    parts += _apart(counts, total - counts.total())
    return M("Von Ihren {total} Forderungen: {parts}.", total=total, parts=tuple(parts))


def _done(decision: Decision, n: int) -> Message:
    match decision:
        case Decision.ACCEPTED:
            return M("{n} werden berücksichtigt", one="1 wird berücksichtigt", n=n)
        case Decision.PARTLY_ACCEPTED:
            return M("{n} werden teilweise berücksichtigt", one="1 wird teilweise berücksichtigt", n=n)
        case Decision.NOT_ACCEPTED:
            return M("{n} werden nicht berücksichtigt", one="1 wird nicht berücksichtigt", n=n)
        case Decision.NOTED:
            return M("{n} werden zur Kenntnis genommen", one="1 wird zur Kenntnis genommen", n=n)
        case _:
            return M("{n} werden weiter geprüft", one="1 wird weiter geprüft", n=n)


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
