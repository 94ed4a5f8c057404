"""No body larger than its purpose needs is read, whatever its headers promise."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consultation.http.forms import MAX_FILE, MAX_TEXT
from consultation.http.refusals import problem

MAX_JSON = 10 * 1024 * 1024
_ENVELOPE = 256 * 1024


class BodyLimit:
    """413 from Content-Length alone before a byte is read; a body without length is counted while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = _limit(scope["path"], headers.get(b"content-type", b""))
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > limit:
            status = 413 if length.isdigit() else 400
            await problem(Request(scope, receive), status, headers={"Connection": "close"})(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, headers={"Connection": "close"})
            return message

        await self._app(scope, counted, send)


def _limit(path: str, content_type: bytes) -> int:
    if content_type.lower().startswith(b"multipart/form-data"):
        return MAX_FILE + MAX_TEXT + _ENVELOPE
    return MAX_JSON if path.startswith("/api/") else MAX_TEXT + _ENVELOPE
