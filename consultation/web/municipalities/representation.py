"""For whom an answer speaks, and who supports it: picked from the register, so that nobody is counted twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from consultation.responses.naming import OPEN, Named, Outcome, read_list
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, desk_page

router = Pages(prefix=PREFIX + "/representation")
Chosen = dict[str, RepresentationKind]
OUTCOMES: dict[Outcome, tuple[str, Message]] = {
    Outcome.FOUND: ("success", M("gefunden")),
    Outcome.TWICE: ("info", M("doppelt")),
    Outcome.LEFT_OUT: ("info", M("weggelassen")),
    Outcome.DOUBT: ("warning", M("mehrdeutig")),
    Outcome.UNKNOWN: ("danger", M("unbekannt")),
}
"""How the page shows what became of a line."""


@router.get("")
def show(here: Here) -> Response:
    return _page(here, Typed())


@router.post("")
def keep(here: Here, form: Form) -> Response:
    """The buttons "search" and "check" keep what is ticked and show what they found; only "save" stores, and nothing as long as
    a line of the pasted list was not looked at.
    """
    pasted, sought = form.text("pasted"), form.line("sought") if form.line("search") else ""
    typed = Typed(_chosen(form), sought, pasted, _kind(form), form.checked("pasted_only"))
    settled = _settled(form)
    try:
        typed = _with_list(here, typed, settled)
        if form.line("search") or form.line("check") or any(_waits(line, settled) for line in typed.lines):
            return _page(here, typed)
        with here.db.transaction() as session:
            at = here.arrive(session)
            actions.set_representation(session, here.actor, at.response.id, typed.chosen or {})
    except (Invalid, Conflict) as refused:
        return _page(here, typed, refused)
    return see_other(at.base, M("Gespeichert, für wen Sie sprechen."))


@dataclass(frozen=True)
class Typed:
    """What a page was sent with; `chosen` is None where nothing was sent."""

    chosen: Chosen | None = None
    sought: str = ""
    pasted: str = ""
    kind: RepresentationKind = RepresentationKind.REPRESENTED
    """How those of the pasted list take part."""
    alone: bool = False
    """Only those of the list stay ticked."""
    lines: Sequence[Named] = ()
    """The pasted list as it was read."""


def _kind(form: PostedForm) -> RepresentationKind:
    supporting = form.line("pasted_kind") == RepresentationKind.SUPPORTER
    return RepresentationKind.SUPPORTER if supporting else RepresentationKind.REPRESENTED


def _settled(form: PostedForm) -> dict[str, str]:
    """Text of a line of the list → what was chosen for it on the page that told what was found."""
    sent = (value.partition("|") for value in form.lines("settled"))
    return {text: key for key, _, text in sent if key}


def _waits(line: Named, settled: Mapping[str, str]) -> bool:
    return line.outcome in OPEN or line.text not in settled


def _with_list(here: Visit, typed: Typed, settled: Mapping[str, str]) -> Typed:
    """Whom the list names for sure is ticked; what stays in it waits for a choice or for another spelling."""
    if not typed.pasted:
        return typed
    with here.db.reader() as session:
        at = here.arrive(session)
        if not at.speaks_for_others or at.begun is None:
            return typed
        house = at.response.organisation
        lines = read_list(session, house, typed.pasted, settled)
    chosen = {} if typed.alone else dict(typed.chosen or {})
    for line in lines:
        if line.outcome is Outcome.FOUND:
            own = actions.may_speak_for(house, line.key)
            chosen.setdefault(line.key, typed.kind if own else RepresentationKind.SUPPORTER)
    waiting = "\n".join(line.text for line in lines if line.outcome in OPEN)
    return replace(typed, chosen=chosen, pasted=waiting, lines=lines, alone=False)


def _chosen(form: PostedForm) -> Chosen:
    kinds = {kind.value: kind for kind in RepresentationKind}
    return {
        key: kinds[kind] for key in form.lines("bodies") if (kind := form.line(f"kind.{key}") or "represented") in kinds
    }


def _page(here: Visit, typed: Typed, refused: Invalid | Conflict | None = None) -> Response:
    with here.db.reader() as session:
        at = here.arrive(session)
        if not at.speaks_for_others:
            raise Forbidden(M("Für andere sprechen Gemeindeverbände, Kreise, Qualitätszirkel und Spitzenverbände."))
        if at.begun is None:
            return see_other(at.base, M("Beginnen Sie zuerst die Stellungnahme."), "info")
        stored = {body.key: kind for body, kind in queries.represented(session, at.response.id)}
        members = _members(session, at)
        known = stored if typed.chosen is None else typed.chosen
        offered = {body.key: body for body in members} | register.by_keys(session, known)
        shown = {*offered, at.response.organisation.register_key}
        hits = (
            [hit for hit in register.search(session, typed.sought, 25) if hit.body.key not in shown]
            if typed.sought
            else []
        )
    ticked = set(known) or ({body.key for body in members} if typed.chosen is None else set())
    house = at.response.organisation
    problems = refused.problems if refused else ()
    data: dict[str, Any] = {
        "rows": [_row(house, body, ticked, known) for body in offered.values()],
        "suggested": not stored and typed.chosen is None,
        "found": [(hit.body.key, hit.title, hit.place, actions.may_speak_for(house, hit.body.key)) for hit in hits],
        "typed": typed, "members": bool(members), "lines": [(line, OUTCOMES[line.outcome]) for line in typed.lines],
        "refused": next((problem.message for problem in problems), refused.message) if refused else None,
        "unread": next((problem.message for problem in problems if problem.field == "pasted"), ""),
    }  # fmt: skip
    return desk_page(
        here.request, at, "municipalities/representation.html", M("Für wen Sie sprechen"), data,
        status=refused.status if refused else 200,
    )  # fmt: skip


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
        "own": actions.may_speak_for(house, body.key),
    }
