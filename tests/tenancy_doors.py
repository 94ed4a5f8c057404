"""Everybody of the tenancy world at the door at once: many requests in one loop, and what may be read in each answer."""

import asyncio
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from consultation.core.db import Database
from consultation.core.tables import all_tables
from tests import tenancy_world as w
from tests.browsing import BASE
from tests.routes import every_route
from tests.tenancy_table import (
    ANONYMOUS,
    ANSWERING_TOKENS,
    ANYBODY,
    DEAD_TOKENS,
    INVITED,
    LOGGED_IN,
    OPERATOR,
    PAGES,
    PLANNERS,
    PLANNING_TOKENS,
    PROGRAMS,
    READERS,
    TOKENS,
    TOWN,
    TOWN_HOUSE,
    Gate,
)
from tests.tenancy_world import PERSONS, World

_PLANNER_TOKENS = frozenset({"planner_token", "editor_token"})
_TOWN_TOKENS = frozenset({"town_token", "reading_token"})
_OWNERS = frozenset(name.removesuffix("_token") for name in TOKENS)
# word → who may ever read it
SECRETS: dict[str, frozenset[str]] = {
    w.PLAN: INVITED | READERS | PLANNING_TOKENS | ANSWERING_TOKENS | {"informed_token"},
    w.PREPARING: READERS | PLANNING_TOKENS,
    w.OTHER_PLAN: TOWN | _TOWN_TOKENS | {"other_planner", "other_planner_token"},
    w.WORK: TOWN | _TOWN_TOKENS,
    w.REFERENCE: TOWN | _TOWN_TOKENS,
    w.SUBMITTED: TOWN | _TOWN_TOKENS | PLANNERS | _PLANNER_TOKENS,
    w.PLEA: TOWN | PLANNERS,
    w.NEIGHBOUR: PLANNERS | _PLANNER_TOKENS | {"neighbour", "neighbour_token"},
    w.NEIGHBOUR_WORK: frozenset({"neighbour", "neighbour_token"}),
    w.UNION_WORD: PLANNERS | _PLANNER_TOKENS | {"union"},
    w.UNION_WORK: frozenset({"union"}),
    w.NEXT_DRAFT: READERS | PLANNING_TOKENS,
    w.LAND_WORD: READERS | PLANNING_TOKENS | {"celle"},
    w.TO_OTHER: TOWN | _TOWN_TOKENS | {"other_planner", "other_planner_token"},
    w.WEIGHING: READERS | PLANNING_TOKENS,
    w.ADDRESS: READERS,
    w.LIST: PLANNERS,
    w.STAFF: READERS | OPERATOR | {"clerk"},
    w.OTHER_STAFF: OPERATOR | {"other_planner"},
    w.TOWN_STAFF: TOWN_HOUSE | OPERATOR | PLANNERS,
    w.NEIGHBOUR_STAFF: OPERATOR | {"neighbour"} | PLANNERS,
    w.PROGRAM: _OWNERS,
    w.PARKED: OPERATOR,
}


@dataclass(frozen=True)
class Ask:
    caller: str
    method: str
    path: str
    route: str
    allowed: bool = False
    either: bool = False
    by_code: bool = False
    data: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.caller}: {self.method} {self.path} ({self.route})"


@dataclass(frozen=True)
class Answer:
    ask: Ask
    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def text(self) -> str:
        """All that can be read in it; also inside a workbook."""
        said = self.content
        if said.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(said)) as packed:
                said = b"".join(packed.read(name) for name in packed.namelist())
        return " ".join([str(dict(self.headers)), said.decode("utf-8", "replace")])

    @property
    def refused(self) -> bool:
        sent_away = self.status == 303 and self.headers["location"].startswith("/login")
        return self.status in {401, 403, 404, 405} or (sent_away and self.ask.caller not in LOGGED_IN)

    @property
    def let_in(self) -> bool:
        """Also told that something is missing or that it is too late: who is told that may come in."""
        shortcomings = {409, 422} if self.ask.method not in {"GET", "HEAD"} else set()
        return not self.refused and (self.status < 400 or self.status in shortcomings)

    def problems(self) -> Iterator[str]:
        """What is wrong with this answer."""
        if self.status >= 500:
            yield f"crashes ({self.status})"
        elif not self.ask.either and self.ask.allowed and not self.let_in:
            yield f"is refused ({self.status})"
        elif not self.ask.either and not self.ask.allowed and not self.refused:
            yield f"is let in ({self.status})"
        text = self.text.lower()
        for word, readers in SECRETS.items():
            known = self.ask.by_code and word in (w.PLAN, w.OTHER_PLAN)
            if self.ask.caller not in readers and not known and word.lower() in text:
                yield f"reads {word}"


