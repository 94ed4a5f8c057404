"""The own invitation: what the house is asked for, until when, and who says that it speaks for it."""

import datetime as dt
import uuid

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response as Answered

from consultation.api.gate import resource
from consultation.api.own import Reader
from consultation.api.replies import reply
from consultation.api.shapes import Shape, mark_of
from consultation.consultations.models import Invitation
from consultation.http import Db
from consultation.responses import queries
from consultation.responses.models import Response
from consultation.responses.speaking import Speaker, speakers
from consultation.states import InvitationState, Purpose, ResponseState

router = resource("Eigene Stellungnahme")


class SpeaksForUs(Shape):
    """Stelle, die in ihrer Abgabe angibt, auch für die eigene zu sprechen."""

    organisation: str
    date: dt.date = Field(description="Tag ihrer Abgabe.")
    nil_return: bool = Field(description="Fehlanzeige.")


class InvitationObject(Shape):
    """Einladung der eigenen Stelle."""

    id: uuid.UUID
    demo: bool
    mark: str | None
    consultation: str = Field(description="Kurzname der Konsultation.")
    organisation: str
    purpose: Purpose = Field(
        description="Zur Stellungnahme, oder nur zur Kenntnis: dann wird keine Antwort angenommen."
    )
    state: InvitationState
    sent: dt.datetime | None = Field(description="Zuletzt versandt, UTC.")
    opens_at: dt.datetime | None = Field(description="Ab wann geantwortet werden kann.")
    deadline: dt.datetime | None = Field(description="Die eigene Frist, mit Verlängerung.")
    response: ResponseState | None = Field(
        description="Stand der eigenen Stellungnahme; leer, solange keine begonnen ist."
    )
    represented_by: list[SpeaksForUs] = Field(
        description="Wer angibt, auch für die eigene Stelle zu sprechen. Die eigene Stellungnahme geht vor."
    )


@router.get("/consultations/{slug}/invitation", response_model=InvitationObject, summary="Die eigene Einladung")
def invitation(request: Request, db: Db, actor: Reader, slug: str) -> Answered:
    """Auch bevor eine Stellungnahme begonnen ist."""
    with db.reader() as session:
        found = queries.invitation_in(session, actor, slug)
        begun = queries.own(session, actor, found.consultation_id)
        speaking = speakers(session, actor, [found.consultation_id]).get(found.consultation_id, [])
        return reply(request, _object(found, begun, speaking))


def _object(found: Invitation, begun: Response | None, speaking: list[Speaker]) -> InvitationObject:
    demo = found.consultation.demo or found.organisation.demo
    return InvitationObject(
        id=found.id, demo=demo, mark=mark_of(demo), consultation=found.consultation.slug,
        organisation=found.organisation.name, purpose=found.purpose, state=found.state, sent=found.sent_at,
        opens_at=found.consultation.opens_at, deadline=found.deadline, response=begun.state if begun else None,
        represented_by=[
            SpeaksForUs(organisation=one.name, date=one.day, nil_return=one.nil_return)
            for one in (speaking if found.purpose == Purpose.FOR_COMMENT else [])
        ],
    )  # fmt: skip
