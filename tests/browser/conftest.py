"""One Chromium for the tests of a module, and a service of its own for each test."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from consultation.core.db import Database
from tests.browser.serving import Serve, free_port, served
from tests.browsing import site


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "service.db"
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    yield db
    db.close()


@pytest.fixture
def serve(sqlite: Database, tmp_path: Path) -> Iterator[Serve]:
    """The app on a port, its clock at the moment asked for."""
    with ExitStack() as stack:

        def start(moment: datetime) -> tuple[FastAPI, str]:
            port = free_port()
            base = f"http://127.0.0.1:{port}"
            app = site(sqlite, moment, base_url=base, data_dir=tmp_path)
            stack.enter_context(served(app, port))
            return app, base

        yield start
