"""Codes of invitations: derived, never stored, so that letters and reminders can be printed again.

XXXX-XXXX-XXXX-XXXX: six characters find the invitation (its `selector`), ten prove the code (49 bits of an HMAC).
"""

import hashlib
import hmac
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations.models import Consultation, Invitation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.programmes.models import Programme
from consultation.rulebook import IN_SIGHT
from consultation.states import InvitationState

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty characters that nobody confuses, on paper or on the telephone."""
SELECTOR, PROOF = 6, 10
LENGTH = SELECTOR + PROOF


def new_selector() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(SELECTOR))


def code_of(secret: bytes, invitation: Invitation) -> str:
    """Raising the invitation's `code_counter` makes an earlier code worthless."""
    text = invitation.selector + _proof(secret, invitation)
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def invitation_with(session: Session, secret: bytes, typed: str) -> Invitation:
    """The sent invitation of a code as people type it: any case, with or without hyphens. Raises `NotFound`."""
    text = _signs(typed)
    statement = (
        select(Invitation)
        .where(Invitation.selector == text[:SELECTOR], Invitation.state != InvitationState.PLANNED)
        .options(
            joinedload(Invitation.consultation).joinedload(Consultation.programme).options(
                selectinload(Programme.members), joinedload(Programme.owner)
            ),
            joinedload(Invitation.consultation).joinedload(Consultation.form_version),
            joinedload(Invitation.organisation),
        )
    )  # fmt: skip
    found = session.scalars(statement).one_or_none() if len(text) == LENGTH else None
    expected = _proof(secret, found) if found else "-" * PROOF
    if found is None or not hmac.compare_digest(text[SELECTOR:], expected) or found.consultation.state not in IN_SIGHT:
        raise NotFound(
            M("Diesen Code kennt der Dienst nicht. Bitte vergleichen Sie ihn Zeichen für Zeichen mit der Einladung.")
        )
    return found


def how_many(typed: str) -> int:
    """Signs of a code in what somebody typed; a code has `LENGTH`."""
    return len(_signs(typed))


def _signs(typed: str) -> str:
    return "".join(c for c in typed.upper() if c in ALPHABET)


def _proof(secret: bytes, invitation: Invitation) -> str:
    message = b"invitation" + invitation.id.bytes + invitation.code_counter.to_bytes(4, "big")
    number = int.from_bytes(hmac.digest(secret, message, hashlib.sha256), "big")
    letters = []
    for _ in range(PROOF):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
