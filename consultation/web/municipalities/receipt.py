"""After submitting: receipt, earlier revisions, reopening, withdrawing, the council's resolution, the disclosure."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from consultation.core.errors import NotFound, Problem
from consultation.core.history import last_done
from consultation.core.language import M
from consultation.documents.labels import REDACTION_REASONS
from consultation.documents.outcome import has_outcome
from consultation.documents.receipt import beside
from consultation.documents.revisions import read_revision
from consultation.evaluation import redactions
from consultation.http import Configured, Form, Pages, see_other
from consultation.questions.disclosure import levels_for
from consultation.responses import actions, queries
from consultation.responses.resolutions import still_to_come
from consultation.responses.titles import came
from consultation.rulebook import COMMENTABLE, releaser
from consultation.settings import Settings
from consultation.web.municipalities.counting import reopened
from consultation.web.municipalities.desks import PREFIX, Here, Visit, desk_page
from consultation.web.municipalities.disclosing import CHANGED, disclose, offered, offered_by_part
from consultation.web.municipalities.shown_as import by_level

router = Pages(prefix=PREFIX)


@router.get("/receipt")
def show(here: Here, settings: Configured) -> Response:
    return _page(here, settings)


def _page(
    here: Visit, settings: Settings, *,
    chosen: Mapping[str, str] | None = None, problems: tuple[Problem, ...] = (),
) -> Response:  # fmt: skip
    with here.db.reader() as session:
        at = here.arrive(session)
        if at.begun is None or not (revisions := queries.revisions(session, at.response.id)):
            raise NotFound(M("Es gibt noch keine Eingangsbestätigung: Die Stellungnahme ist noch nicht abgegeben."))
        in_force = queries.disclosure_in_force(session, at.response.id, here.actor.moment)
        hidden = redactions.in_force(session, at.response.id)
        alike, released = redactions.hidden_alike(session, revisions[0]), beside(session, revisions[0])
        since = last_done(session, at.response.id, "reopen") if at.response.state in COMMENTABLE else None
        told = has_outcome(session, here.actor, at.response, settings.documents)
    last, parts = revisions[0], [key for key, _ in at.desk.context.disclosure_parts]
    shown = dict.fromkeys(parts, "none") | {key: str(level) for key, level in in_force.items()} | dict(chosen or {})
    data: dict[str, Any] = {
        "has_outcome": told, "last": last, "earlier": revisions[1:], "releases": releaser(here.actor, at.response),
        "rest": offered(at.desk), "counts": at.response.counts, "since": since,
        "reopened": reopened(at.response, at.until), "released": released,
        "provisional": last.id == at.response.counted_revision_id and last.reserved and at.response.confirmed_at is None,
        "confirmable_from": still_to_come(at.desk.form, queries.document(last)["answers"], here.actor.moment),
        "levels": levels_for(at.desk.context), "parts": offered_by_part(at.desk, shown),
        "examples": by_level(at.desk, nil_return=last.nil_return), "problems": problems,
        "hidden": hidden, "alike": alike, "reasons": REDACTION_REASONS, "came": came,
    }  # fmt: skip
    status = 422 if problems else 200
    return desk_page(here.request, at, "municipalities/receipt.html", M("Eingangsbestätigung"), data, status=status)


@router.get("/receipt/{number}")
def earlier(here: Here, number: int) -> Response:
    """One submission to read, with what it changed."""
    if not 0 < number < 10_000:
        raise NotFound(M("Diese Fassung der Stellungnahme gibt es nicht."))
    with here.db.reader() as session:
        at = here.arrive(session)
        revision, answered = read_revision(session, here.actor, at.response.id, number, here.language)
        hidden, alike = redactions.in_force(session, at.response.id), redactions.hidden_alike(session, revision)
        released = beside(session, revision)
    data = {
        "revision": revision, "answered": answered, "counts": at.response.counted_revision_id == revision.id,
        "hidden": hidden, "alike": alike, "reasons": REDACTION_REASONS, "released": released, "came": came,
    }  # fmt: skip
    title = M("Fassung {n} Ihrer Antwort", n=number)
    way = [(M("Eingangsbestätigung"), f"{at.base}/receipt")]
    return desk_page(here.request, at, "municipalities/revision.html", title, data, way=way)


@router.post("/reopen")
def reopen(here: Here) -> Response:
    """For declined and withdrawn answers as well."""
    with here.db.transaction() as session:
        at = here.arrive(session)
        actions.reopen(session, here.actor, at.response.id)
    idle = at.response.submitted_once and not at.response.counts
    return see_other(at.base, reopened(at.response, at.until), "warning" if idle else "success")


@router.post("/withdraw")
def withdraw(here: Here, form: Form) -> Response:
    with here.db.transaction() as session:
        at = here.arrive(session)
        actions.withdraw(session, here.actor, at.response.id, form.text("reason"))
    return see_other(at.base, M("Die Stellungnahme ist zurückgenommen und zählt nicht mehr."))


@router.post("/resolution")
def confirm_resolution(here: Here, form: Form) -> Response:
    shown = form.line("revision")
    with here.db.transaction() as session:
        at = here.arrive(session)
        number = int(shown) if shown.isdecimal() and len(shown) < 5 else 0
        actions.confirm_resolution(session, here.actor, at.response.id, number)
    return see_other(f"{at.base}/receipt", M("Der Beschluss ist bestätigt. Ihre Stellungnahme gilt ohne Vorbehalt."))


@router.post("/disclosure")
def change_disclosure(here: Here, form: Form, settings: Configured) -> Response:
    chosen, problems = disclose(here, form)
    if problems:
        return _page(here, settings, chosen=chosen, problems=problems)
    return see_other(f"{here.look().base}/receipt#disclosure", CHANGED)
