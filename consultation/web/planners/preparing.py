"""Setting a consultation up: what it says of itself, what it asks about, and until when."""

import uuid
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import actions, readiness
from consultation.consultations.models import Consultation
from consultation.consultations.titles import VISIBILITY_TITLES
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M
from consultation.core.times import local_day, local_day_ending
from consultation.forms import queries as forms
from consultation.http import Db, Form, Pages, page, see_other
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
TEXTS = ("title", "visibility", "notice", "introduction", "contact", "minimum_cell")
LARGEST_CELL = 50


# -- basics ----------------------------------------------------------------------------------------------------------
@router.get("/basics")
def basics(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _basics(request, db, actor, slug)


def _basics(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
    data = surroundings(actor, consultation, M("Titel, Einführung, Sichtbarkeit")) | {
        "visibilities": VISIBILITIES,
        "typed": {name: getattr(consultation, name) for name in TEXTS},
        "edits": _edits(actor, consultation),
    }
    return page(request, "planners/basics.html", data | more, status)


def _edits(actor: Actor, consultation: Any) -> bool:
    return planner(actor, consultation) and consultation.state == ConsultationState.DRAFT


@router.post("/basics")
def save_basics(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed: dict[str, Any] = {name: form.text(name) for name in TEXTS}
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            if not typed["title"]:
                raise Invalid.about("title", M("Geben Sie der Konsultation einen Titel."))
            if typed["visibility"] not in list(Visibility):
                raise Invalid.about("visibility", M("Wählen Sie, wer die Konsultation sieht."))
            changes = typed | {"minimum_cell": _cell(typed["minimum_cell"])}
            actions.prepare(session, actor, slug, changes)
    except Invalid as refused:
        return _basics(request, db, actor, slug, 422, typed=typed, problems=problems_of(refused))
    return see_other(consultation_path(actor, slug), M("Gespeichert."))


def _cell(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= LARGEST_CELL):
        raise Invalid.about(
            "minimum_cell", M("Geben Sie eine Zahl von 1 bis {largest} an; üblich ist 5.", largest=LARGEST_CELL)
        )
    return int(text)


# -- draft and form --------------------------------------------------------------------------------------------------
@router.get("/versions")
def versions(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _versions(request, db, actor, slug)


def _versions(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
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
        "typed": _chosen_versions(consultation, [d.id for d in drafts], [f.id for f in found]),
        "edits": _edits(actor, consultation),
        "shortcomings": [p for p in missing if p.field not in ("deadline", "opens_at", "audience")],
    }
    return page(request, "planners/versions.html", data | more, status)


def _chosen_versions(consultation: Consultation, drafts: list[uuid.UUID], found: list[uuid.UUID]) -> dict[str, str]:
    """As it was saved; before that the newest draft, and the form if it is the only one."""
    draft, form = consultation.draft_version_id, consultation.form_version_id
    if form is None:
        draft = draft or next(iter(drafts), None)
        form = found[0] if len(found) == 1 else None
    return {"draft": str(draft or ""), "form": str(form or "")}


@router.post("/versions")
def save_versions(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("draft", "form")}
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            _choose_versions(session, actor, slug, typed)
    except Invalid as refused:
        return _versions(request, db, actor, slug, 422, typed=typed, problems=problems_of(refused))
    return see_other(consultation_path(actor, slug), M("Gespeichert."))


def _choose_versions(session: Session, actor: Actor, slug: str, typed: dict[str, str]) -> None:
    """Raises `Invalid` for a version that is not on the list."""
    wrong = Invalid.about("form", M("Wählen Sie ein Formular aus der Liste."))
    form_id, draft_id = identifier(typed["form"]), identifier(typed["draft"])
    if form_id is None or (typed["draft"] and draft_id is None):
        raise wrong
    try:
        actions.prepare(session, actor, slug, {"draft_version_id": draft_id, "form_version_id": form_id})
    except NotFound:
        raise wrong from None


# -- dates -----------------------------------------------------------------------------------------------------------
@router.get("/dates")
def dates(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _dates(request, db, actor, slug)


def _dates(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        warnings = readiness.calendar_warnings(session, actor, consultation)
    opens, deadline = consultation.opens_at, consultation.deadline
    data = surroundings(actor, consultation, M("Beginn und Frist")) | {
        "typed": {
            "opens_on": local_day(opens).isoformat() if opens else "",
            "deadline_on": local_day_ending(deadline).isoformat() if deadline else "",
        },
        "edits": _edits(actor, consultation),
        "warnings": warnings,
    }
    return page(request, "planners/dates.html", data | more, status)


@router.post("/dates")
def save_dates(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """Warnings are shown on the same page: the planner sees them and goes on, or chooses another day."""
    typed = {name: form.line(name) for name in ("opens_on", "deadline_on")}
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            opens, deadline = typed_day(form, "opens_on", needed=False), typed_day(form, "deadline_on")
            assert deadline is not None
            if opens and opens > deadline:
                raise Invalid.about("opens_on", M("Der Beginn muss vor der Frist liegen."))
            if deadline < local_day(actor.moment):
                raise Invalid.about("deadline_on", M("Die Frist liegt in der Vergangenheit. Setzen Sie eine spätere."))
            consultation = actions.prepare(session, actor, slug, {"opens_on": opens, "deadline_on": deadline})
            warned = bool(readiness.calendar_warnings(session, actor, consultation))
    except Invalid as refused:
        return _dates(request, db, actor, slug, 422, typed=typed, problems=problems_of(refused))
    at = consultation_path(actor, slug)
    if warned:
        return see_other(f"{at}/dates", M("Gespeichert. Bitte beachten Sie die Hinweise."), "warning")
    return see_other(at, M("Gespeichert."))
