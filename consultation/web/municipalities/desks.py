"""Where somebody works: the invitation of the acting organisation and, once begun, the desk of its response."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response as Answer

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict
from consultation.core.language import Language, M, Message
from consultation.core.times import local_day, local_day_ending
from consultation.http import Db, language_of, page
from consultation.http.actors import acting, place_of
from consultation.people.kinds import SPEAKS_FOR_OTHERS
from consultation.people.viewers import Place
from consultation.responses import queries
from consultation.responses.answering import begin
from consultation.responses.changes import Changes, changes_for
from consultation.responses.desk import Desk, desk_of
from consultation.responses.models import Response
from consultation.rulebook import ANSWER, RESPONSE, RUNNING, is_open, why_no_answers
from consultation.states import Purpose
from consultation.subjects import Actor

PREFIX = "/o/{organisation_id}/answers/{slug}"


class NotBegun(Conflict):
    """The page needs a response, and nobody has begun one."""


@dataclass(frozen=True)
class At:
    actor: Actor
    place: Place
    invitation: Invitation
    begun: Desk | None

    @property
    def desk(self) -> Desk:
        if self.begun is None:
            raise NotBegun(M("Ihre Stelle hat noch nicht begonnen. Beginnen Sie auf der Seite der Beteiligung."))
        return self.begun

    @property
    def response(self) -> Response:
        return self.desk.response

    @property
    def consultation(self) -> Consultation:
        return self.invitation.consultation

    @property
    def base(self) -> str:
        return f"/o/{self.place.organisation_id}/answers/{self.consultation.slug}"

    @property
    def may_answer(self) -> bool:
        return self.begun is not None and ANSWER(self.actor, self.response)

    @property
    def is_open(self) -> bool:
        return self.begun is not None and is_open(self.actor, self.response)

    @property
    def takes_answers(self) -> bool:
        return self.consultation.state in RUNNING

    @property
    def may_ask_for_time(self) -> bool:
        return self.asked and self.takes_answers

    @property
    def until(self) -> datetime | None:
        """How long the house may answer: until its deadline, or longer where the planner reopened for it."""
        reopened = self.response.reopened_until if self.begun else None
        return max((end for end in (self.invitation.deadline, reopened) if end), default=None)

    @property
    def why_no_answers(self) -> Message | None:
        return why_no_answers(self.actor, self.response)

    @property
    def asked(self) -> bool:
        """Asked for comment; others are informed only."""
        return self.invitation.purpose == Purpose.FOR_COMMENT

    @property
    def speaks_for_others(self) -> bool:
        return self.place.kind in SPEAKS_FOR_OTHERS

    @property
    def time_left(self) -> Message:
        return time_left(self.actor, self.until)

    def may(self, action: str) -> bool:
        return self.begun is not None and RESPONSE.may(self.actor, self.response, action)


def time_left(actor: Actor, deadline: datetime | None) -> Message:
    """What remains until then, in whole days."""
    if deadline is None or actor.moment >= deadline:
        return M("Frist abgelaufen")
    days = (local_day_ending(deadline) - local_day(actor.moment)).days
    return M("heute ist der letzte Tag") if days <= 0 else M("noch {n} Tage", one="noch 1 Tag", n=days)


def at_desk(session: Session, actor: Actor, place: Place, response: Response, language: Language) -> At:
    return At(actor, place, response.invitation, desk_of(session, response, actor.moment, language))


@dataclass(frozen=True)
class Visit:
    """Who comes to the desk of which consultation, and with which request."""

    request: Request
    db: Database
    place: Place
    actor: Actor
    slug: str
    language: Language

    def arrive(self, session: Session) -> At:
        """404 for everybody who is not asked or has no answering role."""
        return self._at(session, queries.own_in(session, self.actor, self.slug))

    def arrive_alone(self, session: Session) -> At:
        """As `arrive`; until the transaction ends nobody else writes into this answer."""
        return self._at(session, queries.own_held_in(session, self.actor, self.slug))

    def _at(self, session: Session, response: Response | None) -> At:
        if response is None:
            invitation = queries.invitation_in(session, self.actor, self.slug)
            return At(self.actor, self.place, invitation, None)
        return at_desk(session, self.actor, self.place, response, self.language)

    def begin(self, session: Session) -> At:
        """As `arrive_alone`; the response is begun if it was not yet."""
        at = self.arrive_alone(session)
        if at.begun is None:
            response = begin(session, self.actor, at.invitation)
            return at_desk(session, self.actor, self.place, response, self.language)
        return at

    def look(self) -> At:
        with self.db.reader() as session:
            return self.arrive(session)

    @property
    def by_itself(self) -> bool:
        """The automatic saving asks for a piece of the page, not for the page."""
        return self.request.headers.get("hx-request") == "true"


async def _visit(request: Request, db: Db, slug: str) -> Visit:
    return Visit(request, db, place_of(request), acting(request), slug, language_of(request))


Here = Annotated[Visit, Depends(_visit)]


def changes(here: Visit, at: At) -> Changes:
    """What a correction changed in the draft since the house wrote about it."""
    with here.db.reader() as session:
        return changes_for(session, at.consultation, at.begun)


def desk_page(
    request: Request,
    at: At,
    name: str,
    title: Message | str,
    data: Mapping[str, Any],
    *,
    status: int = 200,
    way: Sequence[tuple[Message | str, str]] = (),
) -> Answer:
    """A page about one invitation; `way` leads there from its hub."""
    request.state.demo = at.place.demo or at.consultation.demo
    crumbs = [(M("Stellungnahmen"), f"/o/{at.place.organisation_id}/answers"), (at.consultation.title, at.base), *way]
    if name != "municipalities/hub.html":
        crumbs.append((title, ""))
    values = {
        "at": at, "base": at.base, "consultation": at.consultation, "title": title, "breadcrumbs": crumbs,
        "writer": secrets.token_urlsafe(9),
    }  # fmt: skip
    return page(request, name, values | dict(data), status)
