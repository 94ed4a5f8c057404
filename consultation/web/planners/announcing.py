"""The steps that cannot be taken back: announce, extend for all, cancel, begin the evaluation, archive."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import actions, calendar, listing, readiness
from consultation.consultations.checklist import Line, Mark, checklist
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotReady, Problem
from consultation.core.language import M, Message
from consultation.core.times import end_of_day, local_day
from consultation.documents.kept_wording import kept_since_the_last
from consultation.http import Db, Form, Pages, page, see_other
from consultation.programmes.actions import owns
from consultation.rulebook import CONSULTATION, planner, publisher
from consultation.states import Purpose
from consultation.subjects import Actor
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    planned,
    problems_of,
    surroundings,
    typed_day,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}")

MARKS = {
    Mark.DONE: ("success", M("erledigt")),
    Mark.WARNING: ("warning", M("bitte beachten")),
    Mark.MISSING: ("danger", M("fehlt")),
}


# -- announce --------------------------------------------------------------------------------------------------------
@router.get("/announce")
def ask(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _announce(request, db, actor, slug)


def _announce(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        data = surroundings(actor, consultation, M("Prüfen und ankündigen")) | _checked(session, actor, consultation)
    return page(request, "planners/announce.html", data | more, status)


def _checked(session: Session, actor: Actor, consultation: Consultation) -> dict[str, Any]:
    ways = listing.ways(session, actor, consultation)
    lines = [*checklist(session, actor, consultation, ways), *_kept(session, actor, consultation)]
    return {
        "lines": [(line, *MARKS[line.mark]) for line in lines],
        "missing": bool(consultation.shortcomings),
        "warned": any(line.mark == Mark.WARNING for line in lines),
        "ways": ways,
        "owns": owns(actor, consultation.programme),
        "may": CONSULTATION.may(actor, consultation, "announce"),
        "who": CONSULTATION.rows["announce"].who.name,
    }


def _kept(session: Session, actor: Actor, consultation: Consultation) -> Iterator[Line]:
    """What the round before adopted and this draft does not word; known to those who weighed."""
    kept = kept_since_the_last(session, consultation) if planner(actor, consultation) else None
    for sentence in kept.sentences if kept else ():
        yield Line(Mark.WARNING, M("Was die vorige Runde ergab"), sentence, "/versions")


@router.post("/announce")
def announce(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            if form.line("sure") != "yes":
                raise Invalid.about("sure", M("Bestätigen Sie, dass die Einladungen jetzt versandt werden sollen."))
            actions.announce(session, actor, slug)
    except NotReady as refused:
        problems = [p if p.field == "sure" else Problem("", p.message) for p in problems_of(refused)]
        return _announce(request, db, actor, slug, 422, problems=problems)
    told = M("Die Konsultation ist angekündigt. Die Einladungen werden jetzt versandt.")
    return see_other(consultation_path(actor, slug), told)


# -- extend for all --------------------------------------------------------------------------------------------------
@router.get("/extend")
def ask_extend(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _extend(request, db, actor, slug)


def _extend(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        publisher.demand(actor, consultation)
        asked = listing.InvitationFilter(purpose=Purpose.FOR_COMMENT)  # who is only informed has no deadline
        ways = listing.ways(session, actor, consultation, asked)
    data = surroundings(actor, consultation, M("Frist für alle verlängern")) | {
        "typed": {"until": "", "reason": ""}, "ways": ways, "hints": (),
    }  # fmt: skip
    return page(request, "planners/extend.html", data | more, status)


@router.post("/extend")
def extend(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {"until": form.line("until"), "reason": form.text("reason")}
    hints: list[Message] = []
    try:
        with db.transaction() as session:
            before = planned(session, actor, slug)
            publisher.demand(actor, before)
            general, until = before.deadline, typed_day(form, "until")
            assert until is not None
            if until < local_day(actor.moment):
                raise Invalid.about("until", M("Der Tag muss in der Zukunft liegen."))
            consultation = actions.extend(session, actor, slug, until, typed["reason"])
            deadline = consultation.deadline
            hints += calendar.far_out(general, end_of_day(until))
            hints += readiness.of_the_last_day(session, consultation, end_of_day(until))
            if hints and form.line("sure") != typed["until"]:
                raise Invalid.about("sure", M("Bestätigen Sie diesen Tag, oder wählen Sie einen anderen."))
    except Invalid as refused:
        return _extend(request, db, actor, slug, 422, typed=typed, hints=hints, problems=problems_of(refused))
    told = M("Die Frist endet jetzt am {deadline}. Wer zur Stellungnahme eingeladen ist und eine Mailadresse hat, "
             "erhält eine Mail.", deadline=deadline)  # fmt: skip
    return see_other(consultation_path(actor, slug), told)


# -- cancel ----------------------------------------------------------------------------------------------------------
@router.get("/cancel")
def ask_cancel(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _cancel(request, db, actor, slug)


def _cancel(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        CONSULTATION.rows["cancel"].who.demand(actor, consultation)
    data = surroundings(actor, consultation, M("Konsultation abbrechen")) | {
        "typed": {"reason": ""},
        "may": CONSULTATION.may(actor, consultation, "cancel"),
    }
    return page(request, "planners/cancel.html", data | more, status)


@router.post("/cancel")
def cancel(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            actions.cancel(session, actor, slug, form.text("reason"))
    except Invalid as refused:
        typed = {"reason": form.text("reason")}
        return _cancel(request, db, actor, slug, 422, typed=typed, problems=problems_of(refused))
    return see_other(consultation_path(actor, slug), M("Die Konsultation ist abgebrochen."))


# -- evaluate, archive -----------------------------------------------------------------------------------------------
@router.post("/evaluate")
def evaluate(db: Db, actor: Planning, slug: str) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        actions.evaluate(session, actor, slug)
    return see_other(consultation_path(actor, slug), M("Die Auswertung hat begonnen."))


@router.post("/archive")
def archive(db: Db, actor: Planning, slug: str) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        actions.archive(session, actor, slug)
    return see_other(consultation_path(actor, slug), M("Die Konsultation ist archiviert."))
