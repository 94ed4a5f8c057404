"""Whom to ask: the filter over the register or a sample of it, with what it reaches before anything is saved."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import audience, listing
from consultation.consultations.audience import filter_of, read_filter, read_sample, sample_of
from consultation.consultations.models import Consultation
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.documents.chapters.asked import conditions
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.register import queries as register
from consultation.register.audience import UNIT_TITLES, AudienceFilter, count, select_keys
from consultation.register.kinds import ANSWERING, KIND_TITLES, SIZE_CLASS_TITLES, RegisterKind
from consultation.register.sampling import Sample
from consultation.register.states import KEY_BY_STATE, STATE_TITLES, State
from consultation.rulebook import planner
from consultation.states import ConsultationState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings
from consultation.web.planners.later import may_invite
from consultation.web.planners.reach import reach

router = Pages(prefix=PREFIX + "/consultations/{slug}/audience")
LISTS = ("states", "counties", "kinds", "size_classes")
SHOWN = 100
NUMBERS = ("population_min", "population_max", "sample_size")
CHOICES = {
    "states": [(s.value, title) for s, title in STATE_TITLES.items()],
    "kinds": [(k.value, KIND_TITLES[k]) for k in RegisterKind if k in ANSWERING],
    "size_classes": [(s.value, title) for s, title in SIZE_CLASS_TITLES.items()],
    "units": [(u.value, title) for u, title in UNIT_TITLES.items()],
}


@dataclass(frozen=True)
class Choice:
    """What was filled in: the filter, and the sample to be drawn of what it finds."""

    filter: AudienceFilter
    sample: Sample | None


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """Without parameters whom the saved choice asks; with them what another one would reach. A piece of it for htmx."""
    return _page(request, db, actor, slug, request.query_params)


def _page(
    request: Request, db: Database, actor: Actor, slug: str, asked: QueryParams, overtaken: Conflict | None = None
) -> Response:
    """`overtaken`: why the choice was not saved that is tried out here."""
    trying, piece = "unit" in asked, request.headers.get("hx-request") == "true"
    problems: tuple[Problem, ...] = ()
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        saved = Choice(filter_of(consultation), sample_of(consultation))
        try:
            chosen = _read(asked, saved.filter.exclude) if trying else saved
        except Invalid as refused:
            chosen, problems = saved, tuple(refused.problems)
        data = {
            "at": consultation_path(actor, slug),
            "edits": planner(actor, consultation) and consultation.state == ConsultationState.DRAFT,
            "invites": may_invite(actor, consultation),
            "saved": bool(consultation.audience),
            "trying": trying and not problems,
            "problems": problems,
            "piece": piece,
            "hidden": _posted(chosen),
            # through all that is tried out, what the page had shown stays the same; only a refusal shows anew
            "seen": audience.mark(consultation) if overtaken else asked.get("seen", audience.mark(consultation)),
            "now": _said(saved) if overtaken else (),
            **_outcome(session, actor, consultation, chosen, trying=trying and not problems),
        }
        if not piece:
            data |= _around(
                session, actor, consultation, chosen, _as_typed(asked) if problems else _typed(chosen), asked
            )
    name = "planners/_audience_outcome.html" if piece else "planners/audience.html"
    if overtaken:
        return page(request, name, data | {"problems": problems_of(overtaken)}, overtaken.status)
    return page(request, name, data, 422 if problems else 200, partial=piece)


def _said(saved: Choice) -> tuple[Message | str, ...]:
    sample = saved.sample
    drawn = (M("Stichprobe: {size}, Startwert {seed}", size=sample.size, seed=sample.seed),) if sample else ()
    return (*conditions(saved.filter.model_dump(mode="json")), *drawn)


def _around(
    session: Session,
    actor: Actor,
    consultation: Consultation,
    chosen: Choice,
    typed: dict[str, Any],
    asked: QueryParams,
) -> dict[str, Any]:
    """What stands around the outcome: the form, and the single cases."""
    singles, taken_out = listing.InvitationFilter(by_filter=False), _taken_out(actor, consultation)
    by_filter, by_hand = listing.by_origin(session, actor, consultation)
    return surroundings(actor, consultation, M("Adressatenkreis")) | {
        "typed": typed | {"seed": typed["seed"] or f"{secrets.randbelow(10**8):08}"},
        "choices": CHOICES,
        "purpose_titles": PURPOSE_TITLES,
        "again": urlencode(sorted(_posted(chosen))),
        "county_text": clean_line(asked.get("county", ""))[:100],
        **_counties(session, chosen.filter, asked),
        "planned_by_filter": by_filter,
        "planned_single": by_hand,
        "singles": listing.invitations(session, actor, consultation, singles, limit=SHOWN),
        "taken_out": register.by_keys(session, taken_out[:SHOWN]),
        "taken_out_count": len(taken_out),
        "sample": sample_of(consultation),
    }


def _taken_out(actor: Actor, consultation: Consultation) -> list[str]:
    """The keys of what the filter finds and was taken out by hand, of the Land alone for who sees only that."""
    land = listing.land_limit(actor, consultation)
    begins = "" if land is None else KEY_BY_STATE[State(land)]
    return [key for key in filter_of(consultation).exclude if key.startswith(begins)]


# -- reading the form ------------------------------------------------------------------------------------------------
def _read(asked: QueryParams | PostedForm, taken_out: tuple[str, ...]) -> Choice:
    """Raises `Invalid` with everything that is wrong about it."""
    numbers = {name: _number(asked, name) for name in NUMBERS}
    low, high = numbers["population_min"], numbers["population_max"]
    if low is not None and high is not None and low > high:
        raise Invalid.about("population_min", M("„Mindestens“ darf nicht größer sein als „höchstens“."))
    values: dict[str, object] = {name: tuple(dict.fromkeys(asked.getlist(name))) for name in LISTS}
    values |= {"unit": _last(asked, "unit"), "population_min": low, "population_max": high, "exclude": taken_out}
    return Choice(read_filter(values), read_sample(numbers["sample_size"], clean_line(_last(asked, "seed"))))


def _last(asked: QueryParams | PostedForm, name: str) -> str:
    return str((asked.getlist(name) or [""])[-1])


def _number(asked: QueryParams | PostedForm, name: str) -> int | None:
    text = clean_line(_last(asked, name)).replace(".", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid.about(name, M("Geben Sie eine ganze Zahl an, zum Beispiel 20.000."))
    return int(text) if text else None


def _typed(chosen: Choice) -> dict[str, Any]:
    plain = chosen.filter.model_dump(mode="json") | {
        "sample_size": chosen.sample.size if chosen.sample else None, "seed": chosen.sample.seed if chosen.sample else "",
    }  # fmt: skip
    lists = {name: plain[name] for name in (*LISTS, "unit", "seed")}
    return lists | {name: "" if plain[name] is None else plain[name] for name in NUMBERS}


def _as_typed(asked: QueryParams) -> dict[str, Any]:
    lists: dict[str, Any] = {name: asked.getlist(name) for name in LISTS}
    return lists | {name: asked.get(name, "") for name in (*NUMBERS, "unit", "seed")}


def _posted(chosen: Choice) -> list[tuple[str, str]]:
    """The choice as inputs of a form."""
    typed = _typed(chosen)
    lists = [(name, str(value)) for name in LISTS for value in typed[name]]
    return [*lists, *((name, str(typed[name])) for name in (*NUMBERS, "seed", "unit"))]


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


# -- what it reaches -------------------------------------------------------------------------------------------------
def _outcome(
    session: Session, actor: Actor, consultation: Consultation, chosen: Choice, *, trying: bool
) -> dict[str, Any]:
    """Of the choice that is being tried out, or of all who are really invited for comment."""
    land = listing.land_limit(actor, consultation)
    if not trying:
        return {"bodies": None, "found": None, "trial": None, **reach(session, audience.asked(consultation), land)}
    if chosen.sample is None:
        bodies = count(session, chosen.filter)
        return {"bodies": bodies, "found": bodies, "trial": None, **reach(session, select_keys(chosen.filter), land)}
    keys, found = audience.keys_of(session, chosen.filter, chosen.sample)
    return {"bodies": len(keys), "found": found, "trial": chosen.sample, **reach(session, keys, land)}


@router.post("")
def save(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    at = consultation_path(actor, slug)
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            chosen = _read(form, filter_of(consultation).exclude)
            seen = form.line("seen") if "seen" in form else None
            found = audience.choose(session, actor, slug, chosen.filter, chosen.sample, seen)
    except Conflict as refused:
        asked = QueryParams(
            [(name, value) for name in (*LISTS, *NUMBERS, "seed", "unit") for value in form.lines(name)]
        )
        return _page(request, db, actor, slug, asked, refused)
    except Invalid as refused:
        return see_other(f"{at}/audience", problems_of(refused)[0].message, "danger")
    if chosen.sample is None:
        told = M(
            "Der Filter ist gespeichert: {count} Stellen werden zur Stellungnahme eingeladen.",
            one="Der Filter ist gespeichert: 1 Stelle wird zur Stellungnahme eingeladen.",
            count=found,
        )
    else:
        told = M("Die Stichprobe ist gezogen (Startwert {seed}): {count} Stellen werden zur Stellungnahme eingeladen.",
                 one="Die Stichprobe ist gezogen (Startwert {seed}): 1 Stelle wird zur Stellungnahme eingeladen.",
                 count=found, seed=chosen.sample.seed)  # fmt: skip
    return see_other(f"{at}/audience", told)
