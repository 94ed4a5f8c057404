"""What the choices of a consultation are called."""

from consultation.core.language import M, Message
from consultation.states import Purpose, Visibility

VISIBILITY_TITLES: dict[Visibility, Message] = {
    Visibility.INVITED_ONLY: M("Nur für Eingeladene"),
    Visibility.PUBLIC: M("Öffentlich"),
}

PURPOSE_TITLES: dict[Purpose, Message] = {
    Purpose.FOR_COMMENT: M("zur Stellungnahme"),
    Purpose.FOR_INFORMATION: M("nachrichtlich"),
}
