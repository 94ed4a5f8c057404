"""The database away, the disk full, the service asked to end while somebody submits: with processes as operators start them."""

import os
import random
import resource
import signal
import string
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from consultation import terminal
from consultation.core.db import hold
from consultation.core.durability import unsafe_settings
from consultation.responses.models import Response
from tests.fault.invariants import problems
from tests.fault.scene import Scene, scene
from tests.fault.servers import HOST, Process, Starter, command, nursery
from tests.fault.towns import TOKEN, Town

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sets limits of other processes, and reads /proc")

RELEASE = {"name": "Bea Haupt", "function": "Erste Bürgermeisterin", "order": "i. V."}
PART = "E"
SOON = 10.0
"""Seconds in which a service finds its database again."""
LITTLE = 4096
"""Bytes that any file may have when the disk is full: less than a page of the database with what belongs to it."""


@pytest.fixture(scope="module")
def starter() -> Iterator[Starter]:
    with nursery() as start:
        yield start


@pytest.fixture(scope="module")
def on_file(starter: Starter) -> Iterator[Scene]:
    with scene("sqlite", webs=1, workers=0, starter=starter) as made:
        yield made


@pytest.fixture(scope="module")
def on_server(starter: Starter) -> Iterator[Scene]:
    with scene("postgresql", webs=1, workers=1, starter=starter) as made:
        yield made


def up(*processes: Process) -> None:
    for process in processes:
        if not process.runs:
            process.start()
    for process in processes:
        process.wait_until_up()


