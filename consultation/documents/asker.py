"""Who asks, and about which version: on papers that leave the service one by one."""

from collections.abc import Iterator

from consultation.consultations.models import Consultation
from consultation.core.language import Language, M, Message, say
from consultation.programmes.models import DraftVersion


def asked_by(
    consultation: Consultation, draft: DraftVersion | None, language: Language
) -> Iterator[tuple[Message, str]]:
    """Labels and texts; what there is none of is empty."""
    programme = consultation.programme
    yield M("Ausschreibende Stelle"), programme.owner.name
    yield M("Geschäftszeichen der ausschreibenden Stelle"), programme.reference
    if draft is not None:
        yield M("Entwurfsfassung"), say(M("Nr. {number} vom {day}", number=draft.number, day=draft.date), language)
