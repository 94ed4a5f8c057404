"""What the official register says about a municipal body."""

import re
from datetime import date

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.gate import OPEN, resource
from consultation.api.replies import reply
from consultation.api.shapes import RegisterRow, register_row
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.http import Db
from consultation.http.programs import AnyProgram
from consultation.register import queries
from consultation.register.titles import title

router = resource("Kommunen")


class BodyObject(RegisterRow):
    """Kommune im Gemeindeverzeichnis (GV100AD, Statistisches Bundesamt, Datenlizenz Deutschland – Namensnennung – 2.0)."""

    title: str = Field(description="Wie sie genannt wird.", examples=["Stadt Heide"])
    county: str | None = Field(description="ARS des Kreises.")
    association: str | None = Field(description="ARS des Gemeindeverbands.")
    valid_to: date | None = Field(description="Gebietsstand, mit dem der Schlüssel endete.")
    successor: str | None = Field(description="ARS der Nachfolgerin.")


@router.get(
    "/organisations/{key}", response_model=BodyObject, summary="Eine Kommune nach AGS oder ARS", openapi_extra=OPEN
)
def organisation(request: Request, db: Db, actor: AnyProgram, key: str) -> Response:
    """AGS mit 5 oder 8 Stellen, ARS mit 2 bis 12; führende Nullen zählen."""
    if not re.fullmatch(r"[0-9]{2,12}", key):
        raise NotFound(M("Das ist kein amtlicher Schlüssel."))
    with db.reader() as session:
        body = queries.by_ags(session, key) if len(key) in (5, 8) else None
        body = body or queries.get(session, key)
    facts = register_row(body)
    assert facts is not None
    return reply(
        request,
        BodyObject(
            **facts.model_dump(), title=title(body), county=body.county_key, association=body.association_key,
            valid_to=body.valid_to, successor=body.successor_key,
        ),
    )  # fmt: skip
