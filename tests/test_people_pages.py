"""The pages of the account, of the people of an organisation and of the operator; who may see and do what there."""

import re
import uuid
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job, JobState, enqueue
from consultation.people.models import ApiToken, Membership, Organisation, Person
from consultation.states import Role
from tests import factories as make
from tests.browsing import Browser, site
from tests.factories import ANSWERING_ROLES, MOMENT, PASSWORD


@pytest.fixture
def app(db: Database) -> FastAPI:
    return site(db)


class Town:
    """Anna manages Heide, Bert answers there, Carla manages Husum, Olga operates the service."""

    def __init__(self, db: Database) -> None:
        with db.transaction() as session:
            self.heide, self.husum = make.organisation(session), make.organisation(session, "Stadt Husum")
            self.anna = make.person(session, "Anna Muster", email="anna@heide.example")
            self.bert = make.person(session, "Bert Beispiel", email="bert@heide.example")
            self.carla = make.person(session, "Carla Husumerin", email="carla@husum.example")
            self.olga = make.person(session, "Olga Betrieb", email="olga@dienst.example", operator=True)
            self.annas = make.membership(session, self.anna, self.heide)
            self.berts = make.membership(session, self.bert, self.heide, [Role.CONTRIBUTOR])
            self.carlas = make.membership(session, self.carla, self.husum)
        self.people = f"/o/{self.heide.id}/people"


@pytest.fixture
def town(db: Database) -> Town:
    return Town(db)


def browser(app: FastAPI, who: Person) -> Browser:
    made = Browser(app)
    made.log_in(who.email)
    return made


# -- an organisation's people ----------------------------------------------------------------------------------------
def test_a_manager_invites_by_the_page_and_the_colleague_gets_a_mail(db: Database, app: FastAPI, town: Town):
    anna = browser(app, town.anna)
    assert "Kollegin oder Kollegen einladen" in anna.get(town.people).text
    wrong = anna.post(f"{town.people}/invite", {"email": "keine", "name": "Nina Neu", "roles": ["contributor"]})
    assert wrong.status_code == 422
    assert 'value="Nina Neu"' in wrong.text
    right = {
        "email": "nina@heide.example",
        "name": "Nina Neu",
        "roles": ["contributor", "releaser"],
        "function": "Amt 50",
    }
    assert "Nina Neu" in anna.follow(anna.post(f"{town.people}/invite", right)).text
    with db.reader() as session:
        assert [job.kind for job in session.scalars(select(Job))] == ["mail.place"]


def test_colleagues_see_who_belongs_there_but_change_nothing(db: Database, app: FastAPI, town: Town):
    bert = browser(app, town.bert)
    shown = bert.get(town.people).text
    assert "Anna Muster" in shown
    assert "einladen" not in shown
    posts = {
        f"{town.people}/invite": {"email": "x@heide.example", "name": "X", "roles": "manager"},
        f"{town.people}/{town.berts.id}/roles": {"roles": "manager"},
        f"{town.people}/{town.annas.id}/remove": {},
        f"{town.people}/four-eyes": {"four_eyes": "off"},
    }
    for path, data in posts.items():
        assert bert.post(path, data).status_code == 403
    with db.reader() as session:
        assert session.get_one(Membership, town.berts.id).roles == ["contributor"]
        assert session.get_one(Organisation, town.heide.id).four_eyes


def test_another_towns_people_and_strangers_see_nothing(app: FastAPI, town: Town):
    carla, stranger = browser(app, town.carla), Browser(app)
    for path in (town.people, f"/o/{uuid.uuid4()}/people", "/o/x/people", "/o/../people"):
        refused = carla.get(path)
        assert refused.status_code == 404
        assert "Anna" not in refused.text
    own = f"/o/{town.husum.id}/people"
    assert carla.post(f"{own}/{town.berts.id}/roles", {"roles": "manager"}).status_code == 404
    assert carla.post(f"{own}/{town.berts.id}/remove").status_code == 404
    assert stranger.get(town.people).headers["location"].startswith("/login?next=")


def test_who_waits_sees_so_and_enters_after_the_approval(db: Database, app: FastAPI, town: Town):
    with db.transaction() as session:
        waiting = make.membership(session, town.carla, town.heide, (), waiting=True)
    carla, anna = browser(app, town.carla), browser(app, town.anna)
    assert "wartet auf Zustimmung" in carla.get("/home").text
    assert carla.get(town.people).status_code == 404
    assert "Warten auf Zustimmung" in anna.get(town.people).text
    anna.follow(anna.post(f"{town.people}/{waiting.id}/roles", {"roles": ["contributor"]}))
    assert carla.get(town.people).status_code == 200


