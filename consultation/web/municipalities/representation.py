"""For whom an answer speaks, and who supports it: picked from the register, so that nobody is counted twice."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from consultation.core.errors import Conflict, Forbidden, Invalid
from consultation.core.language import M, Message
from consultation.http import Form, Pages, PostedForm, see_other
from consultation.people.kinds import MEMBERS_KNOWN
from consultation.people.models import Organisation
from consultation.register import queries as register
from consultation.register.models import RegisterBody
from consultation.register.titles import title as body_title
from consultation.responses import actions, queries
from consultation.responses.models import RepresentationKind
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, desk_page

router = Pages(prefix=PREFIX + "/representation")
_MOST = 400
Chosen = dict[str, RepresentationKind]


@router.get("")
def show(here: Here) -> Response:
    return _page(here)


@router.post("")
def keep(here: Here, form: Form) -> Response:
    """The button "search" keeps what is ticked and shows what it found; only "save" stores."""
    chosen = _chosen(form)
    if form.line("search"):
        return _page(here, chosen=chosen, sought=form.line("sought"))
    try:
        with here.db.transaction() as session:
            at = here.arrive(session)
            actions.set_representation(session, here.actor, at.response.id, chosen)
    except (Invalid, Conflict) as refused:
        why = next((problem.message for problem in refused.problems), refused.message)
        return _page(here, chosen=chosen, refused=why, status=refused.status)
    return see_other(at.base, M("Gespeichert, für wen Sie sprechen."))


def _chosen(form: PostedForm) -> Chosen:
    kinds = {kind.value: kind for kind in RepresentationKind}
    return {
        key: kinds[kind] for key in form.lines("bodies")[:_MOST] if (kind := form.line(f"kind.{key}") or "represented") in kinds
    }  # fmt: skip


def _page(
    here: Visit, *,
    chosen: Chosen | None = None, sought: str = "", refused: Message | None = None, status: int = 200,
) -> Response:  # fmt: skip
    with here.db.reader() as session:
        at = here.arrive(session)
        if not at.speaks_for_others:
            raise Forbidden(M("Für andere sprechen Gemeindeverbände, Kreise, Qualitätszirkel und Spitzenverbände."))
        if at.begun is None:
            return see_other(at.base, M("Beginnen Sie zuerst die Stellungnahme."), "info")
        stored = {body.key: kind for body, kind in queries.represented(session, at.response.id)}
        members = _members(session, at)
        known = stored if chosen is None else chosen
        offered = {body.key: body for body in members} | register.by_keys(session, known)
        shown = {*offered, at.response.organisation.register_key}
        found = [f for f in register.search(session, sought, 25) if f.body.key not in shown] if sought else []
    ticked = set(known) or ({body.key for body in members} if chosen is None else set())
    house = at.response.organisation
    data: dict[str, Any] = {
        "rows": [_row(house, body, ticked, known) for body in offered.values()], "suggested": not stored and chosen is None,
        "found": [(f.body.key, f.title, f.place, actions.may_speak_for(house, f.body)) for f in found],
        "sought": sought, "refused": refused, "members": bool(members),
    }  # fmt: skip
    return desk_page(
        here.request, at, "municipalities/representation.html", M("Für wen Sie sprechen"), data, status=status
    )


def _members(session: Session, at: At) -> list[RegisterBody]:
    key = at.response.organisation.register_key
    return register.members(session, key) if key and at.place.kind in MEMBERS_KNOWN else []


def _row(house: Organisation, body: RegisterBody, ticked: set[str], known: Chosen) -> dict[str, Any]:
    kind = known.get(body.key, RepresentationKind.REPRESENTED)
    return {
        "key": body.key,
        "name": body_title(body),
        "population": body.population,
        "ticked": body.key in ticked,
        "kind": kind,
        "own": actions.may_speak_for(house, body),
    }
