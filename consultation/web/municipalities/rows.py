"""One invitation in the list of an organisation's answers: where it stands and what is next for the person who looks."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consultation.consultations.models import Consultation, Invitation
from consultation.core.language import M, Message
from consultation.responses.models import Presence, Response, ResponseNote
from consultation.responses.progress import Progress
from consultation.responses.speaking import Speaker
from consultation.rulebook import OVER, RUNNING, another_pair_of_eyes
from consultation.states import ConsultationState, Purpose, ResponseState, Role
from consultation.subjects import Actor
from consultation.web.municipalities.badges import Badge
from consultation.web.municipalities.counting import state_of
from consultation.web.municipalities.desks import time_left
from consultation.web.municipalities.spoken_for import said as said_of


@dataclass(frozen=True)
class House:
    """What the organisation has written, who is at it and who returned it; by response, consultations' by consultation."""

    answers: Mapping[uuid.UUID, Response]
    progress: Mapping[uuid.UUID, Progress]
    there: Sequence[Presence]
    notes: Mapping[uuid.UUID, ResponseNote]
    names: Mapping[uuid.UUID, str]
    speakers: Mapping[uuid.UUID, Sequence[Speaker]]
    """Others who speak for it."""


@dataclass(frozen=True)
class Row:
    consultation: Consultation
    deadline: datetime | None
    left: Message
    open: bool
    state: Message
    badge: str
    progress: Progress | None
    next: Message
    path: str
    """Where the next step is, below the page of the invitation."""
    pending: bool
    """It is being written, or nobody has begun."""
    done: bool
    """Submitted, declined or withdrawn: there is time left, and nothing that has to be done."""
    waits: Message | None
    """What waits for the person who looks, if anything does."""
    said: str
    """The reason for which it was returned."""
    there: tuple[str, ...]
    """Who else is at it right now."""
    saved_by: str
    saved_at: datetime | None
    outcome: str
    """Where to read what came of it: one's own notice, or the published results; empty before that."""
    speaking: tuple[Message, ...]
    """Who else has answered for this house."""
    evaluated: bool
    """Being evaluated: the deadline is over, nothing is published yet."""

    @property
    def title(self) -> str:
        return self.consultation.title


def is_running(actor: Actor, invitation: Invitation, deadline: datetime | None) -> bool:
    return invitation.consultation.state in RUNNING and deadline is not None and actor.moment < deadline


def row_of(actor: Actor, invitation: Invitation, house: House) -> Row:
    consultation, answer = invitation.consultation, house.answers.get(invitation.consultation_id)
    deadline = max((d for d in (invitation.deadline, answer.reopened_until if answer else None) if d), default=None)
    running = is_running(actor, invitation, deadline)
    progress = house.progress.get(answer.id) if answer else None
    badge, state = _state(invitation, answer)
    waits, said = _waits(actor, invitation, answer, house) if running else (None, "")
    return Row(
        consultation, deadline, time_left(actor, deadline) if running else M("Frist abgelaufen"), running, state, badge,
        progress, _next(invitation, answer), _path(answer), running and _is_pending(invitation, answer),
        running and _is_done(invitation, answer), waits, said,
        tuple(house.names.get(p.person_id, "") for p in house.there if answer and p.response_id == answer.id),
        house.names.get(progress.editor_id, "") if progress and progress.editor_id else "",
        progress.edited_at if progress else None,
        _outcome(invitation, answer),
        said_of(house.speakers.get(consultation.id, ()) if invitation.purpose == Purpose.FOR_COMMENT else ()),
        not running and consultation.state in RUNNING,
    )  # fmt: skip


def _outcome(invitation: Invitation, answer: Response | None) -> str:
    consultation = invitation.consultation
    if consultation.state not in OVER - {ConsultationState.CANCELLED}:
        return ""
    if answer is not None and answer.counted_revision_id is not None:
        return f"/o/{invitation.organisation_id}/answers/{consultation.slug}/outcome"
    return f"/consultations/{consultation.slug}"


def _is_pending(invitation: Invitation, answer: Response | None) -> bool:
    asked = invitation.purpose == Purpose.FOR_COMMENT
    return asked and (answer is None or answer.state in (ResponseState.DRAFTING, ResponseState.READY))


def _is_done(invitation: Invitation, answer: Response | None) -> bool:
    return invitation.purpose == Purpose.FOR_COMMENT and not _is_pending(invitation, answer)


def _path(answer: Response | None) -> str:
    paths = {ResponseState.READY: "/review", ResponseState.SUBMITTED: "/receipt"}
    return paths.get(answer.state, "") if answer else ""


def _state(invitation: Invitation, answer: Response | None) -> Badge:
    if invitation.consultation.state == ConsultationState.CANCELLED:
        return "info", M("Konsultation abgebrochen")
    if invitation.purpose == Purpose.FOR_INFORMATION:
        return "info", M("zur Kenntnis")
    if answer is None:
        return "info", M("noch nicht begonnen")
    return state_of(answer, answer.counted_revision)


def _waits(
    actor: Actor, invitation: Invitation, answer: Response | None, house: House
) -> tuple[Message | None, str]:  # fmt: skip
    if invitation.purpose == Purpose.FOR_INFORMATION:
        return None, ""
    if answer is None:
        return (M("Noch nicht begonnen") if Role.CONTRIBUTOR in actor.roles else None), ""
    if answer.state == ResponseState.READY and Role.RELEASER in actor.roles:
        return (None if list(another_pair_of_eyes(actor, answer)) else M("Wartet auf Ihre Freigabe")), ""
    note = house.notes.get(answer.id)
    if answer.state == ResponseState.DRAFTING and note and Role.CONTRIBUTOR in actor.roles:
        who = house.names.get(note.person_id, "") if note.person_id else ""
        return (M("Zurückgegeben von {name}", name=who) if who else M("Zur Überarbeitung zurückgegeben")), note.text
    return None, ""


def _next(invitation: Invitation, answer: Response | None) -> Message:
    if invitation.purpose == Purpose.FOR_INFORMATION:
        return M("Entwurf lesen")
    if answer is None:
        return M("Ansehen und beginnen")
    steps = {
        ResponseState.DRAFTING: M("Weiter bearbeiten"), ResponseState.READY: M("Prüfen und freigeben"),
        ResponseState.SUBMITTED: M("Eingangsbestätigung ansehen"),
    }  # fmt: skip
    return steps.get(answer.state, M("Ansehen"))
