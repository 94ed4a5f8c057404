"""Setting a consultation up: what it says of itself, what it asks about, and until when."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import actions, readiness
from consultation.consultations.models import Consultation
from consultation.consultations.seen import Before, Contested, fingerprints
from consultation.consultations.titles import VISIBILITY_TITLES
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M, Message
from consultation.core.language import day as say_day
from consultation.core.times import local_day, local_day_ending
from consultation.forms import queries as forms
from consultation.http import Configured, Db, Form, Pages, PostedForm, page, see_other
from consultation.http.language import language_of
from consultation.programmes import queries as programmes
from consultation.rulebook import planner
from consultation.states import ConsultationState, Visibility
from consultation.subjects import Actor
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    identifier,
    planned,
    problems_of,
    surroundings,
    typed_day,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}")
VISIBILITIES = [
    (Visibility.INVITED_ONLY.value, VISIBILITY_TITLES[Visibility.INVITED_ONLY],
     M("Entwurf, Fragen und Ergebnisse sehen nur Sie und die Eingeladenen.")),
    (Visibility.PUBLIC.value, VISIBILITY_TITLES[Visibility.PUBLIC],
     M("Entwurf und Fragen stehen offen im Netz und in der Suche. Antworten können nur Eingeladene.")),
]  # fmt: skip
TEXTS = {
    "title": M("Titel"),
    "introduction": M("Einführung für die Eingeladenen"),
    "contact": M("Ansprechstelle für Fragen"),
    "notice": M("Hinweis auf jeder Seite des Entwurfs"),
    "visibility": M("Wer sieht die Konsultation?"),
    "minimum_cell": M("Kleinste Gruppe in veröffentlichten Auswertungen"),
}
VERSIONS = {"draft_version_id": M("Entwurf"), "form_version_id": M("Formular")}
DAYS = {"opens_on": M("Beginn"), "deadline_on": M("Letzter Tag der Frist")}
Names = Mapping[str, Message]
"""What a page asks: name in `actions.PREPARED` → title."""
LARGEST_CELL = 100


# -- two who set it up at the same time ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Refusal:
    """Why nothing was saved, with what was typed and what the page had shown."""

    error: Invalid | Contested
    typed: Mapping[str, Any]
    before: Before


def _before(form: PostedForm, names: Names) -> Before:
    return Before({name: form.line(f"seen.{name}") for name in names if f"seen.{name}" in form})


def _filled(
    consultation: Consultation, names: Names, stored: Mapping[str, Any], refusal: Refusal | None,
    said: Mapping[str, Message | str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The form as it is stored, or as it was typed; where somebody else was faster, with what that one saved beside it.

    `said`: name → what is stored as people read it, if that is not what stands in the form.
    """
    now = {name: mark for name, mark in fingerprints(consultation, actions.PREPARED).items() if name in names}
    if refusal is None:
        return {"typed": stored, "seen": now, "both": []}
    problems = {"problems": problems_of(refusal.error)}
    if isinstance(refusal.error, Invalid):
        return problems | {"typed": refusal.typed, "seen": refusal.before.shown, "both": []}
    error, words = refusal.error, {**stored, **(said or {})}
    mine = {name: text for name, text in refusal.typed.items() if name in error.touched}
    both = [(title, _as_text(words[name])) for name, title in names.items() if name in error.contested]
    return problems | {"typed": {**stored, **mine}, "seen": now, "both": both}


def _as_text(value: Any) -> Message | str:
    return value if isinstance(value, Message) else str(value)


