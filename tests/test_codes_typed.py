"""A code that was left out or cut short is not a wrong one: it is said what is missing, and it costs no attempt."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.errors import TooMany
from consultation.core.language import say
from consultation.people import limits
from consultation.people.limits import Limit
from consultation.people.models import RateLimit
from tests import html
from tests.browsing import Browser, site
from tests.factories import MOMENT, PASSWORD
from tests.test_second_step import PAGE, PAULA, at, begin, first_step, of_paula, set_up

EITHER = "Geben Sie die sechs Ziffern ein, die Ihre App zeigt, oder einen Ersatzcode mit zwölf Zeichen."
DIGITS = "Geben Sie die sechs Ziffern ein, die Ihre App zeigt."


@pytest.fixture
def browser(db: Database) -> Browser:
    return of_paula(db)


def counted(db: Database) -> int:
    with db.reader() as session:
        rows = session.scalars(select(RateLimit)).all()
    return sum(row.count for row in rows if row.key.startswith("second_step"))


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "KM7P-2XQD", "zwölf ..."])
def test_at_the_log_in_a_malformed_code_is_no_attempt(db: Database, browser: Browser, typed: str):
    set_up(browser)
    at(browser, 5)
    other = first_step(browser)
    refused = other.post("/login/second-step", {"code": typed, "next": "/account"})
    assert (refused.status_code, EITHER in refused.text, counted(db)) == (422, True, 0)
    wrong = other.post("/login/second-step", {"code": "000 000", "next": "/account"})
    assert "Dieser Code passt nicht, oder er wurde schon benutzt." in wrong.text
    assert counted(db) > 0


@pytest.mark.parametrize("typed", ["", "12345", "KM7P-2XQD-9RTA"])
def test_when_it_is_set_up_too(db: Database, browser: Browser, typed: str):
    browser.log_in(PAULA)
    app = begin(browser)
    refused = browser.post(PAGE, {"offered": app.offered, "code": typed})
    assert (refused.status_code, DIGITS in refused.text, counted(db)) == (422, True, 0)
    assert app.offered.partition(".")[0]
    assert 'id="secret"' in refused.text


def test_who_is_locked_out_stays_on_the_page_and_hears_how_long(browser: Browser):
    app, _ = set_up(browser)
    at(browser, 5)
    other = first_step(browser)
    for number in range(5):
        other.post("/login/second-step", {"code": f"{number:06}"})
    locked = other.post("/login/second-step", {"code": app.code(), "next": "/account"})
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) == 900
    assert "Bitte warten Sie 15 Minuten" in locked.text
    assert 'name="next" value="/account"' in locked.text
    again = begin(browser)
    here = browser.post(PAGE, {"offered": again.offered, "code": "000000"})
    assert (here.status_code, 'id="secret"' in here.text) == (429, True)


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (timedelta(seconds=30), "Bitte warten Sie eine Minute und"),
        (timedelta(minutes=15), "Bitte warten Sie 15 Minuten und"),
        (timedelta(hours=23, minutes=40), "Bitte warten Sie 24 Stunden und"),
    ],
)
def test_a_lock_says_how_long_as_people_say_it(db: Database, window: timedelta, said: str):
    with db.transaction() as session:
        limits.take(session, Limit("test", 1, window), "anna", MOMENT)
        with pytest.raises(TooMany) as refused:
            limits.take(session, Limit("test", 1, window), "anna", MOMENT)
    assert said in say(refused.value.message, "de")


def test_the_recovery_codes_stand_in_a_list_that_can_be_copied(browser: Browser):
    set_up(browser)
    browser.get(PAGE)
    page = html.check(browser.post(f"{PAGE}/recovery-codes", {"current_password": PASSWORD}).text)
    (codes,) = [one for one in page.iter() if one.get("id") == "recovery-codes"]
    (button,) = [one for one in page.iter("button") if one.get("data-copy") == "recovery-codes"]
    assert (codes.get("class"), len(list(codes.iter("code")))) == ("app-codes", 10)
    assert button.get("hidden") is not None, "shown by the script that copies"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Geben Sie den Code ein, der in Ihrer Einladung steht."),
        ("ABCD-EFGH-2345", "Der Code hat 16 Zeichen, hier stehen 12."),
        ("ABCD-EFGH-2345-6789-2", "Der Code hat 16 Zeichen, hier stehen 17."),
        ("ABCD-EFGH-2345-6O89", "Der Code hat 16 Zeichen, hier stehen 15. I, L, O, U, 0 und 1 kommen darin nicht vor."),
        ("ABCD-EFGH-2345-6789", "Diesen Code kennt der Dienst nicht."),
    ],
)
def test_the_code_of_an_invitation_is_looked_at_before_it_is_looked_for(db: Database, typed: str, said: str):
    stranger = Browser(site(db))
    stranger.get("/claim")
    refused = stranger.post("/claim", {"code": typed})
    assert refused.status_code == 422
    assert said in refused.text
    assert f'value="{typed}"' in refused.text
