"""Single cases of the audience: organisations besides the filter, and bodies that are taken out of it by hand."""

import uuid
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import audience, listing
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.http import Db, Form, Pages, page, see_other
from consultation.programmes.actions import require_planner
from consultation.register.states import STATE_TITLES
from consultation.rulebook import planner
from consultation.states import ConsultationState, Purpose
from consultation.subjects import Actor
from consultation.web.planners.bodies import PURPOSES, chosen_organisations, search
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    planned,
    problems_of,
    surroundings,
)
from consultation.web.planners.places import after_of, next_of

router = Pages(prefix=PREFIX + "/consultations/{slug}/audience")


@router.get("/single")
def single(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    with db.reader() as session:
        if planned(session, actor, slug).state == ConsultationState.DRAFT:
            return _single(request, session, actor, slug)
    return see_other(
        f"{consultation_path(actor, slug)}/audience", M("Der Adressatenkreis steht mit der Ankündigung fest."), "info"
    )


def _single(request: Request, session: Session, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    text = clean_line(request.query_params.get("q", ""))[:100]
    consultation = planned(session, actor, slug)
    data = surroundings(actor, consultation, M("Einzelne Stellen")) | {
        "q": text,
        "found": [(one.choice, one.title, one.about) for one in search(session, text)],
        "purposes": PURPOSES,
        "typed": {"purpose": Purpose.FOR_COMMENT.value, "organisation": []},
    }
    return page(request, "planners/audience_single.html", data | more, status)


@router.post("/single")
def add(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {"purpose": form.line("purpose"), "organisation": form.lines("organisation")}
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            if typed["purpose"] not in list(Purpose):
                raise Invalid.about("purpose", M("Wählen Sie, wozu eingeladen wird."))
            require_planner(actor, consultation)
            chosen = chosen_organisations(session, actor, consultation, typed["organisation"])
            audience.add(session, actor, slug, chosen, Purpose(form.line("purpose")))
    except Invalid as refused:
        with db.reader() as session:
            return _single(request, session, actor, slug, 422, typed=typed, problems=problems_of(refused))
    told = M("{count} Stellen sind aufgenommen.", one="1 Stelle ist aufgenommen.", count=len(chosen))
    return see_other(f"{consultation_path(actor, slug)}/audience#singles", told)


# -- who is asked, one by one ----------------------------------------------------------------------------------------
@router.get("/bodies")
def bodies(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """Everybody invited, to take single ones out."""
    text, after = clean_line(request.query_params.get("q", ""))[:100], after_of(request)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        chosen = listing.InvitationFilter(text=text)
        found = listing.invitations(session, actor, consultation, chosen, after=after, limit=listing.AT_ONCE + 1)
        data = surroundings(actor, consultation, M("Eingeladene Stellen")) | {
            "q": text,
            "edits": planner(actor, consultation) and consultation.state == ConsultationState.DRAFT,
            "found": found[: listing.AT_ONCE],
            "count": listing.count(session, actor, consultation, chosen),
            "next": next_of(found, {"q": text}),
            "state_titles": STATE_TITLES,
            "purpose_titles": PURPOSE_TITLES,
            "drawn": audience.sample_of(consultation) is not None,
        }
        return page(request, "planners/audience_bodies.html", data)


@router.post("/{invitation_id}/remove")
def remove(db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID, form: Form) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        audience.remove(session, actor, slug, invitation_id)
    here = "/bodies" if form.line("from") == "bodies" else "#singles"
    return see_other(f"{consultation_path(actor, slug)}/audience{here}", M("Die Stelle wird nicht eingeladen."))


@router.post("/take-back")
def take_back(db: Db, actor: Planning, slug: str, form: Form) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        audience.take_back(session, actor, slug, form.line("key"))
    return see_other(f"{consultation_path(actor, slug)}/audience#singles", M("Die Stelle wird wieder eingeladen."))
