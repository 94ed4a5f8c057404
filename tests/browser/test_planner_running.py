"""A planner while the consultation runs, in a real browser: announcing by the checklist, mails, reminders, more time, letters."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.jobs import Job, JobState
from consultation.people.models import Organisation, Person
from consultation.responses.models import Channel, Revision
from tests import factories as make
from tests.browser.serving import Serve
from tests.browser.somebody import Somebody, go
from tests.browsing import Browser as Client
from tests.factories import ANSWERING_ROLES, MOMENT
from tests.planning_world import Planning
from tests.test_web_planners import prepare
from tests.test_web_planners_running import Running

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)
KIEL, HAMBURG = "010510000000", "020000000000"
NOW = MOMENT + timedelta(days=3)


@pytest.fixture
def running(sqlite: Database, tmp_path: Path) -> Running:
    made = Running(sqlite, tmp_path)
    with sqlite.transaction() as session:
        session.execute(update(Invitation).values(email="post@ort.example"))
        session.execute(update(Job).values(state=JobState.DONE))
    return made


def logged_in(chrome: Browser, base: str, width: int, email: str, *, script: bool = True) -> Somebody:
    one = Somebody(chrome, base, width, script=script)
    one.log_in(email)
    return one


def prepared(app: FastAPI, base: str, world: Planning) -> str:
    client = Client(app, base)
    client.log_in(world.foundation.person.email)
    return prepare(client, world).at


@pytest.mark.parametrize("width", WIDTHS)
def test_a_consultation_is_announced_by_the_checklist_after_a_look_at_the_mails(
    chrome: Browser, sqlite: Database, serve: Serve, width: int
):
    world = Planning(sqlite)
    app, base = serve(MOMENT)
    with ThreadPoolExecutor(1) as beside:  # the browser's loop runs in this thread
        at = beside.submit(prepared, app, base, world).result()
    paula = logged_in(chrome, base, width, world.foundation.person.email)
    page = paula.page
    page.goto(f"{at}/announce")
    paula.look("running-checklist")
    go(page.get_by_role("link", name="Jede Mail ansehen"))
    expect(page.get_by_label("Text der Mail")).to_contain_text("bittet Celle")
    paula.look("running-mail")
    page.get_by_label("Mail", exact=True).select_option("reminder")
    go(page.get_by_role("button", name="Ansehen"))
    expect(page.get_by_role("heading", level=2)).to_contain_text("Erinnerung")
    go(page.get_by_role("button", name="Probemail an mich senden"))
    expect(page.get_by_text("Die Probemail ist unterwegs zu Ihnen.")).to_be_visible()
    go(page.get_by_role("link", name="Zurück zum Ankündigen"))
    page.get_by_label("Die Einladungen sollen jetzt versandt werden.").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Die Konsultation ist angekündigt.")).to_be_visible()
    paula.look("running-announced")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_body_asks_for_more_time_in_its_browser_and_gets_another_day(
    chrome: Browser, running: Running, serve: Serve, width: int
):
    with running.db.transaction() as session:
        person = make.person(session, "Bea Haupt", email="haupt@kiel.example")
        make.membership(session, person, session.get_one(Organisation, running.world.bodies[KIEL]), ANSWERING_ROLES)
    _, base = serve(NOW)
    bea = logged_in(chrome, base, width, "haupt@kiel.example")
    bea.page.goto(f"/o/{running.world.bodies[KIEL]}/answers/{running.world.slug}/extension")
    bea.page.fill("#until", "20.05.2026")
    bea.page.fill("#reason", "Der Rat tagt am 18.05.")
    bea.press("Um mehr Zeit bitten")
    paula = logged_in(chrome, base, width, running.emails["paula"])
    page = paula.page
    page.goto(f"{running.at()}/extensions")
    expect(page.get_by_text("Der Rat tagt am 18.05.")).to_be_visible()
    paula.look("running-extensions")
    page.get_by_label("Gewähren bis").fill("2026-05-19")
    page.get_by_label("Gewähren bis").press("Tab")
    page.keyboard.type("Gern.")
    page.keyboard.press("Tab")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Die Fristverlängerung ist gewährt.")).to_be_visible()
    paula.look("running-extension-granted")
    bea.page.reload()
    bea.page.goto(f"/o/{running.world.bodies[KIEL]}/answers/{running.world.slug}/extension")
    expect(bea.page.get_by_text("Bis 19.05.2026").first).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_those_who_have_not_answered_are_reminded_by_hand(chrome: Browser, running: Running, serve: Serve, width: int):
    _, base = serve(NOW)
    paula = logged_in(chrome, base, width, running.emails["paula"])
    page = paula.page
    page.goto(f"{running.at()}/reminders")
    paula.look("running-reminders")
    page.fill("#days", "morgen")
    paula.press("Plan speichern")
    paula.look("running-reminders-error")
    page.fill("#days", "10, 2")
    paula.press("Plan speichern")
    expect(page.get_by_text("10 Tage vor der Frist").first).to_be_visible()
    page.locator("#now summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("6 Stellen werden jetzt erinnert.")).to_be_visible()
    running.work(NOW)
    page.reload()
    expect(page.get_by_text("Heute schon erinnert: 6")).to_be_visible()
    paula.look("running-reminded")


@pytest.mark.parametrize(("width", "script"), [(1280, True), (390, True), (1280, False)])
def test_a_letter_is_entered_beside_its_wording(
    chrome: Browser, running: Running, serve: Serve, width: int, script: bool
):
    _, base = serve(NOW)
    paula = logged_in(chrome, base, width, running.emails["paula"], script=script)
    page = paula.page
    page.goto(f"{running.at()}/responses")
    go(page.get_by_role("link", name="Antwort erfassen (Mail, Brief, Workshop)"))
    page.fill("#q", "hamburg")
    paula.press("Suchen")
    paula.look("running-intake")
    go(page.get_by_role("link", name="Hamburg"))
    paula.press("Weiter zu den Fragen")
    paula.look("running-letter-errors")
    page.get_by_label("Brief").check()
    page.fill("#received_on", "2026-03-03")
    page.fill(
        "#original", "Sehr geehrte Damen und Herren,\n\nder Eigenanteil muss entfallen.\n\nMit freundlichen Grüßen"
    )
    paula.press("Weiter zu den Fragen")
    paula.look("running-letter-answers")
    page.locator("details", has=page.locator("#main_message")).locator("summary").click()
    page.locator("#main_message").fill("Der Eigenanteil muss entfallen.")
    paula.press("Speichern und prüfen")
    page.get_by_label("Unterschrieben von").fill("Kim Muster")
    page.get_by_label("Zu den übrigen Pflichtfragen sagt die Antwort nichts.").check()
    paula.look("running-letter-review")
    paula.press("Für die Stelle abgeben")
    expect(page.get_by_text("Die Antwort ist erfasst")).to_be_visible()
    expect(page.get_by_role("heading", name="Wortlaut des Eingangs")).to_be_visible()
    paula.look("running-letter-entered")
    with running.db.reader() as session:
        assert (
            session.scalars(select(Revision.channel).where(Revision.channel == Channel.LETTER)).one() == Channel.LETTER
        )
        assert session.scalars(select(Person).where(Person.name == "Kim Muster")).all() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_participation_grows_while_the_page_is_open(chrome: Browser, running: Running, serve: Serve, width: int):
    _, base = serve(NOW)
    paula = logged_in(chrome, base, width, running.emails["paula"])
    page = paula.page
    page.goto(f"{running.at()}/participation")
    expect(page.get_by_role("img", name="Verlauf der Beteiligung")).to_be_visible()
    paula.look("running-participation")
    page.locator("#growth-table summary").click()
    expect(page.get_by_role("table", name="Bis zum Ende des Tages")).to_be_visible()
    paula.look("running-participation-table")
    page.goto(f"{running.at()}/invitations")
    paula.look("running-invitations")
    go(page.get_by_role("link", name="Kiel"))
    paula.look("running-invitation")
