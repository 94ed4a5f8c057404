"""Lines of the catalogue of attacks (docs/sicherheit.md) that no room's own tests hold: spellings, floods, logs, guesses."""

import re
import socket
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.jobs import Job
from consultation.core.language import LANGUAGES
from consultation.people import passwords
from consultation.people.models import Membership, Organisation, Person
from tests import factories as make
from tests import tenancy_world as w
from tests.browser.serving import free_port, served
from tests.browsing import Browser, site
from tests.factories import PASSWORD
from tests.tenancy_world import NOW, build

ANNA = "anna@heide.example"


@pytest.fixture
def browser(db: Database) -> Browser:
    with db.transaction() as session:
        make.membership(session, make.person(session, "Anna Muster", email=ANNA), make.organisation(session))
    return Browser(site(db))


def test_checking_a_password_costs_the_same_whether_there_is_an_account_or_not():
    """AN-02: measured as work of this process, so that a busy machine does not blur it."""
    stored = passwords.hashed(PASSWORD)

    def work(known: str | None) -> float:
        begun = time.process_time()
        assert not passwords.matches(known, "falsch falsch falsch")
        return time.process_time() - begun

    samples = [(work(stored), work(None)) for _ in range(7)]
    known, unknown = (sorted(times)[3] for times in zip(*samples, strict=True))
    assert 0.5 < known / unknown < 2


def test_a_changed_password_is_told_by_mail_and_a_first_one_is_not(db: Database, browser: Browser):
    """AN-11."""
    browser.log_in(ANNA)
    browser.post("/account/password", {"current_password": PASSWORD, "password": "ein anderes langes Passwort"})
    with db.reader() as session:
        assert [job.payload["what"] for job in session.scalars(select(Job))] == ["set_password"]


def test_a_request_never_decides_where_a_link_in_a_mail_leads(db: Database, browser: Browser):
    """AN-08: another host is refused, other words about the host change nothing, and the job holds nothing of the request but
    one of the service's own languages.
    """
    browser.get("/password")
    for headers in (
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-Host": "evil.example"},
    ):
        assert browser.post("/password", {"email": ANNA}, headers=headers).status_code == 200
    assert browser.post("/password", {"email": ANNA}, headers={"Host": "evil.example"}).status_code == 400
    with db.reader() as session:
        jobs = session.scalars(select(Job)).all()
    assert len(jobs) == 3
    assert all(job.payload.keys() == {"id", "language"} and job.payload["language"] in LANGUAGES for job in jobs)


MORE = {"operator": "1", "active": "0", "may_plan": "yes", "roles": "editor", "waiting": "", "person_id": "x", "password_hash": "x",
        "email": "other@heide.example", "organisation_id": "x", "state": "submitted", "created_at": "2000-01-01"}  # fmt: skip


def test_what_a_form_does_not_offer_is_not_taken(db: Database, browser: Browser):
    """AZ-07: the account and the people of a house; the API refuses unknown names (tests/test_api_hostile.py)."""
    browser.log_in(ANNA)
    with db.reader() as session:
        house = session.scalars(select(Organisation)).one()
    assert browser.post("/account", {**MORE, "name": "Anna Neu", "language": "de"}).status_code == 303
    browser.get(f"/o/{house.id}/people")
    assert browser.post(f"/o/{house.id}/people/four-eyes", {**MORE, "four_eyes": "off"}).status_code == 303
    with db.reader() as session:
        anna = session.scalars(select(Person)).one()
        place = session.scalars(select(Membership)).one()
        house = session.scalars(select(Organisation)).one()
    assert (anna.name, anna.email, anna.operator, anna.active) == ("Anna Neu", ANNA, False, True)
    assert (place.roles, place.waiting, house.may_plan) == (["manager", "contributor", "releaser"], False, False)


def _spellings(path: str) -> list[str]:
    first, _, rest = path[1:].partition("/")
    return [
        f"{path}/", f"/{path}", path.replace("/", "//"), f"/{first}%2f{rest}", f"/{first.upper()}/{rest}", f"{path}.json",
        f"{path}.csv", f"{path}%00", f"{path}%20", f"{path};a=b", f"/./{path[1:]}", f"/static/..{path}", f"{path}?format=json",
        path.replace("o", "%6f"), path.replace("o", "%256f"), f"{path}#x", f"{path}/../{rest.rpartition('/')[2]}",
    ]  # fmt: skip


