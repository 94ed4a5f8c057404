"""The work list of points: filtered, sorted, and many of them worked on at once; the last step can be taken back."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Conflict, DomainError, Invalid
from consultation.core.language import M
from consultation.evaluation import queries, replies, steps, undoing
from consultation.evaluation.progress import progress
from consultation.forms.checks import form_of
from consultation.http import Db, Form, Pages, page, see_other
from consultation.responses.participation import land_of
from consultation.rulebook import planner, publisher
from consultation.states import ConsultationState
from consultation.subjects import Actor
from consultation.web.planners.bulk import FIELDS, replacing, work
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings
from consultation.web.planners.weighing import (
    choices,
    draft_sections,
    filter_of,
    filters,
    kept_of,
    query_of,
    walked,
    whole_number,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}/points")
AT_ONCE = 50


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    kept = kept_of(request.query_params)
    chosen = filter_of(kept, actor)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        known = draft_sections(session, consultation)
        data = surroundings(actor, consultation, M("Einzelpunkte")) | choices(session, consultation, known)
        walk = walked(session, actor, consultation, kept, known)
        number, last_page = _page_number(request.query_params.get("page", ""), len(walk))
        ids = [place.id for place in walk.places[(number - 1) * AT_ONCE : number * AT_ONCE]]
        data |= {
            "found": queries.summaries(session, consultation.id, ids, land_of(actor, consultation), chosen),
            "progress": progress(session, actor, consultation),
            "templates": replies.templates(session, consultation.id),
            "last": steps.last(session, actor, consultation.id),
            "silent": consultation.form_version is not None and not form_of(consultation.form_version).makes_points,
            "corrects": publisher(actor, consultation) and consultation.state == ConsultationState.ANNOUNCED,
        }
    data |= {
        "count": len(walk),
        "seen": walk.seen,
        "by_number": walk.by_number is not None,
        "went_into": [
            one.numbers for one in data["found"] if walk.by_number not in (None, one.number, one.public_number)
        ],
        "as_words": query_of(kept | {"q": f'"{kept["q"]}"'}),
        "kept": kept,
        "by_bodies": chosen.by_bodies,
        "more_filters": any(kept[name] for name in ("decision", "land", "size", "assignee", "tag")),
        "query": query_of(kept),
        "address": query_of(kept, page=str(number) if number > 1 else ""),
        "page_number": number,
        "last_page": last_page,
        "previous": f"{data['at']}/points{query_of(kept, page=str(number - 1))}" if number > 1 else "",
        "next": f"{data['at']}/points{query_of(kept, page=str(number + 1))}" if number < last_page else "",
        "plans": planner(actor, consultation),
        "decides": publisher(actor, consultation),
        "typed": dict.fromkeys(FIELDS, "") | {"scope": "chosen", "point": [], "replacing": 0},
    } | filters(data)
    return page(request, "planners/points.html", data | more, status)


def _page_number(asked: str, count: int) -> tuple[int, int]:
    """The page asked for, or the nearest there is; and the last one."""
    last = max((count + AT_ONCE - 1) // AT_ONCE, 1)
    return min(max(whole_number(asked), 1), last), last


@router.post("/bulk")
def bulk(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """All of the chosen points or none: a point somebody else changed in between stops everything, and is named."""
    kept = kept_of(request.query_params)
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            done = work(session, actor, consultation, kept, form)
    except (Invalid, Conflict) as refused:
        typed: dict[str, Any] = {name: form.text(name) for name in FIELDS} | {"point": form.lines("point")}
        typed |= {"scope": form.line("scope") or "chosen", "replacing": replacing(refused)}
        more = {"typed": typed, "problems": problems_of(refused)}
        return _page(request, db, actor, slug, refused.status, **more)
    told = M("{count} Punkte sind bearbeitet.", one="1 Punkt ist bearbeitet.", count=done.points)
    if done.left:
        left = M("{count} Punkte hat schon jemand anderes; sie bleiben dort.",
                 one="1 Punkt hat schon jemand anderes; er bleibt dort.", count=done.left)  # fmt: skip
        told = M("{done} {left}", done=told, left=left)
    return see_other(_back(request, actor, slug), told)


@router.post("/undo")
def undo(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """The actor's last step; only as long as nobody worked on one of its points since."""
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            undoing.undo(session, actor, consultation, whole_number(form.line("step")))
    except Conflict as refused:
        return _refused(request, db, actor, slug, refused)
    return see_other(_back(request, actor, slug, form.line("point")), M("Der letzte Schritt ist rückgängig gemacht."))


def _refused(request: Request, db: Database, actor: Actor, slug: str, refused: DomainError) -> Response:
    return _page(request, db, actor, slug, refused.status, problems=problems_of(refused))


def _back(request: Request, actor: Actor, slug: str, point: str = "") -> str:
    """To the list as it was filtered, or to the point one was at."""
    kept, page_number = kept_of(request.query_params), whole_number(request.query_params.get("page", ""))
    query = query_of(kept, page=str(page_number) if page_number > 1 and not point else "")
    one = f"/{point}" if point and all(sign in "0123456789abcdef-" for sign in point) else ""
    return f"{consultation_path(actor, slug)}/points{one}{query}"
