"""What the pages of one's account, of the operator and about data protection say is true, and said in the reader's language."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import update

from consultation.core.db import Database
from consultation.people.models import Organisation
from consultation.states import Role
from tests import factories as make
from tests import html
from tests.browsing import Browser, site
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import begun

ANNA = "anna@heide.example"
KEPT = "Sie werden gelöscht, sobald die Konsultation archiviert oder abgebrochen ist, spätestens nach zwei Jahren."


def logged_in(db: Database, email: str = ANNA, **settings: Any) -> Browser:
    with db.transaction() as session:
        make.membership(session, make.person(session, "Anna Muster", email=ANNA), make.organisation(session))
        make.person(session, email="olga@dienst.example", operator=True)
    browser = Browser(site(db, **settings))
    browser.log_in(email)
    return browser


@pytest.mark.parametrize(
    ("chosen", "said", "wish"),
    [
        ("en", "Your details have been saved.", "de"),
        ("de", "Ihre Angaben sind gespeichert.", "en"),
        ("", "Your details", "en"),
    ],
)
def test_a_change_of_the_language_is_confirmed_in_the_new_one(db: Database, chosen: str, said: str, wish: str):
    anna, headers = logged_in(db), {"Accept-Language": wish}
    anna.get(f"/account?lang={'de' if chosen != 'de' else 'en'}")
    saved = anna.post("/account", {"name": "Anna Muster", "language": chosen}, headers=headers)
    shown = anna.get(saved.headers["location"], headers=headers).text
    assert said in html.text_of(html.check(shown))


def test_the_account_says_that_its_address_stays_what_to_do_instead_and_who_deletes_it(db: Database):
    with_address = logged_in(db, imprint_email="betrieb@dienst.example").get("/account").text
    assert "Die Mailadresse eines Kontos lässt sich nicht ändern" in with_address
    assert "unter der neuen Adresse einladen, und danach das alte Konto löschen" in with_address
    assert "Schreiben Sie von Ihrer jetzigen Adresse an betrieb@dienst.example." in with_address
    without = Browser(site(db))
    without.log_in(ANNA)
    assert 'href="/imprint">Wen Sie dafür fragen, steht im Impressum.' in without.get("/account").text


def test_who_belongs_to_a_house_of_the_demonstration_sees_its_mark_on_the_pages_about_themselves_too(db: Database):
    anna = logged_in(db)
    for path in ("/home", "/account"):
        assert "Beispieldaten" not in anna.get(path).text, path
    with db.transaction() as session:
        session.execute(update(Organisation).values(demo=True))
    for path in ("/home", "/account"):
        assert "Beispieldaten" in anna.get(path).text, path
    assert "Beispieldaten" not in Browser(anna.app).get("/login").text


def test_ones_own_data_are_explained_in_the_readers_language(db: Database):
    anna = logged_in(db)
    german, english = (anna.get(f"/account/data?lang={language}") for language in ("de", "en"))
    assert "my-data.json" in english.headers["content-disposition"]
    told = [json.loads(answer.content)["tables"]["person"] for answer in (german, english)]
    assert [table["purpose"] for table in told] == [
        "Konto, mit dem sich jemand anmeldet", "Account that somebody signs in with",
    ]  # fmt: skip
    assert told[1]["kept"] == "until the account is deleted"
    assert told[1]["rows"][0]["password_hash"] == "(secret, stored as a checksum only)"
    assert not re.search(r"[äöüß]", english.text)


def test_the_legal_basis_is_said_in_the_readers_language_unless_it_is_the_installations_own(db: Database):
    stranger = Browser(site(db))
    assert "Article 6(1)(e) GDPR" in stranger.get("/privacy?lang=en").text
    assert "Art. 6 Abs. 1 Buchst. e DSGVO" in stranger.get("/privacy?lang=de").text
    own = Browser(site(db, privacy_basis="§ 3 Landesdatenschutzgesetz"))
    assert "§ 3 Landesdatenschutzgesetz" in own.get("/privacy?lang=en").text


def test_comments_in_the_house_are_deleted_when_both_pages_say(db: Database):
    scene = make_scene(db)
    assert KEPT in Browser(scene.app).get("/privacy").text
    kim = begun(scene)
    scene.somebody(Role.RELEASER, name="Bea Haupt")  # whoever is alone is offered no comments
    assert KEPT in kim.get(f"{scene.base}/review").text


def test_a_new_organisation_plans_only_if_the_operator_says_so(db: Database):
    olga = logged_in(db, "olga@dienst.example")
    ticked = 'id="may_plan" name="may_plan" type="checkbox" value="yes" checked'
    assert ticked not in olga.get("/operator").text
    refused = olga.post("/operator/organisations", {"name": "", "kind": "foundation", "may_plan": "yes"})
    assert ticked in refused.text
    assert ticked not in olga.post("/operator/organisations", {"name": "", "kind": "foundation"}).text