def test_a_removed_persons_rights_end_with_the_next_request(app: FastAPI, town: Town):
    bert, anna = browser(app, town.bert), browser(app, town.anna)
    assert bert.get(town.people).status_code == 200
    anna.get(town.people)
    anna.follow(anna.post(f"{town.people}/{town.berts.id}/remove"))
    assert bert.get(town.people).status_code == 404


def test_somebody_leaves_but_the_last_manager_stays(app: FastAPI, town: Town):
    bert, anna = browser(app, town.bert), browser(app, town.anna)
    assert bert.follow(bert.post(f"{town.people}/{town.berts.id}/remove")).url.path == "/home"
    refused = anna.post(f"{town.people}/{town.annas.id}/remove")
    assert refused.status_code == 409
    assert "Ohne Verwaltung" in refused.text


def test_the_four_eyes_switch_is_the_managers(db: Database, app: FastAPI, town: Town):
    anna = browser(app, town.anna)
    anna.get(town.people)
    assert "Ausgeschaltet" in anna.follow(anna.post(f"{town.people}/four-eyes", {"four_eyes": "off"})).text
    with db.reader() as session:
        assert not session.get_one(Organisation, town.heide.id).four_eyes


def test_every_change_of_people_stands_in_the_log_once(db: Database, app: FastAPI, town: Town):
    anna = browser(app, town.anna)
    changes: dict[str, dict[str, Any]] = {
        f"{town.people}/invite": {"email": "n@heide.example", "name": "Nina Neu", "roles": "releaser"},
        f"{town.people}/{town.berts.id}/roles": {"roles": ["contributor", "releaser"]},
        f"{town.people}/{town.berts.id}/remove": {},
        f"{town.people}/four-eyes": {"four_eyes": "off"},
        "/account": {"name": "Anna Anders", "language": "en"},
        "/account/password": {"current_password": PASSWORD, "password": "ein anderes langes Passwort"},
    }
    for path, data in changes.items():
        anna.get("/account")
        assert anna.post(path, data).status_code == 303
    with db.reader() as session:
        entries = list(session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq)))
    assert [e.action for e in entries] == [
        "log_in", "create", "invite", "give_roles", "remove", "set_four_eyes", "change", "set_password", "log_in",
    ]  # fmt: skip
    assert {e.person_id for e in entries} == {town.anna.id}


# -- one's own account -----------------------------------------------------------------------------------------------
def test_name_and_language_are_changed(app: FastAPI, town: Town):
    anna = browser(app, town.anna)
    saved = anna.follow(anna.post("/account", {"name": "Anna  Anders ", "language": "en"}))
    assert 'lang="en"' in saved.text
    assert "Anna Anders" in saved.text
    assert anna.post("/account", {"name": "", "language": "xx"}).status_code == 422


def test_the_password_is_changed_only_by_who_knows_the_old_one(app: FastAPI, town: Town):
    anna, other = browser(app, town.anna), browser(app, town.anna)
    new = "ein anderes langes Passwort"
    refused = anna.post("/account/password", {"current_password": "geraten geraten", "password": new})
    assert refused.status_code == 422
    same = anna.post("/account/password", {"current_password": PASSWORD, "password": PASSWORD})
    assert same.status_code == 422
    assert "Das ist Ihr bisheriges Passwort" in same.text
    anna.follow(anna.post("/account/password", {"current_password": PASSWORD, "password": new}))
    assert anna.get("/home").status_code == 200
    assert other.get("/home").status_code == 303


def test_other_sessions_are_seen_and_ended(app: FastAPI, town: Town):
    anna, other = browser(app, town.anna), browser(app, town.anna)
    page = anna.get("/account")
    other_session = re.search(r"/account/sessions/([0-9a-f-]{36})/end", page.text)
    assert other_session
    anna.follow(anna.post(f"/account/sessions/{other_session[1]}/end"))
    assert other.get("/home").status_code == 303
    third = browser(app, town.anna)
    anna.get("/account")
    anna.follow(anna.post("/account/sessions/end-others"))
    assert (third.get("/home").status_code, anna.get("/home").status_code) == (303, 200)


