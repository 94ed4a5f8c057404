"""A body was forgotten: found in the register, and invited while the consultation runs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import later
from consultation.consultations.actions import require_running
from consultation.consultations.calendar import working_days
from consultation.consultations.later import Wanted
from consultation.consultations.models import Consultation, Invitation
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.people import queries as people
from consultation.rulebook import publisher
from consultation.states import ConsultationState, Purpose
from consultation.subjects import Actor
from consultation.web.planners.bodies import PURPOSES, Named, chosen, chosen_organisations, search
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    planned,
    problems_of,
    surroundings,
    typed_day,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}/invitations/new")
TYPED = ("purpose", "email", "postal", "contact", "until")


def may_invite(actor: Actor, consultation: Consultation) -> bool:
    """Who sees the way here."""
    return publisher(actor, consultation) and consultation.state == ConsultationState.ANNOUNCED


def general_deadline(actor: Actor, consultation: Consultation) -> dict[str, Any]:
    """What the field for an own deadline says of the general one."""
    deadline = consultation.deadline
    over = deadline is not None and deadline <= actor.moment
    return {"over": over, "days": working_days(actor.moment, deadline) if deadline and not over else 0}


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    with db.reader() as session:
        return _page(request, session, actor, slug, request.query_params.get("body", ""))


def _page(
    request: Request, session: Session, actor: Actor, slug: str, choice: str, status: int = 200, **more: Any
) -> Response:
    """Without a body the search for one, with it the form."""
    consultation = planned(session, actor, slug)
    require_running(actor, consultation)
    text = clean_line(request.query_params.get("q", ""))[:100]
    data = surroundings(actor, consultation, M("Nachträglich einladen")) | {"q": text, "purpose_titles": PURPOSE_TITLES}
    if (body := chosen(session, choice)) is not None:
        data |= _about(session, actor, consultation, body) | {"general": general_deadline(actor, consultation)}
        return page(request, "planners/invite_later.html", data | more, status)
    found = search(session, text)
    data["found"] = [(one, _of(one, _invited(session, consultation, found))) for one in found]
    return page(request, "planners/invite_later_search.html", data | more, status)


def _invited(session: Session, consultation: Consultation, found: list[Named]) -> dict[Any, Invitation]:
    """Key in the register, or organisation → its invitation."""
    keys = [one.key for one in found if one.key]
    ids = [one.organisation_id for one in found if one.organisation_id]
    known = later.invited_among(session, consultation, keys=keys, ids=ids)
    return {mark: one for one in known for mark in (one.organisation.register_key, one.organisation_id) if mark}


def _of(one: Named, invited: Mapping[Any, Invitation]) -> Invitation | None:
    return invited.get(one.key) or invited.get(one.organisation_id)


def _about(session: Session, actor: Actor, consultation: Consultation, body: Named) -> dict[str, Any]:
    """Whether it is invited already, itself or through its association, and where it was reached before."""
    found = later.invited_among(
        session, consultation, keys=[key for key in (body.key, body.association_key) if key],
        ids=[body.organisation_id] if body.organisation_id else [],
    )  # fmt: skip
    through = [one for one in found if body.association_key and one.organisation.register_key == body.association_key]
    organisation = people.organisation_of_register_key(session, body.key) if body.key else None
    organisation_id = organisation.id if organisation else body.organisation_id
    known = later.known_address(session, actor, organisation_id) if organisation_id else None
    reached = {"email": known.email, "postal": known.postal, "contact": known.contact} if known else {}
    return {
        "body": body,
        "invited": next((one for one in found if one not in through), None),
        "through": next(iter(through), None),
        "known": known,
        "purposes": PURPOSES,
        "hints": (),
        "typed": {"purpose": Purpose.FOR_COMMENT.value, "email": "", "postal": "", "contact": "", "until": ""}
        | reached,
    }


@router.post("")
def invite(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    choice, hints = form.line("body"), list[Message]()
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            require_running(actor, consultation)
            made = _invite(session, actor, consultation, choice, form)
            hints += later.last_day_hints(made)
            if hints and form.line("sure") != form.line("until"):
                raise Invalid.about("sure", M("Bestätigen Sie diesen Tag, oder wählen Sie einen anderen."))
    except Invalid as refused:
        typed = {name: form.text(name) if name == "postal" else form.line(name) for name in TYPED}
        with db.reader() as session:
            return _page(
                request, session, actor, slug, choice, 422, typed=typed, hints=hints, problems=problems_of(refused)
            )
    told = (
        M("{organisation} ist eingeladen. Die Mail geht gleich hinaus.", organisation=made.organisation.name)
        if made.email
        else M("{organisation} ist eingeladen. Drucken Sie jetzt den Brief.", organisation=made.organisation.name)
    )
    return see_other(f"{consultation_path(actor, slug)}/invitations/{made.id}", told)


def _invite(session: Session, actor: Actor, consultation: Consultation, choice: str, form: PostedForm) -> Invitation:
    if chosen(session, choice) is None:
        raise Invalid.about("q", M("Suchen Sie die Stelle, und wählen Sie sie aus der Liste."))
    wanted = _wanted(form)
    (organisation_id,) = chosen_organisations(session, actor, consultation, [choice])
    return later.invite(session, actor, consultation.slug, organisation_id, wanted)


def _wanted(form: PostedForm) -> Wanted:
    """Raises `Invalid` with everything that cannot be read, and what is wrong with the address."""
    until, problems = None, list[Problem]()
    try:
        until = typed_day(form, "until", needed=False)
    except Invalid as refused:
        problems += refused.problems
    purpose = form.line("purpose")
    if purpose not in list(Purpose):
        problems.append(Problem("purpose", M("Wählen Sie, wozu eingeladen wird.")))
    known = Purpose(purpose) if purpose in list(Purpose) else Purpose.FOR_COMMENT
    wanted = Wanted(known, form.line("email"), form.text("postal"), form.line("contact"), until)
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=[*later.address_problems(wanted), *problems])
    return wanted
