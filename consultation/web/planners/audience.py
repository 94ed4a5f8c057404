"""Whom to ask: the filter over the register with its coverage before anything is saved, and single organisations."""

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import audience, listing
from consultation.consultations.audience import filter_of, read_filter
from consultation.consultations.models import Consultation
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.documents.labels import SIZES
from consultation.http import Db, Form, PostedForm, page, see_other
from consultation.people import queries as people
from consultation.people.kinds import KIND_TITLES as ORGANISATION_TITLES
from consultation.people.kinds import MUNICIPAL_BODIES, OrganisationKind
from consultation.people.organisations import municipal_organisations
from consultation.register import queries as register
from consultation.register.audience import UNIT_TITLES, AudienceFilter, count, select_keys
from consultation.register.coverage import Coverage, coverage
from consultation.register.kinds import ANSWERING, KIND_TITLES, SIZE_CLASS_TITLES, RegisterKind, SizeClass
from consultation.register.states import STATE_TITLES, State
from consultation.rulebook import planner
from consultation.states import ConsultationState, Purpose
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

router = APIRouter(prefix=PREFIX + "/consultations/{slug}/audience")
LISTS = ("states", "counties", "kinds", "size_classes")
CHOICES = {
    "states": [(s.value, title) for s, title in STATE_TITLES.items()],
    "kinds": [(k.value, KIND_TITLES[k]) for k in RegisterKind if k in ANSWERING],
    "size_classes": [(s.value, title) for s, title in SIZE_CLASS_TITLES.items()],
    "units": [(u.value, title) for u, title in UNIT_TITLES.items()],
    "purposes": [(p.value, title) for p, title in PURPOSE_TITLES.items()],
}
OTHERS = (
    OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION,
    OrganisationKind.STATE_BODY,
    OrganisationKind.FEDERAL_BODY,
    OrganisationKind.QUALITY_CIRCLE,
)


# -- the filter ------------------------------------------------------------------------------------------------------
@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """Without parameters the saved filter; with them the one that is being tried out."""
    asked = request.query_params
    trying = "unit" in asked
    problems: tuple[Problem, ...] = ()
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        saved = filter_of(consultation)
        try:
            chosen = _read(_values(asked)) if trying else saved
        except Invalid as refused:
            chosen, problems = saved, tuple(refused.problems)
        data = surroundings(actor, consultation, M("Adressatenkreis")) | {
            "edits": planner(actor, consultation) and consultation.state == ConsultationState.DRAFT,
            "saved": bool(consultation.audience),
            "trying": trying,
            "problems": problems,
            "typed": _typed(chosen) if not problems else _as_typed(asked),
            "again": urlencode(sorted(_posted(chosen))),
            "hidden": _posted(chosen),
            "county_text": clean_line(asked.get("county", ""))[:100],
            "choices": CHOICES,
            "purpose_titles": PURPOSE_TITLES,
            **_counties(session, chosen, asked),
            **_reach(session, chosen, shown=trying or bool(consultation.audience)),
            **_planned(session, actor, consultation),
        }
    return page(request, "planners/audience.html", data, 422 if problems else 200)


def _values(asked: QueryParams | PostedForm) -> dict[str, object]:
    found: dict[str, object] = {name: tuple(dict.fromkeys(asked.getlist(name))) for name in LISTS}
    for name in ("population_min", "population_max"):
        text = clean_line(str((asked.getlist(name) or [""])[-1])).replace(".", "")
        if text:
            if not (text.isascii() and text.isdigit() and len(text) < 10):
                raise Invalid.about(name, M("Geben Sie eine ganze Zahl an, zum Beispiel 20.000."))
            found[name] = int(text)
    return found | {"unit": (asked.getlist("unit") or [""])[-1]}


def _read(values: dict[str, object]) -> AudienceFilter:
    low, high = values.get("population_min"), values.get("population_max")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise Invalid.about("population_min", M("„Mindestens“ darf nicht größer sein als „höchstens“."))
    return read_filter(values)


def _typed(chosen: AudienceFilter) -> dict[str, Any]:
    plain = chosen.model_dump(mode="json")
    return {name: plain[name] for name in (*LISTS, "unit")} | {
        name: "" if plain[name] is None else plain[name] for name in ("population_min", "population_max")
    }


def _as_typed(asked: QueryParams) -> dict[str, Any]:
    lists: dict[str, Any] = {name: asked.getlist(name) for name in LISTS}
    return lists | {name: asked.get(name, "") for name in ("population_min", "population_max", "unit")}


def _posted(chosen: AudienceFilter) -> list[tuple[str, str]]:
    """The filter as inputs of a form."""
    typed = _typed(chosen)
    lists = [(name, str(value)) for name in LISTS for value in typed[name]]
    return [*lists, *((n, str(typed[n])) for n in ("population_min", "population_max", "unit"))]


