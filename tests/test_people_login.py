"""Logging in, by every way there is, and what must hold under attack."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.mail.transport import Memory
from consultation.people import codes, passwords, sessions
from consultation.people.housekeeping import sweep
from consultation.people.models import CodePurpose, LoginSession, OneTimeCode, Person, RateLimit
from consultation.settings import Settings
from consultation.states import Role
from consultation.subjects import Actor
from consultation.worker import run_due
from tests import factories as make
from tests.browsing import KEY, Browser, site
from tests.factories import MOMENT, PASSWORD

ANNA = "anna@heide.example"


@pytest.fixture
def browser(db: Database) -> Browser:
    with db.transaction() as session:
        make.membership(session, make.person(session, "Anna Muster", email=ANNA), make.organisation(session))
    return Browser(site(db))


def normal(response: httpx.Response) -> str:
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", response.text)
    return f"{response.status_code} {text}".replace("nobody@heide.example", ANNA)


def test_who_logs_in_comes_to_their_organisations_and_out_again(browser: Browser):
    response = browser.log_in("ANNA@heide.example ")
    home = browser.follow(response)
    assert "Stadt Heide" in home.text
    assert "Anna Muster" in home.text
    assert browser.follow(browser.post("/logout")).url.path == "/login"
    gone = browser.get("/home")
    assert gone.headers["location"] == "/login?next=%2Fhome"


@pytest.mark.parametrize(("plans", "page"), [(False, "answers"), (True, "programmes")])
def test_whoever_has_one_organisation_and_one_thing_to_do_is_there_at_once(
    db: Database, browser: Browser, plans: bool, page: str
):
    with db.transaction() as session:
        house = make.planning_organisation(session) if plans else make.organisation(session, "Amt Eggebek")
        carla = make.person(session, "Carla", email="carla@haus.example")
        make.membership(session, carla, house, {Role.EDITOR if plans else Role.CONTRIBUTOR})
        other, carlas, home = make.organisation(session, "Kropp"), carla.id, f"/o/{house.id}/{page}"
    arrived = browser.follow(browser.log_in("carla@haus.example"))
    assert (arrived.status_code, arrived.url.path) == (200, home)
    with db.transaction() as session:
        make.membership(session, session.get_one(Person, carlas), session.merge(other), {Role.CONTRIBUTOR})
    assert browser.follow(browser.get("/login")).url.path == "/home"


def test_who_runs_the_service_is_at_the_operation_and_who_waits_or_is_invited_chooses(db: Database, browser: Browser):
    with db.transaction() as session:
        house, asking = make.organisation(session, "Amt Eggebek"), make.organisation(session, "Kropp")
        olaf, wanda = (make.person(session, name, email=f"{name.lower()}@haus.example") for name in ("Olaf", "Wanda"))
        olaf.operator = True
        make.membership(session, wanda, house, {Role.CONTRIBUTOR})
        make.membership(session, wanda, asking, invited_at=MOMENT)
        make.membership(session, make.person(session, "Willi", email="willi@haus.example"), house, waiting=True)
    for name, path in (("olaf", "/operator"), ("wanda", "/home"), ("willi", "/home")):
        somebody = Browser(browser.app)
        assert somebody.follow(somebody.log_in(f"{name}@haus.example")).url.path == path, name


def test_the_cookie_is_closed_to_scripts_and_on_https_bound_to_the_host(db: Database, browser: Browser):
    cookie = browser.log_in(ANNA).headers["set-cookie"]
    assert cookie.startswith("session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    app = site(db, base_url="https://consultation.example")
    cookie = Browser(app, "https://consultation.example").log_in(ANNA).headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie


def test_unknown_and_known_people_with_wrong_passwords_get_the_same_answer(browser: Browser):
    answers = []
    for email in (ANNA, "nobody@heide.example"):
        browser.get("/login")
        answers.append(browser.post("/login", {"email": email, "password": "falsch falsch falsch"}))
    assert normal(answers[0]) == normal(answers[1])
    assert answers[0].status_code == 422
    assert {k for k, _ in answers[0].headers.items()} == {k for k, _ in answers[1].headers.items()}


@pytest.mark.parametrize("path", ["/login/code", "/password"])
def test_asking_for_a_code_says_the_same_to_known_and_unknown_people(db: Database, browser: Browser, path: str):
    answers = []
    for email in (ANNA, "nobody@heide.example"):
        browser.get(path)
        answers.append(browser.post(path, {"email": email}))
    assert normal(answers[0]) == normal(answers[1])
    assert answers[0].status_code == 200
    with db.reader() as session:
        jobs = session.scalars(select(Job)).all()
        anna = session.scalars(select(Person)).one()
    assert [job.payload for job in jobs] == [{"id": str(anna.id), "language": "de"}]


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/login/code", {"de": "Ihr Code zum Anmelden", "en": "Your sign-in code"}),
        ("/password", {"de": "Neues Passwort setzen", "en": "Set a new password"}),
    ],
)
@pytest.mark.parametrize(
    ("asked", "chosen", "told"), [("en", None, "en"), ("de", None, "de"), ("en", "de", "de"), ("de", "en", "en")]
)
def test_a_code_comes_in_the_language_of_the_page_unless_the_person_has_chosen_another(
    db: Database, browser: Browser, path: str, subject: dict[str, str], asked: str, chosen: str | None, told: str
):
    with db.transaction() as session:
        session.execute(update(Person).values(language=chosen))
    browser.get(f"{path}?lang={asked}")
    browser.post(path, {"email": ANNA})
    post = Memory()
    run_due(db, Settings(secret_key=KEY), post, MOMENT + timedelta(days=400))
    assert [mail.subject for mail in post.sent] == [subject[told]]


@pytest.mark.parametrize(
    "password", ["", "\x00", "x" * 200_000, PASSWORD + "\x00", PASSWORD[:-1], PASSWORD.upper(), "\ud800", PASSWORD * 40]
)
def test_odd_passwords_are_wrong_passwords(browser: Browser, password: str):
    browser.get("/login")
    sent = password.encode("utf-8", "surrogatepass")
    assert browser.post("/login", {"email": ANNA, "password": sent}).status_code in {400, 422}


def test_no_part_of_a_long_password_is_ignored():
    stored = passwords.hashed("x" * 72 + "a")
    assert passwords.matches(stored, "x" * 72 + "a")
    assert not passwords.matches(stored, "x" * 72 + "b")
    assert not passwords.matches(None, "")


def test_an_account_is_closed_to_guessing_for_a_while_and_then_opens_again(db: Database, browser: Browser):
    browser.get("/login")
    wrong = {"email": ANNA, "password": "falsch falsch falsch"}
    statuses = [browser.post("/login", wrong).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    closed = Browser(browser.app, peer="198.51.100.7")
    closed.get("/login")
    refused = closed.post("/login", {"email": ANNA, "password": PASSWORD}, headers={"X-Forwarded-For": "192.0.2.1"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    browser.app.state.clock = lambda: MOMENT + timedelta(minutes=16)
    Browser(browser.app).log_in(ANNA)
    with db.reader() as session:
        assert not any("heide" in row.key for row in session.scalars(select(RateLimit)))


def test_one_address_cannot_try_many_accounts(db: Database, browser: Browser):
    with db.transaction() as session:
        session.add(_full("log_in.address", browser.peer))
    browser.get("/login")
    assert browser.post("/login", {"email": ANNA, "password": PASSWORD}).status_code == 429


def test_many_colleagues_behind_one_address_all_get_in(db: Database, browser: Browser):
    with db.transaction() as session:
        almost = _full("log_in.address", browser.peer)
        almost.count = 99
        session.add(almost)
    for _ in range(3):
        Browser(browser.app).log_in(ANNA)


def test_a_code_still_logs_in_while_somebody_guesses_at_the_password(db: Database, browser: Browser):
    browser.get("/login")
    wrong = {"email": ANNA, "password": "falsch falsch falsch"}
    assert [browser.post("/login", wrong).status_code for _ in range(11)][-1] == 429
    anna = Browser(browser.app)
    anna.get("/login/code/enter")
    assert anna.post("/login/code/enter", {"email": ANNA, "code": made(db, CodePurpose.LOG_IN)}).status_code == 303


def test_nobody_is_flooded_with_codes(browser: Browser):
    browser.get("/login/code")
    statuses = [browser.post("/login/code", {"email": ANNA}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_a_code_from_the_mail_logs_in_once(db: Database, browser: Browser):
    code = made(db, CodePurpose.LOG_IN)
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}", code)
    browser.get("/login/code/enter")
    typed = {"email": ANNA, "code": f" {code.lower().replace('-', ' ')} "}
    assert "Stadt Heide" in browser.follow(browser.post("/login/code/enter", typed)).text
    again = Browser(browser.app)
    again.get("/login/code/enter")
    assert again.post("/login/code/enter", typed).status_code == 422


def test_a_code_dies_after_five_attempts_and_after_a_quarter_of_an_hour(db: Database, browser: Browser):
    code = made(db, CodePurpose.LOG_IN)
    browser.get("/login/code/enter")
    for _ in range(5):
        assert browser.post("/login/code/enter", {"email": ANNA, "code": "AAAA-AAAA"}).status_code == 422
    assert browser.post("/login/code/enter", {"email": ANNA, "code": code}).status_code == 422
    code = made(db, CodePurpose.LOG_IN)
    browser.app.state.clock = lambda: MOMENT + timedelta(minutes=15)
    assert browser.post("/login/code/enter", {"email": ANNA, "code": code}).status_code == 422


def test_a_code_is_good_for_its_purpose_and_its_person_only(db: Database, browser: Browser):
    code = made(db, CodePurpose.PASSWORD)
    with db.transaction() as session:
        make.person(session, email="bert@heide.example")
    browser.get("/login/code/enter")
    assert browser.post("/login/code/enter", {"email": ANNA, "code": code}).status_code == 422
    new = {"email": "bert@heide.example", "code": code, "password": "ein anderes langes Passwort"}
    assert browser.post("/password/code", new).status_code == 422


def test_a_newer_code_replaces_the_older(db: Database, browser: Browser):
    old = made(db, CodePurpose.LOG_IN)
    made(db, CodePurpose.LOG_IN)
    browser.get("/login/code/enter")
    assert browser.post("/login/code/enter", {"email": ANNA, "code": old}).status_code == 422


def test_a_new_password_by_code_ends_all_other_sessions(db: Database, browser: Browser):
    other = Browser(browser.app)
    other.log_in(ANNA)
    code = made(db, CodePurpose.PASSWORD)
    browser.get("/password/code")
    short = browser.post("/password/code", {"email": ANNA, "code": code, "password": "kurz"})
    assert "mindestens 12 Zeichen" in short.text
    new = "ein anderes langes Passwort"
    home = browser.follow(browser.post("/password/code", {"email": ANNA, "code": code, "password": new}))
    assert "Ihr Passwort ist gespeichert. Auf anderen Geräten sind Sie jetzt abgemeldet." in home.text
    assert other.get("/home").status_code == 303
    browser.post("/logout")
    Browser(browser.app).log_in(ANNA, new)
    browser.get("/login")
    assert browser.post("/login", {"email": ANNA, "password": PASSWORD}).status_code == 422


def test_the_password_one_had_is_no_new_one_and_costs_no_code(db: Database, browser: Browser):
    code = made(db, CodePurpose.PASSWORD)
    browser.get("/password/code")
    same = browser.post("/password/code", {"email": ANNA, "code": code, "password": PASSWORD})
    assert same.status_code == 422
    assert "Das ist Ihr bisheriges Passwort" in same.text
    new = {"email": ANNA, "code": code, "password": "ein anderes langes Passwort"}
    assert browser.post("/password/code", new).status_code == 303


def test_an_invited_colleague_sets_the_first_password_with_the_code_of_the_mail(db: Database, browser: Browser):
    with db.transaction() as session:
        nina = make.person(session, email="nina@heide.example", with_password=False)
        code = codes.make_code(session, nina.id, CodePurpose.PLACE, MOMENT - timedelta(days=13), codes.new_code())
    browser.get("/password/code")
    new = {"email": "nina@heide.example", "code": code, "password": "Ninas ganz eigenes Passwort"}
    assert browser.post("/password/code", new).status_code == 303


def test_the_token_changes_with_every_log_in_and_a_foreign_one_is_never_taken_over(db: Database, browser: Browser):
    browser.cookies.set("session", "chosen-by-an-attacker", domain="consultation.example")
    browser.log_in(ANNA)
    first = browser.cookies["session"]
    assert first != "chosen-by-an-attacker"
    browser.get("/account")
    browser.post("/account/password", {"current_password": PASSWORD, "password": "ein anderes langes Passwort"})
    assert browser.cookies["session"] != first
    with db.reader() as session:
        stored = session.scalars(select(LoginSession.token_hash)).all()
    assert stored == [sessions.digest(browser.cookies["session"])]


def test_a_session_ends_after_idle_time_and_at_a_fixed_age(db: Database, browser: Browser):
    browser.log_in(ANNA)
    token = browser.cookies["session"]
    for hours in range(7, 24 * 14, 7):
        browser.app.state.clock = lambda hours=hours: MOMENT + timedelta(hours=hours)
        assert browser.get("/home").status_code == 200
    browser.app.state.clock = lambda: MOMENT + timedelta(days=14)
    assert browser.get("/home").status_code == 303
    assert sessions.find(db, token, MOMENT + timedelta(days=14)) is None
    idle = Browser(browser.app)
    browser.app.state.clock = lambda: MOMENT
    idle.log_in(ANNA)
    browser.app.state.clock = lambda: MOMENT + timedelta(hours=8)
    assert idle.get("/home").status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "é", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "gASVBA==", "%00", "x" * 4000])
def test_broken_cookies_are_strangers(browser: Browser, cookie: str):
    response = browser.send("GET", "/home", headers=[(b"cookie", f"session={cookie}".encode())])
    assert response.status_code == 303


def test_deactivated_people_are_out_at_once(db: Database, browser: Browser):
    browser.log_in(ANNA)
    code = made(db, CodePurpose.LOG_IN)
    with db.transaction() as session:
        session.scalars(select(Person)).one().active = False
    assert browser.get("/home").status_code == 303
    browser.get("/login")
    assert browser.post("/login", {"email": ANNA, "password": PASSWORD}).status_code == 422
    assert browser.post("/login/code/enter", {"email": ANNA, "code": code}).status_code == 422


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/a\r\nX: y"]
)
def test_after_the_log_in_nobody_is_sent_to_another_site(browser: Browser, wanted: str):
    browser.get("/login")
    response = browser.post("/login", {"email": ANNA, "password": PASSWORD, "next": wanted})
    assert response.headers["location"].startswith("/")
    assert "evil" not in response.headers["location"]


def test_a_form_without_token_does_not_log_in(browser: Browser):
    assert browser.send("POST", "/login", data={"email": ANNA, "password": PASSWORD}).status_code == 403


def test_logging_in_and_out_stands_in_the_log(db: Database, browser: Browser):
    browser.log_in(ANNA)
    browser.post("/logout")
    with db.reader() as session:
        assert [e.action for e in session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq))] == [
            "log_in",
            "log_out",
        ]


def test_what_is_over_is_swept(db: Database, browser: Browser):
    browser.log_in(ANNA)
    made(db, CodePurpose.LOG_IN)
    with db.transaction() as session:
        sweep(session, MOMENT + timedelta(hours=9))
        assert session.scalars(select(RateLimit)).all() == []
        assert session.scalars(select(LoginSession)).all() == []
        assert session.scalars(select(OneTimeCode)).all() == []


def made(db: Database, purpose: CodePurpose) -> str:
    with db.transaction() as session:
        anna = session.scalars(select(Person).where(Person.email == ANNA)).one()
        return codes.make_code(session, anna.id, purpose, MOMENT, codes.new_code())


def _full(limit: str, whose: str) -> RateLimit:
    return RateLimit(
        key=f"{limit}:{sessions.digest(whose)}", window_ends_at=MOMENT + timedelta(minutes=5), count=100
    )  # fmt: skip


def test_nobody_ends_the_sessions_of_others(db: Database, browser: Browser):
    browser.log_in(ANNA)
    with db.transaction() as session:
        bert = make.person(session, email="bert@heide.example")
        sessions.begin(session, bert.id, MOMENT)
        foreign = session.scalars(select(LoginSession.id).where(LoginSession.person_id == bert.id)).one()
        sessions.end_others(session, Actor(bert.id, None, frozenset(), MOMENT), foreign)
    assert browser.post(f"/account/sessions/{foreign}/end").status_code == 404
    assert browser.get("/home").status_code == 200
