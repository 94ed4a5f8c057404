"""Whom we answer and whom we believe: known host names only, forwarded addresses only from configured proxies.

Links never come from a request (they are made from BASE_URL); a wrong Host header gets 400 all the same. Requests to the API
lose their cookies here, so that nothing behind can take one for a permission.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from consultation.http.refusals import problem
from consultation.settings import Network

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

Address = IPv4Address | IPv6Address


class Hosts:
    def __init__(self, app: ASGIApp, base_url: str, trusted_proxies: Iterable[Network]) -> None:
        self._app = app
        self._known = _LOCAL | {(urlsplit(base_url).hostname or "").lower()}
        self._proxies = tuple(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = scope["headers"]
        self._believe_proxy(scope)
        if not self._is_ours([value for name, value in headers if name == b"host"]):
            await problem(Request(scope, receive), 400)(scope, receive, send)
            return
        if "\0" in scope["path"]:  # no database holds that: it leads nowhere, on either kind
            await problem(Request(scope, receive), 404)(scope, receive, send)
            return
        if scope["path"].startswith("/api/"):
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        await self._app(scope, receive, send)

    def _is_ours(self, hosts: list[bytes]) -> bool:
        if len(hosts) != 1:
            return False
        try:
            return (urlsplit("//" + hosts[0].decode("ascii")).hostname or "") in self._known
        except ValueError:
            return False

    def _believe_proxy(self, scope: Scope) -> None:
        """The last address in X-Forwarded-For that is not one of our proxies, and what the nearest proxy says of TLS."""
        if not scope["client"] or not self._is_proxy(scope["client"][0]):
            return
        chain = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
        for hop in reversed([part.strip() for part in chain.split(",") if part.strip()]):
            if _address(hop) is None:
                break
            scope["client"] = (hop, 0)
            if not self._is_proxy(hop):
                break
        protocol = [value for name, value in scope["headers"] if name == b"x-forwarded-proto"]
        if protocol in ([b"https"], [b"http"]):
            scope["scheme"] = protocol[0].decode()

    def _is_proxy(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._proxies)


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
