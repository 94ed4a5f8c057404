"""Requests for more time: read with what was asked before, granted (also to another day) or refused, several at once."""

import uuid
from collections import defaultdict
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import extensions, listing, queries
from consultation.consultations.models import Consultation, DeadlineExtension
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound, Problem
from consultation.core.language import M
from consultation.core.times import end_of_day, local_day_ending
from consultation.http import Db, Form, Pages, page, see_other
from consultation.responses import queries as responses
from consultation.rulebook import RUNNING, publisher
from consultation.states import ConsultationState, ExtensionState
from consultation.subjects import Actor
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    identifier,
    planned,
    problems_of,
    surroundings,
    typed_day,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}/extensions")
DECISIONS = ("grant", "refuse")
KEPT = M("Die Bitte ist gewährt. Die Stelle hatte schon länger Zeit; dabei bleibt es.")


def _seen(session: Session, actor: Actor, consultation: Consultation) -> list[DeadlineExtension]:
    """Open requests first; a Land unit sees those of its Land."""
    land = listing.land_limit(actor, consultation)
    found = queries.extensions(session, consultation.id)
    return [one for one in found if land is None or one.invitation.organisation.state == land]


def open_requests(session: Session, actor: Actor, consultation: Consultation) -> int:
    return sum(one.state == ExtensionState.REQUESTED for one in _seen(session, actor, consultation))


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        found = _seen(session, actor, consultation)
        waiting = [one for one in found if one.state == ExtensionState.REQUESTED]
        answered = responses.answered(session, [one.invitation_id for one in waiting])
    data = surroundings(actor, consultation, M("Fristverlängerungen")) | {
        "waiting": [(one, local_day_ending(one.until).isoformat(), earlier) for one, earlier in _with_earlier(found)
                    if one in waiting],
        "decided": [one for one in found if one not in waiting],
        "answered": answered,
        "publishes": publisher(actor, consultation),
        "running": consultation.state == ConsultationState.ANNOUNCED,
        "takes_answers": consultation.state in RUNNING,
        "chosen": (), "answer": "", "until": {}, "answers": {},
    }  # fmt: skip
    return page(request, "planners/extensions.html", data | more, status)


def _with_earlier(found: list[DeadlineExtension]) -> list[tuple[DeadlineExtension, list[DeadlineExtension]]]:
    """Each with what was decided for the same body before."""
    by_body: dict[uuid.UUID, list[DeadlineExtension]] = defaultdict(list)
    for one in found:
        by_body[one.invitation_id].append(one)
    return [(one, [e for e in by_body[one.invitation_id] if e.id != one.id and e.decided_at]) for one in found]


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


@router.post("/together")
def decide_all(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    chosen = [found for text in form.lines("chosen") if (found := identifier(text))]
    decision, answer = form.line("decision"), form.text("answer")
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            publisher.demand(actor, consultation)
            for extension_id in chosen:
                _of(session, actor, consultation, extension_id)
            if decision not in DECISIONS:
                raise Invalid.about("chosen", M("Wählen Sie „gewähren“ oder „ablehnen“."))
            count = extensions.decide_all(session, actor, chosen, decision, answer)
    except Invalid as refused:
        kept: dict[str, Any] = {"chosen": [str(one) for one in chosen], "answer": answer}
        return _page(request, db, actor, slug, 422, problems=problems_of(refused), **kept)
    told = M(
        "{count} Bitten sind gewährt. Die Stellen erfahren es per Mail.",
        one="1 Bitte ist gewährt. Die Stelle erfährt es per Mail.",
        count=count,
    )
    refused_ = M(
        "{count} Bitten sind abgelehnt. Die Stellen erfahren den Grund per Mail.",
        one="1 Bitte ist abgelehnt. Die Stelle erfährt den Grund per Mail.",
        count=count,
    )
    return see_other(f"{consultation_path(actor, slug)}/extensions", told if decision == "grant" else refused_)


def _of(session: Session, actor: Actor, consultation: Consultation, extension_id: uuid.UUID) -> DeadlineExtension:
    extension = queries.extension(session, actor, extension_id)
    if extension.consultation_id != consultation.id:
        raise NotFound(M("Diese Bitte um Fristverlängerung gibt es nicht."))
    return extension


@router.post("/{extension_id}/{decision}")
def decide(
    request: Request, db: Db, actor: Planning, slug: str, extension_id: uuid.UUID, decision: str, form: Form
) -> Response:
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            _of(session, actor, consultation, extension_id)
            if decision not in DECISIONS:
                raise NotFound(M("Diese Bitte um Fristverlängerung gibt es nicht."))
            publisher.demand(actor, consultation)
            if decision == "grant":
                until = typed_day(form, "until", needed=False)
                asked = _of(session, actor, consultation, extension_id).until
                sure = form.line("sure") == (form.line("until") or local_day_ending(asked).isoformat())
                done = extensions.grant(session, actor, extension_id, form.text("answer"), until, sure=sure)
                longer = done.until > asked and (until is None or end_of_day(until) == asked)
                told = KEPT if longer else M("Die Fristverlängerung ist gewährt. Die Stelle erfährt es per Mail.")
            else:
                extensions.refuse(session, actor, extension_id, form.text("answer"))
                told = M("Die Bitte ist abgelehnt. Die Stelle erfährt den Grund per Mail.")
    except Invalid as refused:
        kept: dict[str, Any] = {
            "until": {extension_id: form.line("until")},
            "answers": {extension_id: form.text("answer")},
        }
        return _page(request, db, actor, slug, 422, problems=_at(refused, extension_id), **kept)
    return see_other(f"{consultation_path(actor, slug)}/extensions", told)


def _at(refused: Invalid, extension_id: uuid.UUID) -> list[Problem]:
    """The page shows several requests: each has inputs of its own."""
    return [Problem(f"{problem.field}-{extension_id}", problem.message) for problem in problems_of(refused)]
