"""Receipt and working copy as files: made on demand, not kept."""

import tempfile
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.documents import working_copy
from consultation.documents.formats import FORMATS, write_document
from consultation.documents.outline import Outline
from consultation.documents.receipt import receipt
from consultation.responses import queries
from consultation.web.municipalities.desks import PREFIX, Here

router = APIRouter(prefix=PREFIX)
COPIES = ("docx", "odt", "pdf")


@router.get("/receipt.pdf")
def last_receipt(here: Here) -> Response:
    with here.db.reader() as session:
        at = here.arrive(session)
        last = queries.last_revision(session, at.response.id) if at.begun else None
        if last is None:
            raise NotFound(M("Es gibt noch keine Eingangsbestätigung: Die Stellungnahme ist noch nicht abgegeben."))
        outline = receipt(session, here.actor, at.response.id, last.number, here.language)
        return _file(outline, "pdf", f"{here.slug}-{last.receipt_number}")


@router.get("/receipt/{number}.pdf")
def earlier_receipt(here: Here, number: int) -> Response:
    if not 0 < number < 10_000:
        raise NotFound(M("Diese Fassung der Stellungnahme gibt es nicht."))
    with here.db.reader() as session:
        at = here.arrive(session)
        outline = receipt(session, here.actor, at.response.id, number, here.language)
        return _file(outline, "pdf", f"{here.slug}-{number}")


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
        return _file(outline, extension, here.slug)


def _file(outline: Outline, format_key: str, name: str) -> Response:
    chosen = FORMATS[format_key]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "document"
        write_document(outline, format_key, target)
        content = target.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{name}.{chosen.extension.lstrip(".")}"'}
    return Response(content, media_type=chosen.media_type, headers=headers)
