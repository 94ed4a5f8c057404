"""What must hold on every page and resource, whatever is stored, typed or asked: inert text, no crash, the same headers."""

import logging
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI
from html5lib.html5parser import ParseError
from sqlalchemy import event, select

from consultation.consultations import extensions
from consultation.consultations.codes import new_selector
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.http.headers import CONTENT_SECURITY_POLICY
from consultation.people.models import Organisation, Person
from consultation.programmes import actions as programmes
from consultation.responses import queries as responses
from consultation.states import InvitationState, Purpose
from tests import factories as make
from tests import html, tenancy_world
from tests.browsing import Browser, site
from tests.factories import MOMENT, PASSWORD
from tests.plain_logs import plain_logs
from tests.tenancy_doors import Answer, Ask, Door, asks
from tests.tenancy_table import TABLE
from tests.tenancy_world import NOW, World, build

HOSTILE = " <script>alert(1)</script><img src=x onerror=alert(2)>\"' {{7919*6857}} ${7919*6857} %s <!-- </textarea>"
"""Behind every text people typed, through the same actions as on the pages."""
EVALUATED = str(7919 * 6857)
HEADERS = {
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}  # fmt: skip
OWN_POLICY = {
    "/consultations/{slug}/editions/{number}/document",
    "/consultations/{slug}/editions/{number}/files/{name}",
}
OWN_POLICY |= {f"/o/{{organisation_id}}{path}" for path in OWN_POLICY}
"""The document of an edition brings a stricter policy of its own."""
MOST_STATEMENTS = 14


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL), cache_logger_on_first_use=False
    )
    yield
    plain_logs()


class Service:
    def __init__(self, folder: Path, template: Path, said: str) -> None:
        shutil.copyfile(template, folder / "world.db")
        self.db = Database(f"sqlite:///{folder / 'world.db'}", threads=4, durable=False)
        self.world: World = build(self.db, folder / "documents", said)
        self.app: FastAPI = site(self.db, NOW, data_dir=folder)
        self.door = Door(self.app, self.world)

    def asks(self, method: str = "GET") -> list[Ask]:
        """For every row of the table one caller who is let in."""
        found = []
        for gate in TABLE:
            for route in gate:
                if route.startswith(f"{method} "):
                    row = [
                        ask for ask in asks(self.world, gate, route) if ask.allowed or (ask.either and method != "GET")
                    ]
                    found += row[:1]
        return found


@pytest.fixture(scope="module")
def service(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("security"), sqlite_template, HOSTILE)
    yield made
    made.db.close()


@pytest.fixture(scope="module")
def pages(service: Service) -> list[Answer]:
    return service.door.ask(service.asks())


def is_page(answer: Answer) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html") and answer.status != 303


# -- stored text -------------------------------------------------------------------------------------------------------
def test_stored_text_is_text_on_every_page(pages: list[Answer]) -> None:
    wrong, literal = [], 0
    for answer in filter(is_page, pages):
        if answer.ask.route.endswith("/document"):
            continue  # has a policy of its own and tests of its own
        said = answer.content.decode()
        try:
            tree = html.check(said)
        except (AssertionError, ParseError) as error:
            wrong.append(f"{answer.ask}: {error!r}")
            continue
        literal += "{{7919*6857}}" in "".join(tree.itertext())
        wrong += [f"{answer.ask}: an image of theirs" for image in tree.iter("img") if image.get("src") == "x"]
        if EVALUATED in said or "<script>alert" in said:
            wrong.append(f"{answer.ask}: evaluated or unescaped")
    assert not wrong, "\n".join(wrong)
    assert literal > 25, literal


# -- headers -----------------------------------------------------------------------------------------------------------
def test_every_answer_carries_the_headers_and_the_policy(pages: list[Answer], service: Service) -> None:
    refused = service.door.ask([
        Ask("anonymous", "GET", "/no/such/page", ""), Ask("anonymous", "GET", "/api/v1/none", ""),
        Ask("anonymous", "DELETE", "/", ""), Ask("anonymous", "GET", "/static/none.css", ""),
        Ask("nobody", "GET", f"/o/{service.world.places['town']}/people", ""),
    ])  # fmt: skip
    assert {answer.status for answer in refused} <= {403, 404, 405}
    for answer in [*pages, *refused]:
        kept = {name: answer.headers.get(name) for name in HEADERS}
        assert kept == HEADERS, answer.ask
        policy = answer.headers.get_list("content-security-policy")
        assert len(policy) == 1, answer.ask
        if answer.ask.route.partition(" ")[2] in OWN_POLICY:
            assert "default-src 'none'" in policy[0]
            assert "script-src" not in policy[0] or "script-src 'none'" in policy[0]
        else:
            assert policy[0] == CONTENT_SECURITY_POLICY, answer.ask


