"""Web servers as processes of their own: the service as its operators start it, and bare applications beside it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO

from benchmarks.stage.alone import MIB, status
from benchmarks.stage.keepers import bare
from consultation.serving import free_port

HOST = "127.0.0.1"
PATIENCE = 60.0
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    ports: tuple[int, ...]
    pids: tuple[int, ...]
    started: float
    """Seconds until every process answered."""

    @property
    def cpu(self) -> float:
        """Seconds spent so far."""
        return sum(_spent(pid) for pid in self.pids) / TICK

    @property
    def memory(self) -> float:
        """MiB resident, of all processes together."""
        return sum(status("VmRSS", pid) for pid in self.pids) / MIB


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    said: IO[bytes]
    """What it wrote to its standard error."""


@contextmanager
def product(url: str, folder: Path, processes: int = 1) -> Iterator[Server]:
    """`consultation serve` without the worker; believes what the clients say of their addresses."""
    command = [sys.executable, "-m", "consultation", "serve", "--data-dir", str(folder)]
    settings = {
        "DATABASE_URL": url, "WORKER_INLINE": "0", "TRUSTED_PROXIES": HOST, "LOG_LEVEL": "error",
        "SECRET_KEY": "vergleich" * 5,
    }  # fmt: skip
    with _running(command, settings, "/readyz", processes) as server:
        yield server


@contextmanager
def limit(url: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "benchmarks.stage.bare_site"]
    with _running(command, {"BARE_DATABASE": bare(url)}, "/page?size=1", 1) as server:
        yield server


@contextmanager
def stack(url: str) -> Iterator[Server]:
    """The libraries of the service without the service."""
    command = [sys.executable, "-m", "benchmarks.stage.stack_site"]
    with _running(command, {"STACK_DATABASE": url}, "/page?size=1", 1) as server:
        yield server


@contextmanager
def _running(command: list[str], settings: Mapping[str, str], ready: str, processes: int) -> Iterator[Server]:
    with ExitStack() as stack:
        begin = time.perf_counter()
        ports: list[int] = []
        pids: list[int] = []
        for _ in range(processes):
            port = free_port(HOST, 18_000 + os.getpid() % 1000 + len(ports))
            environment = {**os.environ, **settings, "PORT": str(port), "BASE_URL": f"http://{HOST}:{port}"}
            running = stack.enter_context(_process([*command, "--port", str(port)], environment))
            _wait(running, port, ready)
            ports.append(port)
            pids.append(running.process.pid)
        yield Server(tuple(ports), tuple(pids), time.perf_counter() - begin)


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[Running]:
    with tempfile.TemporaryFile() as said:  # not a pipe: nobody reads it, and a full one would hold up the service
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        try:
            yield Running(process, said)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(running: Running, port: int, path: str) -> None:
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        if running.process.poll() is not None:
            running.said.seek(0)
            raise RuntimeError(running.said.read().decode()[-2000:])
        connection = HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise RuntimeError(f"no answer on port {port}")


def _spent(pid: int) -> int:
    """Ticks in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
