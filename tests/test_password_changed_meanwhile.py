"""Comparing a password takes time, outside any transaction. Who sets another one meanwhile is not undone by it (AN-11)."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.people import actions, passwords, second_factor
from consultation.people.models import LoginSession, Person, SecondFactor
from consultation.people.passwords import chosen
from consultation.subjects import Actor
from tests.browsing import Browser
from tests.factories import MOMENT, PASSWORD
from tests.test_second_step import PAGE, PAULA, at, first_step, of_paula, set_up

OTHER = "ein anderes langes Passwort"


@pytest.fixture
def browser(db: Database) -> Browser:
    return of_paula(db)


def changed_meanwhile(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next comparison of a password takes so long that its owner sets another one."""
    compare = passwords.matches

    def slowly(stored: str | None, secret: str) -> bool:
        monkeypatch.setattr(passwords, "matches", compare)
        with db.transaction() as session:
            person = session.scalars(select(Person)).one()
            actions.set_password(session, Actor(person.id, None, frozenset(), MOMENT), chosen(OTHER))
        return compare(stored, secret)

    monkeypatch.setattr(passwords, "matches", slowly)


def test_the_old_password_logs_nobody_in(db: Database, browser: Browser, monkeypatch: pytest.MonkeyPatch):
    """The session would outlive the change, which ends all that there are."""
    browser.get("/login")
    changed_meanwhile(db, monkeypatch)
    refused = browser.post("/login", {"email": PAULA, "password": PASSWORD})
    assert refused.status_code == 422
    assert "passen nicht zusammen" in refused.text
    with db.reader() as session:
        assert session.scalars(select(LoginSession)).all() == []


def test_of_two_who_change_the_same_password_at_once_the_second_is_refused(
    db: Database, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    browser.log_in(PAULA)
    changed_meanwhile(db, monkeypatch)
    new = {"current_password": PASSWORD, "password": "das Passwort von jemand anderem"}
    refused = browser.post("/account/password", new)
    assert refused.status_code == 422
    assert "nicht Ihr jetziges Passwort" in refused.text
    assert browser.log_in(PAULA, OTHER).status_code == 303


@pytest.mark.parametrize("what", ["recovery-codes", "remove"])
def test_the_second_step_stays_as_it_is(
    db: Database, browser: Browser, monkeypatch: pytest.MonkeyPatch, what: str
):  # fmt: skip
    _, codes = set_up(browser)
    browser.get(PAGE)
    changed_meanwhile(db, monkeypatch)
    refused = browser.post(f"{PAGE}/{what}", {"current_password": PASSWORD})
    assert refused.status_code == 422
    assert "nicht Ihr jetziges Passwort" in refused.text
    at(browser, 5)
    assert first_step(browser, OTHER).post("/login/second-step", {"code": codes[0]}).status_code == 303
    with db.reader() as session:
        assert len(session.scalars(select(SecondFactor)).all()) == 1


def test_a_second_step_after_the_old_password_logs_nobody_in(
    db: Database, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    app, _ = set_up(browser)
    at(browser, 5)
    waiting = first_step(browser)
    count = second_factor.count

    def counted(session: Session, person_id: uuid.UUID, moment: datetime) -> None:
        count(session, person_id, moment)
        actions.set_password(session, Actor(person_id, None, frozenset(), moment), chosen(OTHER))

    monkeypatch.setattr(second_factor, "count", counted)
    assert waiting.post("/login/second-step", {"code": app.code()}).headers["location"] == "/login"
    assert "session" not in waiting.cookies
