"""A planner without a mouse: announces, gives one body more time, enters a letter, publishes an edition. Never a click."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from consultation.consultations import extensions
from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation, DeadlineExtension, Invitation
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job, JobState
from consultation.core.times import end_of_day
from consultation.documents.models import Edition
from consultation.people.models import Person
from consultation.programmes.models import DraftVersion
from consultation.responses.models import Channel, Intake, Revision
from consultation.states import ConsultationState, DraftVersionState, EditionState, ExtensionState, ResponseState
from tests import evaluation_world
from tests.browser.keyboard import choose, press, tab_to, tick, unfold, write, write_day
from tests.browser.serving import Serve
from tests.browser.somebody import Somebody
from tests.browser.test_planner import WIDTHS
from tests.browser.test_planner_running import HAMBURG, KIEL, NOW, prepared
from tests.factories import MOMENT, PASSWORD
from tests.planning_world import Planning
from tests.test_web_planners_running import DEMAND, Running

pytestmark = pytest.mark.browser
LATER = MOMENT + timedelta(days=70)
DEADLINE = date(2026, 4, 30)
LETTER = "Sehr geehrte Damen und Herren,\n\nder Eigenanteil muss entfallen.\n\nMit freundlichen Grüßen"


@pytest.fixture
def running(sqlite: Database, tmp_path: Path) -> Running:
    made = Running(sqlite, tmp_path)
    with sqlite.transaction() as session:
        session.execute(update(Invitation).values(email="post@ort.example"))
        session.execute(update(Job).values(state=JobState.DONE))
    return made


def arrive(chrome: Browser, base: str, width: int, email: str, path: str) -> Page:
    """Logs in by keyboard too, and comes to a page."""
    page = Somebody(chrome, base, width, script=True).page
    page.goto("/login")
    write(page.get_by_label("Mailadresse"), email)
    write(page.get_by_label("Passwort", exact=True), PASSWORD)
    press(page.get_by_role("button", name="Anmelden", exact=True))
    page.goto(path)
    return page


def follow(page: Page, name: str) -> None:
    press(page.get_by_role("main").get_by_role("link", name=name).first)


def turn_to(page: Page, tab: str) -> None:
    """One of the pages of the consultation."""
    press(page.get_by_role("navigation", name="Konsultation").get_by_role("link", name=tab, exact=True))


def send(page: Page, name: str) -> None:
    press(page.get_by_role("button", name=name, exact=True))


def mails(folder: Path) -> list[str]:
    """What was sent, as its readers see it."""
    sent = [BytesParser(policy=default).parsebytes(file.read_bytes()) for file in (folder / "mail").glob("*.eml")]
    return [body.get_content() for mail in sent if (body := mail.get_body(("plain",)))]


# -- announce --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", WIDTHS)
def test_what_the_checklist_misses_is_mended_and_nothing_goes_out_before_it_is_confirmed(
    chrome: Browser, sqlite: Database, serve: Serve, width: int
):
    world = Planning(sqlite)
    app, base = serve(MOMENT)
    with ThreadPoolExecutor(1) as beside:  # the browser's loop runs in this thread
        at = beside.submit(prepared, app, base, world).result()
    with sqlite.transaction() as session:
        session.execute(update(Consultation).values(deadline=None))
    page = arrive(chrome, base, width, world.foundation.person.email, at)
    follow(page, "Prüfen und ankündigen")
    expect(page.get_by_role("button", name="Jetzt ankündigen")).to_have_count(0)
    follow(page, "Beheben")
    write_day(page.get_by_label("Letzter Tag der Frist"), DEADLINE)
    send(page, "Speichern")
    follow(page, "Prüfen und ankündigen")
    follow(page, "Jede Mail ansehen")
    expect(page.get_by_label("Text der Mail")).to_contain_text("30.04.2026")
    follow(page, "Zurück zum Ankündigen")
    send(page, "Jetzt ankündigen")
    expect(page.locator("#error-summary")).to_be_focused()
    assert stored(sqlite).state == ConsultationState.DRAFT
    tab_to(page.locator("#error-summary a"))
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    send(page, "Jetzt ankündigen")
    expect(page.get_by_text("Die Konsultation ist angekündigt.")).to_be_visible()
    made = stored(sqlite)
    assert (made.state, made.deadline) == (ConsultationState.ANNOUNCED, end_of_day(DEADLINE))
    with sqlite.reader() as session:
        assert session.scalars(select(DraftVersion.state)).all() == [DraftVersionState.PUBLISHED]


def stored(db: Database) -> Consultation:
    with db.reader() as session:
        return session.scalars(select(Consultation)).one()


# -- more time -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", WIDTHS)
def test_one_body_gets_another_day_than_it_asked_for_and_nobody_else_does(
    chrome: Browser, running: Running, serve: Serve, width: int
):
    for town in (KIEL, HAMBURG):
        ask_for_more_time(running, town)
    _, base = serve(NOW)
    page = arrive(chrome, base, width, running.emails["paula"], running.at())
    follow(page, "Fristverlängerungen")
    kiel = page.get_by_role("region", name="Kiel")
    write_day(kiel.get_by_label("Gewähren bis"), date(2026, 5, 19))
    write(kiel.get_by_label("Antwort an die Stelle"), "Gern, einen Tag früher.")
    press(kiel.get_by_role("button", name="Gewähren"))
    expect(page.get_by_text("Die Fristverlängerung ist gewährt.")).to_be_visible()
    hamburg = page.get_by_role("region", name="Hamburg")
    press(hamburg.get_by_role("button", name="Ablehnen"))
    expect(page.locator("#error-summary")).to_contain_text("Nennen Sie den Grund der Ablehnung")
    assert running.invitation(KIEL).extended_until == end_of_day(date(2026, 5, 19))
    assert running.invitation(HAMBURG).extended_until is None
    asked = running.one(DeadlineExtension, DeadlineExtension.organisation_id == running.world.bodies[HAMBURG])
    assert asked.state == ExtensionState.REQUESTED
    logged = running.one(HistoryEntry, HistoryEntry.action == "grant").details
    assert logged["asked"] == str(end_of_day(date(2026, 5, 20)))
    running.work(NOW)
    assert any("Gern, einen Tag früher." in mail and "19.05.2026" in mail for mail in mails(running.folder))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_body_that_rang_up_gets_more_time_without_a_request(
    chrome: Browser, running: Running, serve: Serve, width: int
):
    _, base = serve(NOW)
    page = arrive(chrome, base, width, running.emails["paula"], running.at())
    turn_to(page, "Einladungen")
    follow(page, "Kiel")
    write_day(page.get_by_label("Letzter Tag"), date(2026, 5, 19))
    write(page.get_by_label("Grund"), "Anruf: Der Rat tagt am 18.05.")
    send(page, "Frist verlängern")
    expect(page.get_by_text("Bis 19.05.2026").first).to_be_visible()
    with running.db.reader() as session:
        later = session.scalars(select(Invitation.organisation_id).where(Invitation.extended_until.is_not(None))).all()
        assert later == [running.world.bodies[KIEL]]


def ask_for_more_time(running: Running, town: str) -> None:
    with running.db.transaction() as session:
        actor = evaluation_world.somebody_of(session, running.world, town)
        found = consultations.invitation(session, running.world.planner, running.invitation(town).id)
        extensions.request(session, actor, found, date(2026, 5, 20), "Der Rat tagt am 18.05.")


# -- a letter --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", WIDTHS)
def test_a_letter_is_entered_from_its_channel_to_the_receipt(
    chrome: Browser, running: Running, serve: Serve, width: int
):
    _, base = serve(NOW)
    page = arrive(chrome, base, width, running.emails["paula"], running.at())
    turn_to(page, "Stellungnahmen")
    follow(page, "Antwort erfassen (Mail, Brief, Workshop)")
    write(page.get_by_label("Name oder Schlüssel"), "hamburg")
    press_enter(page)
    follow(page, "Hamburg")
    choose(page.get_by_label("Brief", exact=True))
    write_day(page.get_by_label("Tag des Eingangs"), date(2026, 3, 3))
    write(page.get_by_label("Zeichen des Absenders"), "AZ 7/26")
    write(page.get_by_label("Wortlaut", exact=True), LETTER)
    send(page, "Weiter zu den Fragen")
    unfold(page.locator("details", has=page.locator("#main_message")).locator("summary"))
    write(page.locator("#main_message"), "Der Eigenanteil muss entfallen.")
    send(page, "Speichern und prüfen")
    write(page.get_by_label("Unterschrieben von"), "Kim Muster")
    tick(page.get_by_label("Zu den übrigen Pflichtfragen sagt die Antwort nichts."))
    send(page, "Für die Stelle abgeben")
    expect(page.get_by_text("Die Antwort ist erfasst")).to_be_visible()
    expect(page.get_by_role("heading", name="Wortlaut des Eingangs")).to_be_visible()
    entered_as_a_letter(running)
    tab_to(page.get_by_role("link", name="Als PDF herunterladen"))
    with page.expect_download() as receipt:
        page.keyboard.press("Enter")
    assert receipt.value.path().read_bytes().startswith(b"%PDF")


def press_enter(page: Page) -> None:
    with page.expect_event("load"):
        page.keyboard.press("Enter")


def entered_as_a_letter(running: Running) -> None:
    """It counts as the body's own answer, its wording is kept, the body has its receipt; who signed is no user."""
    response = running.response(HAMBURG)
    revision = running.one(Revision, Revision.response_id == response.id)
    assert (revision.channel, revision.late) == (Channel.LETTER, False)
    assert (response.state, response.counted_revision_id) == (ResponseState.SUBMITTED, revision.id)
    kept = running.one(Intake, Intake.revision_id == revision.id)
    assert (kept.original, kept.received_on, kept.reference) == (LETTER, date(2026, 3, 3), "AZ 7/26")
    assert running.one(Person, Person.name == "Kim Muster") is None
    running.work(NOW)
    assert any(revision.receipt_number in mail and "(Brief)" in mail for mail in mails(running.folder))