def test_no_other_spelling_of_an_address_opens_more(db: Database, tmp_path: Path):
    """AZ-10: as written, encoded once or twice, with another ending: a stranger and another house read nothing of it."""
    app, world = site(db, NOW, data_dir=tmp_path), build(db, tmp_path / "documents")
    house, slug = world.places["house"], world.mine.consultation
    private = [f"/o/{house}/consultations/{slug}", f"/o/{house}/programmes/{world.mine.programme}",
               f"/o/{world.places['town']}/answers/{slug}", f"/consultations/{slug}", f"/api/v1/consultations/{slug}"]  # fmt: skip
    words = [word.lower() for word in (w.PLAN, w.WORK, w.SUBMITTED, w.WEIGHING, w.ADDRESS)]
    for caller in ("", "uninvited", "nobody"):
        browser = Browser(app)
        if caller:
            browser.cookies.set("session", world.cookies[caller], domain="consultation.example")
        for spelling in [spelling for path in private for spelling in _spellings(path)]:
            answer = browser.send("GET", spelling)
            assert answer.status_code in {303, 400, 401, 404, 405, 422}, (caller, spelling, answer.status_code)
            assert not [word for word in words if word in answer.text.lower()], (caller, spelling)


def test_a_line_of_the_log_is_one_line_and_says_nothing_of_the_request(
    browser: Browser, capsys: pytest.CaptureFixture[str]
):
    """IN-13."""
    capsys.readouterr()
    hostile = {"User-Agent": "x\x1b[31m" + "Y" * 5000, "Referer": "http://evil.example/z"}
    browser.send("GET", "/verraten%0d%0alevel=error%1b[31m?q=geheim", headers=hostile)
    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if line]
    assert len(lines) == 1, lines
    words = {
        word.rpartition("=")[0] or word for word in re.split(r"[ \[\]]+", lines[0]) if word
    }  # however logs are drawn
    assert {"method", "route", "status", "ms"} <= words
    assert not [one for one in ("verraten", "geheim", "evil", "YYYY", "\x1b") if one in lines[0]]


RAW = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\n",
    b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=" + b",".join(b"%d-%d" % (n, n) for n in range(2_000)) + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
)  # fmt: skip


def test_broken_requests_and_idle_connections_hold_nobody_up(db: Database):
    """IN-10, IN-12, RL-04: what is broken is refused, what dawdles waits alone, others are served meanwhile."""
    port = free_port()
    with served(site(db), port):
        dawdling = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(300)]
        for line in dawdling[::2]:
            line.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx")
        for raw in RAW:
            assert _status(port, raw) in {0, 200, 303, 400, 403, 404, 405, 411, 413, 414, 422, 431}, raw[:60]
            begun = time.monotonic()
            assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
            assert time.monotonic() - begun < 5
        for line in dawdling:
            line.close()


def _status(port: int, raw: bytes) -> int:
    """0 where the connection was closed, or kept waiting, without an answer."""
    with socket.create_connection(("127.0.0.1", port), 1) as line:
        try:
            line.sendall(raw)
            said = line.recv(200)
        except OSError:
            return 0
    return int(said.split()[1]) if said.startswith(b"HTTP/") else 0


WEAK = [
    "Passwort2026!", "P@ssw0rd12345", "Willkommen123!", "1q2w3e4r5t6y", "qwertzuiop12", "aaaaaaaaaaaa", "passwortpasswort",
    "JustinBieber", "zyxwvutsrqpon", "123456789abc", "anna@heide.example", "Anna.Heide.2026", "Beteiligung-26",
]  # fmt: skip
STRONG = [
    PASSWORD,
    "correct horse battery staple",
    "37498162530944",
    "Zugbrücke-Hafer-9",
    "xK9#mQ2$vL5pT",
    "passwort ist geheim heute",
]


def test_what_guessing_programs_try_first_is_refused_and_a_sentence_is_taken():
    for password in WEAK:
        assert ["leicht zu erraten" in str(problem.message) for problem in passwords.problems(password, ANNA)] == [
            True
        ], password
    for password in STRONG:
        assert list(passwords.problems(password, ANNA)) == [], password


def test_endless_passwords_are_judged_quickly():
    begun = time.process_time()
    for password in ("ab" * 256, "1q" * 255 + "x", "a1b2c3d4" * 64, "qwertz" * 85 + "q", "aA1!" * 128):
        list(passwords.problems(password, ANNA))
    assert time.process_time() - begun < 1
