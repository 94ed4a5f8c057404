"""Whoever has a list of keys or names pastes it, sees what was found, and takes it into the audience."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import audience_list
from consultation.consultations.audience_list import Found
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.language import M
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.programmes.actions import require_planner
from consultation.states import ConsultationState, Purpose
from consultation.subjects import Actor
from consultation.web.planners.bodies import PURPOSES
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    planned,
    problems_of,
    surroundings,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}/audience/list")
SETTLED = M("Der Adressatenkreis steht mit der Ankündigung fest.")


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    with db.reader() as session:
        settled = planned(session, actor, slug).state != ConsultationState.DRAFT
    if settled:
        return see_other(f"{consultation_path(actor, slug)}/audience", SETTLED, "info")
    return _page(request, db, actor, slug)


def _page(
    request: Request,
    db: Database,
    actor: Actor,
    slug: str,
    status: int = 200,
    found: list[Found] | None = None,
    **more: Any,
) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
    data = surroundings(actor, consultation, M("Liste von Stellen einfügen")) | {
        "purposes": PURPOSES,
        "typed": {"list": "", "purpose": Purpose.FOR_COMMENT.value},
        "found": found,
        "sure": [one for one in found or () if one.sure],
        "unclear": [one for one in found or () if one.unclear],
        "asked": [one for one in found or () if one.asked and not one.choices],
        "unknown": [one for one in found or () if one.unknown],
        "picked": {},
    }
    return page(request, "planners/audience_list.html", data | more, status)


@router.post("")
def take(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """The first press shows what was found; only the second one, on the same text, asks anybody."""
    typed, picked = {"list": form.text("list"), "purpose": form.line("purpose")}, _picked(form)
    found: list[Found] | None = None
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            require_planner(actor, consultation)
            if consultation.state != ConsultationState.DRAFT:
                raise Conflict(SETTLED)
            if typed["purpose"] not in list(Purpose):
                raise Invalid.about("purpose", M("Wählen Sie, wozu eingeladen wird."))
            found = audience_list.find(session, consultation, typed["list"])
            if form.text("checked") != typed["list"]:
                count = 0
            else:
                count = audience_list.ask(session, actor, consultation, found, picked, Purpose(typed["purpose"]))
    except Invalid as refused:
        more = {"typed": typed, "picked": picked, "problems": problems_of(refused)}
        return _page(request, db, actor, slug, refused.status, found, **more)
    if not count:
        return _page(request, db, actor, slug, found=found, typed=typed, picked=picked)
    told = M("{count} Stellen sind aufgenommen.", one="1 Stelle ist aufgenommen.", count=count)
    return see_other(f"{consultation_path(actor, slug)}/audience#singles", told)


def _picked(form: PostedForm) -> dict[int, str]:
    """Number of the line → who is meant."""
    names = [name for name in form.keys() if re.fullmatch("pick-[0-9]{1,7}", name, re.ASCII)]  # noqa: SIM118 -- no mapping
    return {int(name.removeprefix("pick-")): form.line(name) for name in names}
