"""Reminders: when they go out, who gets the next one, who does not and why, and what was sent."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import listing, stages
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.http import Db, Form, Pages, page, see_other
from consultation.responses import reminders
from consultation.responses.reminders import Reason
from consultation.rulebook import CONSULTATION, OVER, RUNNING, planner, publisher
from consultation.states import ConsultationState
from consultation.subjects import Actor
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    identifier,
    planned,
    problems_of,
    surroundings,
)
from consultation.web.planners.start import STATE_BADGES

router = Pages(prefix=PREFIX + "/consultations/{slug}/reminders")
AT_ONCE = 50
REASONS: dict[Reason, Message] = {
    Reason.DUE: M("Noch ohne Antwort, eine Erinnerung ist möglich"),
    Reason.TODAY: M("Heute schon erinnert"),
    Reason.LETTER: M("Ohne Mailadresse, nur per Brief erreichbar"),
    Reason.NOT_REACHED: M("Einladung nicht angekommen"),
    Reason.ANSWERED: M("Stellung genommen"),
    Reason.NIL_RETURN: M("Fehlanzeige abgegeben"),
    Reason.DECLINED: M("Nehmen nicht teil"),
    Reason.WITHDRAWN: M("Stellungnahme zurückgenommen"),
    Reason.REPRESENTED: M("Durch eine abgegebene Stellungnahme vertreten"),
    Reason.INFORMED: M("Nur nachrichtlich beteiligt"),
    Reason.OVER: M("Können nicht mehr oder noch nicht antworten"),
}


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    asked = request.query_params
    name, _, last = asked.get("after", "").rpartition("~")
    after = (clean_line(name), found_id) if (found_id := identifier(last)) else None
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        over = consultation.state in OVER
        silent = Reason.OVER if over else Reason.DUE
        chosen = next((one for one in Reason if one == asked.get("who", "")), silent)
        land = listing.land_limit(actor, consultation)
        days = stages.of_consultation(session, consultation.id)
        counts = reminders.counts(session, consultation.id, actor.moment, land)
        found = reminders.bodies(
            session, consultation.id, actor.moment, chosen, after=after, limit=AT_ONCE + 1, land=land
        )
        sent = reminders.sent(session, consultation.id, land)
        begun = reminders.begun(session, consultation.id)
    titles = REASONS | ({Reason.OVER: M("Ohne Antwort geblieben")} if over else {})
    data = surroundings(actor, consultation, M("Erinnerungen")) | {
        "over": over,
        "state": CONSULTATION.states[consultation.state],
        "badge": STATE_BADGES[consultation.state],
        **_gone(sent),
        "days": ", ".join(map(str, days)),
        "seen": stages.said(days),
        "plan": _plan(actor, consultation, days),
        "reasons": [(reason, titles[reason], counts[reason]) for reason in REASONS if counts[reason]],
        "due": counts[Reason.DUE],
        "begun": begun,
        "chosen": chosen,
        "chosen_title": titles[chosen],
        "chosen_count": counts[chosen],
        "found": found[:AT_ONCE],
        "next": _next(chosen, found),
        "sent": [(stage_title(stage), *rest) for stage, *rest in sent],
        "plans": planner(actor, consultation) and consultation.state in {ConsultationState.DRAFT} | RUNNING,
        "may_remind": publisher(actor, consultation) and consultation.state in RUNNING,
    }
    return page(request, "planners/reminders.html", data | more, status)


def _gone(sent: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """How many reminders left the house, and when the last of them did."""
    gone = [(day, number) for _, day, _, number, *_ in sent if number]
    return {"sent_count": sum(number for _, number in gone), "last_sent": max((day for day, _ in gone), default=None)}


def _plan(actor: Actor, consultation: Consultation, days: list[int]) -> list[tuple[int, Any, bool]]:
    """(days before, when for bodies without a deadline of their own, already over)."""
    if consultation.deadline is None:
        return [(number, None, False) for number in days]
    moments = [(number, stages.due_at(consultation.deadline, number)) for number in days]
    return [(number, moment, moment <= actor.moment) for number, moment in moments]


def _next(chosen: Reason, found: Any) -> str:
    if len(found) <= AT_ONCE:
        return ""
    name, last = listing.place_of(found[AT_ONCE - 1])
    return "?" + urlencode({"who": chosen.value, "after": f"{name}~{last}"}) + "#bodies"


def stage_title(stage: str) -> Message:
    """In words: "14 Tage vor der Frist", or by hand."""
    days, _, _ = stage.partition(":")
    if not days.isdecimal():
        return M("von Hand")
    return M("1 Tag vor der Frist") if days == "1" else M("{days} Tage vor der Frist", days=int(days))


@router.post("/plan")
def plan(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed, seen = form.line("days"), form.line("seen") if "seen" in form else None
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            wanted = stages.plan(session, actor, slug, _numbers(typed), seen)
    except Invalid as refused:
        shown = {} if seen is None else {"seen": seen}
        return _page(request, db, actor, slug, 422, days=typed, problems=problems_of(refused), **shown)
    except Conflict as refused:
        return _page(request, db, actor, slug, refused.status, days=typed, problems=problems_of(refused))
    told = M("Die Erinnerungen sind geplant.") if wanted else M("Es wird nicht mehr von selbst erinnert.")
    return see_other(f"{consultation_path(actor, slug)}/reminders", told)


def _numbers(typed: str) -> list[int]:
    words = [word for word in re.split(r"[\s,;]+|und", typed) if word]
    if not all(re.fullmatch("-?[0-9]{1,9}", word, re.ASCII) for word in words):
        raise Invalid.about("days", M("Schreiben Sie Zahlen mit Komma dazwischen, zum Beispiel „14, 3“."))
    return [int(word) for word in words]


@router.post("/now")
def now(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            count = reminders.remind_now(session, actor, slug)
    except Conflict as refused:
        return _page(request, db, actor, slug, 409, problems=problems_of(refused))
    told = M(
        "{count} Stellen werden jetzt erinnert. Was daraus wurde, steht unten auf dieser Seite.",
        one="1 Stelle wird jetzt erinnert. Was daraus wurde, steht unten auf dieser Seite.",
        count=count,
    )
    return see_other(f"{consultation_path(actor, slug)}/reminders", told)
