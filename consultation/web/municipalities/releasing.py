"""Who may release, and how they sign: asked in the same way for a response and for a nil return."""

import uuid

from sqlalchemy.orm import Session

from consultation.core.language import M, Message
from consultation.http import PostedForm
from consultation.http.flash import Kind
from consultation.people import queries as people
from consultation.responses.models import Response, Revision
from consultation.responses.submission import Release
from consultation.states import Role

SIGNED = frozenset({"name", "function"})
Signed = dict[str, str]


def signed_in(form: PostedForm) -> Signed:
    return {"name": form.line("name")[:200], "function": form.line("function")[:200], "order": form.line("order")[:5]}


def release_of(typed: Signed) -> Release:
    return Release(typed["name"], " ".join(filter(None, (typed["order"], typed["function"]))))


def handed_in(revision: Revision, *, nil_return: bool) -> tuple[Message, Kind]:
    """What the receipt says first. Somebody else may have been quicker, with the other one of the two."""
    done = M("Ihre Fehlanzeige ist abgegeben.") if revision.nil_return else M("Ihre Stellungnahme ist abgegeben.")
    if revision.nil_return == nil_return:
        return done, "success"
    return M("{done} Jemand aus Ihrem Haus war schneller; darum zählt diese.", done=done), "warning"


def nobody_releases(session: Session, response: Response, author_id: uuid.UUID | None) -> Message | None:
    """Why nobody of the house can release just now what this person edited last; nothing if somebody can."""
    found = [m for m in people.members(session, response.organisation_id) if not m.waiting and Role.RELEASER in m.roles]
    others = [m for m in found if not (response.four_eyes and m.person_id == author_id)]
    if not found:
        return M("In Ihrer Organisation hat noch niemand das Recht „Freigabe“.")
    if not others:
        return M(
            "Das Recht „Freigabe“ hat nur, wer zuletzt bearbeitet hat; im Vier-Augen-Prinzip gibt eine andere Person frei."
        )
    if not any(m.belongs for m in others):
        return M("Wer freigeben darf, hat die Einladung noch nicht angenommen.")
    return None
