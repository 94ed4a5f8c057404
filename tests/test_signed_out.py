"""Heading and sentence agree: who logged out in another window hears that, and who may not come here hears why."""

import pytest

from consultation.core.db import Database
from consultation.states import Role
from tests import factories as make
from tests import html
from tests.browsing import BASE, Browser, site

HERE = {"origin": BASE}


class Manager(Browser):
    """Manages a house, and does not answer there."""

    house = ""


@pytest.fixture
def anna(db: Database) -> Manager:
    with db.transaction() as session:
        heide = make.organisation(session)
        make.membership(session, make.person(session, email="anna@heide.example"), heide, [Role.MANAGER])
        make.person(session, email="olga@dienst.example", operator=True)
    browser = Manager(site(db))
    browser.house = f"/o/{heide.id}"
    browser.log_in("anna@heide.example")
    return browser


def log_out_elsewhere(browser: Browser) -> None:
    """In another window of the same browser: the page here still has its old token."""
    stale = browser.token
    browser.post("/logout")
    browser.token = stale


def heading(page: str) -> str:
    return html.text_of(html.check(page).find(".//h1"))


def test_a_form_sent_after_logging_out_elsewhere_keeps_the_input_and_offers_the_log_in(anna: Manager):
    log_out_elsewhere(anna)
    page = anna.post("/account", {"name": "Anna von und zu Heide", "language": "en"}, headers=HERE).text
    assert heading(page) == "Noch nicht gespeichert"
    assert "Sie sind nicht mehr angemeldet." in page
    assert 'href="/login?next=/login/done"' in page
    assert 'name="name" value="Anna von und zu Heide"' in page


def test_a_button_pressed_after_logging_out_elsewhere_says_so_and_leads_back(anna: Manager):
    people = f"{anna.house}/people"
    log_out_elsewhere(anna)
    for path, back in ((f"{people}/four-eyes", people), ("/account/sessions/end-others", "/account/sessions")):
        page = anna.post(path, headers=HERE).text
        assert heading(page) == "Sie sind nicht mehr angemeldet"
        assert "Das dürfen Sie nicht" not in page
        assert ("/login?next=%2F" in page) == ("next" in page)
        assert back.rpartition("/sessions")[0].replace("/", "%2F") in page


def test_passwords_and_codes_are_never_handed_back(anna: Manager):
    log_out_elsewhere(anna)
    for path, sent in (
        ("/account/password", {"current_password": "geheim geheim", "password": "geheim geheim geheim"}),
        ("/account/second-step", {"offered": "geheim", "code": "123456"}),
    ):
        page = anna.post(path, sent, headers=HERE).text
        assert "geheim" not in page
        assert "123456" not in page
        assert heading(page) == "Sie sind nicht mehr angemeldet"


def test_a_page_for_other_people_of_the_house_does_not_claim_that_it_does_not_exist(anna: Manager):
    shown = anna.get(f"{anna.house}/answers")
    assert shown.status_code == 404
    assert "Diese Seite ist für alle, die in der Organisation bearbeiten oder freigeben." in shown.text
    assert heading(shown.text) == "Hier geht es nicht weiter"
    assert "melden Sie sich an" not in shown.text


@pytest.mark.parametrize("path", ["/gibt/es/nicht", "/operator"])
def test_what_does_not_exist_says_so(anna: Manager, path: str):
    assert heading(anna.get(path).text) == "Diese Seite gibt es nicht"
