"""A programme: its facts, who shares it, its figures and terms, and everything that was made for it."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.consultations.titles import state_said
from consultation.core import bounds
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.language import M
from consultation.core.text import slug as slug_of
from consultation.forms import queries as forms
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.http.language import language_of
from consultation.people import queries as people
from consultation.programmes import actions, queries
from consultation.programmes.models import ParameterType
from consultation.programmes.parameters import spoken
from consultation.programmes.parameters import typed as read_value
from consultation.programmes.titles import DRAFT_KIND_TITLES, LEVEL_TITLES, PARAMETER_TYPE_TITLES
from consultation.register.states import STATE_TITLES, State
from consultation.rulebook import DRAFT_VERSION, FORM_VERSION, planner
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, home, identifier, problems_of, programme_crumbs
from consultation.web.planners.start import STATE_BADGES

router = Pages(prefix=PREFIX + "/programmes")
LEVELS = [(level.value, title) for level, title in LEVEL_TITLES.items()]
TYPES = [(kind.value, title) for kind, title in PARAMETER_TYPE_TITLES.items()]


@router.get("/new")
def ask(request: Request, actor: Planning) -> Response:
    return _new(request, actor, {"level": ""})


def _new(request: Request, actor: Actor, typed: dict[str, str], status: int = 200, **more: Any) -> Response:
    crumbs = [(M("Programme und Konsultationen"), f"{home(actor)}/programmes"), (M("Neues Programm"), "")]
    data = {"at": home(actor), "levels": LEVELS, "typed": typed, "breadcrumbs": crumbs}
    return page(request, "planners/programme_new.html", data | more, status)


@router.post("/new")
def create(request: Request, db: Db, actor: Planning, form: Form) -> Response:
    typed = {name: form.text(name) for name in ("title", "level", "reference", "description", "postal")}
    try:
        with db.transaction() as session:
            made = actions.create(
                session, actor, title=typed["title"], level=typed["level"], reference=typed["reference"],
                description=typed["description"], postal=typed["postal"],
            )  # fmt: skip
    except Invalid as refused:
        return _new(request, actor, typed, 422, problems=problems_of(refused))
    return see_other(
        f"{home(actor)}/programmes/{made.slug}", M("Das Programm ist angelegt. Lesen Sie nun den Entwurf ein.")
    )


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    language = language_of(request)
    with db.reader() as session:
        programme = queries.get(session, actor, slug)
        data: dict[str, Any] = {
            "programme": programme,
            "demo": programme.demo,
            "at": f"{home(actor)}/programmes/{slug}",
            "home": home(actor),
            "breadcrumbs": programme_crumbs(actor, programme),
            "plans": planner(actor, programme),
            "owns": actions.owns(actor, programme),
            "drafts": queries.draft_versions(session, programme.id),
            "forms": forms.of_programme(session, actor, programme.id),
            "consultations": consultations.of_programme(session, actor, programme.id),
            "candidates": _candidates(people.organisations(session, planning=True, limit=500), programme.planners),
            "seen": " ".join(f"{name}:{mark}" for name, mark in actions.marks(programme).items()),
            "known": [f"{term.version}:{term.term}" for term in programme.terms],
            "spoken": {p.name: spoken(p.type, p.value, language) for p in programme.parameters},
        }
    data |= {
        "levels": LEVEL_TITLES, "draft_kinds": DRAFT_KIND_TITLES, "types": TYPES, "draft_states": DRAFT_VERSION.states,
        "form_states": FORM_VERSION.states,
        "states": {one.id: state_said(one, actor.moment) for one in data["consultations"]}, "badges": STATE_BADGES,
        "lands": [("", M("alle Länder, mit allen Rechten")), *((s.value, title) for s, title in STATE_TITLES.items())],
        "land_titles": STATE_TITLES, "typed": {},
    }  # fmt: skip
    return page(request, "planners/programme.html", data | more, status)


def _candidates(planning: Any, members: Any) -> list[tuple[str, Any]]:
    others = [(str(one.id), one.name) for one in planning if one.id not in members]
    return [("", M("Bitte wählen")), *others]


@router.get("/{slug}")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


@router.post("/{slug}/members")
def share(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("organisation", "land")}
    try:
        with db.transaction() as session:
            queries.get(session, actor, slug)
            chosen = identifier(typed["organisation"])
            land = State(typed["land"]) if typed["land"] in list(State) else None
            planning = {one.id for one in people.organisations(session, planning=True, limit=500)}
            if chosen is None or chosen not in planning or (typed["land"] and land is None):
                raise Invalid.about("organisation", M("Wählen Sie eine Organisation aus der Liste."))
            actions.share(session, actor, slug, chosen, land)
    except Invalid as refused:
        return _page(request, db, actor, slug, 422, problems=problems_of(refused), typed=typed)
    return see_other(
        f"{home(actor)}/programmes/{slug}#members", M("Die Organisation ist jetzt Mitglied des Programms.")
    )


@router.post("/{slug}/parameters")
def set_parameter(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("label", "label_en", "name", "type", "value", "section_number")}
    seen = dict(one.split(":", 1) for one in form.line("seen").split() if ":" in one) if "seen" in form else None
    if form.line("remove") == "yes":
        try:
            with db.transaction() as session:
                actions.remove_parameter(session, actor, slug, typed["name"], seen)
        except Conflict as refused:
            return _page(request, db, actor, slug, refused.status, problems=problems_of(refused))
        return see_other(f"{home(actor)}/programmes/{slug}#parameters", M("Der Programmwert ist entfernt."))
    try:
        with db.transaction() as session:
            queries.get(session, actor, slug)
            kind, label = _type(typed["type"]), _label(form)
            actions.set_parameter(
                session, actor, slug, name=typed["name"] or _name(typed["label"]), type_=kind, label=label,
                value=read_value(kind, typed["value"], language_of(request)), section_number=typed["section_number"],
                seen=seen,
            )  # fmt: skip
    except Invalid as refused:
        shown = {} if seen is None else {"seen": form.line("seen")}
        return _page(request, db, actor, slug, 422, problems=problems_of(refused), typed=typed, **shown)
    except Conflict as refused:
        return _page(request, db, actor, slug, refused.status, problems=problems_of(refused), typed=typed)
    return see_other(f"{home(actor)}/programmes/{slug}#parameters", M("Der Programmwert ist gespeichert."))


def _type(text: str) -> ParameterType:
    if text not in list(ParameterType):
        raise Invalid.about("type", M("Wählen Sie die Art des Wertes aus der Liste."))
    return ParameterType(text)


def _label(form: PostedForm) -> dict[str, str]:
    german, english = (bounds.VALUE_LABEL.within(name, form.line(name)) for name in ("label", "label_en"))
    if not german:
        raise Invalid.about("label", M("Geben Sie dem Wert eine Bezeichnung, zum Beispiel „Förderquote“."))
    return {"de": german} | ({"en": english} if english else {})


def _name(label: str) -> str:
    """A name for the placeholder made from the label: Förderquote → foerderquote."""
    spelled = slug_of(label).replace("-", "_")
    return re.sub(r"^[0-9_]+", "", spelled)[:60]


@router.post("/{slug}/terms")
def set_term(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {"term": form.line("term"), "definition": form.text("definition")}
    known = form.lines("known") if "known" in form else None
    seen = None if known is None else {one.partition(":")[2]: one.partition(":")[0] for one in known}
    try:
        with db.transaction() as session:
            if form.line("remove") != "yes" and typed["term"] and not typed["definition"]:
                queries.get(session, actor, slug)
                raise Invalid.about("definition", M("Erklären Sie den Begriff in einem oder zwei Sätzen."))
            definition = "" if form.line("remove") == "yes" else typed["definition"]
            actions.set_term(session, actor, slug, typed["term"], definition, seen)
    except Invalid as refused:
        shown = {} if known is None else {"known": known}
        return _page(request, db, actor, slug, 422, problems=problems_of(refused), typed=typed, **shown)
    except Conflict as refused:
        again = {} if form.line("remove") == "yes" else {"typed": typed}
        return _page(request, db, actor, slug, refused.status, problems=problems_of(refused), **again)
    return see_other(f"{home(actor)}/programmes/{slug}#glossary", M("Das Glossar ist gespeichert."))