def _counties(session: Session, chosen: AudienceFilter, asked: QueryParams) -> dict[str, Any]:
    """The counties chosen, by name, and those that a search finds."""
    kinds = (RegisterKind.COUNTY, RegisterKind.INDEPENDENT_CITY)
    text = clean_line(asked.get("county", ""))[:100]
    found = [(one.body.key[:5], one.title) for one in register.search(session, text, 20, kinds)] if text else []
    known = dict(found)
    missing = [key for key in chosen.counties if key not in known]
    names = {key: body.name for key, body in register.by_keys(session, missing).items()} if missing else {}
    options = [(key, known.get(key) or names.get(key) or M("Kreisschlüssel {key}", key=key)) for key in chosen.counties]
    more = [(key, title) for key, title in found if key not in chosen.counties]
    return {"county_options": [*options, *more], "county_searched": bool(text), "county_hits": len(found)}


@dataclass(frozen=True)
class ReachRow:
    """A Land: per size class (reached, existing), and both over all."""

    title: Message
    cells: tuple[tuple[int, int], ...]
    reached: int
    existing: int


def _reach(session: Session, chosen: AudienceFilter, *, shown: bool) -> dict[str, Any]:
    if not shown:
        return {"bodies": None, "reach": [], "reach_total": None, "size_classes": []}
    rows = coverage(session, select_keys(chosen))
    by_land = {land: [row for row in rows if row.state is land] for land in State}
    lines = [_line(STATE_TITLES[land], found) for land, found in by_land.items() if found]
    return {
        "bodies": count(session, chosen),
        "reach": lines,
        "reach_total": _line(M("Alle Länder"), rows),
        "population": (sum(r.population_reached for r in rows), sum(r.population for r in rows)),
        "size_classes": [SIZES[size] for size in SizeClass],
    }


def _line(title: Message, rows: list[Coverage]) -> ReachRow:
    cells = tuple(
        (
            sum(r.reached for r in rows if r.size_class is size),
            sum(r.municipalities for r in rows if r.size_class is size),
        )
        for size in SizeClass
    )
    return ReachRow(title, cells, sum(c[0] for c in cells), sum(c[1] for c in cells))


def _planned(session: Session, actor: Actor, consultation: Consultation) -> dict[str, Any]:
    singles = listing.InvitationFilter(by_filter=False)
    return {
        "planned_by_filter": listing.count(session, actor, consultation, listing.InvitationFilter(by_filter=True)),
        "planned_single": listing.count(session, actor, consultation, singles),
        "singles": listing.invitations(session, actor, consultation, singles, limit=100),
    }


@router.post("")
def save(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    at = consultation_path(actor, slug)
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            found = audience.choose(session, actor, slug, _read(_values(form)))
    except Invalid as refused:
        return see_other(f"{at}/audience", problems_of(refused)[0].message, "danger")
    told = M("Der Filter ist gespeichert: {count} Stellen werden zur Stellungnahme eingeladen.", count=found)
    return see_other(f"{at}/audience", told)


# -- single organisations --------------------------------------------------------------------------------------------
@router.get("/single")
def single(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    with db.reader() as session:
        return _single(request, session, actor, slug)


def _single(request: Request, session: Session, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    text = clean_line(request.query_params.get("q", ""))[:100]
    consultation = planned(session, actor, slug)
    others = (
        [one for one in people.organisations(session, text=text, limit=30) if one.kind not in MUNICIPAL_BODIES]
        if text
        else people.organisations(session, kinds=OTHERS, limit=100)
    )
    data = surroundings(actor, consultation, M("Einzelne Stellen")) | {
        "q": text,
        "bodies": [(f"register:{f.body.key}", f.title, f.place) for f in register.search(session, text, 30)],
        "others": [(f"organisation:{one.id}", one.name, ORGANISATION_TITLES[one.kind]) for one in others],
        "purposes": CHOICES["purposes"],
        "typed": {"purpose": Purpose.FOR_COMMENT.value, "organisation": []},
    }
    return page(request, "planners/audience_single.html", data | more, status)


@router.post("/single")
def add(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {"purpose": form.line("purpose"), "organisation": form.lines("organisation")}
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            if typed["purpose"] not in list(Purpose):
                raise Invalid.about("purpose", M("Wählen Sie, wozu eingeladen wird."))
            chosen = _organisations(session, actor, consultation, form.lines("organisation"))
            audience.add(session, actor, slug, chosen, Purpose(form.line("purpose")))
    except Invalid as refused:
        with db.reader() as session:
            return _single(request, session, actor, slug, 422, typed=typed, problems=problems_of(refused))
    told = M("{count} Stellen sind aufgenommen.", count=len(chosen))
    return see_other(f"{consultation_path(actor, slug)}/audience#singles", told)


def _organisations(session: Session, actor: Actor, consultation: Consultation, chosen: list[str]) -> set[uuid.UUID]:
    keys = [key for one in chosen for kind, _, key in [one.partition(":")] if kind == "register"]
    ids = {identifier(key) for one in chosen for kind, _, key in [one.partition(":")] if kind == "organisation"}
    if planner(actor, consultation):  # others are refused by `add`, and make nothing before
        made = municipal_organisations(session, actor, keys[:200], demo=consultation.demo)
        ids |= {organisation.id for organisation in made.values()}
    return {one for one in ids if one is not None}


@router.post("/{invitation_id}/remove")
def remove(db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        audience.remove(session, actor, slug, invitation_id)
    return see_other(f"{consultation_path(actor, slug)}/audience#singles", M("Die Stelle wird nicht eingeladen."))