def test_a_token_is_shown_once_and_stored_hashed(db: Database, app: FastAPI, town: Town):
    anna = browser(app, town.anna)
    asked = {
        "organisation": str(town.heide.id),
        "token_name": "Fachverfahren",
        "scopes": ["responses:read"],
        "days": "30",
    }
    shown = anna.post("/account/tokens", asked)
    plain = re.search(r"kons_[\w-]{43}", shown.text)
    assert plain
    assert plain[0] not in anna.get("/account").text
    with db.reader() as session:
        token = session.scalars(select(ApiToken)).one()
    assert plain[0] not in (token.token_hash, token.hint)
    assert token.scopes == ["responses:read"]
    anna.follow(anna.post(f"/account/tokens/{token.id}/revoke"))
    assert "Fachverfahren" not in anna.get("/account").text


@pytest.mark.parametrize("scopes", [[], ["consultation:read"], ["responses:read", "all"]])
def test_nobody_gets_a_token_that_reaches_further_than_they_do(app: FastAPI, town: Town, scopes: list[str]):
    anna = browser(app, town.anna)
    asked = {"organisation": str(town.heide.id), "token_name": "X", "scopes": scopes}
    assert anna.post("/account/tokens", asked).status_code == 422


def test_nobody_gets_or_revokes_a_token_of_others(db: Database, app: FastAPI, town: Town):
    anna, carla = browser(app, town.anna), browser(app, town.carla)
    asked = {"organisation": str(town.heide.id), "token_name": "X", "scopes": ["responses:read"]}
    assert carla.post("/account/tokens", asked).status_code == 404
    anna.post("/account/tokens", asked)
    with db.reader() as session:
        token = session.scalars(select(ApiToken)).one()
    assert carla.post(f"/account/tokens/{token.id}/revoke").status_code == 404


# -- the operator ----------------------------------------------------------------------------------------------------
def test_the_operator_makes_an_organisation_that_plans_and_gives_it_a_manager(db: Database, app: FastAPI, town: Town):
    olga = browser(app, town.olga)
    assert "Noch keine Organisation darf planen" in olga.get("/operator").text
    wrong = olga.post("/operator/organisations", {"name": "", "kind": "county", "may_plan": "yes"})
    assert wrong.status_code == 422
    assert olga.post("/operator/organisations", {"name": "X", "kind": "nonsense"}).status_code == 422
    shown = olga.follow(
        olga.post("/operator/organisations", {"name": "Stiftung", "kind": "foundation", "may_plan": "yes"})
    )
    assert "darf planen" in shown.text
    path = shown.url.path
    with_manager = olga.follow(olga.post(f"{path}/manager", {"email": "chef@stiftung.example", "name": "Cem Chef"}))
    assert "Cem Chef" in with_manager.text
    assert olga.post(f"{path}/manager", {"email": "chef@", "name": ""}).status_code == 422
    assert "darf antworten, aber nicht planen" in olga.follow(olga.post(f"{path}/may-plan", {"may_plan": "no"})).text
    assert "Stiftung" in olga.get("/operator?q=stift").text
    olga.get("/operator")
    olga.post("/operator/organisations", {"name": "Öffentliche Ämter", "kind": "foundation"})
    assert all("Öffentliche Ämter" in olga.get(f"/operator?q={said}").text for said in ("öffentliche ä", "ÄMTER"))
    with db.reader() as session:
        assert session.scalars(select(Organisation).where(Organisation.name == "Stiftung")).one().may_plan is False


def test_a_manager_asked_at_a_wrong_address_is_asked_again_or_no_more(db: Database, app: FastAPI, town: Town):
    olga, organisation = browser(app, town.olga), f"/operator/organisations/{town.husum.id}"
    asked = {"email": "cehf@stiftung.example", "name": "Cem Chef"}
    shown = olga.follow(olga.post(f"{organisation}/manager", asked)).text
    [path] = re.findall(r'action="([^"]+)/withdraw"', shown)
    assert f'action="{path}/invite-again"' in shown
    assert "noch einmal hinaus" in olga.follow(olga.post(f"{path}/invite-again")).text
    with db.reader() as session:
        assert len(session.scalars(select(Job).where(Job.kind == "mail.place")).all()) == 2
    shown = olga.follow(olga.post(f"{path}/withdraw")).text
    assert "Die Einladung ist zurückgezogen." in shown
    assert "Cem Chef" not in shown
    assert olga.post(f"{path}/withdraw").status_code == 404
    right = olga.post(f"{organisation}/manager", {**asked, "email": "chef@stiftung.example"})
    assert "chef@stiftung.example" in olga.follow(right).text


