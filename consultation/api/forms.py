"""The form of a consultation: its definition, and the JSON Schema of the answers."""

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consultation.api.gate import OPEN, resource
from consultation.api.replies import reply
from consultation.api.shapes import Thing, mark_of
from consultation.consultations import queries
from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.evaluation.statistics import form_context
from consultation.forms.schema import form_schema
from consultation.http import Db, Spoken
from consultation.http.programs import AnyProgram
from consultation.programmes import queries as programmes
from consultation.programmes.parameters import figures_of
from consultation.states import FormVersionState

router = resource("Formular")


class FormObject(Thing):
    """Formularfassung: Teile sind Seiten, Fragen haben Nummern, Felder halten die Antworten."""

    number: int
    state: FormVersionState
    content_hash: str | None
    definition: dict[str, Any] = Field(description="Das Formular; Texte je Sprache.")


@router.get(
    "/consultations/{slug}/form",
    response_model=FormObject,
    summary="Das Formular einer Konsultation",
    openapi_extra=OPEN,
)
def form(request: Request, db: Db, actor: AnyProgram, slug: str) -> Response:
    with db.reader() as session:
        consultation = with_form(queries.get(session, actor, slug))
    version = consultation.form_version
    assert version is not None
    return reply(
        request,
        FormObject(
            id=version.id, created=version.created_at, modified=version.frozen_at or version.created_at,
            demo=consultation.demo, mark=mark_of(consultation.demo), number=version.number, state=version.state,
            content_hash=version.content_hash, definition=version.definition,
        ),
    )  # fmt: skip


class JsonSchema(JSONResponse):
    """Only for the description: the media type of the answer."""

    media_type = "application/schema+json"


@router.get(
    "/consultations/{slug}/form/schema",
    response_class=JsonSchema,
    summary="JSON Schema der Antworten",
    response_model=dict[str, Any],
    openapi_extra=OPEN,
)
def schema(request: Request, db: Db, actor: AnyProgram, slug: str, language: Spoken) -> Response:
    """JSON Schema 2020-12 des Objekts `answers`. Was zur Abgabe nötig ist, steht in `x-required` und `x-when`."""
    with db.reader() as session:
        consultation = with_form(queries.get(session, actor, slug))
        context = form_context(session, consultation)
        parameters = {}
        if consultation.draft_version_id is not None:
            draft = programmes.consulted_draft(session, consultation.draft_version_id)
            parameters = dict(figures_of(draft, language))
    found = form_schema(context.in_language(language, parameters))
    return reply(request, found, media_type=JsonSchema.media_type, headers={"Content-Language": language})


def with_form(consultation: Consultation) -> Consultation:
    if consultation.form_version is None:
        raise NotFound(M("Diese Konsultation hat noch kein Formular."))
    return consultation
