"""What a programme says of itself, changed by the house that owns it; and the end of one nobody was asked about."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.language import M
from consultation.evaluation import dropping
from consultation.http import Db, Form, Pages, page, see_other
from consultation.programmes import actions, queries
from consultation.programmes.models import Programme
from consultation.rulebook import publisher
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, home, problems_of, programme_crumbs, programme_path
from consultation.web.planners.programmes import LEVELS

router = Pages(prefix=PREFIX + "/programmes/{slug}")
FIELDS = ("title", "level", "reference", "description", "postal")


@router.get("/edit")
def ask(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(
    request: Request, db: Database, actor: Actor, slug: str, status: int = 200, typed: dict[str, str] | None = None,
    **more: Any,
) -> Response:  # fmt: skip
    """`typed` is what was refused; what was saved meanwhile stands beside it."""
    with db.reader() as session:
        programme = queries.get(session, actor, slug)
        actions.require_owner(actor, programme)
        data = {
            "programme": programme, "demo": programme.demo, "at": programme_path(actor, slug), "levels": LEVELS,
            "breadcrumbs": programme_crumbs(actor, programme, M("Angaben ändern")),
            "typed": typed or {name: str(getattr(programme, name)) for name in FIELDS},
            "seen": actions.fingerprint(programme), **_end(session, actor, programme),
        }  # fmt: skip
    return page(request, "planners/programme_edit.html", data | more, status)


def _end(session: Session, actor: Actor, programme: Programme) -> dict[str, Any]:
    """Whether it may be deleted, and what would go with it."""
    prepared = consultations.of_programme(session, actor, programme.id)
    return {
        "drops": publisher(actor, programme),
        "kept": None if dropping.may_be_dropped(prepared) else dropping.ASKED,
        "prepared": len(prepared),
    }


@router.post("/edit")
def save(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {name: form.text(name) for name in FIELDS}
    try:
        with db.transaction() as session:
            actions.describe(session, actor, slug, actions.Details(**typed), form.line("seen"))
    except Invalid as refused:
        return _page(request, db, actor, slug, 422, typed, problems=problems_of(refused), seen=form.line("seen"))
    except Conflict as refused:
        return _page(request, db, actor, slug, refused.status, typed, problems=problems_of(refused), changed=True)
    return see_other(programme_path(actor, slug), M("Gespeichert."))


@router.post("/delete")
def drop(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    try:
        with db.transaction() as session:
            dropping.drop(session, actor, slug)
    except Conflict as refused:
        return _page(request, db, actor, slug, refused.status, problems=problems_of(refused))
    return see_other(f"{home(actor)}/programmes", M("Das Programm ist gelöscht."))
