"""The composition root: settings and a database in, the whole service out."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import anyio.to_thread
from fastapi import FastAPI

from consultation.api import router as api
from consultation.core.db import Database
from consultation.http import Site, actors, refusals
from consultation.http.access import Access, Figures
from consultation.http.assets import Assets, Files
from consultation.http.headers import Outermost
from consultation.http.health import router as health
from consultation.http.hosts import Hosts
from consultation.http.limits import BodyLimit
from consultation.http.turns import Turns
from consultation.settings import Settings
from consultation.web import router as pages

_SITE = Site(pages)


def create_app(
    settings: Settings, database: Database, beside: Callable[[], AbstractContextManager[object]] = nullcontext
) -> FastAPI:
    """`beside` runs as long as the app does: `serve` gives it the worker of this process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = database.threads
        with beside():
            yield

    app = FastAPI(title=settings.site_name, lifespan=lifespan, openapi_url="/api/v1/openapi.json", docs_url=None,
                  redoc_url=None, redirect_slashes=False)  # fmt: skip
    app.state.settings = settings
    app.state.database = database
    app.state.assets = Assets()
    app.state.figures = Figures()
    app.mount("/static", Files(directory=app.state.assets.folder))
    app.router.routes.append(_SITE)
    app.include_router(health)
    app.include_router(api)
    refusals.install(app)
    actors.install(app)
    _surround(app, settings, alone=database.file is not None)
    return app


def _surround(app: FastAPI, settings: Settings, *, alone: bool) -> None:
    """The last one added is the outermost."""
    if alone:  # nobody else computes for the answer
        app.add_middleware(Turns)
    app.add_middleware(BodyLimit)
    app.add_middleware(Hosts, base_url=settings.base_url, trusted_proxies=settings.trusted_proxies)
    app.add_middleware(Outermost, secure=settings.encrypted)
    app.add_middleware(Access, figures=app.state.figures)
