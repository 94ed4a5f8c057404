"""Every mail to the invited, as it will be sent, before it is sent: the same catalogue, the same templates.

What does not exist yet (a receipt, an edition) is filled with sample values that say so.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.errors import NotFound
from consultation.core.language import SOURCE, M, Message, say
from consultation.core.times import local_day
from consultation.mail import letters
from consultation.mail.post import Letter, Post
from consultation.mail.transport import Outgoing
from consultation.people.models import Person
from consultation.states import Purpose, ResponseState

UNREADABLE = "XXXX-XXXX-XXXX-XXXX"
"""In place of the code in a mail that goes to somebody else than the body."""
SAMPLE_REASON = M("(hier steht Ihr Grund)")
SAMPLE_SPEAKER = M("Landkreis Musterland")


@dataclass(frozen=True)
class Sample:
    """A mail of the catalogue: when it is sent, its template, and what it says besides the invitation."""

    title: Message
    template: str
    data: Callable[[Invitation, Post], dict[str, Any]] = lambda invited, post: {}
    asked: bool = False
    """Only those who are asked for comment ever get it."""


def _decided(invited: Invitation, *, granted: bool) -> dict[str, Any]:
    return {"until": invited.deadline, "granted": granted, "shorter": False, "answer": say(SAMPLE_REASON, SOURCE)}


def _receipt(invited: Invitation, post: Post) -> dict[str, Any]:
    revision = SimpleNamespace(
        receipt_number="0000-0000-0000", submitted_at=post.moment, number=1, content_hash="0" * 64, late=False,
        reserved=False, nil_return=False,
    )  # fmt: skip
    return {"revision": revision, "organisation_id": invited.organisation_id, "name": invited.contact}


def _spoken_for(invited: Invitation, post: Post) -> dict[str, Any]:
    speaker = SimpleNamespace(name=say(SAMPLE_SPEAKER, SOURCE), day=local_day(post.moment), nil_return=False)
    return {"speaker": speaker, "begun": None, "open": True}


SAMPLES: dict[str, Sample] = {
    "invitation": Sample(M("Einladung (oder nachrichtliche Mail)"), "invitation"),
    "reminder": Sample(M("Erinnerung"), "reminder", lambda invited, post: {"begun": None}, asked=True),
    "reminder_begun": Sample(
        M("Erinnerung, wenn die Stelle schon begonnen hat"), "reminder",
        lambda invited, post: {"begun": ResponseState.DRAFTING}, asked=True,
    ),
    "spoken_for": Sample(M("Eine andere Stelle hat auch für sie geantwortet"), "spoken_for", _spoken_for, asked=True),
    "extended": Sample(
        M("Neue Frist für alle"), "extended", lambda invited, post: {"reason": say(SAMPLE_REASON, SOURCE)}, asked=True
    ),
    "corrected": Sample(
        M("Entwurf oder Formular berichtigt"), "corrected",
        lambda invited, post: {"reason": say(SAMPLE_REASON, SOURCE), "asked": invited.purpose == Purpose.FOR_COMMENT},
    ),
    "granted": Sample(
        M("Fristverlängerung gewährt"), "extension_decided",
        lambda invited, post: _decided(invited, granted=True), asked=True,
    ),
    "refused": Sample(
        M("Fristverlängerung abgelehnt"), "extension_decided",
        lambda invited, post: _decided(invited, granted=False), asked=True,
    ),
    "claimed": Sample(
        M("Jemand hat sich mit dem Code angemeldet"), "claimed",
        lambda invited, post: {"claimant": "Erika Mustermann", "address": "erika.mustermann@ort.example"},
    ),
    "receipt": Sample(M("Eingangsbestätigung"), "receipt", _receipt, asked=True),
    "cancelled": Sample(M("Konsultation abgebrochen"), "cancelled", lambda invited, post: {"reason": say(SAMPLE_REASON, SOURCE)}),
    "published": Sample(
        M("Ergebnis veröffentlicht"), "published",
        lambda invited, post: {"number": 1, "organisation_id": invited.organisation_id},
    ),
}  # fmt: skip


def goes_to(key: str, invited: Invitation) -> bool:
    return invited.purpose == Purpose.FOR_COMMENT or not SAMPLES[key].asked


def letter(session: Session, post: Post, key: str, invited: Invitation) -> Letter:
    """As the catalogue makes it for this body; a body without a mail address gets it with an empty one."""
    if (sample := SAMPLES.get(key)) is None:
        raise NotFound(M("Diese Mail gibt es nicht."))
    informed = key == "invitation" and invited.purpose == Purpose.FOR_INFORMATION
    name = "information" if informed else sample.template
    outcome = {"outcome": letters.counts(session, invited)} if key == "published" else {}
    return letters.to_invited(name, post, invited, **sample.data(invited, post), **outcome)


def preview(session: Session, post: Post, key: str, invited: Invitation) -> Outgoing:
    """What would leave the house now."""
    return post.written(letter(session, post, key, invited))


def test_mail(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """The same mail to the planner who asked for it; its code is unreadable, so that nobody answers for the body by mistake."""
    person = session.get_one(Person, uuid.UUID(payload["id"]))
    made = letter(session, post, payload["letter"], letters.read_invitation(session, uuid.UUID(payload["invitation"])))
    yield replace(made, recipient=person.email, data={**made.data, "code": UNREADABLE}, test=True)
