"""A figure that a draft changes while the programme value says another one is shown beside it, and asked about; nothing else is."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from consultation.core.blocks import Paragraph, to_json
from consultation.core.db import Database
from consultation.core.language import Language
from consultation.programmes import actions as programmes
from consultation.programmes.contradictions import Read, contradictions
from consultation.programmes.mentions import mentions
from consultation.programmes.models import ParameterType, Section
from consultation.programmes.parameters import spoken_all
from tests import html
from tests.browsing import Browser, site
from tests.planning_world import Planning
from tests.test_corrections import correct
from tests.test_named_values import NOW, next_draft, value
from tests.test_web_planners_drafts import bring_in, preview
from tests.test_web_planners_running import Running

ASKED = "Text und Programmwert sagen Verschiedenes"
RATE, MONEY, MONTHS, WEEKS, DATE = ParameterType


# -- figures in a text -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("type_", "text", "expected"), [
    (RATE, "Die Quote beträgt 85 %, sonst 7,5 v. H. oder 12 Prozent.", [Fraction(17, 20), Fraction(3, 40), Fraction(3, 25)]),
    (RATE, "Eine 80-prozentige Förderung; der Satz steigt um 5 Prozentpunkte.", [Fraction(4, 5)]),
    (RATE, "Nach Nr. 5.2 höchstens neun Zehntel.", []),
    (MONEY, "Mindestens 40.000 Euro, höchstens 1,5 Mio. € oder EUR 12,50.", [4_000_000, 150_000_000, 1_250]),
    (MONEY, "3,5 Milliarden Euro und 40 000 Euro; je Einwohner 7,-- Euro.", [350_000_000_000, 4_000_000, 700]),
    (MONEY, "Bis zu 40 Anträge im Jahr 2027.", []),
    (MONTHS, "Die Laufzeit beträgt 36 Monate, danach drei Jahre, mit 12-monatiger Verlängerung.", [36, 36, 12]),
    (MONTHS, "Im Jahr 2027 gilt § 3.", []),
    (WEEKS, "Binnen sechs Wochen, spätestens nach 8 Wochen.", [6, 8]),
    (DATE, "Bis 31.03.2027, ab dem 1. April 2027 und nach 2027-12-31; nie am 31.02.2027.",
     [date(2027, 3, 31), date(2027, 4, 1), date(2027, 12, 31)]),
])  # fmt: skip
def test_figures_are_found_however_they_are_written(type_: ParameterType, text: str, expected: list[Any]) -> None:
    assert [one.quantity for one in mentions(text, type_, "de")] == expected


def test_figures_of_an_english_draft_are_read_as_english() -> None:
    assert [one.quantity for one in mentions("EUR 40,000 by 31 March 2027", MONEY, "en")] == [4_000_000]
    assert [one.quantity for one in mentions("by 31 March 2027 or April 1, 2027", DATE, "en")] == [
        date(2027, 3, 31), date(2027, 4, 1),
    ]  # fmt: skip


# -- what contradicts ------------------------------------------------------------------------------------------------
QUOTA = {"name": "quota", "type": "rate", "label": {"de": "Förderquote"}, "value": "0.85", "section_number": ""}


def of(text: str, *parameters: dict[str, Any], number: str = "5.2", language: Language = "de") -> Read:
    section = Section(key="a", number=number, heading="Höhe", blocks=to_json([Paragraph(text)]), text=text)
    return Read([section], parameters, language)


def said(before: Read, after: Read) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(one.label["de"], one.before, one.value, one.now) for one in contradictions(before, after)]


def test_a_changed_figure_is_shown_beside_the_value_that_says_otherwise() -> None:
    before, after = of("Gefördert werden 85 v. H.", QUOTA), of("Gefördert werden 75 Prozent.", QUOTA)
    assert said(before, after) == [("Förderquote", "85 v. H.", "85\u00a0%", ("75 Prozent",))]


@pytest.mark.parametrize("after", [
    "Gefördert werden 85 Prozent.",
    "Gefördert wird nach der Anlage.",
    "Gefördert werden 85 %, für finanzschwache Kommunen 95 %.",
])  # fmt: skip
def test_a_text_that_says_the_value_still_or_no_figure_at_all_raises_no_alarm(after: str) -> None:
    assert said(of("Gefördert werden 85 %.", QUOTA), of(after, QUOTA)) == []


def test_another_figure_that_no_value_carries_raises_no_alarm() -> None:
    assert said(of("Die Pauschale deckt 30 %.", QUOTA), of("Die Pauschale deckt 20 %.", QUOTA)) == []


def test_text_and_value_that_change_together_agree_and_a_text_that_stayed_behind_does_not() -> None:
    lower = QUOTA | {"value": "0.75"}
    assert said(of("Es sind 85 %.", QUOTA), of("Es sind 75 %.", lower)) == []
    assert said(of("Es sind 85 %.", QUOTA), of("Es sind 85 %.", lower)) == [
        ("Förderquote", "85 %", "75\u00a0%", ("85 %",))
    ]


def test_of_two_values_with_one_figure_the_one_of_this_section_is_meant() -> None:
    term, keeping = (
        {"name": name, "type": "months", "label": {"de": name}, "value": "36", "section_number": number}
        for name, number in (("Laufzeit", "5.2"), ("Aufbewahrung", "6.1"))
    )
    found = said(of("Sie dauert 36 Monate.", term, keeping), of("Sie dauert zwei Jahre.", term, keeping))
    assert found == [("Laufzeit", "36 Monate", "36 Monate", ("zwei Jahre",))]


def test_the_name_of_a_value_counts_as_what_people_read() -> None:
    assert spoken_all([QUOTA], "de") == {"quota": "85\u00a0%"}
    assert said(of("Es sind 85\u00a0%.", QUOTA), of("Es sind 70 %.", QUOTA)) == [
        ("Förderquote", "85 %", "85\u00a0%", ("70 %",))
    ]


# -- on the pages ----------------------------------------------------------------------------------------------------
@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, NOW, data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    made = running.browser(app, "paula")
    made.get("/account")
    return made


def text_of(db: Database, draft: Any, key: str) -> str:
    with db.reader() as session:
        found = session.scalars(select(Section).where(Section.draft_version_id == draft.id, Section.key == key)).one()
        return found.text


def test_correcting_a_section_asks_once_before_it_saves_against_a_programme_value(
    db: Database, running: Running, paula: Browser
) -> None:
    draft, key = next_draft(db, running, "Der Eigenanteil beträgt 10 %."), running.world.sections["§ 3"]
    at = f"{running.homes['paula']}/programmes/{draft.programme.slug}/drafts/{draft.id}/sections/{key}"
    typed = {"number": "§ 3", "heading": "Vorschrift zu {own_share}", "parent": "", "seen": "2"}
    asked = paula.post(at, typed | {"text": "Der Eigenanteil beträgt 20 %."})
    assert asked.status_code == 200
    shown = html.text_of(html.check(asked.text))
    assert f"Noch nicht gespeichert: {ASKED}" in shown
    assert all(word in shown for word in ("Eigenanteil", "10 %", "20 %", "Trotzdem speichern"))
    assert text_of(db, draft, key) == "Der Eigenanteil beträgt 10 %."
    seen = html.parse(asked.text).find('.//input[@name="despite"]')
    assert seen is not None
    despite = {"despite": seen.get("value") or ""}
    other = paula.post(at, typed | despite | {"text": "Der Eigenanteil beträgt 30 %."})
    assert ASKED in other.text
    assert paula.post(at, typed | despite | {"text": "Der Eigenanteil beträgt 20 %."}).status_code == 303
    assert text_of(db, draft, key) == "Der Eigenanteil beträgt 20 %."
    again = paula.post(at, typed | {"seen": "3", "text": "Ihr Eigenanteil beträgt 20 %."})
    assert again.status_code == 303


def test_a_correction_shows_text_and_programme_value_before_all_are_told(
    db: Database, running: Running, paula: Browser
) -> None:
    first = next_draft(db, running, "Der Eigenanteil beträgt 10 %.")
    paula.follow(correct(db, running, paula, draft=str(first.id)))
    at = f"{running.at()}/correct"
    second = next_draft(db, running, "Der Eigenanteil beträgt 20 %.")
    form = html.parse(paula.get(at).text).find('.//input[@name="form"]')
    assert form is not None
    sent = {"draft": str(second.id), "form": form.get("value") or "", "reason": "Zu niedrig."}
    shown = html.text_of(html.check(paula.post(at, sent).text))
    assert ASKED in shown
    assert "20 %" in shown.split(ASKED)[1].split("Bitte prüfen: Das erfahren")[0]
    value(db, running, "own_share", ParameterType.RATE, "0.2")
    assert ASKED not in paula.post(at, sent).text


def test_the_preview_of_the_next_version_shows_text_and_programme_value(world: Planning, paula_at: Browser) -> None:
    text = "## 5 Höhe\n\nDie Förderquote beträgt 85 v. H. der Ausgaben.\n\n## 6 Verfahren\n\nEs gibt ein Portal.\n"
    bring_in(paula_at, world, text)
    with world.db.transaction() as session:
        programmes.set_parameter(
            session, world.foundation.actor, world.programme, name="quote", type_=RATE, label={"de": "Förderquote"}, value="0.85"
        )  # fmt: skip
    assert ASKED not in preview(paula_at, world, text.replace("ein Portal", "zwei Portale"))
    shown = html.text_of(html.check(preview(paula_at, world, text.replace("85 v. H.", "70 v. H."))))
    assert f"Bitte prüfen: {ASKED}" in shown
    assert all(word in shown for word in ("85 v. H.", "70 v. H."))


@pytest.fixture
def world(db: Database) -> Planning:
    return Planning(db)


@pytest.fixture
def paula_at(db: Database, world: Planning) -> Browser:
    return world.browser(site(db), world.foundation)
