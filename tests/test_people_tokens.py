"""Programs at the door: what a token opens, and when it opens nothing."""

from datetime import timedelta
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import select

from consultation.core.db import Database
from consultation.http.programs import AnyProgram, Program, scoped
from consultation.people import actions, tokens
from consultation.people.models import ApiToken, Membership, Person
from consultation.people.tokens import Scope
from consultation.states import Role
from consultation.subjects import Actor
from tests import factories as make
from tests.browsing import Browser, site
from tests.factories import MOMENT, PLANNING_ROLES

router = APIRouter(prefix="/api/v1/test")


@router.get("/who")
def who(program: Program) -> dict[str, list[str]]:
    return {"roles": sorted(program.actor.roles), "scopes": sorted(program.scopes)}


@router.get("/write")
def write(actor: Annotated[Actor, Depends(scoped(Scope.RESPONSES_WRITE))]) -> dict[str, str]:
    return {"organisation": str(actor.organisation_id)}


@router.get("/anybody")
def anybody(actor: AnyProgram) -> dict[str, bool]:
    return {"stranger": actor.person_id is None}


class Caller:
    def __init__(self, db: Database) -> None:
        self.app: FastAPI = site(db)
        self.app.include_router(router)
        with db.transaction() as session:
            self.town = make.organisation(session)
            make.member(session, self.town)
            self.actor = make.member(session, self.town)
            self.token = tokens.create_token(session, self.actor, "Fachverfahren", ["responses:read"], 30)

    def __call__(self, path: str, token: str | None = None) -> httpx.Response:
        header = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return Browser(self.app).send("GET", f"/api/v1/test/{path}", headers=header)


@pytest.fixture
def call(db: Database) -> Caller:
    return Caller(db)


def test_a_token_acts_with_the_roles_its_scopes_open(call: Caller):
    assert call("who").json() == {"roles": ["contributor", "releaser"], "scopes": ["responses:read"]}


def test_without_the_scope_the_answer_is_403_as_a_problem(call: Caller):
    refused = call("write")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert "responses:write" in refused.json()["detail"]


@pytest.mark.parametrize("token", ["", "kons_", "x", "kons_" + "A" * 43, "é", "x" * 5000])
def test_a_wrong_token_is_401_everywhere(call: Caller, token: str):
    for path in ("who", "anybody"):
        refused = Browser(call.app).send(
            "GET", f"/api/v1/test/{path}", headers=[(b"authorization", f"Bearer {token}".encode())]
        )
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["www-authenticate"].startswith("Bearer")


def test_no_token_is_a_stranger_where_strangers_may_and_401_elsewhere(call: Caller):
    browser = Browser(call.app)
    assert browser.send("GET", "/api/v1/test/anybody").json() == {"stranger": True}
    assert browser.send("GET", "/api/v1/test/who").status_code == 401
    assert browser.send("GET", f"/api/v1/test/who?token={call.token}").status_code == 401
    basic = browser.send("GET", "/api/v1/test/who", headers={"Authorization": "Basic YTpi"})
    assert basic.status_code == 401


def test_a_token_as_cookie_opens_nothing(call: Caller):
    for path in ("/api/v1/test/who", "/home"):
        answer = Browser(call.app).send("GET", path, headers={"Cookie": f"session={call.token}"})
        assert answer.status_code in {401, 303}


def test_a_token_ends_when_revoked_or_expired(db: Database, call: Caller):
    call.app.state.clock = lambda: MOMENT + timedelta(days=30)
    assert call("who").status_code == 401
    call.app.state.clock = lambda: MOMENT
    assert call("who").status_code == 200
    with db.transaction() as session:
        token = session.scalars(select(ApiToken)).one()
        assert token.last_used_at == MOMENT
        tokens.revoke_token(session, call.actor, token.id)
    assert call("who").status_code == 401


def test_a_token_ends_with_its_owners_place_or_account(db: Database, call: Caller):
    with db.transaction() as session:
        session.get_one(Person, call.actor.person_id).active = False
    assert call("who").status_code == 401
    with db.transaction() as session:
        session.get_one(Person, call.actor.person_id).active = True
        own = session.scalars(select(Membership).where(Membership.person_id == call.actor.person_id)).one()
        actions.remove_member(session, call.actor, own.id)
    assert call("who").status_code == 401


def test_a_token_never_outgrows_its_owner(db: Database, call: Caller):
    with db.transaction() as session:
        own = session.scalars(select(Membership).where(Membership.person_id == call.actor.person_id)).one()
        own.roles = [Role.MANAGER.value]
    assert call("who").json()["roles"] == []


def test_a_planners_token_reads_with_planning_roles_only(db: Database):
    with db.transaction() as session:
        planner = make.member(session, make.planning_organisation(session), PLANNING_ROLES)
        plain = tokens.create_token(session, planner, "Auswertung", ["consultation:read"])
        found = tokens.token_actor(session, plain, MOMENT)
        assert found
        assert found.actor.may_plan
        assert found.actor.roles == {Role.EDITOR, Role.PUBLISHER}
        assert not found.actor.operator
