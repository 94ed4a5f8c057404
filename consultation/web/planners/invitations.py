"""Invitations on their way: searched, corrected and sent again, printed as letters, given more time; claims revoked."""

import re
import tempfile
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import claims, extensions, invitations, later, listing, posting, queries
from consultation.consultations.listing import InvitationFilter
from consultation.consultations.models import Consultation, Invitation
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.core.text import slug as slug_of
from consultation.documents.letter import write_letter, write_letters
from consultation.http import Configured, Db, Form, Number, Pages, page, see_other
from consultation.http.language import language_of
from consultation.programmes.actions import owns, require_planner
from consultation.responses import by_letter, reminders
from consultation.responses.intake import may_be_taken
from consultation.rulebook import IN_SIGHT, INVITATION, RUNNING, editor, planner, publisher
from consultation.states import InvitationState, Purpose
from consultation.subjects import Actor
from consultation.web.planners.extensions import open_requests
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    identifier,
    planned,
    problems_of,
    surroundings,
    typed_day,
)
from consultation.web.planners.later import general_deadline, may_invite
from consultation.web.planners.reminders import stage_title

router = Pages(prefix=PREFIX + "/consultations/{slug}")
BADGES = {
    InvitationState.PLANNED: "info",
    InvitationState.SENT: "info",
    InvitationState.OPENED: "success",
    InvitationState.FAILED: "danger",
}
REACHES = [
    ("", M("alle")), ("mail", M("mit Mailadresse")), ("letter", M("nur mit Postanschrift")), ("none", M("ohne Anschrift")),
]  # fmt: skip


# -- the list --------------------------------------------------------------------------------------------------------
@router.get("/invitations")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _list(request, db, actor, slug)


