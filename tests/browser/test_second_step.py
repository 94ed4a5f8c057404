"""The second step of the log-in in a real browser: set up from the text of the key, by keyboard, also without JavaScript."""

from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from consultation.core.db import Database
from tests import factories as make
from tests.browser.serving import Serve
from tests.browser.somebody import Somebody
from tests.factories import MOMENT, PASSWORD, PLANNING_ROLES

pytestmark = pytest.mark.browser
PAULA = "paula@stiftung.example"


@pytest.mark.parametrize(("width", "script"), [(320, True), (1280, True), (1280, False)])
def test_a_planner_sets_up_an_app_logs_in_with_it_and_removes_it(
    sqlite: Database, serve: Serve, chrome: Browser, width: int, script: bool
):
    with sqlite.transaction() as session:
        house = make.planning_organisation(session)
        make.membership(session, make.person(session, "Paula Planer", email=PAULA), house, PLANNING_ROLES)
    app, base = serve(MOMENT)
    paula = Somebody(chrome, base, width, script)
    paula.log_in(PAULA)
    paula.page.goto("/account")
    paula.look("account")
    paula.follow("Zweite Stufe einrichten")
    paula.look("second-step-none")
    paula.page.get_by_label("Jetziges Passwort").fill(PASSWORD)
    paula.page.keyboard.press("Enter")
    secret = paula.page.locator("#secret")
    expect(secret).to_be_visible()
    expect(paula.page.get_by_role("img", name="QR-Code")).to_be_visible()
    paula.look("second-step-offered")
    totp = pyotp.TOTP(secret.inner_text().replace(" ", ""))
    code = paula.page.get_by_label("Code aus der App")
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    code.fill("000000")
    paula.press("Bestätigen")
    paula.look("second-step-wrong")
    paula.page.get_by_label("Code aus der App").fill(totp.at(MOMENT))
    paula.press("Bestätigen")
    expect(paula.page.locator("#recovery-codes li")).to_have_count(10)
    paula.look("recovery-codes")
    paula.follow("Ich habe die Codes aufbewahrt")
    paula.look("second-step-there")
    paula.press("Abmelden")
    later = MOMENT + timedelta(minutes=5)
    app.state.clock = lambda: later
    paula.log_in(PAULA)
    paula.look("second-step")
    paula.page.get_by_label("Code aus der App oder Ersatzcode").fill(totp.at(later))
    paula.page.keyboard.press("Enter")
    expect(paula.page.get_by_role("heading", level=1)).to_have_text("Programme und Konsultationen")
    paula.page.goto("/account/second-step")
    paula.page.locator("#current_password-remove").fill(PASSWORD)
    paula.press("Entfernen")
    expect(paula.page.get_by_text("Die zweite Stufe ist entfernt")).to_be_visible()
