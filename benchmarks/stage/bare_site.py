"""The limit of the machine: an ASGI application of forty lines that renders pages and commits rows, and does nothing else.

GET /page?size=N renders a page of about N bytes; POST /row commits its body as one row. Blocking work is done in
threads, as in the service; the template engine escapes every line of the page, as there.
"""

import argparse
import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import anyio.to_thread
import psycopg
import uvicorn
from jinja2 import Environment

from benchmarks.stage.keepers import DURABLE, is_postgres

THREADS = 16
LINE = "Ein Absatz, wie er auf den Seiten steht, mit < und & und Umläuten."
TABLE = "create table if not exists bare_row (id {key}, body text not null)"
KEYS = {True: "bigint generated always as identity primary key", False: "integer primary key"}
template = Environment(autoescape=True).from_string(
    "<!doctype html><html lang=de><title>Seite</title><h1>{{ title }}</h1>"
    "{% for line in lines %}<p class=line>{{ line }}</p>\n{% endfor %}</html>"
)
_own = threading.local()


def render(size: int) -> bytes:
    return template.render(title="Seite", lines=[LINE] * (size // 95)).encode()


def writer(address: str) -> Callable[[str], None]:
    """Commits one row, with a connection for each thread."""
    postgres = is_postgres(address)
    statement = "insert into bare_row (body) values (%s)" if postgres else "insert into bare_row (body) values (?)"

    def write(body: str) -> None:
        if not hasattr(_own, "connection"):
            _own.connection = opened(address)
        if postgres:
            _own.connection.execute(statement, (body,))
            _own.connection.commit()
            return
        _own.connection.execute("begin immediate")
        _own.connection.execute(statement, (body,))
        _own.connection.execute("commit")

    connection = opened(address)
    connection.execute(TABLE.format(key=KEYS[postgres]))
    connection.commit()
    connection.close()
    return write


def opened(address: str) -> Any:
    if is_postgres(address):
        return psycopg.connect(address)
    connection = sqlite3.connect(address, isolation_level=None)
    for pragma in DURABLE:
        connection.execute(pragma)
    return connection


class Site:
    def __init__(self, address: str) -> None:
        self.write = writer(address)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["method"] == "POST":
            await anyio.to_thread.run_sync(self.write, body.decode())
            answer = b""
        else:
            size = int(parse_qs(scope["query_string"].decode())["size"][0])
            answer = await anyio.to_thread.run_sync(render, size)
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


async def _live(receive: Any, send: Any) -> None:
    await receive()
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(Site(os.environ["BARE_DATABASE"]), host="127.0.0.1", port=port, log_level="error", access_log=False)
