"""The second step of the log-in: set up with an app, asked after the password, and what must hold under attack."""

import re
from datetime import datetime, timedelta
from urllib.parse import unquote

import pyotp
import pytest
from sqlalchemy import select, text

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.core.tables import all_tables
from consultation.people import codes, second_factor, tokens
from consultation.people.models import CodePurpose, LoginSession, Membership, Person, RecoveryCode, SecondFactor
from consultation.states import Role
from tests import factories as make
from tests.browsing import KEY, Browser, site
from tests.factories import MOMENT, PASSWORD, PLANNING_ROLES

PAULA = "paula@stiftung.example"
PAGE = "/account/second-step"


@pytest.fixture
def browser(db: Database) -> Browser:
    return of_paula(db)


def of_paula(db: Database) -> Browser:
    """Who plans."""
    with db.transaction() as session:
        house = make.planning_organisation(session)
        make.membership(session, make.person(session, "Paula Planer", email=PAULA), house, PLANNING_ROLES)
    return Browser(site(db))


def at(browser: Browser, minutes: float) -> datetime:
    moment = MOMENT + timedelta(minutes=minutes)
    browser.app.state.clock = lambda: moment
    return moment


class App:
    """What runs on the telephone: it knows the secret that a page showed, and the time. `offered` is the page's own note."""

    def __init__(self, browser: Browser, page: str) -> None:
        self._site = browser.app
        self.totp = pyotp.TOTP(shown(page, r'id="secret">([^<]+)<').replace(" ", ""))
        self.offered = shown(page, r'name="offered" value="([^"]+)"')

    def code(self, half_minutes: int = 0) -> str:
        return self.totp.at(self._site.state.clock(), counter_offset=half_minutes)


def shown(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found, page
    return found[1]


def begin(browser: Browser) -> App:
    browser.get(PAGE)
    return App(browser, browser.post(f"{PAGE}/begin", {"current_password": PASSWORD}).text)


def set_up(browser: Browser) -> tuple[App, list[str]]:
    """Logged in, with the app set up; the recovery codes."""
    browser.log_in(PAULA)
    app = begin(browser)
    done = browser.post(PAGE, {"offered": app.offered, "code": app.code()})
    assert done.status_code == 200, done.text
    return app, re.findall(r"<li><code>([^<]+)</code>", done.text)


def first_step(browser: Browser, password: str = PASSWORD, wanted: str = "/account") -> Browser:
    """Another browser, whose password was right."""
    other = Browser(browser.app)
    other.get("/login")
    answer = other.post("/login", {"email": PAULA, "password": password, "next": wanted})
    assert answer.headers["location"].startswith("/login/second-step?next="), answer.text
    assert "session" not in other.cookies
    assert other.follow(answer).status_code == 200
    return other


def second_step(other: Browser, code: str) -> int:
    return other.post("/login/second-step", {"code": code, "next": "/account"}).status_code


def test_after_the_password_comes_the_code_of_the_app(db: Database, browser: Browser):
    app, _ = set_up(browser)
    at(browser, 5)
    other = first_step(browser)
    assert other.get("/account").status_code == 303
    welcome = other.post("/login/second-step", {"code": app.code(), "next": "/account"})
    assert "Mein Konto" in other.follow(welcome).text
    with db.reader() as session:
        entries = session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq)).all()
    assert [entry.action for entry in entries] == ["log_in", "add_second_factor", "log_in"]
    assert entries[-1].details == {"second_step": "app"}


def test_the_page_shows_the_secret_as_text_and_as_a_picture_without_script(browser: Browser):
    browser.log_in(PAULA)
    browser.get(PAGE)
    page = browser.post(f"{PAGE}/begin", {"current_password": PASSWORD}).text
    assert shown(page, r'id="secret">((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})<')
    assert "style=" not in shown(page, r"(?s)(<svg.*?</svg>)")
    assert 'autocomplete="one-time-code"' in page
    address = second_factor.address_of("A" * 32, PAULA, "Beteiligung & mehr")
    name = "Beteiligung%20%26%20mehr"
    wanted = f"otpauth://totp/{name}:paula%40stiftung.example?secret={'A' * 32}&issuer={name}"
    assert unquote(address) == unquote(wanted)


@pytest.mark.parametrize("half_minutes", [-1, 0, 1])
def test_the_clock_of_a_telephone_may_be_half_a_minute_wrong(browser: Browser, half_minutes: int):
    app, _ = set_up(browser)
    at(browser, 5)
    assert second_step(first_step(browser), app.code(half_minutes)) == 303


