"""Clients at once: each takes the next task when it is done with the last one."""

import itertools
import queue
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection

from benchmarks.stage.servers import HOST, Server

_addresses = itertools.count(1)


class Client:
    """One browser or program with one kept connection; it remembers how long each request took."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection(HOST, port, timeout=120)
        self.seconds: list[float] = []
        self.headers: dict[str, str] = {}

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
        """(status, where to, content). Raises on what the server answers to a fault of its own."""
        begin = time.perf_counter()
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body or None, given)
        answer = self.connection.getresponse()
        content = answer.read()
        self.seconds.append(time.perf_counter() - begin)
        if answer.status >= 500:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return answer.status, answer.headers.get("location", ""), content

    def come_from_somewhere_else(self) -> None:
        """The API counts requests by address; a computing centre has many."""
        number = next(_addresses)
        self.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


Task = Callable[[Client], None]


@dataclass
class Load:
    wall: float
    cpu: float
    """Seconds of the server for one task."""
    rate: float
    """Tasks in a second."""
    seconds: list[float] = field(repr=False)
    """Of each request."""
    errors: list[str] = field(repr=False)

    @property
    def slowest(self) -> float:
        """The 95th percentile of a request, in milliseconds."""
        return statistics.quantiles(self.seconds, n=20)[-1] * 1000


def load(server: Server, clients: int, tasks: Sequence[Task]) -> Load:
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    seconds: list[float] = []
    errors: list[str] = []

    def work(port: int) -> None:
        client = Client(port)
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                break
            try:
                task(client)
            except Exception as error:  # noqa: BLE001 -- counted and told
                errors.append(f"{type(error).__name__}: {error}")
                client = _anew(client, port, seconds)
        seconds.extend(client.seconds)
        client.connection.close()

    threads = [threading.Thread(target=work, args=(server.ports[n % len(server.ports)],)) for n in range(clients)]
    begin, cpu = time.perf_counter(), server.cpu
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - begin
    return Load(wall, (server.cpu - cpu) / len(tasks), len(tasks) / wall, seconds, errors)


def _anew(client: Client, port: int, seconds: list[float]) -> Client:
    seconds.extend(client.seconds)
    client.connection.close()
    return Client(port)
