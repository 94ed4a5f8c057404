"""On SQLite requests come one at a time; whoever takes long, or is still sending, keeps nobody waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from consultation.app import create_app
from consultation.core.db import Database
from consultation.http.turns import PATIENCE, Turns
from consultation.settings import Settings

Work = Callable[[], Awaitable[None]]


class Service:
    """An app whose requests do what the test says, and that notes who is being answered."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.story: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        body = b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        self.story.append(f"{scope['path']} comes")
        await scope["work"]()
        self.story.append(f"{scope['path']} goes {(body + message['body']).decode()}".strip())


async def nothing() -> None:
    await asyncio.sleep(0)


async def a_while() -> None:
    await asyncio.sleep(PATIENCE * 4)


async def failing() -> None:
    await asyncio.sleep(0)
    raise RuntimeError("broken")


async def asked(turns: Turns, name: str, work: Work = nothing, *parts: bytes, every: float = 0.0) -> None:
    sent = list(parts) or [b""]

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(every)
        return {"type": "http.request", "body": sent.pop(0), "more_body": bool(sent)}

    await turns({"type": "http", "path": name, "work": work}, receive, nothing)  # type: ignore[arg-type]  # nothing is sent


async def served(service: Service) -> Turns:
    turns = Turns(service)
    await turns({"type": "lifespan"}, nothing, nothing)  # type: ignore[arg-type]  # nothing is said
    return turns


def test_the_next_request_begins_when_the_one_before_is_done() -> None:
    service = Service()

    async def story() -> None:
        turns = await served(service)
        await asyncio.gather(*(asked(turns, name) for name in "abc"))

    asyncio.run(story())
    assert service.story == ["a comes", "a goes", "b comes", "b goes", "c comes", "c goes"]


def test_a_request_that_takes_long_steps_aside() -> None:
    service = Service()

    async def story() -> None:
        turns = await served(service)
        await asyncio.gather(asked(turns, "long", a_while), asked(turns, "short"))
        await asked(turns, "later")

    asyncio.run(story())
    assert service.story == ["long comes", "short comes", "short goes", "long goes", "later comes", "later goes"]


def test_a_request_that_fails_gives_its_turn_on() -> None:
    service = Service()

    async def story() -> None:
        turns = await served(service)
        with pytest.raises(RuntimeError, match="broken"):
            await asked(turns, "a", failing)
        await asked(turns, "b")

    asyncio.run(story())
    assert service.story == ["a comes", "b comes", "b goes"]


def test_what_was_sent_arrives_whole_and_what_is_on_its_way_keeps_nobody_waiting() -> None:
    service = Service()

    async def story() -> None:
        turns = await served(service)
        await asyncio.gather(
            asked(turns, "slow", nothing, b"whole ", b"text", every=PATIENCE / 8), asked(turns, "quick")
        )

    asyncio.run(story())
    assert service.story == ["quick comes", "quick goes", "slow comes", "slow goes whole text"]


def test_only_where_the_database_is_part_of_the_process(db: Database) -> None:
    app = create_app(Settings.model_validate({"base_url": "http://consultation.example", "secret_key": "k" * 40}), db)
    around: list[object] = [middleware.cls for middleware in app.user_middleware]
    assert (Turns in around) == (db.engine.dialect.name == "sqlite")
