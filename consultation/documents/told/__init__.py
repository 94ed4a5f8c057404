"""The procedure log in words: what each entry tells, whom it concerns, and why. The sealed entries stay as they are."""

from dataclasses import dataclass

from consultation.core.history import HistoryEntry
from consultation.core.language import SOURCE, Language, M, Message
from consultation.documents.told import answering, asking, publishing, weighing
from consultation.documents.told.names import Names, names_of
from consultation.documents.told.step import Step, Teller
from consultation.rulebook import WORKFLOWS
from consultation.states import ExtensionState

__all__ = ["SENTENCES", "SERVICE", "Told", "names_of", "tell"]

SENTENCES: dict[tuple[str, str], Teller] = {
    **asking.SENTENCES, **answering.SENTENCES, **weighing.SENTENCES, **publishing.SENTENCES,
}  # fmt: skip
"""(Table of the subject, action) → what is said of it; a test walks everything that can stand in a consultation's log."""
SERVICE = M("der Dienst")
"""Who acted where no organisation did."""
_STATES = {w.name: {str(state): title for state, title in w.states.items()} for w in WORKFLOWS}


@dataclass(frozen=True)
class Told:
    what: Message
    body: str
    """The body concerned; empty where a step concerns all or none."""
    became: Message | None
    """The state before and after, of what has states."""
    reason: str
    edition: int | None
    """The number of the edition it is about, so that a page can link to it."""


def tell(entry: HistoryEntry, names: Names, language: Language = SOURCE) -> Told:
    """`names` are those of the page the entry stands on."""
    step = Step(entry, names, language)
    teller = SENTENCES.get((entry.subject_type, entry.action))
    what = (
        teller(step) if teller else M("Schritt einer anderen Fassung dieses Dienstes ({action})", action=entry.action)
    )
    edition = step.about.number if entry.subject_type == "edition" else entry.details.get("edition")
    return Told(what, step.body_name, _became(entry), _reason(step), edition)


def _became(entry: HistoryEntry) -> Message | None:
    titles = _STATES.get(entry.subject_type, {})
    if entry.old not in titles or entry.new not in titles or entry.old == entry.new:
        return None
    return M("{old} → {new}", old=titles[entry.old], new=titles[entry.new])


def _reason(step: Step) -> str:
    """As it was written. Of a request for more time what was answered; why a body asked may tell of its people. Of more
    time given without a request why the planner gave it.
    """
    match step.entry.subject_type, step.entry.new:
        case "deadline_extension", ExtensionState.GRANTED | ExtensionState.REFUSED:
            return step.about.first or str(step.details.get("reason") or "")
        case "deadline_extension", _:
            return ""
        case "redaction", _:
            return ""  # chosen from a list: part of the sentence
    return str(step.details.get("reason") or "")
