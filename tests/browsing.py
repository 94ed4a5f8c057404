"""A browser without a browser: keeps cookies, sends the token of the page it stands on, checks every page it gets."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.routing import BaseRoute

from consultation.app import create_app
from consultation.core.db import Database
from consultation.settings import Settings
from tests import html
from tests.factories import MOMENT, PASSWORD

BASE = "http://consultation.example"
KEY = "k" * 40
_ANALYSED: dict[int, BaseRoute] = {}
"""Per router of the product the routes that FastAPI has made of it, which takes it a while."""


def site(db: Database, moment: datetime = MOMENT, **settings: Any) -> FastAPI:
    """The whole app; its clock stands still at `moment` until somebody sets `app.state.clock`."""
    app = create_app(Settings.model_validate({"base_url": BASE, "secret_key": KEY, **settings}), db)
    app.state.clock = lambda: moment
    for place, route in enumerate(app.router.routes):
        if (router := getattr(route, "original_router", None)) is not None:  # the same in every app of a run
            app.router.routes[place] = _ANALYSED.setdefault(id(router), route)
    return app


class Browser:
    def __init__(self, app: FastAPI, base: str = BASE, peer: str = "203.0.113.9") -> None:
        self.app, self.base, self.peer = app, base, peer
        self.cookies = httpx.Cookies()
        self.token = ""

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._keep(self.send("GET", path, **options))

    def post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> httpx.Response:
        """With the token of the page got last; does not follow the redirect that comes back."""
        return self._keep(self.send("POST", path, data={"csrf_token": self.token, **(data or {})}, **options))

    def follow(self, response: httpx.Response) -> httpx.Response:
        assert response.status_code == 303, (response.status_code, response.text)
        found = self.get(response.headers["location"])
        return self.follow(found) if found.status_code == 303 else found

    def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        self.get("/login")
        response = self.post("/login", {"email": email, "password": password})
        assert response.status_code == 303, response.text
        self.get("/account")
        return response

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._send(method, path, **options))

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(self.peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
            response = await client.request(method, path, **options)
            self.cookies = client.cookies
            return response

    def _keep(self, response: httpx.Response) -> httpx.Response:
        if response.headers.get("content-type", "").startswith("text/html"):
            tree = html.check(response.text, whole="hx-request" not in response.request.headers)
            found = tree.find(".//input[@name='csrf_token']")
            self.token = str(found.get("value")) if found is not None else self.token
        return response
