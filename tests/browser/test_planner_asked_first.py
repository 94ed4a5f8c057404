"""What a planner is shown before anything happens, in a real browser: contradicting values, posted letters, pasted lists."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.states import ConsultationState
from tests.browser.serving import Serve
from tests.browser.somebody import Somebody
from tests.browser.test_planner_running import prepared
from tests.factories import MOMENT
from tests.planning_world import Planning
from tests.test_named_values import next_draft
from tests.test_web_planners_running import Running

pytestmark = pytest.mark.browser
WIDTHS = (1280, 320)
NOW = MOMENT + timedelta(days=3)


@pytest.fixture
def running(sqlite: Database, tmp_path: Path) -> Running:
    return Running(sqlite, tmp_path)


def paula_of(chrome: Browser, base: str, width: int, email: str) -> Somebody:
    one = Somebody(chrome, base, width, script=True)
    one.log_in(email)
    return one


@pytest.mark.parametrize("width", WIDTHS)
def test_text_and_programme_value_stand_side_by_side_before_a_section_is_saved(
    sqlite: Database, chrome: Browser, running: Running, serve: Serve, width: int
) -> None:
    _, base = serve(NOW)
    draft, key = next_draft(sqlite, running, "Der Eigenanteil beträgt 10 %."), running.world.sections["§ 3"]
    paula = paula_of(chrome, base, width, running.emails["paula"])
    page = paula.page
    page.goto(f"{running.homes['paula']}/programmes/{draft.programme.slug}/drafts/{draft.id}/sections/{key}")
    page.fill("#text", "Der Eigenanteil beträgt 20 %.")
    paula.press("Speichern")
    expect(page.get_by_text("Noch nicht gespeichert: Text und Programmwert sagen Verschiedenes")).to_be_visible()
    expect(page.get_by_role("link", name="Programmwerte in einem neuen Fenster öffnen")).to_be_visible()
    paula.look("value-contradicted")
    paula.press("Trotzdem speichern")
    expect(page.get_by_text("Gespeichert.")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_day_of_the_post_is_noted_and_a_finished_consultation_speaks_of_the_past(
    sqlite: Database, chrome: Browser, running: Running, serve: Serve, width: int
) -> None:
    _, base = serve(NOW)
    paula = paula_of(chrome, base, width, running.emails["paula"])
    page = paula.page
    page.goto(f"{running.at()}/invitations")
    page.locator("#posted summary").click()
    page.fill("#day", "2026-12-24")
    paula.press("Tag vermerken")
    paula.look("letters-posted-error")
    page.fill("#day", "2026-03-03")
    paula.press("Tag vermerken")
    expect(page.get_by_text("Bei 6 Briefen ist vermerkt: am 03.03.2026 zur Post gegeben.")).to_be_visible()
    page.locator("#posted summary").click()
    paula.look("letters-posted")
    with sqlite.transaction() as session:
        session.execute(update(Consultation).values(state=ConsultationState.CANCELLED))
    page.goto(f"{running.at()}/reminders")
    expect(page.get_by_text("Es wurde keine Erinnerung verschickt.")).to_be_visible()
    paula.look("reminders-over")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_pasted_list_is_looked_through_before_anybody_is_asked(
    sqlite: Database, chrome: Browser, serve: Serve, width: int
) -> None:
    world = Planning(sqlite)
    app, base = serve(MOMENT)
    with ThreadPoolExecutor(1) as beside:  # the browser holds the loop of this thread
        at = beside.submit(prepared, app, base, world).result()
    paula = paula_of(chrome, base, width, world.foundation.person.email)
    page = paula.page
    page.goto(f"{at}/audience/list")
    page.fill("#list", "01051044\nDorf 1\nNeuenkirchen\nNirgendwo")
    paula.press("Liste prüfen")
    expect(page.get_by_text("Zeile 4: Nirgendwo")).to_be_visible()
    paula.look("audience-pasted")
    paula.press("Gefundene aufnehmen")
    expect(page.get_by_text("sind aufgenommen.")).to_be_visible()
