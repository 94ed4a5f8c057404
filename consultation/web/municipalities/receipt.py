"""After submitting: receipt, earlier revisions, reopening, withdrawing, the council's resolution, the disclosure."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import DomainError, Invalid, NotFound, Problem
from consultation.core.language import Language, M
from consultation.http import Db, Form, Spoken, see_other
from consultation.http.actors import Acting, InPlace
from consultation.people.viewers import Place
from consultation.questions.disclosure import LEVELS
from consultation.responses import actions, disclosures, queries
from consultation.rulebook import releaser
from consultation.subjects import Actor
from consultation.web.municipalities.desks import PREFIX, arrive, desk_page
from consultation.web.municipalities.release import example

router = APIRouter(prefix=PREFIX)
_CHANGED = M("Ihre Veröffentlichungsfreigabe ist geändert. Sie gilt für alle Ausgaben, die danach erstellt werden.")


@router.get("/receipt")
def show(request: Request, db: Db, place: InPlace, actor: Acting, slug: str, language: Spoken) -> Response:
    return _page(request, db, place, actor, slug, language)


def _page(
    request: Request, db: Database, place: Place, actor: Actor, slug: str, language: Language, *,
    refused: DomainError | None = None, problems: tuple[Problem, ...] = (),
) -> Response:  # fmt: skip
    with db.reader() as session:
        at = arrive(session, actor, place, slug, language)
        if at.begun is None or not (revisions := queries.revisions(session, at.response.id)):
            raise NotFound(M("Es gibt noch keine Eingangsbestätigung: Die Stellungnahme ist noch nicht abgegeben."))
        in_force = queries.disclosure_in_force(session, at.response.id, actor.moment)
    last = revisions[0]
    data: dict[str, Any] = {
        "last": last, "earlier": revisions[1:], "releases": releaser(actor, at.response),
        "counts": at.response.counted_revision_id is not None,
        "provisional": last.reserved and at.response.confirmed_at is None, "levels": LEVELS,
        "parts": [(key, title, str(in_force.get(key, "none"))) for key, title in at.desk.context.disclosure_parts],
        "caps": at.desk.context.disclosure_caps, "example": example(at), "refused": refused.message if refused else None,
        "problems": problems,
    }  # fmt: skip
    status = refused.status if refused else 200
    return desk_page(request, at, "municipalities/receipt.html", M("Eingangsbestätigung"), data, status=status)


@router.post("/reopen")
def reopen(request: Request, db: Db, place: InPlace, actor: Acting, slug: str, language: Spoken) -> Response:
    """For declined and withdrawn answers as well."""
    with db.transaction() as session:
        at = arrive(session, actor, place, slug, language)
        actions.reopen(session, actor, at.response.id)
    return see_other(at.base, M("Die Stellungnahme ist wieder geöffnet. Bis zur nächsten Abgabe zählt die letzte."))


@router.post("/withdraw")
def withdraw(db: Db, place: InPlace, actor: Acting, slug: str, form: Form, language: Spoken) -> Response:
    with db.transaction() as session:
        at = arrive(session, actor, place, slug, language)
        actions.withdraw(session, actor, at.response.id, form.text("reason"))
    return see_other(at.base, M("Die Stellungnahme ist zurückgenommen und zählt nicht mehr."))


@router.post("/resolution")
def confirm_resolution(db: Db, place: InPlace, actor: Acting, slug: str, language: Spoken) -> Response:
    with db.transaction() as session:
        at = arrive(session, actor, place, slug, language)
        actions.confirm_resolution(session, actor, at.response.id)
    return see_other(f"{at.base}/receipt", M("Der Beschluss ist bestätigt. Ihre Stellungnahme gilt ohne Vorbehalt."))


@router.post("/disclosure")
def disclose(
    request: Request, db: Db, place: InPlace, actor: Acting, slug: str, form: Form, language: Spoken
) -> Response:
    try:
        with db.transaction() as session:
            at = arrive(session, actor, place, slug, language)
            chosen = {key: form.line(f"disclosure.{key}") for key, _ in at.desk.context.disclosure_parts}
            disclosures.change(session, actor, at.desk, {key: level for key, level in chosen.items() if level})
    except Invalid as refused:
        return _page(request, db, place, actor, slug, language, refused=refused, problems=refused.problems)
    return see_other(f"{at.base}/receipt#disclosure", _CHANGED)
