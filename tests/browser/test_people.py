"""Colleagues in a real browser: invited by mail, they set their password, contribute, and take over."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from consultation import worker
from consultation.core.db import Database
from consultation.mail.transport import Memory
from consultation.people.models import Organisation
from consultation.settings import load
from tests import factories
from tests.browser import keyboard
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.desk_world import NOW, TOWN, Scene
from tests.desk_world import scene as make_scene
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser
ANNA, NINA = "anna@kiel.example", "nina@kiel.example"


@dataclass
class House:
    scene: Scene
    base: str
    folder: Path
    post: Memory = field(default_factory=Memory)

    @property
    def people(self) -> str:
        return f"/o/{self.scene.world.bodies[TOWN]}/people"

    def mail_to(self, email: str) -> str:
        """The newest mail to this address, after everything waiting has been sent."""
        settings = load({}, data_dir=self.folder, base_url=self.base)
        worker.run_due(self.scene.db, settings, self.post, NOW)
        return [mail.text for mail in self.post.sent if mail.recipient == email][-1]


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """Anna manages; what was sent before she begins does not matter here."""
    path, port = tmp_path / "people.db", free_port()
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    base = f"http://127.0.0.1:{port}"
    scene = make_scene(db, {"base_url": base})
    with db.transaction() as session:
        anna = factories.person(session, "Anna Muster", email=ANNA)
        factories.membership(session, anna, session.get_one(Organisation, scene.world.bodies[TOWN]))
    with served(scene.app, port):
        yield House(scene, base, tmp_path)
    db.close()


def enter_by_mail(house: House, nina: Somebody) -> None:
    """As the mail says: open the link in it, type the code, choose a password."""
    text = house.mail_to(NINA)
    link, code = re.search(r"https?://\S+/password/code", text), re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", text)
    assert link, text
    assert code, text
    nina.page.goto(link[0])
    nina.page.get_by_label("Mailadresse").fill(NINA)
    nina.page.get_by_label("Code aus der Mail").fill(code[0])
    nina.page.get_by_label("Neues Passwort").fill(PASSWORD)
    nina.press("Passwort speichern")
    expect(nina.page.get_by_role("heading", name="lädt Sie ein")).to_be_visible()
    nina.look("people-arrived")
    nina.follow("Einladung ansehen")
    nina.look("people-asked")
    nina.press("Annehmen")
    expect(nina.page.get_by_text("Willkommen. Sie handeln jetzt für")).to_be_visible()


def contribute(house: House, nina: Somebody) -> None:
    nina.follow("Stellungnahmen")
    nina.page.goto(house.scene.base)
    nina.press("Stellungnahme beginnen")
    nina.page.goto(f"{house.scene.base}/part/F?path=all")
    message = nina.page.locator("input[name='main_message']")
    message.fill("Von Nina")
    expect(nina.page.locator("#save-status")).to_contain_text("Gespeichert um")
    nina.page.goto(f"{house.scene.base}/part/F?path=all")
    expect(message).to_have_value("Von Nina")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_colleague_is_invited_comes_contributes_and_takes_over(house: House, chrome: Browser, width: int) -> None:
    anna, nina = (Somebody(chrome, house.base, width, script=True) for _ in range(2))
    anna.log_in(ANNA)
    anna.page.goto(house.people)
    anna.press("Einladen")
    expect(anna.page.locator("#error-summary")).to_be_focused()
    anna.look("people-wrong")
    anna.page.get_by_label("Mailadresse").fill(NINA)
    anna.page.get_by_label("Vor- und Nachname").fill("Nina Neu")
    anna.page.get_by_role("group", name="Rechte", exact=True).get_by_label("Bearbeitung").check()
    anna.press("Einladen")
    expect(anna.page.get_by_text("eingeladen, noch nicht angenommen")).to_be_visible()
    anna.look("people-invited")

    enter_by_mail(house, nina)
    contribute(house, nina)

    anna.page.goto(house.people)
    expect(anna.page.get_by_text("eingeladen, noch nicht angenommen")).to_have_count(0)
    anna.page.get_by_label("Wer übernimmt?").select_option(label="Nina Neu")
    anna.page.get_by_label("Ich verlasse die Organisation").check()
    anna.look("people-hand-over")
    anna.press("Verwaltung übergeben")
    expect(anna.page.get_by_text("Sie gehören nicht mehr zu dieser Organisation.")).to_be_visible()
    nina.page.goto(house.people)
    expect(nina.page.get_by_role("heading", name="Kollegin oder Kollegen einladen")).to_be_visible()
    nina.page.goto(f"{house.scene.base}/part/F?path=all")
    expect(nina.page.locator("input[name='main_message']")).to_have_value("Von Nina")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_colleague_is_invited_and_withdrawn_by_keyboard_alone(house: House, chrome: Browser, width: int) -> None:
    anna = Somebody(chrome, house.base, width, script=True)
    page = anna.page
    page.goto("/login")
    keyboard.write(page.get_by_label("Mailadresse"), ANNA)
    keyboard.write(page.get_by_label("Passwort", exact=True), PASSWORD)
    keyboard.press(page.get_by_role("button", name="Anmelden"))
    keyboard.press(page.get_by_role("link", name="Personen", exact=True))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    keyboard.write(page.get_by_label("Mailadresse"), NINA)
    keyboard.write(page.get_by_label("Vor- und Nachname"), "Nina Neu")
    keyboard.tick(page.get_by_role("group", name="Rechte", exact=True).get_by_label("Bearbeitung"))
    keyboard.press(page.get_by_role("button", name="Einladen", exact=True))
    card = page.get_by_role("region", name="Nina Neu")
    keyboard.tab_to(card.locator("summary").last)
    page.keyboard.press("Enter")
    keyboard.press(card.get_by_role("button", name="Ja, zurückziehen"))
    expect(page.get_by_text("Die Einladung ist zurückgezogen.")).to_be_visible()
    expect(page.get_by_text("Nina Neu")).to_have_count(0)


def test_a_colleague_is_removed_only_after_a_question(house: House, chrome: Browser) -> None:
    with house.scene.db.transaction() as session:
        town = session.get_one(Organisation, house.scene.world.bodies[TOWN])
        factories.membership(session, factories.person(session, "Bert Amt"), town)
    for script in (True, False):
        anna = Somebody(chrome, house.base, 390, script)
        anna.log_in(ANNA)
        anna.page.goto(house.people)
        card = anna.page.get_by_role("region", name="Bert Amt")
        card.get_by_text("Entfernen", exact=True).click()
        expect(card.get_by_text("Was Bert Amt geschrieben hat, bleibt erhalten.")).to_be_visible()
        anna.look("people-remove")
        if not script:
            go(card.get_by_role("button", name="Ja, entfernen"))
            expect(anna.page.get_by_text("Bert Amt")).to_have_count(0)
