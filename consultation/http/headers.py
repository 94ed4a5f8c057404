"""The outermost layer: security headers on every answer, errors and files included; crashes become answers; HEAD works."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consultation.http.refusals import crashed

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# An answer may bring a stricter policy of its own (the HTML of an edition) or its own caching (style sheets, feeds).
_DEFAULTS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
}
_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000; includeSubDomains"


class Outermost:
    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._always = {**_ALWAYS, **({"Strict-Transport-Security": _HSTS} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, head = False, scope["method"] == "HEAD"
        if head:  # the framework answers HEAD with 405 where there is only GET
            scope["method"] = "GET"

        async def sealed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._seal(MutableHeaders(scope=message))
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, sealed)
        except Exception as error:
            response = crashed(Request(scope, receive), error)
            if begun:  # too late for an answer: the connection breaks, the client notices
                raise
            await response(scope, receive, sealed)

    def _seal(self, headers: MutableHeaders) -> None:
        for name, value in _DEFAULTS.items():
            headers.setdefault(name, value)
        headers.update(self._always)
