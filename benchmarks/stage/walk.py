"""A whole answer of one organisation over HTTP: open, begin, page by page, review, submit, receipt."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson

from benchmarks.stage import form
from benchmarks.stage.load import Client
from benchmarks.stage.people import Walker
from benchmarks.stage.world import World
from consultation.consultations import queries as consultations
from consultation.evaluation.statistics import form_context
from consultation.forms.context import FormContext
from consultation.questions import Field

TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
POSTED = {"Content_Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Filled:
    """What a browser would post for each part of the form."""

    parts: Sequence[tuple[str, bytes]]
    document: bytes
    """As much text as the submission freezes."""


@dataclass(frozen=True)
class Request:
    """What was sent and how large the answer was: for the bare application to do alike."""

    method: str
    size: int


def dice(seed: int) -> random.Random:
    return random.Random(seed)


def filled(world: World, seed: int) -> Filled:
    with world.database(1) as db, db.reader() as session:
        context = form_context(session, consultations.get(session, world.planner, world.slug))
    given = form.answers(dice(seed), list(context.sections))
    bodies = [(part.key, _body(context, part.key, given)) for part in context.form.parts]
    return Filled(bodies, orjson.dumps(given))


def _body(context: FormContext, part: str, given: dict[str, Any]) -> bytes:
    pairs: list[tuple[str, str]] = []
    for asked in context.form.asked:
        if asked.part.key == part:
            pairs.append((f"present.{asked.key}", ""))
            pairs += posted(asked.type.field(asked.key, given.get(asked.key), asked.settings, context))
    return urlencode(pairs).encode()


def posted(drawn: Field) -> Iterator[tuple[str, str]]:
    """The inputs of a control and of those in it."""
    yield from ((drawn.name, value) for value in drawn.value)
    for inner in drawn.fields:
        yield from posted(inner)


@dataclass
class Walk:
    """One task for a client. `seen` keeps what was asked, where somebody wants to know."""

    world: World
    walker: Walker
    answer: Filled
    seen: list[Request] = field(default_factory=list)

    def __call__(self, client: Client) -> None:
        client.headers["Cookie"] = f"session={self.walker.cookie}"
        base = f"/o/{self.walker.organisation_id}/answers/{self.world.slug}"
        hub = self.post(client, f"{base}/start", self.get(client, base), b"")
        for key, body in self.answer.parts:
            path = f"{base}/part/{key}?path=all"
            self.post(client, path, self.get(client, path), body)
        release = urlencode({"name": "Kim Muster", "function": "Amtsleitung"}).encode()
        where = self.post(client, f"{base}/submit", self.get(client, f"{base}/review"), release)
        if hub != base or where != f"{base}/receipt":
            raise RuntimeError(f"sent to {hub} and {where}")
        self.get(client, where)

    def get(self, client: Client, path: str) -> bytes:
        status, _, content = client.send("GET", path)
        if status != 200:
            raise RuntimeError(f"{status} {path}")
        self.seen.append(Request("GET", len(content)))
        return content

    def post(self, client: Client, path: str, page: bytes, body: bytes) -> str:
        """With the token of the page; where the answer leads."""
        token = TOKEN.search(page)
        if token is None:
            raise RuntimeError(f"no form on the page before {path}")
        whole = b"&".join(filter(None, (urlencode({"csrf_token": token[1].decode()}).encode(), body)))
        status, where, _ = client.send("POST", path, whole, **POSTED)
        if status != 303:
            raise RuntimeError(f"{status} {path}")
        self.seen.append(Request("POST", len(whole)))
        return where


@dataclass(frozen=True)
class BareWalk:
    """The same number of pages of the same size, the same number of rows; the last one as large as a submission."""

    requests: Sequence[Request]
    document: bytes

    def __call__(self, client: Client) -> None:
        last = max(place for place, request in enumerate(self.requests) if request.method == "POST")
        for place, request in enumerate(self.requests):
            if request.method == "GET":
                client.send("GET", f"/page?size={request.size}")
            else:
                client.send("POST", "/row", self.document if place == last else b"x" * request.size)


@dataclass
class AutoSave:
    """A page that saves itself while somebody types."""

    world: World
    walker: Walker
    token: bytes = b""
    count: int = 0

    def begin(self, client: Client) -> None:
        steps = Walk(self.world, self.walker, Filled((), b""))
        client.headers["Cookie"] = f"session={self.walker.cookie}"
        base = f"/o/{self.walker.organisation_id}/answers/{self.world.slug}"
        page = steps.get(client, base)
        steps.post(client, f"{base}/start", page, b"")
        found = TOKEN.search(page)
        assert found is not None
        self.token = found[1]

    def __call__(self, client: Client) -> None:
        client.headers["Cookie"] = f"session={self.walker.cookie}"
        self.count += 1
        body = urlencode({"csrf_token": self.token.decode(), "text_1": f"Text {self.count}", "writer": "vergleich"})
        path = f"/o/{self.walker.organisation_id}/answers/{self.world.slug}/part/E?path=all"
        status, _, content = client.send("POST", path, body.encode(), **POSTED, HX_Request="true")
        if status != 200:
            raise RuntimeError(content.decode()[:500])
