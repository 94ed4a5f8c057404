"""„Stellungnahmen“: what waits for me, what is open and until when, how far it is, who is at it; what became of the rest."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.consultations.models import Invitation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.http import Configured, Db, Pages, Spoken, page
from consultation.http.actors import Acting, InPlace
from consultation.people import queries as people
from consultation.responses import presence, queries
from consultation.responses.progress import progress_of
from consultation.responses.speaking import speakers
from consultation.subjects import Actor
from consultation.web.municipalities.calendar import deadlines_calendar
from consultation.web.municipalities.desks import PREFIX, Here
from consultation.web.municipalities.rows import House, is_running, row_of

router = Pages()


@router.get("/o/{organisation_id}/answers")
def show(organisation_id: uuid.UUID, request: Request, db: Db, place: InPlace, actor: Acting) -> Response:
    if not place.answers:
        raise NotFound(M("Diese Seite ist für alle, die in der Organisation bearbeiten oder freigeben."))
    with db.reader() as session:
        invitations = consultations.invitations_to(session, actor)
        house = _house(session, actor, invitations)
    rows = [row_of(actor, invitation, house) for invitation in invitations]
    open_rows = sorted((row for row in rows if row.open), key=lambda row: (row.deadline or actor.moment, row.title))
    data: dict[str, Any] = {
        "place": place, "open_rows": open_rows, "past_rows": [row for row in rows if not row.open],
        "to_do": [row for row in open_rows if not row.done], "done": [row for row in open_rows if row.done],
        "waiting": [row for row in open_rows if row.waits],
    }  # fmt: skip
    return page(request, "municipalities/start.html", data)


def _house(session: Session, actor: Actor, invitations: Sequence[Invitation]) -> House:
    """Everything about all of them at once: the page needs no more queries for more consultations."""
    answers = queries.of_organisation(session, actor)
    mine = [(answers[i.consultation_id].id, i.consultation) for i in invitations if i.consultation_id in answers]
    registered = any(answer.organisation.register_key is not None for answer in answers.values())
    progress = progress_of(session, mine, registered=registered)
    there = presence.others(session, actor, [response_id for response_id, _ in mine])
    notes = queries.last_notes(session, [response_id for response_id, _ in mine])
    ids = {p.editor_id for p in progress.values()} | {one.person_id for one in there}
    ids |= {note.person_id for note in notes.values()}
    names = people.names(session, {one for one in ids if one})
    spoken_for = speakers(session, actor, [invitation.consultation_id for invitation in invitations])
    return House(answers, progress, there, notes, names, spoken_for)


@router.get("/o/{organisation_id}/answers/deadlines.ics")
def all_deadlines(
    organisation_id: uuid.UUID, db: Db, place: InPlace, actor: Acting, settings: Configured, language: Spoken
) -> Response:  # fmt: skip
    """A file to take along, no subscription: nobody's calendar asks here again."""
    if not place.answers:
        raise NotFound(M("Diese Seite ist für alle, die in der Organisation bearbeiten oder freigeben."))
    with db.reader() as session:
        running = [i for i in consultations.invitations_to(session, actor) if is_running(actor, i, i.deadline)]
    return _calendar(deadlines_calendar(running, actor.moment, settings.base_url, language), "fristen")


@router.get(PREFIX + "/deadline.ics")
def calendar(here: Here, settings: Configured) -> Response:
    at = here.look()
    if at.invitation.deadline is None:
        raise NotFound(M("Für diese Konsultation gibt es noch keine Frist."))
    content = deadlines_calendar([at.invitation], here.actor.moment, settings.base_url, here.language)
    return _calendar(content, here.slug)


def _calendar(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return Response(content, media_type="text/calendar", headers=headers)