@pytest.mark.parametrize("half_minutes", [-2, 2])
def test_a_code_of_a_minute_ago_or_hence_is_wrong(browser: Browser, half_minutes: int):
    app, _ = set_up(browser)
    at(browser, 5)
    assert second_step(first_step(browser), app.code(half_minutes)) == 422


def test_each_code_is_good_once_also_with_spaces_and_also_the_first(browser: Browser):
    app, _ = set_up(browser)
    assert second_step(first_step(browser), app.code()) == 422, "the code that set it up"
    at(browser, 5)
    code = app.code()
    assert second_step(first_step(browser), f" {code[:3]} {code[3:]} ") == 303
    other = first_step(browser)
    assert second_step(other, code) == 422
    assert second_step(other, f"{code[:3]} {code[3:]}") == 422
    assert second_step(other, app.code(-1)) == 422, "nor an older one"


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "١٢٣٤٥٦", "½¼¾⅛⅜⅝", "\x00", "9" * 5000, "A" * 12])
def test_odd_codes_are_wrong_codes(browser: Browser, code: str):
    set_up(browser)
    at(browser, 5)
    assert second_step(first_step(browser), code) == 422


def test_a_recovery_code_stands_in_once_and_a_mail_tells_of_it(db: Database, browser: Browser):
    _, recovery = set_up(browser)
    assert len(set(recovery)) == 10
    assert all(re.fullmatch("[A-HJKMNP-Z2-9]{4}(-[A-HJKMNP-Z2-9]{4}){2}", code) for code in recovery)
    at(browser, 5)
    assert second_step(first_step(browser), f" {recovery[3].lower().replace('-', ' ')}") == 303
    assert second_step(first_step(browser), recovery[3]) == 422
    with db.reader() as session:
        entry = session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq.desc()).limit(1)).one()
        told = [job.payload["what"] for job in session.scalars(select(Job).order_by(Job.run_at, Job.id))]
        used = session.scalars(select(RecoveryCode).where(RecoveryCode.used_at.is_not(None))).all()
    assert len(used) == 1
    assert entry.details == {"second_step": "recovery_code"}
    assert sorted(told) == ["add_second_factor", "use_recovery_code"]
    assert re.search(r">9</dd>", browser.get(PAGE).text)


def test_nothing_in_the_database_makes_a_code(db: Database, browser: Browser):
    """Neither the secret nor a recovery code nor what they are made of without the installation's key."""
    app, recovery = set_up(browser)
    secret = app.totp.secret
    with db.reader() as session:
        tables = [table.name for table in all_tables().sorted_tables]
        dump = " ".join(repr(tuple(row)) for name in tables for row in session.execute(text(f'select * from "{name}"')))
        factor = session.scalars(select(SecondFactor)).one()
        person_id, salt = factor.person_id, factor.salt
    assert salt in dump
    for word in (secret, secret.lower(), *recovery, *(code.replace("-", "") for code in recovery)):
        assert word not in dump
    assert second_factor.secret_of(KEY, person_id, salt) == secret
    assert second_factor.secret_of("x" * 40, person_id, salt) != secret


def test_guessing_at_codes_is_stopped_and_told_apart_from_nothing(db: Database, browser: Browser):
    app, _ = set_up(browser)
    at(browser, 5)
    other = first_step(browser)
    assert [second_step(other, f"{number:06}") for number in range(6)] == [422] * 5 + [429]
    assert second_step(first_step(browser), app.code()) == 429
    found: list[int] = []
    for quarter in range(2, 8):  # half a minute each way makes three codes good at a time: thirty attempts a day
        at(browser, 15 * quarter)
        guesses = first_step(browser)
        found = [second_step(guesses, f"{number:06}") for number in range(5)]
    assert found == [429] * 5
    at(browser, 26 * 60)
    assert second_step(first_step(browser), app.code()) == 303


def test_the_second_step_is_refused_without_the_first(db: Database, browser: Browser):
    app, _ = set_up(browser)
    at(browser, 5)
    stranger = Browser(browser.app)
    stranger.get("/login")
    for cookie in ("", "x", "eyJhbGciOiJub25lIn0.e30.", "a.b"):
        stranger.cookies.set("first_step", cookie, domain="consultation.example")
        assert stranger.post("/login/second-step", {"code": app.code()}).headers["location"] == "/login"
        assert stranger.get("/login/second-step").headers["location"] == "/login"


def test_the_first_step_ends_after_ten_minutes_and_with_a_new_password_or_app(db: Database, browser: Browser):
    app, _ = set_up(browser)
    at(browser, 5)
    late = first_step(browser)
    at(browser, 15)
    assert late.post("/login/second-step", {"code": app.code()}).headers["location"] == "/login"
    waiting = first_step(browser)
    browser.get("/account")
    new = {"current_password": PASSWORD, "password": "ein anderes langes Passwort"}
    assert browser.post("/account/password", new).status_code == 303
    assert waiting.post("/login/second-step", {"code": app.code()}).headers["location"] == "/login"


