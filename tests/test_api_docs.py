"""Every example of the page for developers runs, one after the other, against the service itself."""

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

import pytest
import uvicorn

from consultation.core.db import Database
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
        command = [sys.executable, "-W", "error", "-c", example] if language == "python" else ["bash", "-euc", example]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (example, done.stdout, done.stderr)
    assert "Ein Antrag statt drei." in (tmp_path / "responses.csv").read_text("utf-8-sig")
    assert made.get(made.own(), "town").json()["revisions"] == 2