# -- basics ----------------------------------------------------------------------------------------------------------
@router.get("/basics")
def basics(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _basics(request, db, actor, slug)


def _basics(request: Request, db: Database, actor: Actor, slug: str, refusal: Refusal | None = None) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
    data = surroundings(actor, consultation, M("Titel, Einführung, Sichtbarkeit")) | {
        "visibilities": VISIBILITIES,
        "edits": _edits(actor, consultation),
    }
    stored = {name: getattr(consultation, name) for name in TEXTS}
    said = {"visibility": VISIBILITY_TITLES[consultation.visibility]}
    data |= _filled(consultation, TEXTS, stored, refusal, said)
    return page(request, "planners/basics.html", data, refusal.error.status if refusal else 200)


def _edits(actor: Actor, consultation: Any) -> bool:
    return planner(actor, consultation) and consultation.state == ConsultationState.DRAFT


@router.post("/basics")
def save_basics(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, form: Form) -> Response:
    typed: dict[str, Any] = {name: form.text(name) for name in TEXTS}
    before = _before(form, TEXTS)
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            if not typed["title"]:
                raise Invalid.about("title", M("Geben Sie der Konsultation einen Titel."))
            if typed["visibility"] not in list(Visibility):
                raise Invalid.about("visibility", M("Wählen Sie, wer die Konsultation sieht."))
            changes = typed | {"minimum_cell": _cell(typed["minimum_cell"], settings.minimum_cell)}
            actions.prepare(session, actor, slug, changes, before)
    except (Invalid, Contested) as refused:
        return _basics(request, db, actor, slug, Refusal(refused, typed, before))
    return see_other(consultation_path(actor, slug), M("Gespeichert."))


def _cell(text: str, least: int) -> int:
    """`least`: what the operator demands of this installation."""
    if not (text.isascii() and text.isdigit() and least <= int(text[:4]) <= LARGEST_CELL):
        raise Invalid.about(
            "minimum_cell", M("Geben Sie eine Zahl von {least} bis {largest} an.", least=least, largest=LARGEST_CELL)
        )
    return int(text)


# -- draft and form --------------------------------------------------------------------------------------------------
@router.get("/versions")
def versions(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _versions(request, db, actor, slug)


def _versions(request: Request, db: Database, actor: Actor, slug: str, refusal: Refusal | None = None) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        drafts = programmes.draft_versions(session, consultation.programme_id)
        found = forms.of_programme(session, actor, consultation.programme_id)
        missing = readiness.look(session, actor, consultation) if consultation.form_version_id else ()
    data = surroundings(actor, consultation, M("Entwurf und Formular")) | {
        "drafts": [
            *((str(d.id), M("Fassung {number}: {title}", number=d.number, title=d.title)) for d in drafts),
            ("", M("Kein Entwurf (Bedarfsabfrage)")),
        ],
        "forms": [
            (str(f.id), M("Formular {number}: {title}", number=f.number, title=f.definition["title"].get("de", "")))
            for f in found
        ],
        "edits": _edits(actor, consultation),
        "shortcomings": [p for p in missing if p.field not in ("deadline", "opens_at", "audience")],
    }
    stored = _chosen_versions(consultation, [d.id for d in drafts], [f.id for f in found])
    said = {
        "draft_version_id": dict(data["drafts"])[str(consultation.draft_version_id or "")],
        "form_version_id": dict(data["forms"]).get(str(consultation.form_version_id), ""),
    }
    data |= _filled(consultation, VERSIONS, stored, refusal, said)
    return page(request, "planners/versions.html", data, refusal.error.status if refusal else 200)


def _chosen_versions(consultation: Consultation, drafts: list[uuid.UUID], found: list[uuid.UUID]) -> dict[str, str]:
    """As it was saved; before that the newest draft, and the form if it is the only one."""
    draft, form = consultation.draft_version_id, consultation.form_version_id
    if form is None:
        draft = draft or next(iter(drafts), None)
        form = found[0] if len(found) == 1 else None
    return {"draft_version_id": str(draft or ""), "form_version_id": str(form or "")}


@router.post("/versions")
def save_versions(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {"draft_version_id": form.line("draft"), "form_version_id": form.line("form")}
    before = _before(form, VERSIONS)
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            _choose_versions(session, actor, slug, typed, before)
    except (Invalid, Contested) as refused:
        return _versions(request, db, actor, slug, Refusal(refused, typed, before))
    return see_other(consultation_path(actor, slug), M("Gespeichert."))


def _choose_versions(session: Session, actor: Actor, slug: str, typed: dict[str, str], before: Before) -> None:
    """Raises `Invalid` for a version that is not on the list."""
    wrong = Invalid.about("form", M("Wählen Sie ein Formular aus der Liste."))
    chosen = {name: identifier(text) for name, text in typed.items()}
    if chosen["form_version_id"] is None or (typed["draft_version_id"] and chosen["draft_version_id"] is None):
        raise wrong
    try:
        actions.prepare(session, actor, slug, chosen, before)
    except NotFound:
        raise wrong from None


# -- dates -----------------------------------------------------------------------------------------------------------
@router.get("/dates")
def dates(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _dates(request, db, actor, slug)


def _dates(request: Request, db: Database, actor: Actor, slug: str, refusal: Refusal | None = None) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        warnings = readiness.calendar_warnings(session, actor, consultation)
    opens, deadline = consultation.opens_at, consultation.deadline
    days = {"opens_on": opens and local_day(opens), "deadline_on": deadline and local_day_ending(deadline)}
    stored = {name: value.isoformat() if value else "" for name, value in days.items()}
    said = {name: say_day(value, language_of(request)) for name, value in days.items() if value}
    data = surroundings(actor, consultation, M("Beginn und Frist")) | {
        "edits": _edits(actor, consultation),
        "warnings": warnings,
    }
    data |= _filled(consultation, DAYS, stored, refusal, said)
    return page(request, "planners/dates.html", data, refusal.error.status if refusal else 200)


@router.post("/dates")
def save_dates(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """Warnings are shown on the same page: the planner sees them and goes on, or chooses another day."""
    typed, before = {name: form.line(name) for name in DAYS}, _before(form, DAYS)
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            opens, deadline = typed_day(form, "opens_on", needed=False), typed_day(form, "deadline_on")
            assert deadline is not None
            if opens and opens > deadline:
                raise Invalid.about("opens_on", M("Der Beginn muss vor der Frist liegen."))
            if deadline < local_day(actor.moment):
                raise Invalid.about("deadline_on", M("Die Frist liegt in der Vergangenheit. Setzen Sie eine spätere."))
            changes = {"opens_on": opens, "deadline_on": deadline}
            consultation = actions.prepare(session, actor, slug, changes, before)
            warned = bool(readiness.calendar_warnings(session, actor, consultation))
    except (Invalid, Contested) as refused:
        return _dates(request, db, actor, slug, Refusal(refused, typed, before))
    at = consultation_path(actor, slug)
    if warned:
        return see_other(f"{at}/dates", M("Gespeichert. Bitte beachten Sie die Hinweise."), "warning")
    return see_other(at, M("Gespeichert."))
