"""The deadline on every path by which an answer comes: the second before, the moment itself, more time while a form is open."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from consultation.consultations import actions as consultations
from consultation.consultations import extensions
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.migrations import upgrade
from consultation.core.times import end_of_day
from consultation.people import tokens
from consultation.people.models import Membership, Person
from consultation.people.tokens import Scope
from consultation.responses import entering, intake
from consultation.responses.intake import Received
from consultation.responses.models import Channel, Revision
from consultation.subjects import Actor
from tests import desk_world, factories
from tests.browsing import Browser, site
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.desk_world import OTHER, TOWN, Scene, filled
from tests.evaluation_world import PARTS
from tests.test_web_municipalities import BOTH, begun, complete

SECOND = timedelta(seconds=1)
LAST_DAYS = {
    "a day": date(2026, 4, 30),
    "the day that has 23 hours": date(2026, 3, 29),
    "the day before it": date(2026, 3, 28),
    "the day that has 25 hours": date(2026, 10, 25),
    "the last of a year": date(2026, 12, 31),
    "a leap day": date(2028, 2, 29),
    "after 2038": date(2038, 6, 30),
}
ENDS = {
    "a day": "2026-04-30T22:00:00+00:00",
    "the day that has 23 hours": "2026-03-29T22:00:00+00:00",
    "the day before it": "2026-03-28T23:00:00+00:00",
    "the day that has 25 hours": "2026-10-25T23:00:00+00:00",
    "the last of a year": "2026-12-31T23:00:00+00:00",
    "a leap day": "2028-02-29T23:00:00+00:00",
    "after 2038": "2038-06-30T22:00:00+00:00",
}
RELEASED = {"name": "Bea Haupt", "function": "Bürgermeisterin"}
ANSWERS = {"mandate.kind": "administration", "main_message": "Kurz vor Schluss.",
           "publication": {part: "figures" if part == "B" else "named" for part in PARTS}}  # fmt: skip


@dataclass
class Desk:
    """A form that is open in a browser, ready to be sent; and a program of the same house."""

    scene: Scene
    browser: Browser
    token: str
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)

    def post(self, path: str, form: dict[str, Any], **headers: str) -> int:
        sent = {"csrf_token": self.browser.token, **form}
        return self.browser.send("POST", self.scene.base + path, data=sent, headers=headers).status_code

    def api(self, method: str, path: str, body: dict[str, Any], **headers: str) -> int:
        known = {"Authorization": f"Bearer {self.token}", **headers}
        address = f"/api/v1/consultations/{self.scene.world.slug}/response{path}"
        return self.browser.send(method, address, json=body, headers=known).status_code

    def come_back(self, moment: datetime) -> None:
        """Days later, logged in anew."""
        self.scene.clock(moment)
        with self.scene.db.reader() as session:
            self.browser.log_in(_address(session, self.scene))

    @property
    def part(self) -> str:
        return "/part/F?path=all"


PATHS: dict[str, Callable[[Desk], int]] = {
    "saving a page": lambda desk: desk.post(desk.part, desk.forms["part"] | {"main_message": "Gespeichert"}),
    "saving by itself": lambda desk: desk.post(
        desk.part, desk.forms["part"] | {"main_message": "Von selbst"}, **{"hx-request": "true"}
    ),
    "releasing": lambda desk: desk.post("/submit", RELEASED),
    "a nil return": lambda desk: desk.post("/nil-return", desk.forms["nil"] | {"name": "Bea Haupt", "function": "i. V."}),
    "declining": lambda desk: desk.post("/decline", {"reason": "Keine Zeit."}),
    "saving by the API": lambda desk: desk.api("PUT", "", {"answers": ANSWERS}),
    "submitting by the API": lambda desk: desk.api("POST", "/submit", RELEASED, **{"Idempotency-Key": "am-letzten-tag"}),
    "a nil return by the API": lambda desk: desk.api("POST", "/nil-return", RELEASED, **{"Idempotency-Key": "fehlanzeige"}),
}  # fmt: skip


@pytest.fixture(params=DATABASES)
def desk_on(request: pytest.FixtureRequest, copies_of: dict[str, Copies]) -> Iterator[Callable[[str], Desk]]:
    """Gives the desk, an hour before the end of this day."""
    copies, opened = copies_of[request.param], list[Database]()

    def desk(day: str) -> Desk:
        built = _built(copies, day)
        db = Database(copies.of(built.scene.db.url), threads=8)
        opened.append(db)
        scene = Scene(db, site(db, end_of_day(LAST_DAYS[day]) - timedelta(hours=1)), built.scene.world)
        browser = Browser(scene.app)
        browser.cookies, browser.token = httpx.Cookies(built.browser.cookies), built.browser.token
        return replace(built, scene=scene, browser=browser)

    yield desk
    for db in opened:
        db.close()
        copies.drop(db.url)


@cache
def _built(copies: Copies, day: str) -> Desk:
    url = copies.empty()
    upgrade(url)
    db = Database(url, threads=4)
    made = _open_desk(db, LAST_DAYS[day])
    db.close()
    return made


def _open_desk(db: Database, last_day: date) -> Desk:
    scene = desk_world.scene(db)
    end = end_of_day(last_day)
    with db.transaction() as session:
        session.get_one(Consultation, scene.world.consultation_id).deadline = end
    scene.four_eyes(wanted=False)
    scene.clock(end - timedelta(hours=1))
    browser = begun(scene)
    complete(browser, scene)
    forms = {"part": filled(browser.get(scene.base + "/part/F?path=all").text, "/part/F?path=all")}
    nil = filled(browser.get(scene.base + "/nil-return").text, "/nil-return")
    forms["nil"] = nil
    with db.transaction() as session:
        actor = scene.actor(_address(session, scene))
        token = tokens.create_token(
            session, replace(actor, moment=end - timedelta(hours=1)), "Fachverfahren",
            [Scope.RESPONSES_READ.value, Scope.RESPONSES_WRITE.value],
        )  # fmt: skip
    return Desk(scene, browser, token, forms)


def _address(session: Any, scene: Scene) -> str:
    here = select(Person.email).join(Membership, Membership.person_id == Person.id)
    found: str = session.scalars(here.where(Membership.organisation_id == scene.world.bodies[TOWN])).one()
    return found


def end_of(desk: Desk) -> datetime:
    with desk.scene.db.reader() as session:
        found = session.get_one(Consultation, desk.scene.world.consultation_id).deadline
    assert found
    return found


def accepted(status: int) -> bool:
    assert status in {200, 201, 303, 409, 422}, status
    return status < 400


@pytest.mark.parametrize("day", LAST_DAYS)
def test_a_day_ends_at_midnight_in_germany_also_when_clocks_change(day: str) -> None:
    assert end_of_day(LAST_DAYS[day]) == datetime.fromisoformat(ENDS[day])
    assert end_of_day(LAST_DAYS[day]).tzinfo == UTC


def test_the_moment_of_the_deadline_is_too_late_on_every_path(desk_on: Callable[[str], Desk]) -> None:
    desk = desk_on("the day that has 25 hours")
    for late in (timedelta(), SECOND):
        desk.scene.clock(end_of(desk) + late)
        assert [path for path, send in PATHS.items() if accepted(send(desk))] == []
    with desk.scene.db.reader() as session:
        assert session.scalars(select(Revision.id)).all() == []


@pytest.mark.parametrize("path", sorted(PATHS))
def test_the_last_moment_before_the_deadline_is_in_time(desk_on: Callable[[str], Desk], path: str) -> None:
    desk = desk_on("the day that has 25 hours")
    desk.scene.clock(end_of(desk) - timedelta(microseconds=1))
    assert accepted(PATHS[path](desk))


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in New York."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_time_zone_of_the_machine_changes_nothing(desk_on: Callable[[str], Desk], far_away: None) -> None:
    desk = desk_on("a day")
    assert time.tzname[0] == "EST"
    assert end_of(desk) == datetime.fromisoformat(ENDS["a day"])
    assert "30.04.2026" in desk.browser.get(desk.scene.base).text
    desk.scene.clock(end_of(desk))
    assert not accepted(PATHS["releasing"](desk))
    desk.scene.clock(end_of(desk) - SECOND)
    assert accepted(PATHS["releasing"](desk))


def more_time(desk: Desk, body: str) -> datetime:
    """Given by the planner a second after the deadline, to this body; returns the moment when it ends."""
    with desk.scene.db.transaction() as session:
        planner = replace(desk.scene.world.planner, moment=end_of(desk) + SECOND)
        extensions.give(session, planner, desk.scene.invitation_id(body), date(2026, 5, 8), "Rat tagt später.")
    return end_of_day(date(2026, 5, 8))


@pytest.mark.parametrize("path", ["saving by itself", "releasing", "submitting by the API"])
def test_more_time_granted_while_the_form_is_open_counts_at_once(desk_on: Callable[[str], Desk], path: str) -> None:
    desk = desk_on("a day")
    desk.scene.clock(end_of(desk) + SECOND)
    assert not accepted(PATHS[path](desk))
    more_time(desk, TOWN)
    assert accepted(PATHS[path](desk))  # the same form, sent once more
    with desk.scene.db.reader() as session:
        assert {revision.late for revision in session.scalars(select(Revision))} <= {True}


def test_more_time_is_for_this_house_only_and_ends(desk_on: Callable[[str], Desk]) -> None:
    desk = desk_on("a day")
    desk.scene.clock(end_of(desk) + SECOND)
    until = more_time(desk, TOWN)
    neighbour = desk.scene.somebody(*BOTH, body=OTHER)
    neighbour.get(desk.scene.base_of(OTHER))
    assert not accepted(neighbour.post(f"{desk.scene.base_of(OTHER)}/decline", {"reason": "Zu spät."}).status_code)
    desk.come_back(until)
    assert not accepted(desk.post("/decline", {"reason": "Zu spät."}))
    desk.scene.clock(until - SECOND)
    assert accepted(desk.post("/decline", {"reason": "Im letzten Augenblick."}))


def test_more_time_for_everybody_counts_at_once_and_makes_nobody_late(desk_on: Callable[[str], Desk]) -> None:
    desk = desk_on("a day")
    with desk.scene.db.transaction() as session:
        planner = replace(desk.scene.world.planner, moment=end_of(desk) - SECOND)
        consultations.extend(session, planner, desk.scene.world.slug, date(2026, 5, 8), "Ferien.")
    desk.come_back(end_of_day(date(2026, 5, 8)) - SECOND)
    assert accepted(PATHS["releasing"](desk))
    with desk.scene.db.reader() as session:
        assert session.scalars(select(Revision.late)).all() == [False]


def test_a_letter_is_in_time_by_the_day_it_arrived_whenever_it_is_entered(desk_on: Callable[[str], Desk]) -> None:
    desk = desk_on("a day")
    late = {}
    for body, received in ((OTHER, date(2026, 4, 30)), ("01053", date(2026, 5, 1))):
        with desk.scene.db.transaction() as session:
            planner: Actor = replace(desk.scene.world.planner, moment=end_of(desk) + timedelta(days=3))
            mail = Received(Channel.LETTER, received, "", "Der Eigenanteil muss entfallen.")
            made = intake.begin(session, planner, desk.scene.invitation_id(body), mail)
            revision = entering.submit_for(session, planner, made.id, silent_about_rest=True, nil_return=True)
            late[received.day] = revision.late
    assert late == {30: False, 1: True}


def test_a_place_can_be_claimed_after_the_deadline_so_that_more_time_can_be_asked_for(
    desk_on: Callable[[str], Desk],
) -> None:
    desk = desk_on("a day")
    end = end_of(desk)
    with desk.scene.db.transaction() as session:
        email = factories.person(session, "Kommt Zuspät").email
    desk.scene.clock(end + SECOND)
    late = Browser(desk.scene.app)
    late.log_in(email)
    code = desk.scene.code(OTHER)
    assert late.get(f"/claim/{code}").status_code == 200
    assert late.post(f"/claim/{code}").status_code == 303
    decline = desk.scene.base_of(OTHER) + "/decline"
    assert not accepted(late.post(decline, {"reason": "Kein Personal."}).status_code)
    more_time(desk, OTHER)
    assert accepted(late.post(decline, {"reason": "Kein Personal."}).status_code)
