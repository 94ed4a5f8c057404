"""What a route may ask for: the database, the settings, the address of the caller."""

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated, cast

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.types import Scope

from consultation.core.db import Database
from consultation.settings import Settings


def settings_of(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


def key_of(request: Request) -> str:
    """The installation's key."""
    return settings_of(request).secret_key.get_secret_value()


async def _database(request: Request) -> Database:
    return cast(Database, request.app.state.database)


async def _settings(request: Request) -> Settings:
    return settings_of(request)


Db = Annotated[Database, Depends(_database)]
Configured = Annotated[Settings, Depends(_settings)]
Number = Annotated[int, Path(ge=1, le=100_000)]
"""The number of an edition, a revision or a row in an address; what no database could hold leads nowhere."""


def route_path(scope: Scope) -> str:
    """The template of the address (`/o/{organisation_id}/people`); empty where no route fits."""
    inside = scope.get("fastapi", {}).get(
        "effective_route_context"
    )  # knows the prefixes of the routers around the route
    return str(getattr(inside or scope.get("route"), "path", "") or "")


def is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def is_piece(request: Request) -> bool:
    """A script asks for a piece of the page it stands on, not for a page."""
    return request.headers.get("hx-request") == "true"


LINE = 64
"""Bits of an IPv6 address that name a line; whoever has the line chooses the rest of them freely (RFC 4291, RFC 6177)."""


def client_address(request: Request) -> str:
    """Who called, as far as the configured proxies can be believed (see hosts.py); for rate limits only. Of IPv6 the line."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:  # a test, or a socket in the file system
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, LINE), strict=False))
