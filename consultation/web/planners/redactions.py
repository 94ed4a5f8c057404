"""All redactions of a consultation: what is hidden in public, why, since when; and the way to lift one."""

import uuid
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M
from consultation.documents.labels import LIFT_REASONS, REDACTION_REASONS
from consultation.evaluation import redactions
from consultation.http import Db, Form, Pages, page, see_other
from consultation.rulebook import REDACTION, planner
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/redactions")
AT_ONCE = 50


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    start = request.query_params.get("start", "")
    first = int(start) if start.isdecimal() and len(start) < 8 else 0
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        if not planner(actor, consultation):
            raise NotFound(M("Schwärzungen sehen nur Mitglieder, die für alle Länder planen."))
        found = redactions.listed(session, consultation.id, start=first, limit=AT_ONCE + 1)
    data = surroundings(actor, consultation, M("Schwärzungen")) | {
        "entries": found[:AT_ONCE],
        "reasons": REDACTION_REASONS,
        "lift_reasons": list(LIFT_REASONS.items()),
        "here": f"?start={first}" if first else "",
        "states": REDACTION.states,
        "previous": f"?start={max(first - AT_ONCE, 0)}" if first else "",
        "next": f"?start={first + AT_ONCE}" if len(found) > AT_ONCE else "",
    }
    return page(request, "planners/redactions.html", data | more, status)


@router.post("/{redaction_id}/lift")
def lift(request: Request, db: Db, actor: Planning, slug: str, redaction_id: uuid.UUID, form: Form) -> Response:
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            redactions.lift(session, actor, consultation, redaction_id, reason=form.line("reason"))
    except Invalid as refused:
        problems = [replace(one, field=f"reason-{redaction_id}") for one in refused.problems]
        return _page(request, db, actor, slug, refused.status, problems=problems)
    told = M("Die Schwärzung ist aufgehoben. Das gilt von der nächsten Ausgabe an, die Sie erstellen.")
    return see_other(f"{consultation_path(actor, slug)}/redactions", told)
