"""A planner's way in a real browser: from the empty programme to the announcement, from the answers to the edition."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from consultation.core.db import Database
from consultation.core.places import package_folder
from consultation.documents.models import Edition
from consultation.states import EditionState
from tests.browser.serving import Serve
from tests.browser.somebody import Somebody, go
from tests.factories import MOMENT
from tests.planning_world import Planning
from tests.test_web_planners_running import DEMAND, TOWNS, Running, point_of

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)
LAW = package_folder() / "data" / "drafts" / "kinvfg.md"


def log_in(chrome: Browser, base: str, width: int, email: str) -> Somebody:
    one = Somebody(chrome, base, width, script=True)
    one.log_in(email)
    return one


@pytest.mark.parametrize("width", WIDTHS)
def test_from_the_empty_programme_to_the_announcement(chrome: Browser, sqlite: Database, serve: Serve, width: int):
    world = Planning(sqlite)
    _, base = serve(MOMENT)
    paula = log_in(chrome, base, width, world.foundation.person.email)
    page, look = paula.page, paula.look

    def press(name: str) -> None:
        go(page.get_by_role("button", name=name).first)

    page.goto(f"{world.foundation.at}/programmes")
    look("planner-start")
    go(page.get_by_role("link", name="Neues Programm anlegen"))
    press("Programm anlegen")
    look("planner-programme-errors")
    page.fill("#title", "Übung KInvFG")
    page.get_by_label("Stiftung").check()
    press("Programm anlegen")
    look("planner-programme-empty")
    go(page.get_by_role("link", name="Entwurf einlesen"))
    look("planner-import")
    page.set_input_files("#file", LAW)
    press("Vorschau zeigen")
    look("planner-preview")
    page.get_by_label("Gesetzentwurf").check()
    press("Fassung speichern")
    look("planner-draft")
    go(page.get_by_role("link", name="Übung KInvFG").first)
    page.locator("summary", has_text="Programmwert hinzufügen").click()
    page.fill("#label", "Eigenanteil")
    page.fill("#value", "10 %")
    page.fill("#name", "own_share")
    press("Programmwert speichern")
    go(page.get_by_role("link", name="Formular anlegen"))
    look("planner-form-new")
    page.get_by_label("Kurze Rückmeldung zu einem Investitionsgesetz").check()
    press("Formular anlegen")
    look("planner-form")
    go(page.get_by_role("link", name="Vorschau ansehen"))
    look("planner-form-preview")
    while "/forms/" in page.url:  # narrow screens show one step of the way back
        go(page.locator(".app-breadcrumb a:visible").last)
    look("planner-programme")
    go(page.get_by_role("link", name="Konsultation anlegen"))
    page.fill("#title", "Anhörung zum KInvFG")
    press("Konsultation anlegen")
    look("planner-tasks")
    go(page.get_by_role("link", name="Titel, Einführung, Sichtbarkeit"))
    page.fill("#contact", "Referat 1, ref1@stiftung.example")
    look("planner-basics")
    press("Speichern")
    go(page.get_by_role("link", name="Entwurfsfassung"))
    page.locator("input[name=draft]").first.check()
    page.locator("input[name=form]").first.check()
    look("planner-versions")
    press("Speichern")
    go(page.locator("main").get_by_role("link", name="Adressatenkreis"))
    page.get_by_label("Schleswig-Holstein").check()
    press("Zählen")
    look("planner-audience")
    press("Diesen Filter speichern")
    go(page.get_by_role("link", name="Einzelne Stellen aufnehmen"))
    page.fill("#q", "Celle")
    press("Suchen")
    page.locator("input[name=organisation]").first.check()
    look("planner-single")
    press("Aufnehmen")
    go(page.get_by_role("link", name="Weiter zu den Anschriften"))
    rows = "AGS;Name;E-Mail\n1051044;;a@b.example\n;Neuenkirchen;kaputt\n01001;;c@b.example\n"
    page.set_input_files("#file", {"name": "liste.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    press("Hochladen und prüfen")
    look("planner-addresses")
    press("Alle Vorschläge bestätigen")
    page.check("#row-3-organisation")
    page.fill("#row-3-email", "post@neuenkirchen.example")
    press("Eingaben speichern")
    press("3 Anschriften übernehmen")
    go(page.get_by_role("link", name="Zurück zur Übersicht"))
    go(page.get_by_role("link", name="Beginn und Frist"))
    page.fill("#deadline_on", "2026-03-15")
    press("Speichern")
    look("planner-dates")
    page.fill("#deadline_on", "2026-04-30")
    press("Speichern")
    go(page.locator("main").get_by_role("link", name="Prüfen und ankündigen"))
    look("planner-announce")
    page.check("#sure")
    press("Jetzt ankündigen")
    expect(page.get_by_text("Die Konsultation ist angekündigt. Die Einladungen")).to_be_visible()
    look("planner-announced")


@pytest.mark.parametrize("width", WIDTHS)
def test_from_the_answers_to_the_published_edition(
    chrome: Browser, sqlite: Database, serve: Serve, width: int, tmp_path: Path
):
    running = Running(sqlite, tmp_path)
    later = MOMENT + timedelta(days=70)
    _, base = serve(later)
    paula = log_in(chrome, base, width, running.emails["paula"])
    page, look, at = paula.page, paula.look, running.at()
    pages = {
        "running": "", "participation": "/participation", "invitations": "/invitations", "extensions": "/extensions",
        "invitation": f"/invitations/{running.invitation(TOWNS[0]).id}", "responses": "/responses",
        "response": f"/responses/{running.response(TOWNS[0]).id}", "results": "/results", "results-by": "/results?by=state",
        "extend": "/extend", "cancel": "/cancel", "log": "/log",
    }  # fmt: skip
    for name, path in pages.items():
        page.goto(at + path)
        look(f"planner-{name}")
    expect(page.locator(".planner-tabs [aria-current]")).to_have_text("Verfahrensprotokoll")
    expect(page.locator(".planner-tabs [aria-current]")).to_be_in_viewport(ratio=1)
    page.goto(at)
    go(page.get_by_role("button", name="Auswertung beginnen"))
    go(page.get_by_role("link", name="Einzelpunkte", exact=True))
    look("planner-points")
    go(page.get_by_role("link", name=f"Punkt {point_of(running, DEMAND).number}", exact=True))
    look("planner-point")
    page.get_by_label("wird berücksichtigt", exact=True).check()
    page.fill("#reply", "Der Eigenanteil entfällt.")
    go(page.get_by_role("button", name="Speichern", exact=True))
    expect(page.get_by_text("ist entschieden.")).to_be_visible()
    look("planner-point-decided")
    page.goto(f"{at}/editions")
    page.get_by_label("Öffentlich").check()
    look("planner-editions")
    go(page.get_by_role("button", name="Ausgabe erstellen"))
    look("planner-compiling")
    running.work(later)
    assert running.one(Edition).state == EditionState.COMPILED
    expect(page.get_by_role("link", name="Ausgabe ansehen")).to_be_visible()
    go(page.get_by_role("link", name="Ausgabe ansehen"))
    look("planner-edition")
    publish = page.locator("#publish summary")
    if publish.count():
        publish.click()
        look("planner-publish")
        page.get_by_role("checkbox", name="Alle Texte dieser Ausgabe sind geprüft.").check()
        go(page.get_by_role("button", name="Ja, veröffentlichen"))
        expect(page.get_by_text("ist veröffentlicht").first).to_be_visible()
    else:
        expect(page.get_by_text("darf so nicht veröffentlicht werden")).to_be_visible()
