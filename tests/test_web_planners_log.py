"""The page of the procedure log: names, editions with their audience and language, few questions of the database."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from consultation.consultations import invitations
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.states import InvitationState
from tests import html
from tests.browsing import Browser, site
from tests.factories import MOMENT
from tests.test_web_planners_running import KIEL, Running


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, MOMENT + timedelta(days=3), data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    return running.browser(app, "paula")


def test_the_log_says_for_whom_an_edition_is_and_leads_to_it(running: Running, paula: Browser):
    paula.get(f"{running.at()}/editions")
    paula.follow(paula.post(f"{running.at()}/editions", {"audience": "internal", "language": "en"}))
    found = html.check(paula.get(f"{running.at()}/log").text)
    links = {link.get("href"): "".join(link.itertext()) for link in found.iterfind(".//tbody//a")}
    assert links == {f"{running.at()}/editions/1": "Ausgabe 1 (intern, Englisch) begonnen"}
    assert paula.get(f"{running.at()}/editions/1").status_code == 200
    english = paula.get(f"{running.at()}/log?lang=en").text
    assert "Edition 1 (internal, English) begun" in english


def test_the_log_names_the_body_whose_invitation_did_not_arrive(running: Running, paula: Browser):
    with running.db.transaction() as session:
        session.execute(update(Invitation).values(state=InvitationState.SENT))
        invitations.fail(session, running.invitation(KIEL).id, "550 kim.muster@kiel.example unknown", MOMENT)
    rows = [
        "".join(row.itertext()) for row in html.check(paula.get(f"{running.at()}/log").text).iterfind(".//tbody/tr")
    ]
    assert "Einladung nicht zustellbar: Kiel" in rows[0]
    assert "versandt → nicht zustellbar" in rows[0]
    assert "kim.muster" not in rows[0]
