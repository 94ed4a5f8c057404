"""The list of people says what is wrong where it is wrong; and what takes an eye off the release is done before all eyes."""

import re

import pytest
from sqlalchemy import select

from consultation import worker
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.mail.transport import Memory
from consultation.people import queries
from consultation.people.models import Membership, Organisation
from consultation.settings import Settings
from consultation.states import Role
from tests import factories as make
from tests.browsing import KEY, Browser, site
from tests.desk_world import TOWN
from tests.desk_world import scene as make_scene
from tests.factories import MOMENT


@pytest.fixture
def anna(db: Database) -> Browser:
    """Manages Heide alone; Bert answers there, Rita releases, Ines is invited to release."""
    with db.transaction() as session:
        heide = make.organisation(session)
        make.membership(session, make.person(session, "Anna Muster", email="anna@heide.example"), heide)
        make.membership(session, make.person(session, email="bert@heide.example"), heide, [Role.CONTRIBUTOR])
        make.membership(session, make.person(session, email="rita@heide.example"), heide, [Role.RELEASER])
        ines = make.person(session, email="ines@heide.example")
        make.membership(session, ines, heide, [Role.RELEASER], invited_at=MOMENT)
    browser = Browser(site(db))
    browser.log_in("anna@heide.example")
    browser.get(people(db))
    return browser


def people(db: Database) -> str:
    with db.reader() as session:
        return f"/o/{session.scalars(select(Organisation.id)).one()}/people"


def annas(db: Database) -> str:
    with db.reader() as session:
        return str(next(m.id for m in session.scalars(select(Membership)) if "manager" in m.roles))


def test_an_empty_form_hears_all_that_is_missing_at_once(db: Database, anna: Browser):
    refused = anna.post(f"{people(db)}/invite", {"email": "", "name": "", "roles": []})
    assert refused.status_code == 422
    for field in ("email", "name", "roles"):
        assert f'href="#{field}"' in refused.text
    assert "Bitte prüfen Sie 3 Angaben" in refused.text


@pytest.mark.parametrize("below", ["invite", "hand-over", "four-eyes", "invite?lang=en"])
def test_the_address_of_a_refused_form_loaded_anew_leads_to_the_list(db: Database, anna: Browser, below: str):
    shown = anna.follow(anna.get(f"{people(db)}/{below}"))
    assert (shown.status_code, shown.url.path) == (200, people(db))
    assert ('<html lang="en">' in shown.text) == ("lang" in below)


def test_strangers_are_sent_to_the_log_in_from_there_too(db: Database, anna: Browser):
    stranger = Browser(anna.app)
    sent_on = stranger.follow(stranger.get(f"{people(db)}/invite"))
    assert (sent_on.url.path, sent_on.url.query[:5]) == ("/login", b"next=")


def test_a_page_after_a_refused_form_can_be_read_in_the_other_language(db: Database, anna: Browser):
    refused = anna.post(f"{people(db)}/invite", {"email": "", "name": "", "roles": []})
    assert f'href="{people(db)}?lang=en"' in refused.text
    account = anna.post("/account", {"name": "", "language": "de"})
    assert 'href="/account?lang=en"' in account.text


@pytest.mark.parametrize(("what", "sent"), [("roles", {"roles": ["contributor"]}), ("remove", {})])
def test_the_last_manager_is_kept_and_the_list_says_why(
    db: Database, anna: Browser, what: str, sent: dict[str, list[str]]
):
    refused = anna.post(f"{people(db)}/{annas(db)}/{what}", sent)
    assert refused.status_code == 409
    assert "Ohne Verwaltung kann niemand mehr Rechte vergeben." in refused.text
    assert "Wer dazugehört" in refused.text
    assert 'href="#given"' in refused.text
    for useless in ("steht noch auf dieser Seite", "Angaben noch einmal senden"):
        assert useless not in refused.text


# -- four eyes -------------------------------------------------------------------------------------------------------
def told(db: Database) -> list[str]:
    post = Memory()
    settings = Settings.model_validate({"base_url": "https://dienst.example", "secret_key": KEY})
    worker.run_due(db, settings, post, MOMENT)
    return sorted(mail.recipient for mail in post.sent if "Vier-Augen-Prinzip" in mail.subject)


def test_the_rule_is_switched_off_after_a_question_and_all_who_release_or_manage_hear_it(db: Database, anna: Browser):
    page = anna.get(people(db)).text
    assert "Ja, ausschalten" in page
    assert "Alle, die freigeben oder verwalten, erhalten eine Mail" in page
    anna.follow(anna.post(f"{people(db)}/four-eyes", {"four_eyes": "off"}))
    assert told(db) == ["anna@heide.example", "rita@heide.example"]
    with db.reader() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "set_four_eyes")).one()
        assert entry.details == {"four_eyes": False}
        assert queries.four_eyes_off(session, entry.subject_id) == ("Anna Muster", MOMENT)
    anna.follow(anna.post(f"{people(db)}/four-eyes", {"four_eyes": "on"}))
    assert told(db) == []


def test_beside_the_release_stands_who_switched_it_off_and_when(db: Database):
    scene = make_scene(db)
    bea = scene.somebody(Role.MANAGER, Role.CONTRIBUTOR, Role.RELEASER, name="Bea Haupt")
    bea.get(scene.base)
    bea.post(f"{scene.base}/start")
    place = f"/o/{scene.world.bodies[TOWN]}/people"
    bea.get(place)
    bea.post(f"{place}/four-eyes", {"four_eyes": "off"})
    shown = bea.get(f"{scene.base}/review").text
    assert re.search(r"Vier-Augen-Prinzip ausgeschaltet am \d\d\.\d\d\.\d{4}, \d\d:\d\d Uhr von Bea Haupt\.", shown)
    bea.post(f"{place}/four-eyes", {"four_eyes": "on"})
    assert "ausgeschaltet am" not in bea.get(f"{scene.base}/review").text
