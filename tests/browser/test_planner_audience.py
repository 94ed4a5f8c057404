"""A planner chooses whom to ask: by filter, by sample, by a list with errors; with the mouse, by keyboard, without script."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from consultation.consultations import actions, audience
from consultation.core.db import Database
from consultation.register.audience import AudienceFilter
from consultation.register.models import RegisterBody
from tests import factories as make
from tests.browser.serving import free_port, served
from tests.browser.somebody import Somebody, go
from tests.browsing import site
from tests.factories import MOMENT
from tests.planning_world import Planning

pytestmark = pytest.mark.browser
LIST = (
    "AGS;Name;E-Mail;Straße;PLZ;Ort\n"
    "1051044;;heide@b.example;;;\n"
    ";Neuenkirchen;n@b.example;;;\n"
    "01001;;kaputt;;;\n"
    ";Unbekannt;u@b.example;;;\n"
    "01051001;;;Weg 1;25746;Dorf\n"
)


@dataclass
class Office:
    """The house that plans, behind a real port, with a browser before it."""

    world: Planning
    base: str
    chrome: Browser

    def paula(self, width: int, *, script: bool = True) -> Somebody:
        """The planner, logged in."""
        who = Somebody(self.chrome, self.base, width, script)
        who.log_in(self.world.foundation.person.email)
        return who


@pytest.fixture
def office(chrome: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Office]:
    path, port = tmp_path / "planner.db", free_port()
    shutil.copyfile(sqlite_template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    base = f"http://127.0.0.1:{port}"
    made = Office(Planning(db), base, chrome)
    with served(site(db, MOMENT, base_url=base, data_dir=tmp_path), port):
        yield made
    db.close()


def consultation(world: Planning, title: str = "Anhörung") -> str:
    with world.db.transaction() as session:
        return actions.create(session, world.foundation.actor, world.programme, title=title).slug


def asked(world: Planning, slug: str) -> None:
    with world.db.transaction() as session:
        audience.choose(session, world.foundation.actor, slug, AudienceFilter())


def press(page: Page, name: str) -> None:
    go(page.get_by_role("button", name=name).first)


WAYS = [(1280, True), (390, True), (1280, False)]


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_an_audience_is_chosen_by_filter_by_sample_and_case_by_case(office: Office, width: int, script: bool):
    world = office.world
    slug = consultation(world)
    paula = office.paula(width, script=script)
    page, at = paula.page, f"{world.foundation.at}/consultations/{slug}/audience"
    page.goto(at)
    paula.look("audience-empty")
    page.get_by_label("Jede Gemeinde").check()
    page.get_by_label("Schleswig-Holstein").check()
    if script:
        expect(page.locator("#counted")).to_have_text("Der Filter findet 5 Stellen.")
    else:
        press(page, "Zählen")
    expect(page.locator("#reach")).to_contain_text("5 von 5")
    paula.look("audience-filter")
    press(page, "Diesen Filter speichern")
    expect(page.get_by_text("5 Stellen werden zur Stellungnahme eingeladen")).to_be_visible()
    page.get_by_label("Wie viele Stellen werden gezogen?").fill("3")
    page.get_by_label("Startwert").fill("2026-1")
    if script:
        expect(page.locator("#counted")).to_have_text("Der Filter findet 5 Stellen, gezogen werden 3.")
    else:
        press(page, "Zählen")
    paula.look("audience-sample")
    press(page, "Diese Stichprobe ziehen und speichern")
    expect(page.get_by_text("Die Stichprobe ist gezogen (Startwert 2026-1)")).to_be_visible()
    go(page.get_by_role("link", name="Einzelne Stellen herausnehmen"))
    paula.look("audience-bodies")
    press(page, "herausnehmen")
    page.goto(at)
    expect(page.locator("#taken-out")).to_be_visible()
    paula.look("audience-saved")
    press(page, "wieder aufnehmen")
    expect(page.get_by_text("Die Stelle wird wieder eingeladen.")).to_be_visible()


@pytest.mark.parametrize(("width", "script"), WAYS)
def test_a_list_with_errors_is_corrected_on_the_page_and_known_the_next_time(office: Office, width: int, script: bool):
    world = office.world
    slug, later = consultation(world), consultation(world, "Zweite Runde")
    asked(world, slug)
    asked(world, later)
    paula = office.paula(width, script=script)
    page, at = paula.page, f"{world.foundation.at}/consultations/{slug}/addresses"
    page.goto(at)
    paula.look("addresses-empty")
    upload(page)
    paula.look("addresses-rows")
    page.locator("#row-3").locator("..").get_by_label("Dithmarschen").check()
    page.locator("#row-4-email").fill("immer noch kaputt")
    page.locator("#row-5-left-out").check()
    press(page, "Eingaben speichern")
    expect(page.locator("#error-summary")).to_contain_text("Zeile 4")
    expect(page.locator("#row-4-email")).to_have_value("immer noch kaputt")
    paula.look("addresses-rows-wrong")
    page.locator("#row-4-email").fill("flensburg@b.example")
    press(page, "Eingaben speichern")
    expect(page.get_by_text("Gespeichert: 1 Zeile ist geklärt.")).to_be_visible()
    page.goto(at)  # to go on later
    paula.look("addresses-to-go-on")
    go(page.get_by_role("link", name="Liste weiter bearbeiten"))
    press(page, "Alle Vorschläge bestätigen")
    paula.look("addresses-settled")
    press(page, "4 Anschriften übernehmen")
    expect(page.get_by_text("4 Anschriften sind übernommen.")).to_be_visible()
    paula.look("addresses-taken")
    go(page.get_by_role("link", name="Stellen ohne Mailadresse ansehen"))
    expect(page.locator("#missing")).to_contain_text("Brief")
    paula.look("addresses-missing")
    page.goto(at.replace(slug, later))
    paula.look("addresses-offered")
    go(page.get_by_role("link", name="Erst ansehen"))
    paula.look("addresses-known")
    press(page, "Alle 4 übernehmen")
    upload(page)
    expect(page.get_by_text("4 zugeordnet", exact=True)).to_be_visible()
    expect(page.locator("#row-3")).to_contain_text("zugeordnet")  # the right Neuenkirchen is remembered
    expect(page.locator("#row-5")).to_have_count(0)  # and that this one was left out


def upload(page: Page) -> None:
    page.set_input_files("#file", {"name": "liste.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    press(page, "Hochladen und prüfen")


def test_a_sample_and_a_list_go_by_keyboard_only(office: Office):
    world = office.world
    slug = consultation(world)
    paula = office.paula(1280)
    page, at = paula.page, f"{world.foundation.at}/consultations/{slug}"
    page.goto(f"{at}/audience")
    reach(page, "#sample_size")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("7")
    expect(page.locator("#counted")).to_have_text("Der Filter findet 6 Stellen, gezogen werden 4.")
    reach(page, "#outcome button")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Die Stichprobe ist gezogen (Startwert 7)")).to_be_visible()
    page.goto(f"{at}/addresses")
    rows = "Name;E-Mail\nHeide;kaputt\n"
    page.set_input_files("#file", {"name": "liste.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    reach(page, "form[enctype] button")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    reach(page, "#row-2-email")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("heide@b.example")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    reach(page, "form[action$='take-over'] button")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("1 Anschrift ist übernommen.")).to_be_visible()


def reach(page: Page, selector: str) -> None:
    """Tab by tab, with a focus that can be seen."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            seen = page.evaluate("() => { const s = getComputedStyle(document.activeElement);"
                                 " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }")  # fmt: skip
            assert seen, selector
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def test_a_long_list_is_paged_with_what_waits_first(office: Office):
    world = office.world
    slug = consultation(world)
    with world.db.transaction() as session:
        for number in range(120):
            make.register_body(session, f"010529999{number:03}", f"Ort {number}")
        session.get_one(RegisterBody, "010529999000").valid_to = date(2025, 1, 1)
    asked(world, slug)
    paula = office.paula(390)
    page = paula.page
    page.goto(f"{world.foundation.at}/consultations/{slug}/addresses")
    rows = "Name;E-Mail\n" + "".join(
        f"Ort {number};{'kaputt' if number > 60 else 'a@b.example'}\n" for number in range(1, 120)
    )
    page.set_input_files("#file", {"name": "liste.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    press(page, "Hochladen und prüfen")
    expect(page.locator(".planner-row")).to_have_count(50)
    expect(page.locator(".planner-row").first).to_contain_text("Ort 61")
    go(page.get_by_role("link", name="Nächste Seite"))
    expect(page.locator(".planner-row")).to_have_count(9)
    paula.look("addresses-second-page")
