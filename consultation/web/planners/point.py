"""One point of the list: what was said word for word beside the section and the working text, and everything done with it."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations.models import Consultation
from consultation.core.blocks import from_json
from consultation.core.db import Database
from consultation.core.errors import Conflict, DomainError, NotFound, NotReady
from consultation.core.language import Language, M
from consultation.documents.labels import AMENDMENT_KINDS
from consultation.evaluation import queries, replies, steps
from consultation.evaluation.finding import Walk, order_key
from consultation.evaluation.models import Point
from consultation.evaluation.queries import Original
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.http.language import language_of
from consultation.programmes.models import Section
from consultation.questions.amendments import PRIORITIES
from consultation.register.states import STATE_TITLES
from consultation.responses.participation import land_of
from consultation.rulebook import POINT, planner, publisher
from consultation.states import PointState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings
from consultation.web.planners.originals import gathered
from consultation.web.planners.saving import VERBS, Saved, typed_of
from consultation.web.planners.weighing import (
    BADGES,
    choices,
    draft_sections,
    filter_of,
    kept_of,
    order_of,
    positions_of,
    query_of,
    template_of,
    walked,
    with_holder,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}/points/{point_id}")
ORIGINALS_SHOWN = 200
COMPARED = {
    "text": M("Arbeitstext"),
    "decision": M("Entscheidung"),
    "reply": M("Erwiderung"),
    "vote": M("Votum"),
    "vote_by": M("Votum von"),
    "note": M("Interne Notiz"),
}


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str, point_id: uuid.UUID) -> Response:
    """A point that went into another one leads there."""
    try:
        return _page(request, db, actor, slug, point_id)
    except NotFound:
        with db.reader() as session:
            planned(session, actor, slug)
            into = queries.successor(session, actor, point_id)
        if into is None:
            raise
        told = M("Der Punkt ist in diesem aufgegangen.")
        return see_other(f"{consultation_path(actor, slug)}/points/{into}", told, "info")


def _page(
    request: Request, db: Database, actor: Actor, slug: str, point_id: uuid.UUID, status: int = 200, **more: Any
) -> Response:
    kept, language = kept_of(request.query_params), language_of(request)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        point = queries.of(session, actor, consultation, point_id)
        known = draft_sections(session, consultation)
        found = _originals(session, actor, consultation, point)
        here = M("Punkt {number}", number=point.number)
        data = surroundings(actor, consultation, here) | choices(session, consultation, known)
        data |= _place(walked(session, actor, consultation, kept, known), actor, kept, point, found, known)
        data |= {
            "relatives": queries.relatives(session, actor, point),
            "templates": replies.templates(session, consultation.id),
            "last": steps.last(session, actor, consultation.id),
        }
    section = next((one for one in known if one.key == point.section_key), None)
    data |= with_holder(data, point.assignee_id)
    data |= _said(point, section, found, language) | _may(actor, point) | {
        "point": point, "query": query_of(kept), "both": (), "typed": _stored(point) | _final(actor, point),
    }  # fmt: skip
    if "typed" in more:
        more["typed"] = data["typed"] | more["typed"]
        if status == Conflict.status:
            more |= _both(point, more["typed"])
    return page(request, "planners/point.html", data | more, status)


def _originals(session: Session, actor: Actor, consultation: Consultation, point: Point) -> list[Original]:
    return queries.originals_of(session, [point.id], land_of(actor, consultation))[point.id]


def _place(
    walk: Walk, actor: Actor, kept: dict[str, str], point: Point, found: Sequence[Original], known: Sequence[Section]
) -> dict[str, Any]:
    """Where the point stands in the filtered list, and its neighbours there."""
    key = _key(actor, kept, point, found, known)
    index = walk.index(key)
    return {
        "place": None if index is None else index + 1,
        "count_in_list": len(walk),
        "previous": walk.before(key),
        "next": walk.after(key),
    }


def _key(
    actor: Actor, kept: dict[str, str], point: Point, found: Sequence[Original], known: Sequence[Section]
) -> tuple[int, ...]:
    chosen = filter_of(kept, actor)
    among = sum(chosen.takes(one.kind, one.state, one.size_class) for one in queries.supporters(found))
    return order_key(order_of(kept), point.number, among, point.section_key, positions_of(known))


def _said(point: Point, section: Section | None, found: Sequence[Original], language: Language) -> dict[str, Any]:
    blocks = from_json(section.blocks) if section else ()
    groups = gathered(point, found[:ORIGINALS_SHOWN], blocks, language)
    return {
        "originals": groups,
        "came_later": sum(voice.came_later for group in groups for voice in group.voices),
        "count": len(found),
        "shown": min(len(found), ORIGINALS_SHOWN),
        "supporters": [one.organisation for one in queries.supporters(found)],
        "section": section,
        "blocks": blocks,
        "kinds": AMENDMENT_KINDS,
        "priorities": PRIORITIES,
        "lands": STATE_TITLES,
    }


def _may(actor: Actor, point: Point) -> dict[str, Any]:
    plans = planner(actor, point)
    return {
        "state": POINT.states[point.state],
        "badge": BADGES[point.state],
        "allowed": {row.action for row in POINT.allowed(actor, point)},
        "edits": plans and point.state != PointState.DECIDED,
        "plans": plans,
        "decides": publisher(actor, point),
    }


def _final(actor: Actor, point: Point) -> dict[str, str]:
    """Who may decide usually does; a proposal of somebody else is only decided on purpose."""
    return {"final": "yes"} if publisher(actor, point) and point.decision is None else {}


def _stored(point: Point) -> dict[str, Any]:
    """What the form holds before anybody types."""
    return {
        "text": point.text, "decision": point.decision or "", "reply": point.reply, "vote": point.vote,
        "vote_by": point.vote_by, "note": point.note, "tags": [tag.tag for tag in point.tags],
        "assignee": str(point.assignee_id or ""), "version": point.version, "template": "", "into": "", "final": "",
    }  # fmt: skip


def _both(point: Point, typed: dict[str, Any]) -> dict[str, Any]:
    """What a colleague wrote in the meantime, beside what was typed; saving again then means it."""
    stored = _stored(point)
    differing = [(title, name) for name, title in COMPARED.items() if typed[name] != stored[name]]
    return {
        "both": [(title, name, stored[name], typed[name]) for title, name in differing],
        "typed": typed | {"version": point.version, "assignee_before": stored["assignee"]},
    }


# -- doing -----------------------------------------------------------------------------------------------------------
@router.post("/{verb}")
def act(request: Request, db: Db, actor: Planning, slug: str, point_id: uuid.UUID, verb: str, form: Form) -> Response:
    """A refusal shows the page again with everything that was typed, also when somebody else was faster."""
    if verb not in VERBS:
        raise NotFound(M("Diese Seite gibt es nicht"))
    if verb == "save" and form.line("then") == "insert":
        return _inserted(request, db, actor, slug, point_id, form)
    kept = kept_of(request.query_params)
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            point = queries.of(session, actor, consultation, point_id)
            saved = VERBS[verb](session, actor, point, form)
            address = _onward(session, actor, consultation, saved, kept) if form.line("then") == "next" else ""
    except (NotReady, Conflict) as refused:
        return _again(request, db, actor, slug, point_id, form, refused)
    here = f"{consultation_path(actor, slug)}/points"
    return see_other(here + (address or f"/{saved.point.id}{query_of(kept)}"), saved.told)


def _onward(session: Session, actor: Actor, consultation: Consultation, saved: Saved, kept: dict[str, str]) -> str:
    """To the next point of the list, or to the list after the last one."""
    known = draft_sections(session, consultation)
    found = _originals(session, actor, consultation, saved.point)
    place = walked(session, actor, consultation, kept, known).after(_key(actor, kept, saved.point, found, known))
    return f"/{place.id}{query_of(kept)}" if place else query_of(kept) or "?"


def _again(
    request: Request, db: Database, actor: Actor, slug: str, point_id: uuid.UUID, form: PostedForm, refused: DomainError
) -> Response:
    more = {"problems": problems_of(refused), "typed": typed_of(form)}
    return _page(request, db, actor, slug, point_id, refused.status, **more)


def _inserted(
    request: Request, db: Database, actor: Actor, slug: str, point_id: uuid.UUID, form: PostedForm
) -> Response:
    """Without a script: the page again, the template's text in the reply. Nothing is saved."""
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        template = template_of(form, replies.templates(session, consultation.id))
    typed = typed_of(form) | {"reply": replies.with_template(form.text("reply"), template), "template": ""}
    return _page(request, db, actor, slug, point_id, typed=typed)
