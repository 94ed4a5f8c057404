"""Asking for more time."""

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import extensions
from consultation.consultations import queries as consultations
from consultation.core.db import Database
from consultation.core.errors import Invalid, Problem
from consultation.core.language import Language, M
from consultation.http import Db, Form, PostedForm, Spoken, see_other
from consultation.http.actors import Acting, InPlace
from consultation.people.viewers import Place
from consultation.rulebook import DEADLINE_EXTENSION
from consultation.subjects import Actor
from consultation.web.municipalities.desks import PREFIX, arrive, desk_page

router = APIRouter(prefix=PREFIX + "/extension")


@router.get("")
def show(request: Request, db: Db, place: InPlace, actor: Acting, slug: str, language: Spoken) -> Response:
    return _page(request, db, place, actor, slug, language)


@router.post("")
def ask(request: Request, db: Db, place: InPlace, actor: Acting, slug: str, form: Form, language: Spoken) -> Response:
    try:
        with db.transaction() as session:
            at = arrive(session, actor, place, slug, language)
            extensions.request(session, actor, at.invitation, _day(form), form.text("reason"))
    except Invalid as refused:
        typed = {"until": form.line("until"), "reason": form.text("reason")}
        return _page(request, db, place, actor, slug, language, problems=refused.problems, typed=typed)
    return see_other(at.base, M("Ihre Bitte ist gestellt. Sie erhalten Nachricht; bis dahin gilt die bisherige Frist."))


def _day(form: PostedForm) -> date:
    try:
        return date.fromisoformat(form.line("until"))
    except ValueError:
        pass
    try:
        day, month, year = (int(part) for part in form.line("until").split("."))
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise Invalid.about("until", M("Geben Sie den Tag so an: 31.03.2026.")) from None


def _page(
    request: Request, db: Database, place: Place, actor: Actor, slug: str, language: Language, *,
    problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    with db.reader() as session:
        at = arrive(session, actor, place, slug, language)
        asked = consultations.extensions_asked(session, at.invitation.id)
    data = {"asked": asked, "states": DEADLINE_EXTENSION.states, "problems": problems, "typed": typed or {}}
    status = 422 if problems else 200
    return desk_page(request, at, "municipalities/extension.html", M("Um mehr Zeit bitten"), data, status=status)