def test_private_pages_are_never_stored(pages: list[Answer]) -> None:
    for answer in pages:
        path = answer.ask.path
        if path.startswith(("/o/", "/account", "/home", "/operator")):
            assert answer.headers["cache-control"] in {"no-store", "private, no-cache"}, answer.ask
            if is_page(answer) and not answer.ask.route.endswith("/document"):
                assert answer.headers["cache-control"] == "no-store", answer.ask


def test_cookies_are_for_this_host_and_never_for_scripts(service: Service) -> None:
    plain = Browser(service.app).get("/login")
    secure_app = site(service.db, NOW, base_url="https://consultation.example")
    secure = Browser(secure_app, base="https://consultation.example").get("/login")
    for response, prefix in ((plain, ""), (secure, "__Host-")):
        cookies = response.headers.get_list("set-cookie")
        assert cookies
        for cookie in cookies:
            flags = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert cookie.startswith(prefix)
            assert {"httponly", "path=/", "samesite=lax"} <= flags
            assert ("secure" in flags) == bool(prefix)
            assert not any(flag.startswith("domain") for flag in flags)
    assert secure.headers["strict-transport-security"].startswith("max-age=31536000")


# -- hostile addresses -------------------------------------------------------------------------------------------------
VALUES = (
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%252e%252e%252f", "%00", "a%00b", "%ed%a0%80", "%ff%fe", "x" * 12_000,
    "0", "-1", "9" * 400, "1e309", "NaN", "00000000-0000-0000-0000-00000000000g", "00000000-0000-0000-0000-000000000000",
    "'%20OR%201=1--", "%7B%7B7*7%7D%7D", "<script>alert(1)</script>", "%E2%80%AE", "%0d%0aSet-Cookie:x=1", ".json", "%20",
)  # fmt: skip
NAMES = "q page after before state section tag decision assignee order path unit county population_min lang next version limit"
NAMES += " cursor modified_since states size_classes kinds number group field kind text"


def _hostile_paths(asked: list[Ask]) -> Iterator[Ask]:
    """Every parameter of every path once with every value; the other parameters stay real."""
    for ask in asked:
        template = ask.route.partition(" ")[2]
        names = re.findall(r"\{(\w+)\}", template)
        pattern = re.sub(r"\\\{\w+\\\}", "([^/]+?)", re.escape(template))
        real = re.fullmatch(pattern, ask.path)
        for place, name in enumerate(names):
            if real is None or name == "organisation_id":
                continue
            for value in VALUES:
                start, end = real.span(place + 1)
                yield Ask(ask.caller, "GET", ask.path[:start] + value + ask.path[end:], ask.route, either=True)


def test_no_path_makes_the_service_crash(service: Service) -> None:
    asked = {ask.path: ask for ask in _hostile_paths(service.asks())}
    answers = service.door.ask(asked.values())
    assert [f"{a.ask.path[:200]}: {a.status}" for a in answers if a.status >= 500] == []
    assert len(answers) > 300


def test_no_query_makes_the_service_crash(service: Service) -> None:
    asked = []
    for number, ask in enumerate(service.asks()):
        for shift, value in enumerate(VALUES):
            if (number + shift) % 4 == 0:  # every value meets every fourth page, with all names at once
                query = "&".join(f"{name}={value[:300]}" for name in NAMES.split())
                asked.append(Ask(ask.caller, "GET", f"{ask.path}?{query}", ask.route, either=True))
    answers = service.door.ask(asked)
    assert [f"{a.ask.path[:200]}: {a.status}" for a in answers if a.status >= 500] == []
    assert not any("set-cookie" in a.headers and "x=1" in a.headers["set-cookie"] for a in answers)


FIELDS = (
    "title name email text reason answer reply term definition label value type level round purpose kind key date "
    "deadline_on opens_on until number unit state land organisation draft form template packed visibility tag order "
    "minimum_cell contact notice introduction decision point into assignee version section own_reference function "
    "bodies roles code other password current scopes days token_name may_plan partner_kind action contribution"
)
TYPED = "\x00\u202e" + HOSTILE + "9" * 400


