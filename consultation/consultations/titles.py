"""What the choices of a consultation and its states are called."""

from datetime import datetime

from consultation.consultations.models import Consultation
from consultation.core.language import M, Message
from consultation.rulebook import CONSULTATION
from consultation.states import ConsultationState, Purpose, Visibility

VISIBILITY_TITLES: dict[Visibility, Message] = {
    Visibility.INVITED_ONLY: M("Nur für Eingeladene"),
    Visibility.PUBLIC: M("Öffentlich"),
}

PURPOSE_TITLES: dict[Purpose, Message] = {
    Purpose.FOR_COMMENT: M("zur Stellungnahme"),
    Purpose.FOR_INFORMATION: M("nachrichtlich"),
}


def state_said(consultation: Consultation, moment: datetime) -> Message:
    """The one word for everybody, planners and public alike: of an announced one, whether it takes answers at the moment."""
    if consultation.state != ConsultationState.ANNOUNCED:
        return CONSULTATION.states[consultation.state]
    if consultation.opens_at is not None and moment < consultation.opens_at:
        return CONSULTATION.states[ConsultationState.ANNOUNCED]
    over = consultation.deadline is None or moment >= consultation.deadline
    return M("Frist abgelaufen") if over else M("läuft")
