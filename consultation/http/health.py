"""For machines that watch over this one: alive, ready, figures."""

import hmac

from fastapi import APIRouter
from prometheus_client import generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.core.migrations import is_current
from consultation.http.asked import Configured, Db, client_address

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def alive() -> PlainTextResponse:
    return PlainTextResponse("ok")


@router.get("/readyz")
def ready(database: Db) -> PlainTextResponse:
    """503 until the database answers and has the schema this version needs."""
    try:
        current = is_current(database.engine)
    except SQLAlchemyError:
        return PlainTextResponse("database unreachable", 503)
    return PlainTextResponse("ready") if current else PlainTextResponse("schema not current: run migrate", 503)


@router.get("/metrics")
async def figures(request: Request, settings: Configured) -> Response:
    """If switched on: with the token of the settings or, where none is set, for this very machine."""
    if not settings.metrics or not _may_watch(request, settings.metrics_token.get_secret_value()):
        raise NotFound(M("Diese Seite gibt es nicht"))
    return Response(generate_latest(request.app.state.figures.registry), media_type="text/plain; version=0.0.4")


def _may_watch(request: Request, token: str) -> bool:
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return not forwarded and client_address(request) in {"127.0.0.1", "::1"}
