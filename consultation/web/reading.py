"""The document of an edition in the browser, under its own policy: no script, no form, nothing from elsewhere."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from consultation.documents import queries
from consultation.documents.framed import framed
from consultation.documents.models import Edition
from consultation.http.language import language_of

DOCUMENT = "html"


def readable(edition: Edition) -> bool:
    return any(file.format == DOCUMENT for file in edition.document)


def document(
    request: Request, documents: Path, edition: Edition, back: str, newer: int | None = None, *, kept: bool = False
) -> Response:  # fmt: skip
    """With the way back to `back`, the edition's page, and to that of a `newer` edition.

    Browsers may keep it where it is `kept`, but ask again each time, since it may stop being public; unchanged it is not
    sent again.
    """
    file = next((file for file in edition.document if file.format == DOCUMENT), None)
    path = queries.file_path(documents, edition, file.name if file else "")
    follows = (newer, f"{back.rpartition('/')[0]}/{newer}") if newer else None
    made = framed(path, back, follows, language_of(request))
    headers = {"Content-Security-Policy": made.policy}
    if kept and file:
        tag = f'"{made.tag(file.sha256)}"'
        headers |= {"Cache-Control": "private, no-cache", "Vary": "Accept-Language, Cookie", "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(made.size)
    return StreamingResponse(made.parts(), media_type="text/html; charset=utf-8", headers=headers)
