"""What levels, kinds of drafts and types of figures are called."""

from consultation.core.language import M, Message
from consultation.programmes.models import DraftKind, ParameterType, ProgrammeLevel

LEVEL_TITLES: dict[ProgrammeLevel, Message] = {
    ProgrammeLevel.FEDERAL: M("Bund"),
    ProgrammeLevel.STATE: M("Land"),
    ProgrammeLevel.FOUNDATION: M("Stiftung"),
    ProgrammeLevel.COOPERATION: M("Kooperation"),
}

DRAFT_KIND_TITLES: dict[DraftKind, Message] = {
    DraftKind.GUIDELINE: M("Förderrichtlinie"),
    DraftKind.CALL: M("Förderaufruf"),
    DraftKind.KEY_POINTS: M("Eckpunktepapier"),
    DraftKind.LAW: M("Gesetzentwurf"),
    DraftKind.ADMINISTRATIVE_AGREEMENT: M("Verwaltungsvereinbarung"),
}

PARAMETER_TYPE_TITLES: dict[ParameterType, Message] = {
    ParameterType.RATE: M("Quote (in Prozent)"),
    ParameterType.MONEY: M("Betrag (in Euro)"),
    ParameterType.MONTHS: M("Monate"),
    ParameterType.WEEKS: M("Wochen"),
    ParameterType.DATE: M("Datum"),
}
