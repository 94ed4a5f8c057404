"""What the figures were measured on."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.stage.keepers import postgres_programs


def described() -> list[tuple[str, str]]:
    """(what, value), as the table of results begins."""
    return [
        ("Datum", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("Prozessorkerne", str(os.cpu_count())),
        ("Prozessor", _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()),
        ("Arbeitsspeicher", _memory()),
        ("Last beim Beginn", f"{os.getloadavg()[0]:.1f}"),
        ("Betriebssystem", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("PostgreSQL", _postgres()),
    ]


def _line(path: str, name: str) -> str:
    if not Path(path).exists():
        return ""
    lines = Path(path).read_text("utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _memory() -> str:
    kibibytes = _line("/proc/meminfo", "MemTotal").removesuffix(" kB")
    return f"{int(kibibytes) / 1024**2:.1f} GiB" if kibibytes.isdigit() else "?"


def _postgres() -> str:
    done = subprocess.run([postgres_programs() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip().rpartition(" ")[2]
