"""Serving: one process with pages, API and, unless told otherwise, the worker inside."""

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from typing import NoReturn

import uvicorn

from consultation.app import create_app
from consultation.core.db import SERVICE, Database
from consultation.core.memory import settle_in
from consultation.http import logs
from consultation.mail.transport import transport
from consultation.settings import Settings
from consultation.worker import run_forever

PORTS_TRIED = 20
PATIENCE = 30
"""Seconds that requests in hand get to finish."""
IDLE = 75
"""Seconds that a connection is kept for the next request: longer than a proxy in front usually keeps it (60), who would
otherwise send a request into one that is just being closed.
"""


def serve(settings: Settings, door: socket.socket) -> None:
    """On the socket until a signal ends it; the job and the requests in hand are finished first."""
    logs.configure(settings)
    database = Database(settings.database, settings.threads, name=SERVICE)
    app = create_app(settings, database, lambda: worker_beside(settings, database))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=PATIENCE, timeout_keep_alive=IDLE,
    )  # fmt: skip
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    server = uvicorn.Server(config)
    settle_in()
    try:
        server.run(sockets=[door])
    finally:
        database.close()
    if not server.started:
        raise SystemExit(1)


def leave(*_: object) -> NoReturn:
    """The server raises the signal again when it is done: that it was asked to end is no fault."""
    raise SystemExit(0)


@contextlib.contextmanager
def worker_beside(settings: Settings, database: Database) -> Iterator[None]:
    """A thread that works as long as the app serves."""
    if not settings.worker_inline:
        yield
        return
    stop = threading.Event()
    way = transport(settings.mail, settings.mail_from, settings.data_dir)
    thread = threading.Thread(target=run_forever, args=(database, settings, way, stop), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def listen(host: str, wanted: int, tries: int = 1) -> socket.socket:
    """On the wanted port, or on the next one that nobody else listens on.

    Raises OSError when none of so many is free, or the host is no address of this machine.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, wanted, type=socket.SOCK_STREAM)[0]
    *others, last = range(wanted, min(wanted + tries, 65536))
    for port in others:
        with contextlib.suppress(OSError):
            return _listen(socket.socket(family, kind, protocol), (address[0], port, *address[2:]))
    return _listen(socket.socket(family, kind, protocol), (address[0], last, *address[2:]))


def _listen(found: socket.socket, address: tuple[object, ...]) -> socket.socket:
    try:
        _bind(found, address)
        found.listen()
    except OSError:
        found.close()
        raise
    return found


def _bind(found: socket.socket, address: tuple[object, ...]) -> None:
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(address)


def try_out(host: str, port: int) -> None:
    """Raises OSError if `listen` could not have it now. Nobody can connect meanwhile."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as found:
        _bind(found, address)


def free_port(host: str, wanted: int) -> int:
    """The port `listen` would take now."""
    with listen(host, wanted, PORTS_TRIED) as found:
        port: int = found.getsockname()[1]
        return port


def address_of(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 -- read, not bound
    return f"http://{shown}:{port}"
