"""What a state means for readers at their moment: open until when, or what happens next."""

from dataclasses import dataclass
from datetime import datetime

from consultation.consultations.models import Consultation
from consultation.consultations.titles import state_said
from consultation.core.language import M, Message
from consultation.core.times import local_day
from consultation.states import ConsultationState


@dataclass(frozen=True)
class Phase:
    """`badge` is a kind of KERN badge; `title` is short, `sentence` says until when or what comes next."""

    badge: str
    title: Message
    sentence: Message
    running: bool = False


_AFTERWARDS = {
    ConsultationState.EVALUATING: M("Die Frist ist abgelaufen, die Rückmeldungen werden ausgewertet."),
    ConsultationState.PUBLISHED: M("Die Ergebnisse sind veröffentlicht."),
    ConsultationState.ARCHIVED: M("Das Verfahren ist abgeschlossen."),
    ConsultationState.CANCELLED: M("Die Konsultation wurde abgebrochen."),
    ConsultationState.DRAFT: M("Die Konsultation wird vorbereitet."),
}
_BADGES = {ConsultationState.PUBLISHED: "success", ConsultationState.CANCELLED: "danger"}


def phase(consultation: Consultation, moment: datetime) -> Phase:
    state, title = consultation.state, state_said(consultation, moment)
    if state == ConsultationState.ANNOUNCED:
        return _announced(consultation, moment, title)
    return Phase(_BADGES.get(state, "info"), title, _AFTERWARDS[state])


def _announced(consultation: Consultation, moment: datetime, title: Message) -> Phase:
    opens_at, deadline = consultation.opens_at, consultation.deadline
    if opens_at is not None and moment < opens_at:
        return Phase("info", title, M("Antworten sind ab {day} möglich.", day=local_day(opens_at)))
    if deadline is not None and moment < deadline:
        return Phase("success", title, M("Antworten sind bis {deadline} möglich.", deadline=deadline), running=True)
    return Phase("info", title, M("Die Frist ist abgelaufen, die Auswertung beginnt."))