def _list(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    asked = request.query_params
    chosen = _filter(asked)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        found = listing.invitations(
            session, actor, consultation, chosen, after=_after(asked.get("after", "")), limit=listing.AT_ONCE + 1
        )
        data = surroundings(actor, consultation, M("Einladungen")) | {
            "found": found[: listing.AT_ONCE],
            "count": listing.count(session, actor, consultation, chosen),
            "by_state": listing.by_state(session, actor, consultation),
            "claims": listing.claims_of(session, actor, consultation),
            "open_extensions": open_requests(session, actor, consultation),
            "later": later.moments(session, [one.id for one in found]),
            "posted": posting.days(session, found),
        }
        printing = planner(actor, consultation) and consultation.state in IN_SIGHT
        land = listing.land_limit(actor, consultation)
        letters_to_print = by_letter.files(session, consultation.id, actor.moment, land) if printing else []
    kept = {name: asked.get(name, "") for name in ("q", "state", "purpose", "reach")}
    data |= {
        "typed": kept,
        "states": INVITATION.states,
        "badges": BADGES,
        "purpose_titles": PURPOSE_TITLES,
        "state_choices": [("", M("alle")), *((s.value, INVITATION.states[s]) for s in InvitationState)],
        "purpose_choices": [("", M("alle")), *((p.value, PURPOSE_TITLES[p]) for p in Purpose)],
        "reach_choices": REACHES,
        "plans": planner(actor, consultation),
        "invites": may_invite(actor, consultation),
        "owns": owns(actor, consultation.programme),
        "next": _next(f"{data['at']}/invitations", kept, found),
        "letters": letters_to_print,
        "noting": {"day": "", "which": "", "settled": ""},
    }
    return page(request, "planners/invitations.html", data | more, status)


@router.post("/invitations/posted")
def post_letters(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """On which day letters were given to the post: all that are not noted yet, those of one file, or all anew."""
    noting = {name: form.line(name) for name in ("day", "which", "settled")}
    file = int(noting["which"]) if re.fullmatch("[0-9]{1,4}", noting["which"], re.ASCII) else None
    which = by_letter.Which(file, again=noting["which"] == "again", settled=form.checked("settled"))
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            require_planner(actor, consultation)
            day = typed_day(form, "day")
            assert day is not None
            noted = by_letter.laid_ready(session, consultation.id, actor.moment, day, which)
            posting.note(session, actor, noted, day)
            count = len(noted)
    except Invalid as refused:
        return _list(request, db, actor, slug, refused.status, noting=noting, problems=problems_of(refused))
    told = M("Bei {count} Briefen ist vermerkt: am {day} zur Post gegeben.", one="Bei 1 Brief ist vermerkt: am {day} zur Post "
             "gegeben.", count=count, day=day)  # fmt: skip
    return see_other(f"{consultation_path(actor, slug)}/invitations", told)


def _filter(asked: QueryParams) -> InvitationFilter:
    """Words that mean nothing do not narrow."""
    state, purpose = asked.get("state", ""), asked.get("purpose", "")
    return InvitationFilter(
        text=clean_line(asked.get("q", ""))[:100],
        state=InvitationState(state) if state in list(InvitationState) else None,
        purpose=Purpose(purpose) if purpose in list(Purpose) else None,
        unreachable=asked.get("reach") == "none",
        by_letter=asked.get("reach") == "letter",
        by_mail=asked.get("reach") == "mail",
    )


def _after(text: str) -> tuple[str, uuid.UUID] | None:
    name, _, last = text.rpartition("~")
    found = identifier(last)
    return (clean_line(name), found) if found else None


def _next(path: str, kept: dict[str, str], found: Any) -> str:
    if len(found) <= listing.AT_ONCE:
        return ""
    name, last = listing.place_of(found[listing.AT_ONCE - 1])
    return f"{path}?{urlencode(kept | {'after': f'{name}~{last}'})}"


# -- one invitation --------------------------------------------------------------------------------------------------
def _of(session: Session, actor: Actor, slug: str, invitation_id: uuid.UUID) -> tuple[Consultation, Invitation]:
    consultation = planned(session, actor, slug)
    invitation = queries.invitation(session, actor, invitation_id)
    if invitation.consultation_id != consultation.id:
        raise NotFound(M("Diese Einladung gibt es nicht."))
    return consultation, invitation


def _one(
    request: Request, db: Database, actor: Actor, slug: str, invitation_id: uuid.UUID, status: int = 200, **more: Any
) -> Response:
    with db.reader() as session:
        consultation, invitation = _of(session, actor, slug, invitation_id)
        asked = queries.extensions_asked(session, invitation.id)
        claimed = listing.claims_of(session, actor, consultation, invitation.id)
        sent = reminders.of_invitation(session, invitation.id)
        came_later = later.moments(session, [invitation.id])
        posted = posting.days(session, [invitation])
    data = surroundings(actor, consultation, invitation.organisation.name) | {
        "invitation": invitation,
        "extensions": asked,
        "claims": claimed,
        "state": INVITATION.states[invitation.state],
        "badge": BADGES[invitation.state],
        "purpose": PURPOSE_TITLES[invitation.purpose],
        "plans": planner(actor, consultation),
        "later": came_later.get(invitation.id),
        "posted": posted.get(invitation.id),
        "informed": invitation.purpose == Purpose.FOR_INFORMATION,
        "asks": may_invite(actor, consultation),
        "general": general_deadline(actor, consultation),
        "hints": (),
        "enters": editor(actor, consultation) and may_be_taken(invitation),
        "reminders": [(stage_title(one.stage), one) for one in sent],
        "publishes": publisher(actor, consultation),
        "announced": consultation.state in IN_SIGHT,
        "running": consultation.state in RUNNING,
        "typed": {"email": invitation.email or "", "postal": invitation.postal, "contact": invitation.contact},
    }
    return page(request, "planners/invitation.html", data | more, status)


@router.get("/invitations/letters/{number}.pdf")
def letters(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, number: Number) -> Response:
    """Letters to those without a mail address who have not replied, some hundred in a file; `of=all` to the others too."""
    everybody = request.query_params.get("of") == "all"
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        require_planner(actor, consultation)
        if consultation.state not in IN_SIGHT:
            raise NotFound(M("Briefe gibt es erst nach der Ankündigung."))
        land = listing.land_limit(actor, consultation)
        found = by_letter.of_file(session, consultation.id, actor.moment, land, number, everybody=everybody)
        if not found:
            raise NotFound(M("In dieser Datei sind keine Briefe."))
    secret = settings.secret_key.get_secret_value().encode()
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        target = Path(folder) / "letters.pdf"
        write_letters(found, secret, settings.base_url, actor.moment, target, language_of(request))
        content = target.read_bytes()
    mark, whose = "beispieldaten-" if consultation.demo else "", "-alle" if everybody else ""
    headers = {"Content-Disposition": f'attachment; filename="{mark}{slug}-briefe-{number}{whose}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/invitations/{invitation_id}")
def show_one(request: Request, db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID) -> Response:
    return _one(request, db, actor, slug, invitation_id)


@router.post("/invitations/{invitation_id}/address")
def correct(request: Request, db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID, form: Form) -> Response:
    typed = {"email": form.line("email"), "postal": form.text("postal"), "contact": form.line("contact")}
    try:
        with db.transaction() as session:
            consultation, _ = _of(session, actor, slug, invitation_id)
            require_planner(actor, consultation)
            if not typed["email"] and not typed["postal"]:
                raise Invalid.about("email", M("Geben Sie eine Mailadresse oder eine Postanschrift an."))
            invitations.correct_address(session, actor, invitation_id, **typed)
    except Invalid as refused:
        return _one(request, db, actor, slug, invitation_id, 422, typed=typed, problems=problems_of(refused))
    sent = M("Die Anschrift ist berichtigt, und die Einladung wird mit einem neuen Code noch einmal versandt.")
    told = sent if consultation.state in IN_SIGHT else M("Die Anschrift ist gespeichert.")
    return see_other(f"{consultation_path(actor, slug)}/invitations/{invitation_id}", told)


@router.post("/invitations/{invitation_id}/extend")
def give(request: Request, db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID, form: Form) -> Response:
    typed = {"until": form.line("until"), "reason": form.text("reason")}
    try:
        with db.transaction() as session:
            consultation, _ = _of(session, actor, slug, invitation_id)
            publisher.demand(actor, consultation)
            until = typed_day(form, "until")
            assert until is not None
            sure = form.line("sure") == typed["until"]
            extensions.give(session, actor, invitation_id, until, typed["reason"], sure=sure)
    except Invalid as refused:
        return _one(request, db, actor, slug, invitation_id, 422, more=typed, problems=problems_of(refused))
    told = M("Die Stelle hat jetzt Zeit bis zum {until}.", until=until)
    return see_other(f"{consultation_path(actor, slug)}/invitations/{invitation_id}", told)


@router.post("/invitations/{invitation_id}/ask")
def ask(request: Request, db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID, form: Form) -> Response:
    """Who was only informed is asked for comment after all."""
    typed, hints = {"until": form.line("until")}, list[Message]()
    try:
        with db.transaction() as session:
            consultation, _ = _of(session, actor, slug, invitation_id)
            publisher.demand(actor, consultation)
            until = typed_day(form, "until", needed=False)
            invitation = later.ask_for_comment(session, actor, invitation_id, until)
            hints += later.last_day_hints(invitation)
            if hints and form.line("sure") != typed["until"]:
                raise Invalid.about("sure", M("Bestätigen Sie diesen Tag, oder wählen Sie einen anderen."))
    except Invalid as refused:
        problems = problems_of(refused)
        return _one(request, db, actor, slug, invitation_id, 422, more=typed, hints=hints, problems=problems)
    told = M("Die Stelle ist jetzt zur Stellungnahme eingeladen und bekommt einen neuen Code.")
    return see_other(f"{consultation_path(actor, slug)}/invitations/{invitation_id}", told)


@router.get("/invitations/{invitation_id}/letter.pdf")
def letter(
    request: Request, db: Db, settings: Configured, actor: Planning, slug: str, invitation_id: uuid.UUID
) -> Response:
    """With the code, so only for those who plan; printed as often as wanted."""
    with db.reader() as session:
        consultation, invitation = _of(session, actor, slug, invitation_id)
        require_planner(actor, consultation)
        if consultation.state not in IN_SIGHT:
            raise NotFound(M("Briefe gibt es erst nach der Ankündigung."))
    secret = settings.secret_key.get_secret_value().encode()
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        target = Path(folder) / "letter.pdf"
        write_letter(invitation, secret, settings.base_url, actor.moment, target, language_of(request))
        content = target.read_bytes()
    mark = "beispieldaten-" if consultation.demo else ""
    name = f"{mark}einladung-{slug_of(invitation.organisation.name)}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


# -- claims ----------------------------------------------------------------------------------------------------------
@router.post("/claims/{claim_id}/revoke")
def revoke(db: Db, actor: Planning, slug: str, claim_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        consultation = planned(session, actor, slug)
        claims.revoke(session, actor, listing.claim(session, consultation, claim_id).id)
    told = M("Die Anmeldung ist widerrufen. Der Code gilt nicht mehr; senden Sie die Einladung neu.")
    return see_other(f"{consultation_path(actor, slug)}/invitations#claims", told)
