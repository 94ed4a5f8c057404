"""What a correction changed in the draft of a consultation, for whoever may see it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries
from consultation.consultations.models import Consultation, ConsultationVersion
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.http import Db, Pages, page
from consultation.http.actors import Seen
from consultation.people.viewers import Viewer
from consultation.programmes import compared
from consultation.programmes.queries import consulted_draft
from consultation.subjects import Actor
from consultation.web.public.consultations import crumbs, surroundings
from consultation.web.public.phases import phase
from consultation.web.public.readers import find, readers

router = Pages()
_TITLE = M("Änderungen am Entwurf")


@router.get("/consultations/{slug}/changes")
def show(
    request: Request, db: Db, viewer: Seen, slug: str, since: int | None = None, after_round: int | None = None
) -> Response:  # fmt: skip
    """The draft in force against that of the version before, or of an earlier one (`?since=1`) or round (`?after_round=1`)."""
    with db.reader() as session:
        actor, consultation = find(session, request, viewer, slug)
        if after_round is not None:
            return _since_round(request, session, viewer, actor, consultation, after_round)
        versions = [one for one in queries.versions(session, consultation.id) if one.draft_version_id is not None]
        before = _earlier(versions, since)
        data = {
            **surroundings(actor, consultation),
            "phase": phase(consultation, actor.moment),
            "reasons": [one for one in versions if before and one.number > before.number],
            "title": _TITLE,
            "breadcrumbs": crumbs(consultation, _TITLE),
            "old": None,
        }
        if before and before.draft_version_id and (current := versions[-1].draft_version_id):
            old, new = consulted_draft(session, before.draft_version_id), consulted_draft(session, current)
            data |= {"old": old, "draft": new, "found": compared.as_read(old, new)}
        return page(request, "public/changes.html", data)


def _since_round(
    request: Request, session: Session, viewer: Viewer | None, actor: Actor, consultation: Consultation, number: int
) -> Response:  # fmt: skip
    """The round before may have been for fewer than this one: any place of the reader's opens it."""
    before = next(filter(None, (_round(session, one, consultation, number) for one in readers(request, viewer))), None)
    if before is None or before.draft_version_id is None or consultation.draft_version_id is None:
        raise NotFound(M("Zu dieser Runde gibt es keinen Vergleich."))
    old, new = (consulted_draft(session, one) for one in (before.draft_version_id, consultation.draft_version_id))
    title = M("Änderungen seit Runde {round}", round=number)
    data = {
        **surroundings(actor, consultation), "phase": phase(consultation, actor.moment), "reasons": [], "title": title,
        "old": old, "draft": new, "found": compared.as_read(old, new), "breadcrumbs": crumbs(consultation, title),
    }  # fmt: skip
    return page(request, "public/changes.html", data)


def _round(session: Session, actor: Actor, consultation: Consultation, number: int) -> Consultation | None:
    found = [one for one in queries.beside(session, actor, consultation) if one.round == number]
    return queries.round_before(consultation, found)


def _earlier(versions: Sequence[ConsultationVersion], number: int | None) -> ConsultationVersion | None:
    """The last one before that in force, or the one asked for; none where nothing was corrected since."""
    earlier = [one for one in versions[:-1] if number is None or one.number <= number]
    return earlier[-1] if earlier else None