# -- an edition ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", WIDTHS)
def test_an_edition_is_compiled_looked_at_and_published(chrome: Browser, running: Running, serve: Serve, width: int):
    _, base = serve(LATER)
    page = arrive(chrome, base, width, running.emails["paula"], running.at())
    send(page, "Auswertung beginnen")
    turn_to(page, "Ausgaben")
    choose(page.get_by_label("Öffentlich"))
    send(page, "Ausgabe erstellen")
    running.work(LATER)
    ready = page.get_by_role("link", name="Ausgabe ansehen")
    expect(ready).to_be_visible()
    press(ready)
    frozen = running.one(Edition)
    assert (frozen.state, frozen.problems) == (EditionState.COMPILED, [])
    with reading(page) as document:
        expect(document.get_by_text(DEMAND).first).to_be_visible()
    unfold(page.locator("#publish summary"))
    expect(page.get_by_text("Das lässt sich nicht zurücknehmen.")).to_be_visible()
    assert running.one(Edition).state == EditionState.COMPILED
    tab_to(page.get_by_role("checkbox", name="Alle Texte dieser Ausgabe sind geprüft."))
    page.keyboard.press("Space")
    send(page, "Ja, veröffentlichen")
    expect(page.get_by_text("ist veröffentlicht").first).to_be_visible()
    published = running.one(Edition)
    assert (published.state, published.published_at) == (EditionState.PUBLISHED, LATER)
    assert published.snapshot_hash == frozen.snapshot_hash
    assert running.one(Consultation).state == ConsultationState.PUBLISHED


@contextmanager
def reading(page: Page) -> Iterator[Page]:
    """The document, in a window of its own."""
    tab_to(page.get_by_role("link", name="Im Browser lesen"))
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    yield opened.value
    opened.value.close()