def problems(answers: Iterable[Answer]) -> list[str]:
    """One line per path and fault, with all callers it concerns."""
    found: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        for said in answer.problems():
            found.setdefault((f"{answer.ask.method} {answer.ask.path}", said), []).append(answer.ask.caller)
    return [f"{path} {said}: {', '.join(callers)}" for (path, said), callers in found.items()]


class Door:
    def __init__(self, app: FastAPI, world: World) -> None:
        self.app, self.world = app, world
        self.tokens: dict[str, str] = {}

    def ask(self, asks: Iterable[Ask]) -> list[Answer]:
        """One after the other, in the order of the asks."""
        return asyncio.run(self._all(list(asks)))

    async def _all(self, asks: list[Ask]) -> list[Answer]:
        self.app.state.api_windows = (
            type(self.app.state.api_windows)() if hasattr(self.app.state, "api_windows") else None
        )
        if self.app.state.api_windows is None:
            del self.app.state.api_windows
        transport = httpx.ASGITransport(self.app, client=("203.0.113.9", 4711))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return [await self._one(client, ask, number) for number, ask in enumerate(asks)]

    async def _one(self, client: httpx.AsyncClient, ask: Ask, number: int) -> Answer:
        options: dict[str, Any] = {"headers": self._key(ask.caller)}
        if ask.method not in {"GET", "HEAD", "OPTIONS"}:
            if ask.path.startswith("/api/"):
                options["headers"] |= {"Idempotency-Key": f"schluessel-{number}"}
                options["json"] = ask.data
            else:
                options["data"] = {"csrf_token": await self._csrf(client, ask.caller), **ask.data}
        client.cookies.clear()
        response = await client.request(ask.method, ask.path, **options)
        return Answer(ask, response.status_code, response.headers, response.content)

    def _key(self, caller: str) -> dict[str, str]:
        if caller in TOKENS | DEAD_TOKENS:
            return {"Authorization": f"Bearer {self.world.tokens.get(caller, 'kons_' + 'A' * 43)}"}
        cookie = f"session={self.world.cookies[caller]}" if caller in LOGGED_IN else "visitor=somebody"
        return {"Cookie": cookie}

    async def _csrf(self, client: httpx.AsyncClient, caller: str) -> str:
        """Of a page the caller may see; it belongs to the cookie, whatever happens in between."""
        if caller not in self.tokens:
            client.cookies.clear()
            path = "/account" if caller in LOGGED_IN else "/login"
            page = await client.get(path, headers=self._key(caller if caller in LOGGED_IN else ANONYMOUS))
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
            assert found, f"no token for {caller} on {path}: {page.status_code}"
            self.tokens[caller] = found[1]
        return self.tokens[caller]


# -- the table and the app ---------------------------------------------------------------------------------------------
def routes(app: FastAPI) -> set[str]:
    """Every method of every route; HEAD goes with GET."""
    return {f"{method} {found.path}" for found in every_route(app) for method in found.methods}


