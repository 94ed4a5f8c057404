"""Every example for developers, in the docs and on the page, runs, one after the other, against the service itself."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from consultation.core.db import Database
from tests import html
from tests.api_world import HEIDE, NOW, Api, api
from tests.browsing import site

PAGE = Path(__file__).parent.parent / "docs" / "api.md"
EXAMPLES = re.findall(r"^```(bash|python)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def served(db: Database) -> Iterator[tuple[Api, str]]:
    """The whole service on a free port of this machine."""
    made = api(db)
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(site(db, NOW, base_url=base), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.05)
        assert server.started
        yield made, f"{base}/api/v1"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def test_there_are_examples_in_both_languages():
    assert {language for language, _ in EXAMPLES} == {"bash", "python"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_example_runs(served: tuple[Api, str], tmp_path: Path):
    made, base = served
    environment = {
        **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "API": base, "SLUG": made.slug, "ARS": HEIDE, "OUT": str(tmp_path), "NO_PROXY": "127.0.0.1",
        "TOWN_TOKEN": made.tokens["town"], "PLANNER_TOKEN": made.tokens["planner"],
    }  # fmt: skip
    for language, example in EXAMPLES:
        _run(language, example, environment)
    assert "Ein Antrag statt drei." in (tmp_path / "responses.csv").read_text("utf-8-sig")
    assert made.get(made.own(), "town").json()["revisions"] == 2
    assert made("POST", made.own("/reopen"), "town").status_code == 200
    environment["KEY"] = made.tokens["town"]
    for language, example in zip(("bash", "python", "bash"), _on_the_page(base), strict=True):
        _run(language, example, environment)
    assert made.get(made.own(), "town").json()["revisions"] == 3


def _on_the_page(base: str) -> list[str]:
    page = httpx.get(base.replace("/api/v1", "/developers"), trust_env=False)
    return ["".join(code.itertext()) for code in html.check(page.text).iter("code")]


def _run(language: str, example: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-W", "error", "-c", example] if language == "python" else ["bash", "-euc", example]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, (example, done.stdout, done.stderr)
