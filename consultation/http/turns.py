"""Requests take turns where the database is part of the process (SQLite): one at a time, and whoever takes long steps aside.

The threads of a process compute one at a time, however many there are. Several in the middle of a request hand the processor
to each other with every question to the database, and nobody is done sooner: one after the other, eight clients are answered
with a fifth less computing. A database server computes elsewhere; there it pays to begin the next request meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 0.02
"""Seconds after which a request no longer counts: several times what a page takes, and little for those who wait."""


class Turns:
    """First come, first served; a request that takes longer than `PATIENCE` goes on beside the next ones. It has come when
    the first part of its body has: headers alone keep nobody waiting, and a slow line steps aside like everybody.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turn: asyncio.Lock | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # the loop that serves
            self._turn = asyncio.Lock()
        if scope["type"] != "http" or self._turn is None:
            await self._app(scope, receive, send)
            return
        first: Message | None = await receive()

        async def again() -> Message:
            nonlocal first
            message, first = first, None
            return message or await receive()

        async with _one_of_many(self._turn):
            await self._app(scope, again, send)


@asynccontextmanager
async def _one_of_many(turn: asyncio.Lock) -> AsyncIterator[None]:
    await turn.acquire()
    ours = True

    def step_aside() -> None:
        nonlocal ours
        if ours:
            ours = False
            turn.release()

    later = asyncio.get_running_loop().call_later(PATIENCE, step_aside)
    try:
        yield
    finally:
        later.cancel()
        step_aside()
