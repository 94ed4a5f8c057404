"""How much of the whole the figures stand for, and what silence means: said beside all figures, in every format."""

from typing import Any

from consultation.core.language import SOURCE, Language, M, Message, say
from consultation.responses.participation import Participation

NON_RESPONSE = M("Die Teilnahme war freiwillig. Wer nicht geantwortet hat, dessen Haltung ist unbekannt: Schweigen und "
                 "Fehlanzeige sind weder Zustimmung noch Ablehnung. Die Zahlen beschreiben die Stellen, die geantwortet haben; sie "
                 "sind weder gewichtet noch hochgerechnet.")  # fmt: skip


def coverage(found: Participation) -> dict[str, Any]:
    """Counts of bodies that answered themselves, are represented, were invited; municipalities reached, and how many exist."""
    total, reach = found.total, found.reach
    return {
        "itself": total.answered, "represented": total.represented, "invited": total.invited,
        "municipalities_reached": reach.reached, "municipalities_existing": reach.existing,
    }  # fmt: skip


def sentence(found: Participation) -> Message:
    return M("Abdeckung: {itself} von {invited} eingeladenen Stellen haben selbst geantwortet, {represented} sind vertreten. "
             "Erreicht sind {municipalities_reached} von {municipalities_existing} Gemeinden.", **coverage(found))  # fmt: skip


def beside(found: Participation) -> Message:
    """The same, short, at each question."""
    return M("Eingeladen waren {invited} Stellen, selbst geantwortet haben insgesamt {itself}, vertreten sind {represented}; "
             "Gemeinden gibt es {municipalities_existing}.", **coverage(found))  # fmt: skip


def for_machines(found: Participation, language: Language = SOURCE) -> dict[str, Any]:
    return {"coverage": coverage(found), "note": say(NON_RESPONSE, language)}
