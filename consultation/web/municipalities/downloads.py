"""Receipt, submitted answers and working copy as files: made on demand, not kept."""

from sqlalchemy.orm import Session
from starlette.responses import Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.documents import working_copy
from consultation.documents.receipt import receipt_of
from consultation.documents.revisions import answers_to_calculate
from consultation.http import Pages
from consultation.responses import queries
from consultation.responses.models import Revision
from consultation.web.downloads import as_file, sent
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit

router = Pages(prefix=PREFIX)
COPIES = ("docx", "odt", "pdf")


@router.get("/receipt.{extension}")
def last_receipt(here: Here, extension: str) -> Response:
    """As PDF to file, as XLSX to calculate with."""
    with here.db.reader() as session:
        at = here.arrive(session)
        last = queries.last_revision(session, at.response.id) if at.begun else None
        if last is None:
            raise NotFound(M("Es gibt noch keine Eingangsbestätigung: Die Stellungnahme ist noch nicht abgegeben."))
        return _receipt(here, session, at, last, extension)


@router.get("/receipt/{number}.{extension}")
def earlier_receipt(here: Here, number: int, extension: str) -> Response:
    if not 0 < number < 10_000:
        raise NotFound(M("Diese Fassung der Stellungnahme gibt es nicht."))
    with here.db.reader() as session:
        at = here.arrive(session)
        return _receipt(here, session, at, queries.revision(session, here.actor, at.response.id, number), extension)


def _receipt(here: Visit, session: Session, at: At, revision: Revision, extension: str) -> Response:
    name = file_name(at, revision.receipt_number)
    match extension:
        case "pdf" | "docx" | "odt":
            return as_file(receipt_of(session, at.response, revision, here.language), extension, name)
        case "xlsx":
            return sent(answers_to_calculate(session, at.response, revision, here.language), extension, name)
        case _:
            raise NotFound(M("In diesem Format gibt es Ihre Antworten nicht."))


@router.get("/working-copy.{extension}")
def copy(here: Here, extension: str) -> Response:
    """Blank until somebody begins, then with what the house has written so far."""
    if extension not in COPIES:
        raise NotFound(M("In diesem Format gibt es die Arbeitskopie nicht."))
    with here.db.reader() as session:
        at = here.arrive(session)
        outline = (
            working_copy.filled(session, here.actor, at.response.id, here.language)
            if at.begun
            else working_copy.blank(session, here.actor, here.slug, here.language)
        )
        return as_file(outline, extension, file_name(at))


def file_name(at: At, *parts: str) -> str:
    """With the mark of invented data, which no copy may lose."""
    demo = at.consultation.demo or at.place.demo
    return "-".join([at.consultation.slug, *parts, *(["beispieldaten"] if demo else [])])
