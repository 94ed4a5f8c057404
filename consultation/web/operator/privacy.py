"""What is kept how long, what is due now, and the way to one person's data."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import NotFound, Problem
from consultation.core.language import M
from consultation.http import Configured, Db, Form, Pages, page, see_other
from consultation.http.actors import Operating
from consultation.settings import Settings
from consultation.subjects import Actor
from consultation.upkeep import retention
from consultation.upkeep.erasure import by_email

router = Pages(prefix="/operator/privacy")


def _page(request: Request, db: Database, settings: Settings, actor: Actor, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        due = retention.due(session, actor.moment, settings)
    rows = [
        (step.title, step.kept if step.days else M("wird nie gelöscht"), due[step.name])
        for step in retention.plan(settings)
    ]
    rows.append((retention.AFTERWARDS, retention.UNTIL_OVER, due[retention.DELAYED]))
    return page(request, "operator/privacy.html", {"plan": rows, "due": sum(due.values()), "typed": {}} | more, status)


@router.get("")
def show(request: Request, db: Db, settings: Configured, actor: Operating) -> Response:
    return _page(request, db, settings, actor)


@router.post("/retention")
def carry_out(db: Db, settings: Configured, actor: Operating) -> Response:
    with db.transaction() as session:
        gone = sum(retention.carry_out(session, actor, settings).values())
    return see_other("/operator/privacy", M("Gelöscht: {count} Einträge.", one="Gelöscht: 1 Eintrag.", count=gone))


@router.post("/person")
def find(request: Request, db: Db, settings: Configured, actor: Operating, form: Form) -> Response:
    """By the address in the body: none stands in an address of ours."""
    typed = form.line("email")
    try:
        with db.reader() as session:
            person_id = by_email(session, typed).id
    except NotFound:
        unknown = Problem("email", M("Mit dieser Adresse gibt es kein Konto. Prüfen Sie die Schreibweise; ist das Konto schon "
                                     "gelöscht, ist auch die Adresse fort."))  # fmt: skip
        return _page(request, db, settings, actor, 422, problems=[unknown], typed={"email": typed})
    return see_other(f"/operator/people/{person_id}")
