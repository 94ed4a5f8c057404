"""Rights that are withdrawn end at once: for an open session, a token, a finished document, and a stream on its way."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.people import tokens
from consultation.people.models import ApiToken, Membership, Organisation, Person
from consultation.programmes.models import ProgrammeMember
from consultation.states import Role
from tests import evaluation_world
from tests import tenancy_world as w
from tests.api_world import Api, api
from tests.browsing import BASE, Browser, site
from tests.tenancy_world import NOW, World, build

Withdraw = Callable[[Session, World, str], None]


def _membership(session: Session, world: World, who: str) -> Membership:
    actor = world.people[who]
    query = select(Membership).where(
        Membership.person_id == actor.person_id, Membership.organisation_id == actor.organisation_id
    )
    return session.scalars(query).one()


def role(session: Session, world: World, who: str) -> None:
    """Manager only: invites people, sees no consultation."""
    _membership(session, world, who).roles = [Role.MANAGER.value]


def membership(session: Session, world: World, who: str) -> None:
    session.delete(_membership(session, world, who))


def waiting(session: Session, world: World, who: str) -> None:
    _membership(session, world, who).waiting = True


def house(session: Session, world: World, who: str) -> None:
    session.get_one(Organisation, world.people[who].organisation_id).may_plan = False


def person(session: Session, world: World, who: str) -> None:
    session.get_one(Person, world.people[who].person_id).active = False


def programme(session: Session, world: World, who: str) -> None:
    """The Land no longer takes part."""
    query = select(ProgrammeMember).where(ProgrammeMember.organisation_id == world.people[who].organisation_id)
    for member in session.scalars(query):
        session.delete(member)


WITHDRAWALS: list[tuple[str, Withdraw]] = [
    ("planner", role), ("planner", membership), ("planner", waiting), ("planner", house), ("planner", person),
    ("land", programme), ("land", membership), ("town", role), ("town", membership), ("town", person),
]  # fmt: skip


def _places(world: World, who: str) -> list[str]:
    """A page, a finished document, the export of the pages."""
    at, slug = f"/o/{world.people[who].organisation_id}", world.mine.consultation
    if who == "town":
        return [f"{at}/answers/{slug}", f"{at}/answers/{slug}/receipt.pdf", f"{at}/answers/{slug}/working-copy.docx"]
    files = [f"{at}/consultations/{slug}/editions/1/files/ausgabe.pdf"] if who == "planner" else []
    return [f"{at}/consultations/{slug}", f"{at}/consultations/{slug}/responses/export/csv", *files]


@pytest.mark.parametrize(("who", "withdraw"), WITHDRAWALS, ids=[f"{who}-{w.__name__}" for who, w in WITHDRAWALS])
def test_the_next_request_of_an_open_session_or_a_token_is_refused(
    db: Database, tmp_path: Path, who: str, withdraw: Withdraw
):
    app = site(db, NOW, data_dir=tmp_path)
    world = build(db, tmp_path / "documents")
    browser = Browser(app)
    browser.cookies.set("session", world.cookies[who], domain="consultation.example")
    key = {"Authorization": f"Bearer {world.tokens[f'{who}_token']}"}
    program = f"/api/v1/consultations/{world.mine.consultation}/" + (
        "response" if who == "town" else "responses.ndjson"
    )
    before = [browser.send("GET", path).status_code for path in _places(world, who)]
    assert before == [200] * len(before)
    assert Browser(app).send("GET", program, headers=key).status_code == 200
    with db.transaction() as session:
        withdraw(session, world, who)
    for path in _places(world, who):
        answer = browser.send("GET", path)
        assert answer.status_code in {303, 403, 404}, path
        assert w.SUBMITTED not in answer.text
    assert Browser(app).send("GET", program, headers=key).status_code in {401, 403, 404}


def test_a_revoked_token_is_refused_at_once(db: Database):
    town = api(db)
    assert town.get(f"/consultations/{town.slug}/responses", "planner").status_code == 200
    with db.transaction() as session:
        tokens.revoke_token(session, town.world.planner, _token_id(session, town))
    assert town.get(f"/consultations/{town.slug}/responses", "planner").status_code == 401


def _token_id(session: Session, town: Api) -> Any:
    return session.scalars(select(ApiToken.id).where(ApiToken.person_id == town.world.planner.person_id)).one()


def _full(db: Database) -> Api:
    """So many long answers that a stream has several blocks."""
    town = api(db)
    with db.transaction() as session:
        for body in town.world.bodies:
            if body.startswith("01"):
                evaluation_world.submit(session, town.world, body, {"missing_section": "😀" * 5000})
    return town


async def _streamed(town: Api, path: str, meanwhile: Callable[[], None]) -> bytes:
    """What arrives when something happens after the first block."""
    arrived: list[bytes] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "server": ("consultation.example", 80), "client": ("203.0.113.9", 1),
        "headers": [(b"host", BASE.partition("//")[2].encode()), (b"authorization", f"Bearer {town.tokens['planner']}".encode())],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            arrived.append(message["body"])
            if len(arrived) == 1:
                await asyncio.to_thread(meanwhile)

    await town.app(scope, receive, send)
    return b"".join(arrived)


def _revoke(session: Session, town: Api) -> None:
    tokens.revoke_token(session, town.world.planner, _token_id(session, town))


def _remove(session: Session, town: Api) -> None:
    query = select(Membership).where(Membership.person_id == town.world.planner.person_id)
    session.delete(session.scalars(query).one())


def _close(session: Session, town: Api) -> None:
    session.get_one(Organisation, town.world.planner.organisation_id).may_plan = False


@pytest.mark.parametrize("withdraw", [_revoke, _remove, _close])
def test_a_stream_on_its_way_stops_without_its_last_line(db: Database, withdraw: Callable[[Session, Api], None]):
    town = _full(db)
    path = f"/api/v1/consultations/{town.slug}/responses.ndjson"
    whole = asyncio.run(_streamed(town, path, lambda: None))
    assert orjson.loads(whole.splitlines()[-1])["type"] == "end"

    def meanwhile() -> None:
        with db.transaction() as session:
            withdraw(session, town)

    cut = asyncio.run(_streamed(town, path, meanwhile))
    assert whole.startswith(cut)
    assert 0 < len(cut) < len(whole)
    assert all(orjson.loads(line)["type"] == "response" for line in cut.splitlines())
