"""The state of the installation on one page."""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core import history, jobs
from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.http import Configured, Db, Pages, page, see_other
from consultation.http.actors import Operating, moment_of
from consultation.mail import failing
from consultation.people import queries
from consultation.people.kinds import KIND_TITLES, MUNICIPAL_BODIES, PARTNER_TITLES
from consultation.register.states import STATE_TITLES
from consultation.settings import Settings
from consultation.upkeep.condition import LEVEL_TITLES, Level, summary
from consultation.upkeep.health import AT_THE_DOOR, health

router = Pages()
BADGES = {Level.ACT: "danger", Level.LOOK: "warning", Level.OPEN: "info", Level.FINE: "success"}
KINDS = [(kind.value, title) for kind, title in KIND_TITLES.items() if kind not in MUNICIPAL_BODIES]


def overview(request: Request, db: Database, settings: Settings, status: int = 200, **more: Any) -> Response:
    text = request.query_params.get("q", "")[:100]
    with db.reader() as session:
        found = health(session, settings, moment_of(request))
        data = {
            "q": text,
            "planning": queries.organisations(session, planning=True),
            "matching": queries.organisations(session, text=text, limit=50) if text else (),
            "at_the_door": queries.at_the_door(session, limit=50) if any(c.href == AT_THE_DOOR for c in found) else (),
            "parked": jobs.parked(session),
            "conditions": found,
            "summary": summary(found),
            "fine": Level.FINE,
            "badges": BADGES,
            "level_titles": LEVEL_TITLES,
            "kind_titles": KIND_TITLES,
            "kinds": KINDS,
            "partner_kinds": [("", M("keine")), *((kind.value, title) for kind, title in PARTNER_TITLES.items())],
            "states": [("", M("keines")), *((state.value, title) for state, title in STATE_TITLES.items())],
            "typed": {},
        }
    return page(request, "operator/overview.html", data | more, status)


@router.get("/operator")
def show(request: Request, db: Db, settings: Configured, actor: Operating) -> Response:
    return overview(request, db, settings)


@router.post("/operator/jobs/{job_id}/repeat")
def repeat(db: Db, actor: Operating, job_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        job = jobs.repeat(session, job_id, actor.moment)
        if job is None:
            raise NotFound(M("Diesen Auftrag gibt es nicht, oder er läuft schon wieder."))
        failing.tried_again(session, job.kind, job.payload, actor.moment)
        history.record(session, actor, job, "repeat", kind=job.kind)
    return see_other("/operator#jobs", M("Der Auftrag wird noch einmal versucht."))