def test_the_operator_takes_no_rights_from_who_has_come_nor_invitations_of_the_house(app: FastAPI, town: Town):
    anna, olga = browser(app, town.anna), browser(app, town.olga)
    anna.get(town.people)
    anna.post(f"{town.people}/invite", {"email": "nina@heide.example", "name": "Nina", "roles": ["contributor"]})
    [nina] = re.findall(r"people/([0-9a-f-]+)/invite-again", anna.get(town.people).text)
    organisation = f"/operator/organisations/{town.heide.id}"
    shown = olga.get(organisation).text
    assert "Nina" in shown
    assert "/withdraw" not in shown
    for what in ("withdraw", "invite-again"):
        assert olga.post(f"{organisation}/people/{nina}/{what}").status_code == 404
        assert olga.post(f"{organisation}/people/{town.annas.id}/{what}").status_code == 409
        assert olga.post(f"{organisation}/people/{town.carlas.id}/{what}").status_code == 404
        assert anna.post(f"{organisation}/people/{nina}/{what}").status_code == 404


def test_parked_jobs_are_seen_and_tried_again(db: Database, app: FastAPI, town: Town):
    with db.transaction() as session:
        enqueue(session, "mail.place", {"id": "x"}, run_at=MOMENT)
        session.execute(update(Job).values(state=JobState.DEAD, attempts=8, last_error="Postfach <voll>"))
        job = session.scalars(select(Job)).one()
    olga = browser(app, town.olga)
    assert "Postfach &lt;voll&gt;" in olga.get("/operator").text
    olga.follow(olga.post(f"/operator/jobs/{job.id}/repeat"))
    assert olga.post(f"/operator/jobs/{job.id}/repeat").status_code == 404
    with db.reader() as session:
        again = session.scalars(select(Job)).one()
    assert (again.state, again.attempts) == (JobState.READY, 0)


def test_jobs_that_fail_and_are_tried_on_are_seen_and_not_called_done(db: Database, app: FastAPI, town: Town):
    olga = browser(app, town.olga)
    assert "0 warten, keiner ist aufgegeben" in olga.get("/operator").text
    for count, told in ((1, "1 geht etwa seit"), (2, "2 gehen nicht hinaus, die älteste etwa seit")):
        with db.transaction() as session:
            enqueue(session, "mail.place", {"id": str(count)}, run_at=MOMENT)
            session.execute(update(Job).values(state=JobState.READY, attempts=8, last_error="Postfach voll"))
        text = olga.get("/operator").text
        assert told in text
        assert "fünf Tage lang wieder versucht. Zuletzt: Postfach voll" in text


def test_nobody_else_finds_the_operators_pages(app: FastAPI, town: Town):
    anna = browser(app, town.anna)
    organisation = f"/operator/organisations/{town.heide.id}"
    for path in ("/operator", organisation):
        assert anna.get(path).status_code == 404
    for path in ("/operator/organisations", f"{organisation}/may-plan", f"{organisation}/manager",
                 f"/operator/jobs/{uuid.uuid4()}/repeat"):  # fmt: skip
        assert anna.post(path, {"name": "X", "kind": "foundation", "may_plan": "yes"}).status_code == 404
    assert Browser(app).get("/operator").status_code == 303


def test_hostile_names_stay_text(db: Database, app: FastAPI, town: Town):
    name = "<script>alert(1)</script> {{ 7 * 7 }} {name} %s"
    with db.transaction() as session:
        make.membership(session, make.person(session, name), town.heide, ANSWERING_ROLES)
    shown = browser(app, town.anna).get(town.people).text
    assert "<script>alert" not in shown
    assert "{{ 7 * 7 }}" in shown


@pytest.mark.parametrize("address", ["/gibt/es/nicht", "/o/nirgendwo", "/consultations/x/y/z?q=1"])
def test_a_page_that_does_not_exist_still_knows_who_asks(app: FastAPI, town: Town, address: str):
    found = browser(app, town.anna).get(address)
    assert found.status_code == 404
    assert "Abmelden" in found.text
    assert "Abmelden" not in Browser(app).get(address).text
