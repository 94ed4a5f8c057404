"""Keys for programs: of one person in one organisation, limited to scopes. They never reach further than the person does."""

import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from consultation.core import history
from consultation.core.db import compare_and_set
from consultation.core.errors import Forbidden, Invalid, NotFound, Problem
from consultation.core.jobs import enqueue
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.people.models import BELONGS, ApiToken, Membership, Organisation, Person
from consultation.people.sessions import SEEN_EVERY, digest
from consultation.states import ANSWERING, PLANNING, Role
from consultation.subjects import Actor

PREFIX = "kons_"


class Scope(StrEnum):
    CONSULTATION_READ = "consultation:read"
    RESPONSES_READ = "responses:read"
    RESPONSES_WRITE = "responses:write"


SCOPE_TITLES: dict[Scope, Message] = {
    Scope.CONSULTATION_READ: M("Konsultationen der eigenen Programme lesen"),
    Scope.RESPONSES_READ: M("Stellungnahme der eigenen Organisation lesen"),
    Scope.RESPONSES_WRITE: M("Stellungnahme der eigenen Organisation bearbeiten und abgeben"),
}
_OPENS: dict[Scope, frozenset[Role]] = {
    Scope.CONSULTATION_READ: PLANNING,
    Scope.RESPONSES_READ: ANSWERING,
    Scope.RESPONSES_WRITE: ANSWERING,
}


@dataclass(frozen=True)
class TokenActor:
    """Who a program acts for. The actor has only those roles of the person that the scopes open."""

    actor: Actor
    scopes: frozenset[Scope]
    token_id: uuid.UUID
    is_stale: bool
    """Whether `used` should be called again."""

    def demand(self, scope: Scope) -> None:
        if scope not in self.scopes:
            raise Forbidden(M("Diesem Zugangsschlüssel fehlt der Bereich „{scope}“.", scope=scope.value))

    def acting(self, scope: Scope) -> Actor:
        """The actor with the roles of this one scope: where a house plans and answers, its key answers as who answers."""
        return replace(self.actor, roles=self.actor.roles & _OPENS[scope])


def scopes_for(roles: Collection[Role]) -> tuple[Scope, ...]:
    """The scopes that would open anything to somebody with these roles."""
    return tuple(scope for scope in Scope if _OPENS[scope] & frozenset(roles))


def create_token(session: Session, actor: Actor, name: str, scopes: Collection[str], days: int | None = None) -> str:
    """The token in clear, to be shown once; a mail tells of it. `days`: how long it is good for; `None`: until revoked."""
    name, chosen = clean_line(name)[:100], [scope for scope in Scope if scope in scopes]
    problems = []
    if not name:
        problems.append(
            Problem("token_name", M("Geben Sie dem Schlüssel einen Namen, zum Beispiel den des Programms."))
        )
    if not chosen or not set(chosen) <= set(scopes_for(actor.roles)) or len(chosen) != len(set(scopes)):
        problems.append(Problem("scopes", M("Wählen Sie mindestens einen Bereich, den Ihre Rechte öffnen.")))
    if days is not None and not 1 <= days <= 3650:
        problems.append(Problem("days", M("Geben Sie eine Gültigkeit von 1 bis 3650 Tagen an.")))
    if problems:
        raise Invalid(M("Der Zugangsschlüssel wurde nicht angelegt."), problems=problems)
    assert actor.person_id
    assert actor.organisation_id
    plain = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        token_hash=digest(plain), hint=plain[:9], name=name, person_id=actor.person_id,
        organisation_id=actor.organisation_id, scopes=[scope.value for scope in chosen], created_at=actor.moment,
        expires_at=actor.moment + timedelta(days=days) if days else None, revoked_at=None, last_used_at=None,
    )  # fmt: skip
    session.add(token)
    session.flush()
    history.record(session, actor, token, "create_token", scopes=token.scopes)
    told = {"id": str(actor.person_id), "what": "create_token"}
    enqueue(session, "mail.account_changed", told, run_at=actor.moment)
    return plain


def revoke_token(session: Session, actor: Actor, token_id: uuid.UUID) -> None:
    """The person's own. Raises NotFound for others'."""
    token = session.scalars(
        select(ApiToken).where(ApiToken.id == token_id, ApiToken.person_id == actor.person_id)
    ).first()
    if token is None:
        raise NotFound(M("Diesen Zugangsschlüssel gibt es nicht."))
    if token.revoked_at is None:
        compare_and_set(session, token, {"revoked_at": None}, {"revoked_at": actor.moment})
        history.record(session, actor, token, "revoke_token")


def tokens_of(session: Session, person_id: uuid.UUID) -> Sequence[tuple[ApiToken, Organisation]]:
    """Newest first, revoked ones left out."""
    query = (
        select(ApiToken, Organisation)
        .join(Organisation, Organisation.id == ApiToken.organisation_id)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    )
    return [(token, organisation) for token, organisation in session.execute(query)]


def token_actor(session: Session, token: str, moment: datetime) -> TokenActor | None:
    """Who this token acts for now; `None` when unknown, revoked, expired, or its owner lost the place or the account."""
    found = session.execute(_HOLDER, {"token_hash": digest(token), "now": moment}).one_or_none()
    if found is None:
        return None
    scopes = frozenset(map(Scope, found.scopes))
    opened = frozenset(role for scope in scopes for role in _OPENS[scope])
    roles = frozenset(map(Role, found.roles)) & opened
    actor = Actor(found.person_id, found.organisation_id, roles, moment, found.may_plan)
    stale = found.last_used_at is None or moment - found.last_used_at >= SEEN_EVERY
    return TokenActor(actor, scopes, found.id, stale)


_HOLDER = (
    select(
        ApiToken.id, ApiToken.person_id, ApiToken.organisation_id, ApiToken.scopes, ApiToken.last_used_at,
        Membership.roles, Organisation.may_plan,
    )
    .join(Membership, (Membership.person_id == ApiToken.person_id)
          & (Membership.organisation_id == ApiToken.organisation_id))
    .join(Person, Person.id == ApiToken.person_id)
    .join(Organisation, Organisation.id == ApiToken.organisation_id)
    .where(
        ApiToken.token_hash == bindparam("token_hash"), ApiToken.revoked_at.is_(None), Person.active,
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("now")), BELONGS,
    )
)  # fmt: skip
"""Asked with every request of a program: put together once, and read as columns."""


def used(session: Session, token_id: uuid.UUID, moment: datetime) -> None:
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=moment))
