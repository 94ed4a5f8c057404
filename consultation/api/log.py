"""The procedure log of a consultation as a file that anybody can check. For members of the programme who see all Länder."""

from typing import Annotated

from fastapi import Depends
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from consultation.api.gate import files_of, resource
from consultation.consultations import queries as consultations
from consultation.documents.procedure_file import new_procedure_file, procedure_file_name
from consultation.http import Db
from consultation.http.programs import scoped
from consultation.people.tokens import Scope
from consultation.subjects import Actor

router = resource("Verfahrensprotokoll")
Reader = Annotated[Actor, Depends(scoped(Scope.CONSULTATION_READ))]
ZIP = "application/zip"


@router.get(
    "/consultations/{slug}/log.zip",
    response_class=FileResponse,
    responses=files_of([ZIP]),
    summary="Verfahrensprotokoll mit Prüfsummen",
)
def log(db: Db, actor: Reader, slug: str) -> FileResponse:
    """Einträge, Kette, Eingangsbestätigungen und ein lesbarer Bericht in einem ZIP; prüfbar mit `sha256sum` oder
    `consultation verify`. Nur für Mitglieder des Programms, die alle Länder sehen.
    """
    with db.reader() as session:
        consultation = consultations.get(session, actor, slug)
        path = new_procedure_file(session, actor, slug)
    return FileResponse(
        path, media_type=ZIP, filename=procedure_file_name(consultation), background=BackgroundTask(path.unlink)
    )
