"""The operator gives information about a person, forgets one and keeps to the periods, without a command line."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select

from consultation.core.history import HistoryEntry
from consultation.people import sessions
from consultation.people.models import Membership, Person
from consultation.responses.models import DraftAnswer
from consultation.states import Role
from consultation.upkeep import erased_list
from tests.browsing import Browser, site
from tests.privacy_world import MAIL, NAME, end_all, made, person_of
from tests.upkeep_world import LATER, Service

__all__ = ["made"]
PRIVACY = "/operator/privacy"


def at_the_desk(made: Service, caller: str = "operator", days: int = 0) -> Browser:
    moment = LATER + timedelta(days=days)
    browser = Browser(site(made.db, moment, data_dir=made.settings.data_dir))
    person_id = made.world.people[caller].person_id
    assert person_id
    with made.db.transaction() as session:
        browser.cookies.set("session", sessions.begin(session, person_id, moment))
    return browser


@pytest.fixture
def olga(made: Service) -> Browser:
    return at_the_desk(made)


def page_of(olga: Browser, email: str = MAIL) -> str:
    """Where the page of the person is."""
    olga.get(PRIVACY)
    return olga.post(f"{PRIVACY}/person", {"email": email}).headers["location"]


def test_the_way_there_is_on_the_page_of_the_operation(olga: Browser) -> None:
    assert f'href="{PRIVACY}"' in olga.get("/operator").text


def test_somebody_is_found_by_address_however_it_is_written_and_no_address_stands_in_a_link(olga: Browser) -> None:
    where = page_of(olga, f" {MAIL.upper()} ")
    assert "@" not in where
    shown = olga.get(where).text
    assert all(word in shown for word in (NAME, MAIL, "Stadt Heide"))


def test_whoever_is_not_known_is_not_found_and_what_was_typed_stays(olga: Browser) -> None:
    olga.get(PRIVACY)
    answer = olga.post(f"{PRIVACY}/person", {"email": "niemand@ort.example"})
    assert answer.status_code == 422
    assert "Mit dieser Adresse gibt es kein Konto." in answer.text
    assert 'value="niemand@ort.example"' in answer.text


def test_information_is_the_file_that_the_person_could_download(made: Service, olga: Browser) -> None:
    where = page_of(olga)
    given = olga.get(f"{where}/data")
    own = at_the_desk(made, "town").get("/account/data")
    tables = [orjson.loads(answer.content)["tables"] for answer in (given, own)]
    assert tables[0]["person"] == tables[1]["person"]
    assert tables[0].keys() == tables[1].keys()
    assert MAIL not in given.headers["content-disposition"]


def test_a_person_is_forgotten_after_the_address_was_typed_once_more(made: Service, olga: Browser) -> None:
    with made.db.transaction() as session:
        draft = session.scalars(select(DraftAnswer)).first()
        assert draft
        draft.value = {"value": f"Rückfragen bitte an {NAME}."}
    where = page_of(olga)
    olga.get(where)
    wrong = olga.post(f"{where}/forget", {"email": "wilma@zwetschgenbaum.example", "force": "yes"})
    assert wrong.status_code == 422
    assert f"Geben Sie zur Bestätigung {MAIL} ein." in wrong.text
    done = olga.post(f"{where}/forget", {"email": MAIL, "force": "yes"})
    assert done.status_code == 200
    assert "Antworten in Bearbeitung (<code>draft_answer.value</code>): 1 Text" in done.text
    assert "bleiben, bis die Verfahren enden" in done.text
    with made.db.reader() as session:
        person = person_of(session, made)
        assert (person.email == MAIL, person.active) == (False, False)
        [line] = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "erase"))
        assert line.person_id == made.world.people["operator"].person_id
    assert erased_list.read(made.settings.data_dir) == {person.id}
    again = olga.get(where)
    assert "Diese Person wurde am" in again.text
    assert NAME not in again.text
    assert olga.post(f"{PRIVACY}/person", {"email": MAIL}).status_code == 422


def test_the_last_who_manages_or_releases_is_not_forgotten_unasked(made: Service, olga: Browser) -> None:
    with made.db.transaction() as session:
        for one in session.scalars(select(Membership).where(Membership.organisation_id == made.world.places["town"])):
            if one.person_id != made.world.people["town"].person_id:
                one.roles = [Role.CONTRIBUTOR.value]
    where = page_of(olga)
    olga.get(where)
    refused = olga.post(f"{where}/forget", {"email": MAIL})
    assert refused.status_code == 409
    assert "Stadt Heide" in refused.text
    assert f'value="{MAIL}"' in refused.text
    with made.db.reader() as session:
        assert person_of(session, made).name == NAME
    assert olga.post(f"{where}/forget", {"email": MAIL, "force": "yes"}).status_code == 200


def test_nobody_forgets_themselves(made: Service, olga: Browser) -> None:
    with made.db.reader() as session:
        own = session.get_one(Person, made.world.people["operator"].person_id).email
    where = page_of(olga, own)
    olga.get(where)
    refused = olga.post(f"{where}/forget", {"email": own, "force": "yes"})
    assert refused.status_code == 422
    assert "Das ist Ihr eigenes Konto." in refused.text


def test_what_is_due_is_counted_and_goes_when_the_operator_says_so(made: Service) -> None:
    end_all(made)
    olga = at_the_desk(made, days=4000)
    shown = olga.get(PRIVACY).text
    assert "Es ist nichts fällig." not in shown
    assert "365 Tage nach dem Ende der Konsultation" in shown
    after = olga.follow(olga.post(f"{PRIVACY}/retention"))
    assert "Gelöscht: " in after.text
    assert "Es ist nichts fällig." in after.text
    with made.db.reader() as session:
        assert session.scalars(select(DraftAnswer)).all() == []
        [line] = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "retain"))
        assert line.person_id == made.world.people["operator"].person_id