def test_no_form_makes_the_service_crash(sqlite_template: Path, tmp_path: Path) -> None:
    """On a world of its own: what is refused and what is saved are both well, a crash is not."""
    data = dict.fromkeys(FIELDS.split(), TYPED)
    service, wrong = Service(tmp_path, sqlite_template, HOSTILE), []
    for variant in (data, {**data, "sure": "yes", "q": "1"}, dict.fromkeys(data, "9" * 30), dict.fromkeys(data, "-1")):
        asked = [
            Ask(a.caller, "POST", a.path, a.route, either=True, data=variant) for a in service.asks("POST")
            if a.route != "POST /logout"
        ]  # fmt: skip
        wrong += [f"{a.ask.method} {a.ask.path}: {a.status}" for a in service.door.ask(asked) if a.status >= 500]
    service.db.close()
    assert not wrong, "\n".join(sorted(set(wrong)))


# -- ways out ----------------------------------------------------------------------------------------------------------
ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/%09/evil.example",
    "http:evil.example", "https:/evil.example", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example",
    "/\r\nLocation: https://evil.example", "@evil.example", "evil.example", "/ /evil.example", "/\u2028/evil.example",
)  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_redirect_leads_elsewhere(service: Service, wanted: str) -> None:
    with service.db.reader() as session:
        person = session.get_one(Person, service.world.people["uninvited"].person_id)
    browser = Browser(service.app, peer=f"198.51.100.{ELSEWHERE.index(wanted)}")
    browser.get("/login", params={"next": wanted})
    sent = {"email": person.email, "password": PASSWORD, "next": wanted}
    response = browser.post("/login", sent)
    assert response.status_code == 303, response.status_code
    target = response.headers["location"]
    assert re.match(r"/(?![/\\])", target), target
    assert "evil.example" not in target or wanted.startswith("/%09"), target


# -- statements --------------------------------------------------------------------------------------------------------
MORE_STATEMENTS = {
    "GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}": 17,
    "GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}/revisions/{number}": 18,
    "GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}/revisions/{number}/receipt.pdf": 16,
    "GET /o/{organisation_id}/answers/{slug}/receipt.{extension}": 15,
    "GET /api/v1/consultations/{slug}/log.zip": 34,  # a file of many parts, the account written in three formats
    "GET /account/data": 64,  # one statement for each table that says something of people
    "GET /operator/people/{person_id}/data": 64,  # the same of somebody else
}
"""Pages that put one whole answer together, on top of who asks and what they plan."""


def statements(service: Service) -> dict[str, int]:
    """Route and path → SQL statements of one request, the session's own among them, without begin and commit."""
    counted: dict[str, int] = {}

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.lower().startswith(("begin", "pragma")):
            counted[running] = counted.get(running, 0) + 1

    asked = [ask for ask in service.asks() if "/openapi.json" not in ask.path]
    running = "the first of all"
    event.listen(service.db.engine, "before_cursor_execute", note)
    try:
        for ask in asked:
            running = f"{ask.route} {ask.path}"
            service.door.ask([ask])
    finally:
        event.remove(service.db.engine, "before_cursor_execute", note)
    return counted


def more(service: Service, count: int) -> None:
    """Ten times as much of everything: bodies that were asked and answered, people, programmes, drafts, terms, requests."""
    world, planned = service.world, service.world.mine
    with service.db.transaction() as session:
        planner, town = world.people["planner"], session.get_one(Organisation, world.places["town"])
        consultation = session.scalars(select(Consultation).where(Consultation.slug == planned.consultation)).one()
        for number in range(count):
            body = make.organisation(session, f"Kreis {number}", four_eyes=False)
            who = make.member(session, body)
            session.add(Invitation(
                consultation_id=consultation.id, organisation_id=body.id, purpose=Purpose.FOR_COMMENT,
                state=InvitationState.SENT, by_filter=False, email=None, postal="Markt 1", contact="",
                selector=new_selector(), code_counter=0, failure="",
            ))  # fmt: skip
            session.flush()
            tenancy_world._submit(session, who, planned, f"Wort {number}")
            invitation = responses.invitation_in(session, who, planned.consultation)
            extensions.request(session, who, invitation, (MOMENT + timedelta(days=70)).date(), "Der Rat tagt später.")
            make.membership(session, make.person(session), town)
            tenancy_world._programme(session, planner, f"Feld {number}", f"mehr-{number}")
            programmes.set_term(session, planner, planned.programme, f"Begriff {number}", "Erklärung")


def test_pages_ask_the_database_seldom_however_much_there_is(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = Service(tmp_path_factory.mktemp("statements"), sqlite_template, "")
    service.door.ask(service.asks())
    few = statements(service)
    more(service, 30)
    many = statements(service)
    service.db.close()
    allowed = {place: MORE_STATEMENTS.get(" ".join(place.split(" ")[:2]), MOST_STATEMENTS) for place in many}
    assert {place: count for place, count in many.items() if count > allowed[place]} == {}
    assert {place: (few.get(place), count) for place, count in many.items() if count > few.get(place, 0) + 1} == {}
