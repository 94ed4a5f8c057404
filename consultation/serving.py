"""Serving: one process with pages, API and, unless told otherwise, the worker inside."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

from consultation.app import create_app
from consultation.core.db import Database
from consultation.mail.transport import transport
from consultation.settings import Settings
from consultation.worker import run_forever

PORTS_TRIED = 20


def serve(settings: Settings) -> None:
    """Until a signal ends it; the job and the requests in hand are finished first."""
    database = Database(settings.database, settings.threads)
    app = create_app(settings, database, lambda: worker_beside(settings, database))
    forwarded = ",".join(map(str, settings.trusted_proxies))
    try:
        uvicorn.run(
            app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False,
            proxy_headers=False, forwarded_allow_ips=forwarded, timeout_graceful_shutdown=30,
        )  # fmt: skip
    finally:
        database.close()


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


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on; raises OSError after twenty tries."""
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return port
    raise OSError(f"ports {wanted} to {wanted + PORTS_TRIED - 1} are taken")
