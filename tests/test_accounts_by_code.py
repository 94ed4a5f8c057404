"""Accounts made with the code of an invitation: at once for who has none, by a code in the mail for who has one."""

import httpx
import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.people import codes
from consultation.people.models import CodePurpose, Membership, Person
from consultation.web.municipalities.claim import ACCOUNTS
from tests import factories
from tests.browsing import Browser
from tests.desk_world import NOW, TOWN, Scene
from tests.desk_world import scene as make_scene

ANNA = "anna@verein.example"


@pytest.fixture
def scene(db: Database) -> Scene:
    made = make_scene(db)
    with db.transaction() as session:
        factories.person(session, "Anna Muster", email=ANNA)
    return made


def account(scene: Scene, email: str, **more: str) -> tuple[Browser, httpx.Response]:
    browser, at = Browser(scene.app), f"/claim/{scene.code()}"
    browser.get(at)
    typed = {"name": "Bert Beispiel", "email": email, "password": factories.PASSWORD, **more}
    return browser, browser.post(at, typed)


def members(scene: Scene) -> list[str]:
    with scene.db.reader() as session:
        there = select(Person.email).join(Membership).where(Membership.organisation_id == scene.world.bodies[TOWN])
        return list(session.scalars(there))


def asked_codes(scene: Scene) -> int:
    with scene.db.reader() as session:
        return len(session.scalars(select(Job).where(Job.kind == "mail.login_code")).all())


def test_who_has_no_account_begins_at_once_and_waits_for_no_mail(scene: Scene) -> None:
    browser, done = account(scene, "bert@kiel.example")
    assert (done.status_code, done.headers["location"]) == (303, scene.base)
    assert browser.get(scene.base).status_code == 200
    assert asked_codes(scene) == 0


def test_an_address_with_an_account_gets_a_code_to_log_in_and_its_holder_takes_the_place(scene: Scene) -> None:
    browser, asked = account(scene, " ANNA@verein.example")
    assert asked.status_code == 200
    assert "Wir haben ihr einen Code zum Anmelden geschickt" in asked.text
    assert members(scene) == []
    assert asked_codes(scene) == 1
    with scene.db.transaction() as session:
        anna = session.scalars(select(Person).where(Person.email == ANNA)).one()
        assert anna.name == "Anna Muster"  # nothing of what a stranger typed is kept
        assert session.scalars(
            select(HistoryEntry.action).where(HistoryEntry.subject_id == anna.id).order_by(HistoryEntry.seq.desc())
        ).first() == "ask_code"  # fmt: skip
        code = codes.make_code(session, anna.id, CodePurpose.LOG_IN, NOW, codes.new_code())
    at = f"/claim/{scene.code()}"
    entered = browser.post("/login/code/enter", {"email": ANNA, "code": code, "next": at})
    assert entered.headers["location"] == at
    assert "Sie sind angemeldet als Anna Muster" in browser.get(at).text
    assert browser.post(at, {"function": "Leitung"}).headers["location"] == scene.base
    assert members(scene) == [ANNA]


def test_nothing_is_said_of_an_address_while_something_else_is_wrong(scene: Scene) -> None:
    (_, known), (_, unknown) = (account(scene, email, password="kurz") for email in (ANNA, "bert@verein.example"))
    assert known.status_code == unknown.status_code == 422
    assert "schon ein Konto." not in known.text
    assert asked_codes(scene) == 0


def test_one_invitation_opens_ten_accounts_a_day_and_a_full_window_tells_nothing(scene: Scene) -> None:
    account(scene, "bert@kiel.example", password="kurz")  # a mistake counts for nothing
    for number in range(ACCOUNTS.allowed):
        email = ANNA if number == 0 else f"person{number}@kiel.example"
        assert account(scene, email)[1].status_code in (200, 303), number
    sent = asked_codes(scene)
    known, unknown = (account(scene, email)[1] for email in (ANNA, "neu@kiel.example"))
    assert known.status_code == unknown.status_code == 429
    assert "Das waren zu viele Versuche." in known.text
    assert "Das waren zu viele Versuche." in unknown.text
    assert asked_codes(scene) == sent
    assert len(members(scene)) == ACCOUNTS.allowed - 1


def test_a_blocked_account_gets_no_code_and_the_page_says_no_more(scene: Scene) -> None:
    with scene.db.transaction() as session:
        session.scalars(select(Person).where(Person.email == ANNA)).one().active = False
    _, asked = account(scene, ANNA)
    assert asked.status_code == 200
    assert asked_codes(scene) == 0
