"""„Stellungnahmen“: what one's organisation was asked, until when, how far it is; what became of earlier answers."""

import uuid
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.consultations.models import Invitation
from consultation.core.errors import NotFound
from consultation.core.language import M, Message
from consultation.http import Configured, Db, page
from consultation.http.actors import Acting, InPlace
from consultation.responses import queries
from consultation.responses.models import Response as Answer
from consultation.responses.progress import progress_of
from consultation.rulebook import IN_SIGHT, RESPONSE
from consultation.states import ConsultationState, Purpose, ResponseState
from consultation.subjects import Actor
from consultation.web.municipalities.calendar import deadline_calendar
from consultation.web.municipalities.desks import PREFIX, Here, time_left
from consultation.web.municipalities.hub import STATE_BADGES

router = APIRouter()
_OVER = frozenset({ConsultationState.PUBLISHED, ConsultationState.ARCHIVED, ConsultationState.CANCELLED})


@router.get("/o/{organisation_id}/answers")
def show(organisation_id: uuid.UUID, request: Request, db: Db, place: InPlace, actor: Acting) -> Response:
    if not place.answers:
        raise NotFound(M("Diese Seite ist für alle, die in der Organisation bearbeiten oder freigeben."))
    with db.reader() as session:
        invitations = consultations.invitations_to(session, actor)
        answers = queries.of_organisation(session, actor)
        progress = progress_of(session, [(answers[i.consultation_id].id, i.consultation) for i in invitations
                                         if i.consultation_id in answers])  # fmt: skip
    rows = [_row(actor, i, answers.get(i.consultation_id), progress) for i in invitations]
    data = {
        "place": place, "open_rows": [row for row in reversed(rows) if row["open"]],
        "past_rows": [row for row in rows if not row["open"]],
    }  # fmt: skip
    return page(request, "municipalities/start.html", data)


def _row(
    actor: Actor, invitation: Invitation, answer: Answer | None, progress: dict[Any, tuple[int, int]]
) -> dict[str, Any]:
    consultation = invitation.consultation
    deadline = max((d for d in (invitation.deadline, answer.reopened_until if answer else None) if d), default=None)
    running = consultation.state in IN_SIGHT - _OVER and deadline is not None and actor.moment < deadline
    state, badge = _state(invitation, answer)
    return {
        "consultation": consultation, "planner": consultation.programme.owner.name, "deadline": deadline,
        "left": time_left(actor, invitation) if running else M("Frist abgelaufen"), "open": running, "state": state,
        "badge": badge, "progress": progress.get(answer.id) if answer else None,
        "next": _next(actor, invitation, answer),
        "outcome": _outcome(invitation, answer),
    }  # fmt: skip


def _outcome(invitation: Invitation, answer: Answer | None) -> str:
    """Where to read what came of it: one's own notice, or the published results; empty before that."""
    consultation = invitation.consultation
    if consultation.state not in _OVER - {ConsultationState.CANCELLED}:
        return ""
    if answer is not None and answer.counted_revision_id is not None:
        return f"/o/{invitation.organisation_id}/answers/{consultation.slug}/outcome"
    return f"/consultations/{consultation.slug}"


def _state(invitation: Invitation, answer: Answer | None) -> tuple[Message, str]:
    if invitation.consultation.state == ConsultationState.CANCELLED:
        return M("Konsultation abgebrochen"), "info"
    if invitation.purpose == Purpose.FOR_INFORMATION:
        return M("zur Kenntnis"), "info"
    if answer is None:
        return M("noch nicht begonnen"), "info"
    return RESPONSE.states[answer.state], STATE_BADGES[answer.state]


def _next(actor: Actor, invitation: Invitation, answer: Answer | None) -> Message:
    if invitation.purpose == Purpose.FOR_INFORMATION:
        return M("Entwurf lesen")
    if answer is None:
        return M("Ansehen und beginnen")
    steps = {
        ResponseState.DRAFTING: M("Weiter bearbeiten"), ResponseState.READY: M("Prüfen und freigeben"),
        ResponseState.SUBMITTED: M("Eingangsbestätigung ansehen"),
    }  # fmt: skip
    return steps.get(answer.state, M("Ansehen"))


@router.get(PREFIX + "/deadline.ics")
def calendar(here: Here, settings: Configured) -> Response:
    at = here.look()
    if at.invitation.deadline is None:
        raise NotFound(M("Für diese Konsultation gibt es noch keine Frist."))
    return Response(
        deadline_calendar(at, settings.base_url, here.language), media_type="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{here.slug}.ics"'},
    )  # fmt: skip
