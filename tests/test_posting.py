"""Letters that were given to the post: noted for many on one day, told wherever one reads of them, never guessed."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from consultation.consultations import posting
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.documents.outline import Table
from consultation.documents.procedure import procedure
from consultation.responses import by_letter
from consultation.states import InvitationState
from tests import html
from tests.browsing import Browser, site
from tests.factories import MOMENT
from tests.test_web_planners_running import Running

HAMBURG = "020000000000"


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    made = Running(db, tmp_path)
    with db.transaction() as session:
        session.execute(update(Invitation).values(email=None, postal="Rathausplatz 1\n12345 Ort"))
    return made


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, MOMENT + timedelta(days=3), data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    return running.browser(app, "paula")


def read(browser: Browser, path: str) -> str:
    return html.text_of(html.check(browser.get(path).text))


def lines(db: Database) -> int:
    with db.reader() as session:
        return len(session.scalars(select(HistoryEntry).where(HistoryEntry.action == posting.POSTED)).all())


def test_one_day_is_noted_for_all_letters_that_are_needed_and_told_on_every_page(
    db: Database, running: Running, paula: Browser
) -> None:
    at, one = f"{running.at()}/invitations", running.invitation(HAMBURG)
    assert "Zur Post gegeben: 0 von 10 Briefen." in read(paula, at)
    told = paula.follow(paula.post(f"{at}/posted", {"day": "02.03.2026", "which": ""}))
    assert "Bei 6 Briefen ist vermerkt: am 02.03.2026 zur Post gegeben." in told.text
    shown = read(paula, f"{at}?q=hamburg")
    assert "Zur Post gegeben: 6 von 10 Briefen." in shown
    assert "Brief zur Post gegeben" in shown
    assert "zur Post am 02.03.2026" in shown
    assert "Brief zum Drucken bereit" not in shown
    single = read(paula, f"{at}/{one.id}")
    assert "Brief zur Post gegeben" in single
    assert "02.03.2026" in single
    assert "Brief mit der Einladung am 02.03.2026 zur Post gegeben: Hamburg" in read(paula, f"{running.at()}/log")
    assert running.invitation(HAMBURG).state == one.state == InvitationState.SENT
    assert lines(db) == 6


def test_letters_of_those_who_have_answered_are_noted_only_if_one_says_so(
    db: Database, running: Running, paula: Browser
) -> None:
    at = f"{running.at()}/invitations"
    paula.get(at)
    paula.post(f"{at}/posted", {"day": "2026-03-02", "which": "", "settled": "yes"})
    assert lines(db) == 10
    assert "Zur Post gegeben: 10 von 10 Briefen." in read(paula, at)


def test_a_wrong_day_is_replaced_for_all(db: Database, running: Running, paula: Browser) -> None:
    at, one = f"{running.at()}/invitations", running.invitation(HAMBURG)
    paula.get(at)
    paula.post(f"{at}/posted", {"day": "2026-03-02", "which": ""})
    refused = paula.post(f"{at}/posted", {"day": "2026-03-03", "which": ""})
    assert refused.status_code == 422
    assert "oder ihr Tag ist schon vermerkt" in refused.text
    assert 'value="2026-03-03"' in refused.text
    paula.follow(paula.post(f"{at}/posted", {"day": "2026-03-03", "which": "again"}))
    assert "03.03.2026" in read(paula, f"{at}/{one.id}")
    assert lines(db) == 12


def test_letters_are_noted_file_by_file(
    db: Database, running: Running, paula: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_letter, "AT_ONCE", 4)
    at = f"{running.at()}/invitations"
    assert "Davon nur die aus Datei 2" in read(paula, at)
    paula.post(f"{at}/posted", {"day": "2026-03-02", "which": "1", "settled": "yes"})
    shown = read(paula, at)
    assert "Zur Post gegeben: 4 von 10 Briefen." in shown
    assert "Davon nur die aus Datei 1" not in shown
    assert lines(db) == 4


@pytest.mark.parametrize("day", ["2026-12-24", "2020-01-01", "bald", ""])
def test_a_day_that_cannot_be_is_refused_and_stays_in_the_form(
    db: Database, running: Running, paula: Browser, day: str
) -> None:
    at = f"{running.at()}/invitations"
    paula.get(at)
    refused = paula.post(f"{at}/posted", {"day": day, "which": "", "settled": "yes"})
    assert refused.status_code == 422
    field = html.check(refused.text).find('.//input[@id="day"]')
    assert field is not None
    assert (field.get("value") or "") == day
    assert lines(db) == 0


def test_a_letter_that_is_laid_ready_anew_has_not_been_posted(db: Database, running: Running, paula: Browser) -> None:
    at, one = f"{running.at()}/invitations", running.invitation(HAMBURG)
    paula.get(at)
    paula.post(f"{at}/posted", {"day": "2026-03-02", "which": ""})
    paula.app.state.clock = lambda: MOMENT + timedelta(days=3, hours=1)
    paula.post(f"{at}/{one.id}/address", {"email": "", "postal": "Rathaus\n24103 Kiel", "contact": ""})
    assert "Brief zum Drucken bereit" in read(paula, f"{at}/{one.id}")
    assert "Zur Post gegeben: 5 von 10 Briefen." in read(paula, at)


def test_the_procedure_log_tells_when_a_letter_was_posted(db: Database, running: Running, paula: Browser) -> None:
    paula.get(f"{running.at()}/invitations")
    paula.post(f"{running.at()}/invitations/posted", {"day": "2026-03-02", "which": ""})
    with db.reader() as session:
        found = procedure(session, running.world.planner, running.world.slug)
        assert found.outline is not None
        tables = [node for node in found.outline.nodes() if isinstance(node, Table)]
    rows = {row[0]: row[1] for table in tables for row in table.rows}
    assert rows["Hamburg"].endswith("; Brief zur Post gegeben am 02.03.2026")


def test_a_land_unit_notes_nothing(app: FastAPI, running: Running, db: Database) -> None:
    lara = running.browser(app, "lara")
    assert "Tag vermerken" not in lara.get(f"{running.at('lara')}/invitations").text
    assert lara.post(f"{running.at('lara')}/invitations/posted", {"day": "2026-03-02"}).status_code == 403
    assert lines(db) == 0
