"""What of an answer counts while it is open again, in words: for the hub, the list and the message after reopening."""

from datetime import datetime

from consultation.core.language import M, Message
from consultation.responses.models import Response, Revision
from consultation.rulebook import COMMENTABLE, RESPONSE
from consultation.states import ResponseState
from consultation.web.municipalities.badges import STATE_BADGES, Badge


def reopened(response: Response, until: datetime | None) -> Message:
    """Said once, after it was opened again."""
    if response.counts:
        return M("Die Stellungnahme ist wieder geöffnet. Bis zur nächsten Abgabe zählt die letzte.")
    if response.submitted_once:
        return M("Wieder geöffnet. Zurzeit zählt keine Fassung. Geben Sie bis {until} neu ab.", until=until or "")
    return M("Wieder geöffnet. Bisher ist nichts abgegeben. Geben Sie bis {until} ab.", until=until or "")


def state_of(response: Response, counted: Revision | None) -> Badge:
    """Where it stands; of one that is open again also what counts of it meanwhile."""
    state, badge = RESPONSE.states[response.state], STATE_BADGES[response.state]
    if response.state == ResponseState.SUBMITTED and counted is not None and counted.nil_return:
        return badge, M("Fehlanzeige abgegeben")
    if not response.submitted_once or response.state not in COMMENTABLE:
        return badge, state
    if counted is None:
        return "warning", M("{state} (zurzeit zählt keine Fassung)", state=state)
    return badge, M("{state} (Fassung {number} zählt)", state=state, number=counted.number)
