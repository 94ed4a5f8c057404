"""Four bulk exports at once in one process (RL-02): counted from before they are prepared until they ended, however they did."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from consultation.core.db import Database
from consultation.documents import bulk
from tests.api_world import Api, api
from tests.browsing import Browser

KINDS = ("ndjson", "csv")


@pytest.fixture
def house(db: Database) -> Api:
    return api(db)


def path(house: Api, kind: str) -> str:
    return f"/consultations/{house.slug}/responses.{kind}"


async def ask(
    house: Api, kind: str, send: Callable[[Any], Awaitable[None]], receive: Callable[[], Awaitable[Any]]
) -> None:
    """Without a client that reads to the end, as all of them do that tests have."""
    address = f"/api/v1{path(house, kind)}"
    headers = [(b"host", b"consultation.example"), (b"authorization", f"Bearer {house.tokens['planner']}".encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": address, "raw_path": address.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("203.0.113.9", 4711), "server": ("consultation.example", 443),
    }  # fmt: skip
    await house.app(scope, receive, send)


async def still_there() -> Any:
    await asyncio.Event().wait()


@pytest.mark.parametrize("kind", KINDS)
def test_four_exports_run_at_once_and_the_others_come_back(house: Api, kind: str):
    """Also those of which nobody has read anything yet; people keep their pages meanwhile."""

    async def all_at_once() -> list[int]:
        said: list[int] = []
        everybody_answered, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(message: Any) -> None:
            if message["type"] == "http.response.start":
                said.append(message["status"])
                if len(said) == 16:
                    everybody_answered.set()
                await go_on.wait()

        running = [asyncio.create_task(ask(house, kind, slowly, still_there)) for _ in range(16)]
        await asyncio.wait_for(everybody_answered.wait(), 60)
        page = await Browser(house.app)._send("GET", "/login")
        go_on.set()
        await asyncio.gather(*running)
        return [*said, page.status_code]

    assert Counter(asyncio.run(all_at_once())) == {200: 4 + 1, 429: 12}
    assert house.get(path(house, kind), "planner").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_that_ends_in_whatever_way_gives_its_place_back(
    house: Api, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def gone() -> Any:
        return {"type": "http.disconnect"}

    async def torn(message: Any) -> None:
        raise OSError("connection lost")

    async def leave() -> None:
        for _ in range(5):
            with pytest.raises((OSError, ExceptionGroup)):
                await ask(house, kind, torn, gone)

    tried = []

    def fail(*_: Any) -> None:
        tried.append(1)
        raise ValueError

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asyncio.run(leave())
    with monkeypatch.context() as broken:
        broken.setattr(bulk, "places", fail)
        for _ in range(5):
            with suppress(ValueError):  # an answer that was begun cannot say so any more
                house.get(path(house, kind), "planner")
    assert len(tried) == 5
    assert list(tmp_path.iterdir()) == []
    assert house.get(path(house, kind), "planner").status_code == 200
