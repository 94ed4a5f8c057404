"""Hashing takes long and few do it at once: while somebody waits for it nobody's transaction may be open."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.jobs import Job
from consultation.mail.transport import Memory
from consultation.people import passwords
from consultation.settings import Settings
from consultation.worker import run_due
from tests import factories as make
from tests.browsing import KEY, Browser, site
from tests.factories import MOMENT, PASSWORD

ANNA = "anna@heide.example"


@pytest.fixture
def hashed(db: Database, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each hash that is made or compared from now on: whether a transaction was open."""
    seen: list[bool] = []
    open_now: list[Session] = []
    begin, hashing, comparing = db.transaction, passwords.hashed, passwords.matches

    @contextmanager
    def transaction() -> Iterator[Session]:
        with begin() as session:
            open_now.append(session)
            try:
                yield session
            finally:
                open_now.pop()

    def hash_of(secret: str) -> str:
        seen.append(bool(open_now))
        return hashing(secret)

    def matches(stored: str | None, secret: str) -> bool:
        seen.append(bool(open_now))
        return comparing(stored, secret)

    monkeypatch.setattr(db, "transaction", transaction)
    monkeypatch.setattr(passwords, "hashed", hash_of)
    monkeypatch.setattr(passwords, "matches", matches)
    return seen


@pytest.fixture
def browser(db: Database) -> Browser:
    with db.transaction() as session:
        make.membership(session, make.person(session, "Anna Muster", email=ANNA), make.organisation(session))
    return Browser(site(db))


@pytest.mark.parametrize("path", ["/login/code", "/password"])
def test_a_code_is_hashed_before_the_transaction_that_keeps_it(
    db: Database, browser: Browser, hashed: list[bool], path: str
):
    browser.get(path)
    browser.post(path, {"email": ANNA})
    post = Memory()
    run_due(db, Settings(secret_key=KEY), post, MOMENT)
    assert len(post.sent) == 1
    assert hashed == [False]
    with db.reader() as session:
        assert [job.last_error for job in session.scalars(select(Job))] == [None]


def test_a_new_password_is_hashed_before_the_transaction_that_keeps_it(browser: Browser, hashed: list[bool]):
    browser.log_in(ANNA)
    new = {"current_password": PASSWORD, "password": "ein anderes langes Passwort"}
    assert browser.post("/account/password", new).status_code == 303
    assert hashed
    assert not any(hashed)
