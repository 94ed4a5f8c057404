"""A town's way in a real browser: from the typed code to the receipt, with two people of the house."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from consultation.core.db import Database
from consultation.people.models import Organisation
from consultation.states import Role
from tests import factories
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.desk_world import COUNTY, TOWN, Scene
from tests.desk_world import scene as make_scene
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser
WAYS = [(1280, True), (390, True), (1280, False), (390, False)]


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Scene, str]]:
    path, port = tmp_path / "desk.db", free_port()
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    base = f"http://127.0.0.1:{port}"
    made = make_scene(db, {"base_url": base})
    with served(made.app, port):
        yield made, base
    db.close()


def head_of_house(scene: Scene) -> str:
    with scene.db.transaction() as session:
        person = factories.person(session, "Bea Haupt", email="haupt@kiel.example")
        house = session.get_one(Organisation, scene.world.bodies[TOWN])
        factories.membership(session, person, house, [Role.RELEASER], function="Bürgermeisterin")
    return "haupt@kiel.example"


def claim(who: Somebody, code: str) -> None:
    who.page.goto("/claim")
    who.look("claim-code")
    who.page.get_by_label("Code").fill(code.lower())
    who.press("Weiter")
    expect(who.page.get_by_role("heading", level=1)).to_have_text("Kiel")
    who.look("claim")
    who.page.get_by_label("Vor- und Nachname").fill("Anna Muster")
    who.page.get_by_label("Mailadresse", exact=True).fill("anna@kiel.example")
    who.page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    who.page.get_by_label("Ihre Funktion").fill("Integrationsbeauftragte")
    who.press("Konto anlegen und Platz einnehmen")


def answer_the_short_way(who: Somebody) -> None:
    page = who.page
    who.look("hub-new")
    who.press("Stellungnahme beginnen")
    who.look("hub")
    go(page.locator(".kern-task-list a").nth(1))
    page.get_by_label("Kämmerei").check()
    page.get_by_label("Geschäft der laufenden Verwaltung").check()
    if who.script:
        expect(page.locator("#save-status")).to_contain_text("Gespeichert um")
    who.look("part")
    while "/review" not in page.url:
        if "/part/D" in page.url:
            page.get_by_role("textbox").last.fill("viele")
            who.press("Speichern und weiter")
            expect(page.locator("#error-summary")).to_be_visible()
            who.look("part-wrong")
            page.get_by_role("textbox").last.fill("12")
        if page.get_by_role("button", name="Speichern und zur Prüfung").count():
            for name in ("publication.participant", "publication.A", "publication.C"):
                page.locator(f"input[name='{name}'][value='named']").check()
            page.locator("input[name='publication.E'][value='described']").check()
            who.look("part-last")
            who.press("Speichern und zur Prüfung")
        else:
            who.press("Speichern und weiter")


def comment_on_a_section(who: Somebody, base: str, section: str) -> None:
    page = who.page
    page.goto(f"{base}/draft#{section}")
    here = page.locator(f"[id='{section}']")
    here.get_by_label("Zustimmung mit Änderungen").check()
    here.locator("summary").click()
    here.get_by_label("Was soll geschehen?").select_option("replace")
    wording = here.get_by_label("Wortlaut")
    wording.fill("\n".join(f"{n}. Die Mittel werden nach der Zahl der Einwohner verteilt." for n in range(1, 9)))
    if who.script:
        assert wording.evaluate("box => box.scrollHeight - box.clientHeight") <= 0, "a long text is seen whole"
    if who.script:
        expect(here.get_by_role("status")).to_contain_text("Gespeichert um")
    who.look("draft")
    go(here.get_by_role("button", name="Speichern"))
    expect(page.locator(f"[id='{section}']")).to_contain_text("nach der Zahl der Einwohner")


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_a_town_answers_from_the_code_to_the_receipt(
    scene: tuple[Scene, str], chrome: Browser, width: int, script: bool
) -> None:
    world, base = scene
    anna, bea = (Somebody(chrome, base, width, script) for _ in range(2))
    claim(anna, world.code())
    email = head_of_house(world)
    answer_the_short_way(anna)
    comment_on_a_section(anna, world.base, world.world.sections["§ 3"])
    anna.page.goto(f"{world.base}/review")
    anna.look("review")
    anna.press("Zur Freigabe vorlegen")

    bea.log_in(email)
    bea.page.goto(f"/o/{world.world.bodies[TOWN]}/answers")
    bea.look("start")
    bea.follow("Prüfen und freigeben")
    expect(bea.page).to_have_url(re.compile(r"/review$"))
    bea.page.get_by_label("Was soll geändert werden?").fill("Bitte die Begründung ergänzen.")
    bea.press("Zurückgeben")

    anna.page.goto(world.base)
    expect(anna.page.get_by_text("Bitte die Begründung ergänzen.")).to_be_visible()
    anna.look("returned")
    anna.page.goto(f"{world.base}/review")
    anna.press("Zur Freigabe vorlegen")

    bea.page.goto(f"{world.base}/review")
    bea.look("release")
    expect(bea.page.get_by_label("Funktion")).to_have_value("Bürgermeisterin")
    bea.press("Freigeben und abgeben")
    expect(bea.page.get_by_role("heading", level=1)).to_have_text("Eingangsbestätigung")
    expect(bea.page.locator(".desk-receipt__number")).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))
    bea.look("receipt")
    for path in ("", "/nil-return", "/extension", "/draft", "/part/A"):
        bea.page.goto(world.base + path)
        bea.look(f"after{path.replace('/', '-')}")


def test_a_county_picks_for_whom_it_speaks(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    with world.db.transaction() as session:
        person = factories.person(session, "Carla Kreis")
        house = session.get_one(Organisation, world.world.bodies[COUNTY])
        factories.membership(session, person, house)
    for width in (1280, 390):
        carla = Somebody(chrome, base, width, script=True)
        carla.log_in(person.email)
        carla.page.goto(world.base_of(COUNTY))
        if width == 1280:
            carla.press("Stellungnahme beginnen")
        carla.follow("Für wen Sie sprechen")
        carla.page.get_by_label("Weitere im Gemeindeverzeichnis suchen").fill("Ort")
        carla.press("Suchen")
        carla.look("representation")
        carla.page.get_by_label("Ort 1").first.check()
        carla.page.get_by_label("Liste einfügen").fill("Dorf 801\nKiel\nDorf\nAtlantis")
        carla.press("Liste prüfen")
        carla.look("representation-list")
        carla.page.get_by_label("Wer mit „Dorf“ gemeint ist").select_option(label="keine davon, Zeile weglassen")
        carla.page.get_by_label("Liste einfügen").fill("Dorf")
        carla.press("Speichern")
        expect(carla.page.get_by_text("Gespeichert, für wen Sie sprechen.")).to_be_visible()


def test_two_people_at_once_see_both_texts_without_losing_one(scene: tuple[Scene, str], chrome: Browser) -> None:
    world, base = scene
    emails = []
    with world.db.transaction() as session:
        for name in ("Anna Eins", "Robin Zwei"):
            person = factories.person(session, name)
            house = session.get_one(Organisation, world.world.bodies[TOWN])
            factories.membership(session, person, house, [Role.CONTRIBUTOR])
            emails.append(person.email)
    one, two = (Somebody(chrome, base, 1280, script=True) for _ in emails)
    for who, email in zip((one, two), emails, strict=True):
        who.log_in(email)
    one.page.goto(world.base)
    one.press("Stellungnahme beginnen")
    for who in (one, two):
        who.page.goto(f"{world.base}/part/F?path=all")
    field = "input[name='main_message']"
    one.page.locator(field).fill("Von Anna")
    expect(one.page.locator("#save-status")).to_contain_text("Gespeichert um")
    two.page.locator(field).fill("Von Robin")
    expect(two.page.locator("#quarrels")).to_contain_text("Von Anna")
    expect(two.page.locator(field)).to_have_value("Von Robin")
    two.look("quarrel")
    two.page.get_by_label("Meine Fassung gilt").check()
    two.press("Auswahl speichern")
    expect(two.page.locator(field)).to_have_value("Von Robin")
    expect(two.page.locator("#quarrels")).to_be_empty()
