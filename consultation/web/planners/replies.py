"""The replies of a consultation that are used again and again: kept here, chosen where points are weighed."""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.documents.labels import DECISIONS
from consultation.evaluation import replies
from consultation.evaluation.models import Decision
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.rulebook import planner
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/replies")
FIELDS = ("title", "text", "decision")


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        found = replies.templates(session, consultation.id)
    data = surroundings(actor, consultation, M("Textbausteine")) | {
        "templates": found,
        "decision_titles": DECISIONS,
        "decision_choices": [("", M("keine")), *((d.value, DECISIONS[d]) for d in Decision)],
        "plans": planner(actor, consultation),
        "typed": dict.fromkeys(FIELDS, ""),
        "changing": None,
    }
    return page(request, "planners/replies.html", data | more, status)


def _typed(form: PostedForm) -> dict[str, str]:
    return {"title": form.line("title"), "text": form.text("text"), "decision": form.line("decision")}


@router.post("")
def add(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = _typed(form)
    try:
        with db.transaction() as session:
            replies.add(session, actor, planned(session, actor, slug), **typed)
    except Invalid as refused:
        return _page(request, db, actor, slug, refused.status, typed=typed, problems=problems_of(refused))
    return see_other(f"{consultation_path(actor, slug)}/replies", M("Der Textbaustein ist gespeichert."))


@router.post("/{template_id}")
def change(request: Request, db: Db, actor: Planning, slug: str, template_id: uuid.UUID, form: Form) -> Response:
    typed = _typed(form)
    try:
        with db.transaction() as session:
            replies.change(session, actor, planned(session, actor, slug), template_id, **typed)
    except Invalid as refused:
        more = {"typed": typed, "changing": template_id, "problems": problems_of(refused)}
        return _page(request, db, actor, slug, refused.status, **more)
    return see_other(f"{consultation_path(actor, slug)}/replies", M("Der Textbaustein ist gespeichert."))


@router.post("/{template_id}/remove")
def remove(db: Db, actor: Planning, slug: str, template_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        replies.remove(session, actor, planned(session, actor, slug), template_id)
    return see_other(f"{consultation_path(actor, slug)}/replies", M("Der Textbaustein ist gelöscht."))
