"""Who was asked and what came of it: numbers by Land and size class, never a look into drafts."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.language import Language, M, Message
from consultation.documents.labels import KINDS, SIZES, kind_label, size_label
from consultation.http import Db, Pages, page
from consultation.http.language import language_of
from consultation.people.kinds import OrganisationKind
from consultation.register.kinds import SizeClass
from consultation.register.states import STATE_TITLES, State
from consultation.responses.participation import Participation, Reach, for_planner, land_of
from consultation.responses.timeline import Group, timeline
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, surroundings
from consultation.web.planners.growth import growth

router = Pages(prefix=PREFIX + "/consultations/{slug}/participation")


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """Asked again by the page itself (htmx), the same address answers with the numbers alone."""
    language, group = language_of(request), _group(request)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        found = for_planner(session, actor, consultation)
        steps = timeline(session, consultation, actor.moment, group, land_of(actor, consultation))
    here = urlencode({"state": group.state, "size": group.size_class, "kind": group.kind})
    data: dict[str, Any] = surroundings(actor, consultation, M("Beteiligung")) | {
        "here": f"{consultation_path(actor, slug)}/participation?{here}",
        "now": actor.moment,
        "steps": steps,
        "growth": growth(steps),
        "typed": {"state": group.state, "size": group.size_class, "kind": group.kind},
        "choices": _choices(found, language),
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
            (M("Gemeinden nach Land"), "reach-state", M("Land"), _reached(found, "state", _land)),
            (M("Gemeinden nach Größenklasse"), "reach-size", M("Größenklasse"),
             _reached(found, "size_class", lambda group: size_label(group, language))),
        ],
    }  # fmt: skip
    if request.headers.get("hx-request") == "true":
        return page(request, "planners/_participation.html", data, partial=True)
    return page(request, "planners/participation.html", data)


def _group(request: Request) -> Group:
    """Words that mean nothing do not narrow."""
    asked = request.query_params
    state, size, kind = (asked.get(name, "") for name in ("state", "size", "kind"))
    return Group(
        state if state in list(State) else "", size if size in list(SizeClass) else "",
        kind if kind in list(OrganisationKind) else "",
    )  # fmt: skip


def _choices(found: Participation, language: Language) -> dict[str, list[tuple[str, Message | str]]]:
    """What there is somebody of."""
    order = [*State, *SIZES, *KINDS]

    def offered(words: set[str], name: Any) -> list[tuple[str, Message | str]]:
        known = sorted(words & set(map(str, order)), key=[str(one) for one in order].index)
        return [("", M("alle")), *((word, name(word)) for word in known)]

    rows = found.bodies
    return {
        "state": offered({row.state for row in rows}, _land),
        "size": offered({row.size_class for row in rows}, lambda word: size_label(word, language)),
        "kind": offered({row.kind for row in rows}, lambda word: kind_label(word, language)),
    }


def _reached(found: Participation, dimension: str, name: Any) -> list[tuple[Message | str, Any]]:
    """Groups in which nobody was asked and nobody is spoken for stand in one row, so that all rows add up to the whole."""
    groups = found.reach_by(dimension)
    known = {group: one for group, one in groups.items() if one.invited or one.reached}
    rest = sum((one for group, one in groups.items() if group not in known), Reach())
    rows = _named(known, name)
    return [*rows, (M("alle übrigen (niemand angesprochen)"), rest)] if rest.existing else rows


def _named(groups: dict[str, Any], name: Any) -> list[tuple[Message | str, Any]]:
    order = [*State, *SIZES, *KINDS]
    return [
        (name(group), groups[group]) for group in sorted(groups, key=lambda g: order.index(g) if g in order else -1)
    ]


def _land(group: str) -> Message:
    return STATE_TITLES[State(group)] if group else M("ohne Land")
