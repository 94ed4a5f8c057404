"""Every mail as it will be sent, for a chosen recipient, before the announcement and while the consultation runs."""

import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import listing, queries
from consultation.consultations.listing import InvitationFilter
from consultation.consultations.models import Consultation, Invitation
from consultation.core.errors import Invalid, NotFound
from consultation.core.history import record
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.http import Configured, Db, Form, Pages, page, see_other
from consultation.mail.post import Post
from consultation.mail.preview import SAMPLES, goes_to, preview
from consultation.mail.transport import Memory
from consultation.people import limits
from consultation.programmes.actions import require_planner
from consultation.responses import reminders
from consultation.responses.reminders import Reason
from consultation.rulebook import IN_SIGHT, RUNNING
from consultation.settings import Settings
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, identifier, planned, surroundings
from consultation.web.planners.reminders import REASONS

router = Pages(prefix=PREFIX + "/consultations/{slug}/mails")
REMINDERS = ("reminder", "reminder_begun")
LETTERS = [(key, sample.title) for key, sample in SAMPLES.items()]


@router.get("")
def show(request: Request, db: Db, settings: Configured, actor: Planning, slug: str) -> Response:
    asked = request.query_params
    key = asked.get("letter", "") if asked.get("letter", "") in SAMPLES else "invitation"
    text = clean_line(asked.get("q", ""))[:100]
    with db.reader() as session:
        consultation = _planned(session, actor, slug)
        found = listing.invitations(session, actor, consultation, InvitationFilter(text=text))
        running = key in REMINDERS and consultation.state in RUNNING
        to = asked.get("to", "")
        if running and not text and not to:
            to = _first_reminded(session, actor, consultation)
        chosen = _chosen(session, actor, consultation, to, key, found)
        why = reminders.why(session, chosen, actor.moment) if running and chosen else Reason.DUE
        mail = preview(session, _post(settings, actor), key, chosen) if chosen and goes_to(key, chosen) else None
    data = surroundings(actor, consultation, M("Mails ansehen")) | {
        "letters": LETTERS,
        "typed": {"letter": key, "q": text, "to": str(chosen.id) if chosen else ""},
        "recipients": [(str(one.id), one.organisation.name) for one in _with(chosen, found)],
        "chosen": chosen,
        "mail": mail,
        "not_reminded": None if why == Reason.DUE else REASONS[why],
        "sender": settings.mail_from,
        "announced": consultation.state in IN_SIGHT,
    }
    return page(request, "planners/mails.html", data)


def _planned(session: Session, actor: Actor, slug: str) -> Consultation:
    """The mails hold codes: so only for those who plan for all Länder."""
    consultation = planned(session, actor, slug)
    require_planner(actor, consultation)
    return consultation


def _post(settings: Settings, actor: Actor) -> Post:
    return Post(settings, Memory(), uuid.uuid4(), actor.moment)


def _chosen(
    session: Session, actor: Actor, consultation: Consultation, to: str, key: str, found: Sequence[Invitation]
) -> Invitation | None:
    """The one asked for, or the first that gets this mail at all, or the first that was found, whole."""
    first = next((one for one in found if one.email and goes_to(key, one)), found[0] if found else None)
    wanted = identifier(to) or (first.id if first else None)
    if wanted is None:
        return None
    invitation = queries.invitation(session, actor, wanted)
    if invitation.consultation_id != consultation.id:
        raise NotFound(M("Diese Einladung gibt es nicht."))
    return invitation


def _first_reminded(session: Session, actor: Actor, consultation: Consultation) -> str:
    """So that the mail is looked at as somebody gets it."""
    land = listing.land_limit(actor, consultation)
    found = reminders.bodies(session, consultation.id, actor.moment, Reason.DUE, limit=1, land=land)
    return str(found[0].id) if found else ""


def _with(chosen: Invitation | None, found: Sequence[Invitation]) -> list[Invitation]:
    """The choice stands in the list, whatever was searched for."""
    rest = [one for one in found if chosen is None or one.id != chosen.id]
    return [chosen, *rest] if chosen else rest


@router.post("/test")
def test(db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """One mail to oneself, ten an hour."""
    key, wanted = form.line("letter"), identifier(form.line("to"))
    with db.transaction() as session:
        consultation = _planned(session, actor, slug)
        if key not in SAMPLES or wanted is None:
            raise Invalid.about("letter", M("Wählen Sie eine Mail und eine Stelle."))
        invitation = queries.invitation(session, actor, wanted)
        if invitation.consultation_id != consultation.id:
            raise NotFound(M("Diese Einladung gibt es nicht."))
        if not goes_to(key, invitation):
            raise Invalid.about("letter", M("{organisation} ist nur nachrichtlich eingeladen und bekommt diese Mail nie.",
                                            organisation=invitation.organisation.name))  # fmt: skip
        limits.take(session, limits.TEST_MAIL, str(actor.person_id), actor.moment)
        payload = {"id": str(actor.person_id), "letter": key, "invitation": str(invitation.id)}
        enqueue(session, "mail.test", payload, run_at=actor.moment)
        record(session, actor, consultation, "send_test_mail", letter=key)
    back = urlencode({"letter": key, "to": str(wanted)})
    return see_other(f"{consultation_path(actor, slug)}/mails?{back}", M("Die Probemail ist unterwegs zu Ihnen."))