class House:
    """The desk of a town in a browser. It has written; the page of its release is open."""

    def __init__(self, made: Scene, number: int) -> None:
        self.town: Town = made.towns[number]
        self.base = f"/o/{self.town.record.organisation_id}/answers/{made.world.slug}"
        self.town.write()
        found = TOKEN.search(self.get("/review")[1])
        assert found is not None
        self.token = found[1]

    def get(self, path: str = "") -> tuple[int, str]:
        return self._ask("GET", path, {})

    def save(self, text: str) -> tuple[int, str]:
        """The part of the form that asks for a long text."""
        form = {"csrf_token": self.token, "present.missing_section": "", "missing_section": text, "then": "stay"}
        return self._ask("POST", f"/part/{PART}?path=all", form)

    def submit(self) -> tuple[int, str]:
        return self._ask("POST", "/submit", {"csrf_token": self.token, **RELEASE})

    def _ask(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str]:
        headers = {
            "Cookie": f"session={self.town.cookie}", "Origin": f"http://{HOST}:{self.town.ports[0]}",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        answer = self.town.once(method, self.base + path, urlencode(form).encode(), headers)
        assert answer is not None, "no answer at all"
        return answer[0], answer[2].decode()

    def refused_kindly(self) -> None:
        """503 with the words that were typed, ready to be sent again."""
        status, text = self.submit()
        assert status == 503, text
        assert "Der Dienst kann gerade nicht speichern." in text
        assert "Erste Bürgermeisterin" in text


def nothing_half_done(made: Scene, submissions: int) -> None:
    with made.database() as db:
        assert problems(db, made.settings.documents) == []
        with db.reader() as session:
            assert session.scalar(sa.text("select count(*) from revision")) == submissions


# -- the database ----------------------------------------------------------------------------------------------------
def test_what_is_started_before_its_database_waits_for_it(on_server: Scene) -> None:
    assert on_server.server is not None
    [web], [worker] = on_server.webs, on_server.workers
    on_server.server.kill()
    for process in (web, worker):
        process.start()
    end = time.monotonic() + 60
    while not all("wartet auf sie" in process.said for process in (web, worker)):
        assert time.monotonic() < end, (web.said, worker.said)
        time.sleep(0.05)
    up(on_server.server, web, worker)
    assert "Traceback" not in web.said + worker.said


def test_a_database_that_goes_away_while_something_starts_is_waited_for(
    on_server: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two questions of the start, which no other test hits: killed with the second one on its way."""
    server = on_server.server
    assert server is not None
    up(server)
    asked = []

    def killed_once(engine: sa.Engine) -> list[str]:
        asked.append(engine)
        if len(asked) == 1:
            server.kill()
            threading.Timer(1, server.start).start()
        return unsafe_settings(engine)

    monkeypatch.setattr(terminal, "unsafe_settings", killed_once)
    with terminal.attended(on_server.settings) as db, db.reader() as session:
        assert session.scalar(sa.text("select 1")) == 1
    assert len(asked) > 1


def test_without_its_database_the_service_says_so_and_finds_it_again(on_server: Scene) -> None:
    assert on_server.server is not None
    up(on_server.server, *on_server.webs, *on_server.workers)
    before = [process.pid for process in (*on_server.webs, *on_server.workers)]
    house = House(on_server, 0)
    on_server.server.kill()
    status, text = house.get()
    assert status == 503
    assert "Der Dienst ist gerade nicht erreichbar" in text
    assert not on_server.webs[0].is_up()
    house.refused_kindly()
    up(on_server.server)
    found = time.monotonic()
    while house.get()[0] != 200:
        assert time.monotonic() - found < SOON
        time.sleep(0.1)
    assert house.submit()[0] == 303
    assert [process.pid for process in (*on_server.webs, *on_server.workers)] == before
    assert all(process.runs for process in on_server.processes)
    nothing_half_done(on_server, 1)


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_on_a_server_that_does_not_wait_for_its_disk_nothing_starts(on_server: Scene, name: str) -> None:
    assert on_server.server is not None
    up(on_server.server)
    on_server.server.set(name, "off")
    try:
        for process in (*on_server.webs, *on_server.workers):
            process.kill()
            process.output.unlink(missing_ok=True)
            process.start()
            assert process.ended() is not None
            assert f"{name}=off" in " ".join(process.said.split())
            assert "Aufträge werden abgearbeitet" not in process.said
    finally:
        on_server.server.set(name, "on")
    up(*on_server.webs)


# -- the disk --------------------------------------------------------------------------------------------------------
def test_on_a_file_every_commit_waits_for_the_disk(on_file: Scene) -> None:
    with on_file.database() as db:
        for opened in (db.transaction, db.reader):
            with opened() as session:
                assert session.scalar(sa.text("pragma synchronous")) == 2
                assert session.scalar(sa.text("pragma journal_mode")) == "wal"


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """No file of this process grows any more."""
    whole = resource.RLIM_INFINITY
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (LITTLE, whole))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (whole, whole))


def test_with_a_full_disk_pages_are_read_what_was_typed_comes_back_and_later_it_goes_well(on_file: Scene) -> None:
    up(*on_file.webs)
    house = House(on_file, 0)
    with full_disk(on_file.webs[0].pid):
        house.refused_kindly()
        assert house.get("/review")[0] == 200
        house.refused_kindly()
    assert house.submit()[0] == 303
    nothing_half_done(on_file, 1)


@pytest.fixture
def on_small_server(starter: Starter) -> Iterator[Scene]:
    """Its tables have a disk of their own."""
    with scene("postgresql", webs=1, workers=0, starter=starter, room=160) as made:
        yield made


def long_texts(dice: random.Random) -> Iterator[str]:
    """Enough to use up what is free within the tables; they cannot be stored in less room."""
    for _ in range(2000):
        yield "".join(dice.choices(string.ascii_letters + string.digits, k=4900))
    raise AssertionError("all of it found room")


@contextmanager
def filled_up(folder: Path) -> Iterator[None]:
    """Nothing is left on this disk."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1024**2, 1024):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    yield
    ballast.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="gives the server a small disk of its own, which takes root")
def test_with_the_disk_of_the_server_full_pages_are_read_what_was_typed_comes_back_and_later_it_goes_well(
    on_small_server: Scene,
) -> None:
    assert on_small_server.server is not None
    up(on_small_server.server, *on_small_server.webs)
    house = House(on_small_server, 0)
    texts = long_texts(random.Random(1))
    with filled_up(on_small_server.server.data):
        text, (status, page) = next((text, told) for text in texts if (told := house.save(text))[0] != 303)
        assert status == 503
        assert "Der Dienst kann gerade nicht speichern." in page
        assert text in page
        status, page = house.get(f"/part/{PART}?path=all")
        assert status == 200
        assert text not in page
    assert on_small_server.server.runs
    assert house.save(text)[0] == 303
    assert text in house.get(f"/part/{PART}?path=all")[1]
    assert house.submit()[0] == 303
    nothing_half_done(on_small_server, 1)


# -- asked to end ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["on_file", "on_server"])
def test_a_submission_that_waits_when_the_service_is_asked_to_end_is_brought_to_an_end(
    kind: str, request: pytest.FixtureRequest
) -> None:
    made: Scene = request.getfixturevalue(kind)
    [web] = made.webs
    if made.server:
        up(made.server)
    web.kill()
    web.starter = command  # its exit code is asked for
    up(web)
    house, answers = House(made, 2), list[tuple[int, str]]()
    submitting = threading.Thread(target=lambda: answers.append(house.submit()))
    with made.database() as db, db.transaction() as session:
        own = sa.select(Response.id).where(Response.organisation_id == house.town.record.organisation_id)
        hold(session, Response, session.scalars(own).one())
        submitting.start()
        time.sleep(1)
        os.kill(web.pid, signal.SIGTERM)
        time.sleep(1)
        assert web.runs
        assert answers == []
    submitting.join(30)
    assert [status for status, _ in answers] == [303]
    assert web.ended() == 0
    with made.database() as db:
        assert problems(db, made.settings.documents) == []
