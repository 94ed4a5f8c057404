"""What the libraries alone cost: the requests of `bare_site`, through the web framework and the database mapper.

One dependency that reads a row, as every page looks for who asks; two more reads for a page, one for a row that is
written. No rights, no form, no answers: a service on these libraries cannot be faster.
"""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import anyio.to_thread
import uvicorn
from fastapi import Depends, FastAPI, Request
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from starlette.responses import HTMLResponse, Response

from benchmarks.stage.bare_site import THREADS, render
from consultation.core.db import Database


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "stack_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]


FIRST = select(Row).where(Row.id == 1)


def first(session: Session) -> Row:
    return session.scalars(FIRST).one()


def application(database: Database) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    def somebody() -> Row:
        with database.reader() as session:
            return first(session)

    async def body(request: Request) -> str:
        return (await request.body()).decode()

    @app.get("/page")
    def page(size: int, who: Annotated[Row, Depends(somebody)]) -> Response:
        with database.reader() as session:
            first(session)
            session.expunge_all()
            first(session)
        return HTMLResponse(render(size))

    @app.post("/row")
    def row(text: Annotated[str, Depends(body)], who: Annotated[Row, Depends(somebody)]) -> Response:
        with database.transaction() as session:
            first(session)
            session.add(Row(body=text))
        return Response()

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    opened = Database(os.environ["STACK_DATABASE"], THREADS)
    Base.metadata.create_all(opened.engine)
    with opened.transaction() as session:
        if session.get(Row, 1) is None:
            session.add(Row(body="x"))
    uvicorn.run(application(opened), host="127.0.0.1", port=port, log_level="error", access_log=False)
