"""A consultation on a law with towns, tokens for everybody who matters, and a program that calls."""

import itertools
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.people import tokens
from consultation.people.models import Organisation
from consultation.people.tokens import Scope
from consultation.programmes.models import Programme, ProgrammeMember
from consultation.register.states import State
from consultation.states import Visibility
from consultation.subjects import Actor
from tests import factories
from tests.browsing import Browser, site
from tests.evaluation_world import PARTS, World, somebody_of, standing
from tests.factories import MOMENT, PLANNING_ROLES

NOW = MOMENT + timedelta(days=2)
ALL = tuple(scope.value for scope in Scope)
HEIDE, OTHER = "010510044000", "030510044001"
"""A town in Schleswig-Holstein and one in Lower Saxony."""
ANSWERS: dict[str, Any] = {
    "mandate.kind": "administration",
    "need_fit": 4,
    "need_fit.explanation": "Weil es passt.",
    "main_message": "Bitte einfacher.",
    "publication": {part: "figures" if part == "B" else "named" for part in PARTS},
}
RELEASE = {"name": "Kim Muster", "function": "i. V. Amtsleitung"}
_keys = itertools.count(1)


@dataclass
class Api:
    db: Database
    app: FastAPI
    world: World
    tokens: dict[str, str] = field(default_factory=dict)
    language: str = "de"

    @property
    def slug(self) -> str:
        return self.world.slug

    def __call__(
        self,
        method: str,
        path: str,
        who: str = "",
        *,
        json: Any = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        sent = {"Accept-Language": self.language, **(headers or {})}
        if who:
            sent["Authorization"] = f"Bearer {self.tokens[who]}"
        if json is not None:
            more["json"] = json
        return Browser(self.app).send(method, f"/api/v1{path}", headers=sent, **more)

    def get(self, path: str, who: str = "", **more: Any) -> httpx.Response:
        return self("GET", path, who, **more)

    def own(self, rest: str = "") -> str:
        return f"/consultations/{self.slug}/response{rest}"

    def put(self, answers: dict[str, Any], who: str = "town", **more: Any) -> httpx.Response:
        return self("PUT", self.own(), who, json={"answers": answers}, **more)

    def submit(self, who: str = "town", key: str = "", what: str = "submit", **more: Any) -> httpx.Response:
        """Releases by somebody with a name."""
        if what in ("submit", "nil-return") and more.get("json") is None:
            more["json"] = RELEASE
        headers = {"Idempotency-Key": key or f"schluessel-{next(_keys)}"}
        return self("POST", self.own(f"/{what}"), who, headers=headers, **more)

    def at(self, moment: datetime) -> None:
        self.app.state.clock = lambda: moment


def api(db: Database, *, visibility: Visibility = Visibility.INVITED_ONLY, data_dir: Path | None = None) -> Api:
    made = standing(db, 6)
    with db.transaction() as session:
        consultation = made.consultation(session)
        consultation.visibility = visibility
        found = Api(db, site(db, NOW, **({"data_dir": data_dir} if data_dir else {})), made)
        land = factories.planning_organisation(session, "Land Schleswig-Holstein")
        programme = session.get_one(Programme, consultation.programme_id)
        session.add(ProgrammeMember(programme_id=programme.id, organisation_id=land.id, state=State.SH))
        stranger_house = factories.planning_organisation(session, "Anderes Haus")
        uninvited = factories.organisation(session, "Verein am Rand", state=None)
        actors = {
            "planner": replace(made.planner, moment=NOW),
            "land": factories.member(session, land, PLANNING_ROLES, moment=NOW),
            "other_planner": factories.member(session, stranger_house, PLANNING_ROLES, moment=NOW),
            "town": somebody_of(session, made, HEIDE),
            "other_town": somebody_of(session, made, OTHER),
            "uninvited": factories.member(session, uninvited, moment=NOW),
        }
        for name, actor in actors.items():
            found.tokens[name] = token(session, actor)
        found.tokens["reader"] = token(session, actors["town"], ["responses:read"])
        session.flush()
    return found


def token(session: Session, actor: Actor, scopes: Collection[str] = ()) -> str:
    chosen = scopes or [scope.value for scope in tokens.scopes_for(actor.roles)]
    return tokens.create_token(session, actor, "Fachverfahren", chosen)


def organisation_id(session: Session, world: World, body: str) -> uuid.UUID:
    found = session.get(Organisation, world.bodies[body])
    assert found is not None
    return found.id
