"""The work list of points: filtered, tagged, assigned and decided, one by one or many at once."""

import uuid
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, NotFound
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.documents.labels import DECISIONS
from consultation.evaluation import points, queries
from consultation.evaluation.codebook import tags
from consultation.evaluation.models import Decision
from consultation.evaluation.queries import PointFilter
from consultation.http import Db, Form, PostedForm, page, see_other
from consultation.people import queries as people
from consultation.programmes.queries import sections
from consultation.rulebook import POINT, planner, publisher
from consultation.states import PLANNING, PointState
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

router = APIRouter(prefix=PREFIX + "/consultations/{slug}/points")
AT_ONCE = 50
KEPT = ("q", "section", "tag", "state", "decision", "assignee", "order")
NO_SECTION, UNTAGGED = "-", "-"


def choices(session: Session, consultation: Consultation) -> dict[str, Any]:
    """What points can be given or filtered by."""
    draft = consultation.draft_version_id
    known = sections(session, draft) if draft else ()
    team = people.colleagues(session, list(consultation.planners), list(PLANNING))
    labels = {key: tag.label.model_dump() for key, tag in tags().items()}
    return {
        "section_titles": {s.key: f"{s.number} {s.heading}".strip() for s in known},
        "tag_titles": labels,
        "tag_choices": list(labels.items()),
        "people": {person.id: person.name for person in team},
        "assignee_choices": [("", M("niemandem")), *((str(person.id), person.name) for person in team)],
        "decision_titles": DECISIONS,
        "decision_choices": [("", M("Bitte wählen")), *((d.value, DECISIONS[d]) for d in Decision)],
        "states": POINT.states,
    }


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    asked = request.query_params
    kept = {name: clean_line(asked.get(name, ""))[:100] for name in KEPT}
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        data = surroundings(actor, consultation, M("Einzelpunkte")) | choices(session, consultation)
        found = queries.points(
            session, actor, consultation, _filter(kept), most_supported_first=kept["order"] != "number",
            after=_after(asked), limit=AT_ONCE + 1,
        )  # fmt: skip
        data["progress"] = queries.progress(session, actor, consultation)
    shown = found[:AT_ONCE]
    nothing = ("", M("alle"))
    data |= {
        "found": shown,
        "kept": kept,
        "query": urlencode({name: value for name, value in kept.items() if value}),
        "next": _next(data["at"], kept, shown) if len(found) > AT_ONCE else "",
        "plans": planner(actor, consultation),
        "decides": publisher(actor, consultation),
        "section_filter": [nothing, (NO_SECTION, M("ohne Abschnitt")), *data["section_titles"].items()],
        "tag_filter": [nothing, (UNTAGGED, M("ohne Schlagwort")), *data["tag_choices"]],
        "state_filter": [nothing, *((state.value, title) for state, title in POINT.states.items())],
        "decision_filter": [nothing, *((d.value, DECISIONS[d]) for d in Decision)],
        "assignee_filter": [nothing, *data["assignee_choices"][1:]],
        "orders": [("", M("meiste Unterstützung zuerst")), ("number", M("nach Nummer"))],
        "badges": BADGES,
        "typed": {"action": "decide", "decision": "", "reply": "", "tag": "", "assignee": "", "point": []},
    }
    return page(request, "planners/points.html", data | more, status)


BADGES = {PointState.NEW: "info", PointState.IN_REVIEW: "warning", PointState.DECIDED: "success"}


def _filter(kept: dict[str, str]) -> PointFilter:
    """Words that mean nothing do not narrow."""
    return PointFilter(
        section="" if kept["section"] == NO_SECTION else kept["section"] or None,
        tag=kept["tag"] if kept["tag"] in tags() else None,
        untagged=kept["tag"] == UNTAGGED,
        state=PointState(kept["state"]) if kept["state"] in list(PointState) else None,
        decision=Decision(kept["decision"]) if kept["decision"] in list(Decision) else None,
        assignee_id=identifier(kept["assignee"]),
        text=kept["q"],
    )


def _after(asked: QueryParams) -> tuple[int, int] | None:
    supporters, _, number = asked.get("after", "").partition("~")
    if not (supporters.isascii() and number.isascii() and supporters.isdigit() and number.isdigit()):
        return None
    return int(supporters[:9]), int(number[:9])


def _next(at: str, kept: dict[str, str], shown: Any) -> str:
    supporters, number = shown[-1].key
    kept = {name: value for name, value in kept.items() if value}
    return f"{at}/points?{urlencode(kept | {'after': f'{supporters}~{number}'})}"


# -- many at once ----------------------------------------------------------------------------------------------------
@router.post("/bulk")
def bulk(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """All of the chosen points or none: a point somebody else changed in between stops everything, and is named."""
    typed = {name: form.text(name) for name in ("action", "decision", "reply", "tag", "assignee")}
    typed_points = form.lines("point")
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            chosen = _chosen(session, actor, consultation, typed_points)
            for point_id in chosen:
                _act(session, actor, point_id, typed, form)
    except (Invalid, Conflict) as refused:
        more = {"typed": typed | {"point": typed_points}, "problems": problems_of(refused)}
        return _page(request, db, actor, slug, refused.status, **more)
    query = f"?{request.url.query}" if request.url.query else ""
    told = M("{count} Punkte sind bearbeitet.", count=len(chosen))
    return see_other(f"{consultation_path(actor, slug)}/points{query}", told)


def _chosen(session: Session, actor: Actor, consultation: Consultation, typed: list[str]) -> list[uuid.UUID]:
    found = [point_id for one in typed if (point_id := identifier(one)) is not None]
    if not found or len(found) > AT_ONCE:
        raise Invalid.about("point", M("Wählen Sie mindestens einen Punkt aus, höchstens {count}.", count=AT_ONCE))
    for point_id in found:
        of_consultation(session, actor, consultation, point_id)
    return found


def of_consultation(session: Session, actor: Actor, consultation: Consultation, point_id: uuid.UUID) -> Any:
    """Raises NotFound for a point of another consultation."""
    point = queries.get(session, actor, point_id)
    if point.consultation_id != consultation.id:
        raise NotFound(M("Diesen Einzelpunkt gibt es nicht."))
    return point


def _act(session: Session, actor: Actor, point_id: uuid.UUID, typed: dict[str, str], form: PostedForm) -> None:
    match typed["action"]:
        case "tag":
            points.tag(session, actor, point_id, typed["tag"])
        case "assign":
            points.assign(session, actor, point_id, assignee(typed["assignee"]))
        case "decide":
            if not typed["decision"]:
                raise Invalid.about("decision", M("Wählen Sie eine Entscheidung."))
            points.decide(
                session, actor, point_id, typed["decision"], typed["reply"], version=version_of(form, point_id)
            )
        case _:
            raise Invalid.about("action", M("Wählen Sie, was mit den Punkten geschehen soll."))


def assignee(text: str) -> uuid.UUID | None:
    found = identifier(text)
    if text and found is None:
        raise Invalid.about("assignee", M("Zuweisen können Sie nur an Personen, die in diesem Programm planen."))
    return found


def version_of(form: PostedForm, point_id: uuid.UUID) -> int:
    """The version the planner saw; 0 finds none and is refused as changed in between."""
    text = form.line(f"version-{point_id}") or form.line("version")
    return int(text[:9]) if text.isascii() and text.isdigit() else 0
