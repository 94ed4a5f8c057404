"""Answers to programs: encoded once, with an ETag, so that an unchanged object need not be sent again."""

import hashlib
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

_CACHING = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Language"}


def reply(
    request: Request, value: Any, *, status: int = 200, etag: str = "", headers: dict[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:  # fmt: skip
    """JSON of a model or of plain values; 304 if the caller has it already. `etag`: where the object has a version."""
    body = orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)
    tag = f'"{etag or hashlib.sha256(body).hexdigest()[:32]}"'
    known = {**_CACHING, "ETag": tag, **(headers or {})}
    if request.method == "GET" and status == 200 and _has(request, tag):
        return Response(status_code=304, headers=known)
    return Response(body, status, known, media_type)


def _has(request: Request, tag: str) -> bool:
    asked = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    return tag in asked or "*" in asked


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=False)
    raise TypeError(type(value).__name__)
