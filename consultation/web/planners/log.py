"""The procedure log: every step of a consultation, and the whole of it as a file."""

import tempfile
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from consultation.consultations import log
from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.documents.formats import FORMATS
from consultation.documents.procedure import procedure
from consultation.documents.procedure_file import new_procedure_file, procedure_file_name
from consultation.documents.told import SERVICE, names_of, tell
from consultation.http import Db, Pages, page
from consultation.http.language import language_of
from consultation.rulebook import planner
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, planned, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/log")
EXPORTS = ("pdf", "docx", "odt", "xlsx", "csv", "json", "ndjson")


def _whole(session: Any, actor: Actor, slug: str) -> Consultation:
    """The log names bodies of all Länder, so a Land unit does not read it."""
    consultation = planned(session, actor, slug)
    if not planner(actor, consultation):
        raise NotFound(M("Das Verfahrensprotokoll sehen nur Mitglieder, die für alle Länder planen."))
    return consultation


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    asked = request.query_params.get("before", "")
    before = int(asked[:15]) if asked.isascii() and asked.isdigit() else None
    with db.reader() as session:
        consultation = _whole(session, actor, slug)
        found = log.entries(session, consultation.id, before=before, limit=log.AT_ONCE + 1)
        shown = found[: log.AT_ONCE]
        names = names_of(session, [entry.line for entry in shown], people=True)
    language = language_of(request)
    data = surroundings(actor, consultation, M("Verfahrensprotokoll")) | {
        "entries": [(entry, tell(entry.line, names, language)) for entry in shown],
        "service": SERVICE,
        "next": f"?before={shown[-1].line.seq}" if len(found) > log.AT_ONCE else "",
        "exports": [(key, FORMATS[key].title) for key in EXPORTS if key in FORMATS],
    }
    return page(request, "planners/log.html", data)


@router.get("/export/{kind}")
def export(request: Request, db: Db, actor: Planning, slug: str, kind: str) -> Response:
    if kind == "zip":
        return _provable(request, db, actor, slug)
    if kind not in EXPORTS or kind not in FORMATS:
        raise NotFound(M("Diese Datei gibt es nicht."))
    chosen = FORMATS[kind]
    with tempfile.TemporaryDirectory(prefix="log-") as folder:
        target = Path(folder) / f"log.{chosen.extension}"
        with db.reader() as session:
            consultation = _whole(session, actor, slug)
            chosen.write(procedure(session, actor, slug, language_of(request)), target)
        content = target.read_bytes()
    mark = "beispieldaten-" if consultation.demo else ""
    name = f"{mark}{slug}-verfahrensprotokoll.{chosen.extension}"
    return Response(content, media_type=chosen.media_type,
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


def _provable(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """The file that proves itself: written whole, sent from the disk, gone afterwards."""
    with db.reader() as session:
        consultation = _whole(session, actor, slug)
        path = new_procedure_file(session, actor, slug, language_of(request))
    return FileResponse(
        path,
        media_type="application/zip",
        filename=procedure_file_name(consultation),
        background=BackgroundTask(path.unlink),
    )