def test_a_right_password_alone_and_a_wrong_one_say_nothing_of_the_second_step(db: Database, browser: Browser):
    set_up(browser)
    with db.transaction() as session:
        make.person(session, email="ohne@stiftung.example")
    answers = []
    for email in (PAULA, "ohne@stiftung.example", "niemand@stiftung.example"):
        other = Browser(browser.app)
        other.get("/login")
        answer = other.post("/login", {"email": email, "password": "falsch falsch falsch"})
        answers.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text), sorted(answer.headers)))
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("path", ["/login/code/enter", "/password/code"])
def test_a_code_by_mail_is_only_the_first_step_too(db: Database, browser: Browser, path: str):
    app, _ = set_up(browser)
    at(browser, 5)
    with db.transaction() as session:
        paula = session.scalars(select(Person)).one()
        purpose = CodePurpose.LOG_IN if "login" in path else CodePurpose.PASSWORD
        code = codes.make_code(session, paula.id, purpose, MOMENT, codes.new_code())
    other = Browser(browser.app)
    other.get(path)
    answer = other.post(path, {"email": PAULA, "code": code, "password": "ein anderes langes Passwort"})
    assert answer.headers["location"].startswith("/login/second-step")
    assert other.get("/account").headers["location"].startswith("/login")
    assert other.follow(answer).status_code == 200
    assert second_step(other, app.code()) == 303


@pytest.mark.parametrize("what", ["begin", "recovery-codes", "remove"])
def test_nothing_of_it_changes_without_the_password(db: Database, browser: Browser, what: str):
    set_up(browser)
    browser.get(PAGE)
    before = _state(db)
    refused = browser.post(f"{PAGE}/{what}", {"current_password": "falsch falsch falsch"})
    assert refused.status_code == 422
    assert "nicht Ihr jetziges Passwort" in refused.text
    assert _state(db) == before
    for _ in range(9):
        browser.post(f"{PAGE}/{what}", {"current_password": "falsch falsch falsch"})
    assert browser.post(f"{PAGE}/{what}", {"current_password": PASSWORD}).status_code == 429


def _state(db: Database) -> list[str]:
    with db.reader() as session:
        return [f"{row.salt} {row.last_step}" for row in session.scalars(select(SecondFactor))] + [
            row.code_hash for row in session.scalars(select(RecoveryCode))
        ]


def test_what_was_offered_is_good_in_this_session_for_a_quarter_of_an_hour_only(browser: Browser):
    browser.log_in(PAULA)
    app = begin(browser)
    wrong = browser.post(PAGE, {"offered": app.offered, "code": "000000"})
    assert wrong.status_code == 422
    assert App(browser, wrong.text).totp.secret == app.totp.secret
    elsewhere = Browser(browser.app)
    elsewhere.log_in(PAULA)
    for given in (app.offered, "x", ""):
        assert elsewhere.post(PAGE, {"offered": given, "code": app.code()}).headers["location"] == PAGE
    at(browser, 15)
    assert browser.post(PAGE, {"offered": app.offered, "code": app.code()}).headers["location"] == PAGE


def test_another_device_takes_over_with_its_first_code(db: Database, browser: Browser):
    old, recovery = set_up(browser)
    at(browser, 5)
    new = begin(browser)
    assert second_step(first_step(browser), old.code()) == 303, "until then the old one is good"
    browser.post(PAGE, {"offered": new.offered, "code": new.code()})
    at(browser, 10)
    assert second_step(first_step(browser), old.code()) == 422
    assert second_step(first_step(browser), recovery[0]) == 422
    assert second_step(first_step(browser), new.code()) == 303
    with db.reader() as session:
        assert session.scalars(select(HistoryEntry.action).where(HistoryEntry.action.like("%factor"))).all() == [
            "add_second_factor", "change_second_factor",
        ]  # fmt: skip


@pytest.mark.parametrize("what", ["add", "change", "remove"])
def test_every_other_session_ends_and_a_mail_goes_out(db: Database, browser: Browser, what: str):
    if what != "add":
        app, _ = set_up(browser)
        at(browser, 5)
        other = first_step(browser)
        assert second_step(other, app.code()) == 303
    else:
        browser.log_in(PAULA)
        other = Browser(browser.app)
        other.log_in(PAULA)
    at(browser, 10)
    assert other.get("/account").status_code == 200
    if what == "remove":
        browser.get(PAGE)
        assert browser.post(f"{PAGE}/remove", {"current_password": PASSWORD}).status_code == 303
    else:
        app = begin(browser)
        browser.post(PAGE, {"offered": app.offered, "code": app.code()})
    assert other.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200
    with db.reader() as session:
        last = session.scalars(select(Job).order_by(Job.run_at.desc()).limit(1)).one()
    assert (last.kind, last.payload["what"]) == ("mail.account_changed", f"{what}_second_factor")


