"""What became of the own answer: as a page, and as a file to lay before the council. Made on demand, not kept."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.documents import outcome_notice
from consultation.documents.formats import FORMATS
from consultation.documents.outcome import Outcome, newest_outcome
from consultation.documents.outcome_summary import summary
from consultation.evaluation.models import Decision
from consultation.http import Configured, Pages
from consultation.settings import Settings
from consultation.web.downloads import as_file
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, desk_page
from consultation.web.municipalities.downloads import file_name

router = Pages(prefix=PREFIX)
NOTICES = ("pdf", "docx", "odt")
"""Formats that a council gets its papers in."""
BADGES = {Decision.ACCEPTED: "success", Decision.PARTLY_ACCEPTED: "warning", Decision.NOT_ACCEPTED: "danger"}


@router.get("/outcome")
def show(here: Here, settings: Configured) -> Response:
    with here.db.reader() as session:
        at = here.arrive(session)
        found = _found(here, session, at, settings)
    data: dict[str, Any] = {
        "outcome": found, "notice": outcome_notice, "summary": list(summary(found)), "badges": BADGES,
        "facts": list(outcome_notice.facts(found)), "formats": [(key, FORMATS[key].extension) for key in NOTICES],
    }  # fmt: skip
    return desk_page(here.request, at, "municipalities/outcome.html", outcome_notice.TITLE, data)


@router.get("/outcome.{extension}")
def download(here: Here, settings: Configured, extension: str) -> Response:
    if extension not in NOTICES:
        raise NotFound(M("In diesem Format gibt es die Schlussmitteilung nicht."))
    with here.db.reader() as session:
        at = here.arrive(session)
        found = _found(here, session, at, settings)
        name = file_name(at, "schlussmitteilung", str(found.edition.number))
        return as_file(outcome_notice.outcome_notice(found), extension, name)


def _found(here: Visit, session: Session, at: At, settings: Settings) -> Outcome:
    if at.begun is None:
        raise NotFound(M("Ihre Stelle hat nicht geantwortet; darum gibt es für sie keine Schlussmitteilung."))
    return newest_outcome(session, here.actor, at.response, settings.documents, here.language)
