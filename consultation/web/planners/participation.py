"""Who was asked and what came of it: numbers by Land and size class, never a look into drafts."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.language import M, Message
from consultation.documents.labels import KINDS, SIZES, kind_label, size_label
from consultation.http import Db, page
from consultation.http.language import language_of
from consultation.register.states import STATE_TITLES, State
from consultation.responses.participation import Participation, for_planner
from consultation.web.planners.frame import PREFIX, Planning, planned, surroundings

router = APIRouter(prefix=PREFIX + "/consultations/{slug}/participation")


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    language = language_of(request)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        found = for_planner(session, actor, consultation)
    data: dict[str, Any] = surroundings(actor, consultation, M("Beteiligung")) | {
        "total": found.total,
        "reach": found.reach,
        "informed": found.informed,
        "tables": [
            (M("Nach Land"), "by-state", M("Land"), _named(found.by("state"), _land)),
            (M("Nach Größenklasse und Art"), "by-size", M("Größenklasse oder Art"),
             _named(found.by("size_class"), lambda group: size_label(group, language))),
            (M("Nach Art der Stelle"), "by-kind", M("Art"), _named(found.by("kind"), lambda g: kind_label(g, language))),
        ],
        "reaches": [
            (M("Gemeinden nach Land"), "reach-state", M("Land"), _named(_invited(found, "state"), _land)),
            (M("Gemeinden nach Größenklasse"), "reach-size", M("Größenklasse"),
             _named(_invited(found, "size_class"), lambda group: size_label(group, language))),
        ],
    }  # fmt: skip
    return page(request, "planners/participation.html", data)


def _invited(found: Participation, dimension: str) -> dict[str, Any]:
    """Länder in which nobody was asked and nobody is spoken for are left out."""
    return {group: one for group, one in found.reach_by(dimension).items() if one.invited or one.reached}


def _named(groups: dict[str, Any], name: Any) -> list[tuple[Message | str, Any]]:
    order = [*State, *SIZES, *KINDS]
    return [
        (name(group), groups[group]) for group in sorted(groups, key=lambda g: order.index(g) if g in order else -1)
    ]


def _land(group: str) -> Message:
    return STATE_TITLES[State(group)] if group else M("ohne Land")
