"""A town at its desk: invited to the law of the evaluation's world, with the people of its house, each in a browser."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from consultation.consultations.codes import code_of
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.people.models import Organisation, Person
from consultation.states import Role
from consultation.subjects import Actor
from tests import factories, html
from tests.browsing import KEY, Browser, site
from tests.evaluation_world import World, standing

TOWN = "010510000000"
OTHER = "020000000000"
COUNTY = "01053"
OFFICE = "010535323"
NOW = factories.MOMENT + timedelta(days=1)


@dataclass
class Scene:
    db: Database
    app: FastAPI
    world: World

    @property
    def base(self) -> str:
        return self.base_of(TOWN)

    def base_of(self, body: str) -> str:
        return f"/o/{self.world.bodies[body]}/answers/{self.world.slug}"

    def somebody(self, *roles: Role, body: str = TOWN, name: str = "Kim Muster") -> Browser:
        """Logged in, with these roles in the house."""
        with self.db.transaction() as session:
            person = factories.person(session, name)
            factories.membership(session, person, session.get_one(Organisation, self.world.bodies[body]), roles)
            email = person.email
        browser = Browser(self.app)
        browser.log_in(email)
        return browser

    def actor(self, browser_email: str, body: str = TOWN) -> Actor:
        with self.db.reader() as session:
            person = session.scalars(select(Person).where(Person.email == browser_email)).one()
        return Actor(person.id, self.world.bodies[body], frozenset({Role.CONTRIBUTOR, Role.RELEASER}), NOW)

    def code(self, body: str = TOWN) -> str:
        with self.db.reader() as session:
            return code_of(KEY.encode(), session.scalars(self._invitation(body)).one())

    def invitation_id(self, body: str = TOWN) -> uuid.UUID:
        with self.db.reader() as session:
            invitation: Invitation = session.scalars(self._invitation(body)).one()
            return invitation.id

    def address(self, email: str, body: str = TOWN) -> None:
        with self.db.transaction() as session:
            session.scalars(self._invitation(body)).one().email = email

    def _invitation(self, body: str) -> Any:
        return select(Invitation).where(Invitation.organisation_id == self.world.bodies[body])

    def clock(self, moment: datetime) -> None:
        self.app.state.clock = lambda: moment

    def four_eyes(self, wanted: bool, body: str = TOWN) -> None:
        with self.db.transaction() as session:
            session.get_one(Organisation, self.world.bodies[body]).four_eyes = wanted


def scene(db: Database, settings: dict[str, Any] | None = None, **options: Any) -> Scene:
    return Scene(db, site(db, moment=NOW, **(settings or {})), standing(db, **options))


def filled(text: str, action: str) -> dict[str, Any]:
    """What a browser would send for the form that posts to `action`, as it stands on the page; buttons left out."""
    tree = html.parse(text)
    form = next(form for form in tree.iter("form") if (form.get("action") or "").endswith(action))
    sent: dict[str, Any] = {}
    for field in form.iter():
        if field.tag not in {"input", "textarea", "select"} or not (name := field.get("name")):
            continue
        if field.tag == "input" and field.get("type") in {"radio", "checkbox"}:
            if field.get("checked") is not None:
                sent.setdefault(name, []).append(field.get("value") or "")
        elif field.tag == "select":
            chosen = [option for option in field.iter("option") if option.get("selected") is not None]
            sent.setdefault(name, []).append((chosen or list(field.iter("option")))[0].get("value") or "")
        else:
            sent.setdefault(name, []).append(
                field.get("value") or "" if field.tag == "input" else (field.text or "").lstrip("\n")
            )
    del sent["csrf_token"]
    return sent
