"""One JSON line and one count per request, without personal data: the path's template, never the path, query or address."""

import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consultation.http.asked import route_path

_log = structlog.get_logger("access")


class Figures:
    """What /metrics shows. One registry per app, so that two apps in one process (tests) do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self.requests = Counter("http_requests", "Answered requests", (*labels, "status"), registry=self.registry)
        self.seconds = Histogram("http_request_seconds", "Time to answer", labels, registry=self.registry)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Access:
    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        method = scope["method"] if scope["method"] in _METHODS else "other"

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._note(method, _template(scope), status, time.perf_counter() - started)

    def _note(self, method: str, route: str, status: int, seconds: float) -> None:
        self._figures.requests.labels(method, route, str(status)).inc()
        self._figures.seconds.labels(method, route).observe(seconds)
        _log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _template(scope: Scope) -> str:
    """`/o/{organisation}/consultations`; what matched no route is one word, whatever was asked for."""
    if scope["path"].startswith("/static/"):
        return "/static"
    return route_path(scope) or "unknown"
