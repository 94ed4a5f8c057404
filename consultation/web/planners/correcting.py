"""Correcting an announced consultation: another draft or form, with a reason, told to all invited; and earlier corrections."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import corrections, listing, queries
from consultation.consultations.corrections import Correction
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M
from consultation.forms import queries as forms
from consultation.http import Db, Form, Pages, page, see_other
from consultation.programmes import queries as programmes
from consultation.programmes.comparison import compare
from consultation.programmes.contradictions import contradictions, read
from consultation.rulebook import publisher
from consultation.states import ConsultationState, DraftVersionState
from consultation.subjects import Actor
from consultation.web.planners.drafts import unknown_values
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    identifier,
    planned,
    problems_of,
    programme_path,
    surroundings,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}/correct")


@router.get("")
def ask(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(
    request: Request, db: Database, actor: Actor, slug: str, status: int = 200, typed: dict[str, str] | None = None,
    **more: Any,
) -> Response:  # fmt: skip
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        drafts = programmes.draft_versions(session, consultation.programme_id)
        found = forms.of_programme(session, actor, consultation.programme_id)
        typed = typed or {
            "draft": str(consultation.draft_version_id or ""), "form": str(consultation.form_version_id or ""), "reason": "",
        }  # fmt: skip
        versions = queries.versions(session, consultation.id)
        data = surroundings(actor, consultation, M("Entwurf oder Formular berichtigen")) | {
            "versions": versions,
            "seen": versions[-1].number if versions else 0,
            "numbers": {draft.id: draft.number for draft in drafts} | {form.id: form.number for form in found},
            "drafts": [(str(d.id), M("Fassung {number}: {title}", number=d.number, title=d.title)) for d in drafts],
            "forms": [
                (str(f.id), M("Formular {number}: {title}", number=f.number, title=f.definition["title"].get("de", "")))
                for f in found
            ],
            "typed": typed,
            "corrects": publisher(actor, consultation) and consultation.state == ConsultationState.ANNOUNCED,
            "over": consultation.deadline is not None and actor.moment >= consultation.deadline,
            "programme_at": programme_path(actor, consultation.programme.slug),
            "checked": False,
            "found": None,
            "ways": listing.ways(session, actor, consultation),
        }
        if more.get("checked"):
            more |= _changes(session, actor, consultation, typed["draft"])
    return page(request, "planners/correct.html", data | more, status)


def _changes(session: Session, actor: Actor, consultation: Consultation, chosen: str) -> dict[str, Any]:
    """What the chosen draft changes against the one in force, and which programme values say otherwise."""
    draft_id, in_force = identifier(chosen), consultation.draft_version
    if draft_id is None or in_force is None or draft_id == in_force.id:
        return {}
    new, sections = programmes.draft_version(session, actor, draft_id), programmes.sections(session, in_force.id)
    before = read(new.programme, in_force, sections, in_force.language)
    after = read(new.programme, new, new.sections, new.language)
    return {
        "found": compare(before.sections, after.sections),
        "doubts": contradictions(before, after),
        "fixed": new.state == DraftVersionState.PUBLISHED,
    }


@router.post("")
def correct(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """The first press shows what changes and what all invited will read; only the second one does it."""
    typed = {"draft": form.line("draft"), "form": form.line("form"), "reason": form.text("reason")}
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            _demand_current(session, consultation, form.line("seen"))
            wanted = _wanted(session, actor, consultation, typed)
            unknown = unknown_values(wanted.draft) if wanted.draft else []
            points = corrections.new_points(consultation, wanted.form)
            version = corrections.correct(session, actor, consultation, wanted) if form.checked("sure") else None
    except Invalid as refused:
        return _page(request, db, actor, slug, refused.status, typed, problems=problems_of(refused))
    if version is None:
        return _page(request, db, actor, slug, typed=typed, checked=True, points=points, unknown=unknown)
    told = M("Die Berichtigung gilt ab jetzt. Eingeladene mit Mailadresse erhalten eine Mail.")
    return see_other(consultation_path(actor, slug), told)


def _demand_current(session: Session, consultation: Consultation, seen: str) -> None:
    """A page that shows what was in force before would put that back, and tell all invited of it."""
    current = queries.current_version(session, consultation.id)
    if seen and current is not None and seen != str(current.number):
        raise Invalid.about("draft", M("Jemand anderes hat inzwischen berichtigt; jetzt gilt Nummer {number}. Prüfen Sie "
                                       "Entwurf und Formular, und wiederholen Sie dann den Schritt.",
                                       number=current.number))  # fmt: skip


def _wanted(session: Session, actor: Actor, consultation: Consultation, typed: dict[str, str]) -> Correction:
    """Raises `Invalid` for a version that is not on the list."""
    draft_id, form_id = identifier(typed["draft"]), identifier(typed["form"])
    wrong = Invalid.about("draft", M("Wählen Sie Entwurf und Formular aus der Liste."))
    if form_id is None or (typed["draft"] and draft_id is None):
        raise wrong
    try:
        return corrections.check(
            session, actor, consultation, draft_version_id=draft_id, form_version_id=form_id, reason=typed["reason"]
        )
    except NotFound:
        raise wrong from None
