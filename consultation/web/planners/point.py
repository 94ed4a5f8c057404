"""One point: what was said word for word beside the working text and the section, and everything that is done with it."""

import uuid
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.blocks import from_json
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, NotFound, NotReady
from consultation.core.language import M, Message
from consultation.documents.labels import AMENDMENT_KINDS, kind_label, size_label
from consultation.evaluation import points, queries
from consultation.evaluation.models import Point
from consultation.evaluation.queries import Original, PointFilter
from consultation.http import Db, Form, PostedForm, page, see_other
from consultation.http.language import language_of
from consultation.programmes.queries import sections
from consultation.questions.amendments import PRIORITIES
from consultation.register.states import STATE_TITLES
from consultation.rulebook import POINT, planner
from consultation.states import PointState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings
from consultation.web.planners.points import BADGES, assignee, choices, of_consultation, version_of

router = APIRouter(prefix=PREFIX + "/consultations/{slug}/points/{point_id}")
ORIGINALS_SHOWN = 200


def _page(
    request: Request, db: Database, actor: Actor, slug: str, point_id: uuid.UUID, status: int = 200, **more: Any
) -> Response:
    language = language_of(request)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        point = of_consultation(session, actor, consultation, point_id)
        found = queries.originals(session, actor, point)
        here = M("Punkt {number}", number=point.number)
        data = surroundings(actor, consultation, here) | choices(session, consultation)
        draft = consultation.draft_version_id
        section = next((s for s in sections(session, draft) if s.key == point.section_key), None) if draft else None
        data["follower"] = _follower(session, actor, consultation, point)
    data |= {
        "point": point,
        "state": POINT.states[point.state],
        "badge": BADGES[point.state],
        "originals": [(one, _about(one, language)) for one in found[:ORIGINALS_SHOWN]],
        "count": len(found),
        "supporters": len(queries.supporters(found)),
        "section": section,
        "blocks": from_json(section.blocks) if section else (),
        "allowed": {row.action for row in POINT.allowed(actor, point)},
        "edits": planner(actor, point) and point.state != PointState.DECIDED,
        "plans": planner(actor, point),
        "kinds": AMENDMENT_KINDS,
        "priorities": PRIORITIES,
        "lands": STATE_TITLES,
        "typed": {"text": point.text, "decision": point.decision or "", "reply": point.reply, "into": "",
                  "version": point.version},
    }  # fmt: skip
    return page(request, "planners/point.html", data | more, status)


def _about(one: Original, language: Any) -> str:
    return size_label(one.size_class, language) if one.size_class else kind_label(one.kind, language)


def _follower(session: Session, actor: Actor, consultation: Any, point: Point) -> Any:
    """The next one that still has to be decided, in the order of the numbers."""
    for state in (PointState.NEW, PointState.IN_REVIEW):
        found = queries.points(session, actor, consultation, PointFilter(state=state), after=(0, point.number), limit=1)
        if found:
            return found[0]
    return None


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str, point_id: uuid.UUID) -> Response:
    return _page(request, db, actor, slug, point_id)


Verb = Callable[[Session, Actor, Point, PostedForm], Point]


def _decide(session: Session, actor: Actor, point: Point, form: PostedForm) -> Point:
    version = version_of(form, point.id)
    if form.line("then") == "propose":
        return points.propose(
            session, actor, point.id, form.line("decision") or None, form.text("reply"), version=version
        )
    if not form.line("decision"):
        POINT.rows["decide"].who.demand(actor, point)
        raise Invalid.about("decision", M("Wählen Sie eine Entscheidung."))
    return points.decide(session, actor, point.id, form.line("decision"), form.text("reply"), version=version)


def _merge(session: Session, actor: Actor, point: Point, form: PostedForm) -> Point:
    if not planner(actor, point):
        POINT.rows["review"].who.demand(actor, point)
    text = form.line("into")
    number = int(text[:9]) if text.isascii() and text.isdigit() else -1
    found = queries.points(session, actor, point.consultation, after=(0, number - 1), limit=1) if number > 0 else []
    if not found or found[0].number != number or number == point.number:
        raise Invalid.about("into", M("Geben Sie die Nummer eines anderen Punktes dieser Konsultation an."))
    return points.merge(session, actor, point.id, found[0].id)


def _take_out(session: Session, actor: Actor, point: Point, form: PostedForm) -> Point:
    try:
        contribution = queries.contribution(session, actor, uuid.UUID(form.line("contribution")))
    except ValueError:
        contribution = None
    if contribution is None or contribution.point_id != point.id:
        raise NotFound(M("Diesen Beitrag gibt es nicht."))
    return points.take_out(session, actor, contribution.id)


VERBS: dict[str, tuple[Verb, Message]] = {
    "decide": (_decide, M("Gespeichert.")),
    "edit": (
        lambda s, a, p, f: points.edit(s, a, p.id, f.text("text"), version=version_of(f, p.id)),
        M("Der Arbeitstext ist gespeichert. Die Originale bleiben, wie sie sind."),
    ),
    "tag": (lambda s, a, p, f: points.tag(s, a, p.id, f.line("tag")), M("Das Schlagwort ist vergeben.")),
    "untag": (lambda s, a, p, f: points.untag(s, a, p.id, f.line("tag")), M("Das Schlagwort ist entfernt.")),
    "assign": (
        lambda s, a, p, f: points.assign(s, a, p.id, assignee(f.line("assignee"))),
        M("Die Zuweisung ist gespeichert."),
    ),
    "review": (lambda s, a, p, f: points.review(s, a, p.id), M("Der Punkt ist in Prüfung.")),
    "reopen": (lambda s, a, p, f: points.reopen(s, a, p.id), M("Der Punkt ist wieder aufgenommen.")),
    "merge": (_merge, M("Die Punkte sind zusammengeführt.")),
    "take-out": (_take_out, M("Der Beitrag steht jetzt als eigener Punkt.")),
}


@router.post("/{verb}")
def act(request: Request, db: Db, actor: Planning, slug: str, point_id: uuid.UUID, verb: str, form: Form) -> Response:
    """A refusal shows the page again with everything that was typed, also when somebody else was faster."""
    if verb not in VERBS:
        raise NotFound(M("Diese Seite gibt es nicht."))
    do, told = VERBS[verb]
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            point = of_consultation(session, actor, consultation, point_id)
            after = do(session, actor, point, form)
    except (NotReady, Conflict) as refused:
        more = {"problems": problems_of(refused), "typed": _typed(form)}
        return _page(request, db, actor, slug, point_id, refused.status, **more)
    return see_other(f"{consultation_path(actor, slug)}/points/{after.id}", told)


def _typed(form: PostedForm) -> dict[str, Any]:
    return {name: form.text(name) for name in ("text", "decision", "reply", "into", "version")}