def fillings(world: World) -> dict[str, dict[str, str]]:
    mine, places = world.mine, {name: str(organisation_id) for name, organisation_id in world.places.items()}
    whole = world.objects | {"number": "1", "name": "ausgabe.pdf", "format": "pdf", "volume": "1", "kind": "ndjson", "key": "state",
                             "ars": w.HEIDE, "path": "app.css", "extension": "docx", "decision": "refuse", "verb": "save",
                              "public_draft_id": str(world.public.draft_id)}  # fmt: skip
    town, house = {"organisation_id": places["town"]}, {"organisation_id": places["house"]}
    at = {"slug": mine.consultation}
    return {
        "": whole | town | at,
        "town": whole | town | at | {"verb": "resolve"},
        "programme": whole | house | {"slug": mine.programme},
        "open": whole
        | house
        | {
            "slug": mine.programme,
            "draft_id": world.objects["next_draft_id"],
            "form_id": world.objects["next_form_id"],
        },
        "union": whole | {"organisation_id": places["union"]} | at,
        "consultation": whole | house | at,
        "informed": whole | house | at | {"invitation_id": world.objects["informed_invitation_id"]},
        "export": whole | house | at | {"kind": "csv"},
        "preparing": whole | house | {"slug": world.preparing, "number": "2"},
        "published": whole | house | {"slug": world.public.consultation},
        "answered": whole | town | {"slug": world.public.consultation},
        "public": whole | {"slug": world.public.consultation},
        "other": whole | {"organisation_id": places["other_house"], "slug": world.theirs.consultation},
        "invited": whole | {"membership_id": world.objects["invited_membership_id"]},
        "api": whole | at,
        "api programme": whole | {"slug": mine.programme},
    }


def callers_of(route: str) -> frozenset[str]:
    return PROGRAMS if "/api/" in route else PAGES


def asks(world: World, gate: Gate, route: str) -> Iterator[Ask]:
    """At the owner's address every caller; at the address of their own organisation everybody who has one."""
    method, _, template = route.partition(" ")
    filling = fillings(world)[gate.filling]

    def ask(caller: str, values: dict[str, str], allowed: frozenset[str]) -> Ask:
        path = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)
        return Ask(caller, method, path, route, caller in allowed, caller in gate.maybe, gate.by_code)

    for caller in _reduced(gate, callers_of(route)):
        yield ask(caller, filling, gate.here)
    if "/o/{organisation_id}" in template:
        home = gate.here if gate.home is None else gate.home
        for caller, (place, _, _) in PERSONS.items():
            own = str(world.places[place])
            if own != filling["organisation_id"] and caller in FIRST and not (gate.slow and caller in home):
                yield ask(caller, filling | {"organisation_id": own}, home)


CHILDREN = frozenset(
    f"{name}_id"
    for name in (
        "draft",
        "form",
        "invitation",
        "point",
        "response",
        "claim",
        "extension",
        "template",
        "intake",
        "redaction",
    )
)


def mixed(world: World, route: str) -> Iterator[Ask]:
    """One's own programme or consultation in the address, and below it something that belongs to another."""
    method, _, template = route.partition(" ")
    if "{slug}" not in template or not CHILDREN & set(re.findall(r"\{(\w+)\}", template)):
        return
    kind = "programme" if "/programmes/" in template else "consultation"
    values = fillings(world)[kind]
    for caller, own in (("other_planner", world.theirs), ("planner", world.public)):
        place = str(world.places[PERSONS[caller][0]])
        path = re.sub(
            r"\{(\w+)\}",
            lambda found: (values | {"organisation_id": place, "slug": getattr(own, kind)})[found[1]],  # noqa: B023 -- used at once
            template,
        )
        yield Ask(f"{caller}_token" if "/api/" in path else caller, method, path, route)


FIRST = frozenset(
    {next(name for name, person in PERSONS.items() if person[0] == place) for place, _, _ in PERSONS.values()}
)
"""One caller per organisation, the one with the most roles."""


def _reduced(gate: Gate, callers: frozenset[str]) -> list[str]:
    """Everybody who must be kept out; of those who are let in only so many as can tell a difference."""
    if gate.slow:
        callers = callers - gate.here | {min(gate.here)}
    elif callers <= gate.here | gate.maybe:
        callers = callers & (ANYBODY | _PLANNER_TOKENS | _TOWN_TOKENS | DEAD_TOKENS)
    return sorted(callers)


def state_of(db: Database) -> dict[str, str]:
    """Table → a digest of its rows; counters of attempts and marks of use (who is where for two minutes) are no data."""
    found = {}
    with db.reader() as session:
        for table in all_tables().sorted_tables:
            if table.name in {"rate_limit", "presence"}:
                continue
            columns = [column for column in table.columns if column.name not in {"last_used_at", "last_seen_at"}]
            rows = sorted(repr(tuple(row)) for row in session.execute(table.select().with_only_columns(*columns)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
