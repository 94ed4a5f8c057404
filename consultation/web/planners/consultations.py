"""A consultation from outside: made, prepared as a list of tasks, overlooked while it runs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import actions, listing, queries, readiness
from consultation.consultations.models import Consultation
from consultation.consultations.titles import state_said
from consultation.core.db import Database
from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message
from consultation.http import Configured, Db, Form, Pages, page, see_other
from consultation.programmes import queries as programmes
from consultation.programmes.actions import require_planner
from consultation.responses.participation import for_planner
from consultation.rulebook import CONSULTATION, planner
from consultation.states import ConsultationState
from consultation.subjects import Actor
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    planned,
    problems_of,
    programme_crumbs,
    programme_path,
    surroundings,
)
from consultation.web.planners.later import may_invite
from consultation.web.planners.start import STATE_BADGES, next_step

router = Pages(prefix=PREFIX)


@router.get("/programmes/{slug}/consultations/new")
def ask(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _new(request, db, actor, slug, {"round": "1"})


def _new(
    request: Request, db: Database, actor: Actor, slug: str, typed: dict[str, str], status: int = 200, **more: Any
) -> Response:
    with db.reader() as session:
        programme = programmes.get(session, actor, slug)
        require_planner(actor, programme)
    data = {
        "programme": programme, "demo": programme.demo, "at": programme_path(actor, slug), "typed": typed,
        "breadcrumbs": programme_crumbs(actor, programme, M("Neue Konsultation")),
    }  # fmt: skip
    return page(request, "planners/consultation_new.html", data | more, status)


@router.post("/programmes/{slug}/consultations/new")
def create(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("title", "round")}
    try:
        with db.transaction() as session:
            programmes.get(session, actor, slug)
            made = actions.create(
                session,
                actor,
                slug,
                title=typed["title"],
                round_=_round(typed["round"]),
                minimum_cell=settings.minimum_cell,
            )
    except Invalid as refused:
        return _new(request, db, actor, slug, typed, 422, problems=problems_of(refused))
    return see_other(
        consultation_path(actor, made.slug), M("Die Konsultation ist angelegt. Gehen Sie die Schritte durch.")
    )


def _round(text: str) -> int | None:
    return int(text[:4]) if text.isascii() and text.isdigit() else None


@router.get("/consultations/{slug}")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        plans = planner(actor, consultation)
        waiting = queries.extensions_waiting(session, [consultation.id] if plans else []).get(consultation.id, 0)
        data = surroundings(actor, consultation) | {
            "state": state_said(consultation, actor.moment),
            "badge": STATE_BADGES[consultation.state],
            "next": next_step(actor, consultation, waiting),
            "waiting": waiting,
            "plans": plans,
            "invites": may_invite(actor, consultation),
            "deadline_runs": bool(CONSULTATION.rows["evaluate"].problems(actor, consultation)),
            "allowed": {row.action for row in CONSULTATION.allowed(actor, consultation)},
        }
        participation = for_planner(session, actor, consultation)
        data |= {"counts": participation.total, "informed": participation.informed}
        if consultation.state == ConsultationState.DRAFT:
            missing = readiness.look(session, actor, consultation)
            unreachable = listing.ways(session, actor, consultation).unreachable
            data["tasks"] = _tasks(data["at"], consultation, missing, data, unreachable)
            return page(request, "planners/preparation.html", data)
        data["longer"] = listing.longer(session, actor, consultation)
    return page(request, "planners/running.html", data)


def _tasks(
    at: str, consultation: Consultation, missing: tuple[Problem, ...], data: dict[str, Any], unreachable: int
) -> list[dict[str, Any]]:
    wrong = {problem.field for problem in missing}
    form_is_wrong = consultation.form_version_id is not None and bool(
        wrong - {"deadline", "opens_at", "audience", "draft", "form"}
    )
    count, informed = data["counts"].invited, data["informed"]
    draft = consultation.draft_version
    return [
        _task(M("Titel, Einführung, Sichtbarkeit"), f"{at}/basics", bool(consultation.contact), optional=True),
        _task(M("Entwurfsfassung"), f"{at}/versions", draft is not None, hint=draft.title if draft else "", optional=True),
        _task(M("Formular"), f"{at}/versions#form", "form" not in wrong and not form_is_wrong,
              hint=M("Es gibt noch Fehler.") if form_is_wrong else ""),
        _task(M("Adressatenkreis"), f"{at}/audience", "audience" not in wrong,
              hint=M("{count} zur Stellungnahme, {informed} nachrichtlich", count=count, informed=informed) if count else ""),
        _task(M("Anschriften"), f"{at}/addresses", bool(count) and not unreachable, optional=True,
              hint=M("{count} Stellen ohne Anschrift", one="1 Stelle ohne Anschrift", count=unreachable) if unreachable else ""),
        _task(M("Beginn und Frist"), f"{at}/dates", not wrong & {"deadline", "opens_at"},
              hint=M("bis {deadline}", deadline=consultation.deadline) if consultation.deadline else ""),
        _task(M("Prüfen und ankündigen"), f"{at}/announce", done=False),
    ]  # fmt: skip


def _task(title: Message, href: str, done: bool, *, hint: Message | str = "", optional: bool = False) -> dict[str, Any]:
    missing = ("info", M("empfohlen")) if optional else ("warning", M("zu tun"))
    return {"title": title, "href": href, "hint": hint, "badge": ("success", M("erledigt")) if done else missing}