def test_new_recovery_codes_replace_the_old(browser: Browser):
    _, old = set_up(browser)
    browser.get(PAGE)
    page = browser.post(f"{PAGE}/recovery-codes", {"current_password": PASSWORD}).text
    new = re.findall(r"<li><code>([^<]+)</code>", page)
    assert len(new) == 10
    assert not set(new) & set(old)
    at(browser, 5)
    assert second_step(first_step(browser), old[0]) == 422
    assert second_step(first_step(browser), new[0]) == 303


def test_without_a_second_step_there_is_nothing_to_renew_or_remove(browser: Browser):
    browser.log_in(PAULA)
    browser.get(PAGE)
    for what in ("recovery-codes", "remove"):
        assert browser.post(f"{PAGE}/{what}", {"current_password": PASSWORD}).status_code == 404


def test_the_operator_resets_it_for_somebody_who_lost_everything(db: Database, browser: Browser):
    set_up(browser)
    with db.transaction() as session:
        make.person(session, email="olga@dienst.example", operator=True)
        member = session.scalars(select(Membership)).one()
        house = f"/operator/organisations/{member.organisation_id}"
        path = f"{house}/people/{member.id}/reset-second-step"
    operator = Browser(browser.app)
    operator.log_in("olga@dienst.example")
    assert path in operator.get(house).text
    assert operator.post(path).status_code == 303
    assert browser.get("/account").status_code == 303, "their sessions end"
    Browser(browser.app).log_in(PAULA)
    assert operator.post(path).status_code == 409, "once"
    with db.reader() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "reset_second_factor")).one()
        told = session.scalars(select(Job).where(Job.kind == "mail.account_changed")).all()
    assert entry.subject_id != entry.person_id
    assert "reset_second_factor" in {job.payload["what"] for job in told}
    assert path not in operator.get(house).text


def test_where_it_is_demanded_planning_waits_for_it_and_answering_does_not(db: Database):
    with db.transaction() as session:
        house, town = make.planning_organisation(session), make.organisation(session)
        both = make.person(session, "Paula Planer", email=PAULA)
        make.membership(session, both, house, PLANNING_ROLES)
        make.membership(session, both, town, [Role.CONTRIBUTOR])
        make.person(session, email="olga@dienst.example", operator=True)
        key = tokens.create_token(session, make.actor(both, house, PLANNING_ROLES), "Programm", ["consultation:read"])
        planning, answering = house.id, town.id
    browser = Browser(site(db, second_factor_required=True))
    browser.log_in(PAULA)
    assert browser.get(f"/o/{planning}/programmes").headers["location"] == PAGE
    assert browser.post(f"/o/{planning}/people/four-eyes", {"four_eyes": "off"}).status_code == 403
    assert browser.get(f"/o/{answering}/answers").status_code == 200
    home = browser.get("/home").text
    assert "Bitte richten Sie die zweite Stufe der Anmeldung ein" in home
    assert "Stiftung Miteinander" not in home
    used = browser.send("GET", "/api/v1/programmes", headers={"Authorization": f"Bearer {key}"})
    assert used.status_code == 200, "programs have keys of their own"
    app = begin(browser)
    browser.post(PAGE, {"offered": app.offered, "code": app.code()})
    assert browser.get(f"/o/{planning}/programmes").status_code == 200
    assert "Stiftung Miteinander" in browser.get("/home").text
    operator = Browser(browser.app)
    operator.log_in("olga@dienst.example")
    assert operator.get("/operator").headers["location"] == PAGE


def test_a_new_session_says_on_what_it_runs_and_nothing_more(db: Database, browser: Browser):
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0 Safari/537.36 Edg/144.0"
    browser.get("/login", headers={"User-Agent": agent})
    browser.post("/login", {"email": PAULA, "password": PASSWORD}, headers={"User-Agent": agent})
    other = Browser(browser.app)
    other.log_in(PAULA)
    page = other.get("/account").text
    assert "Edge, Windows" in page
    assert "unbekanntes Gerät" in page
    assert "diese Sitzung" in page
    with db.reader() as session:
        rows = session.scalars(select(LoginSession)).all()
        assert sorted(row.device for row in rows) == ["", "Edge, Windows"]
        assert "203.0.113.9" not in " ".join(str(vars(row)) for row in rows)
