"""The pages of editions for planners: what a publication holds, whom it reaches, and what an edition is compared with."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.evaluation import points
from consultation.evaluation.models import Decision, Point
from tests import evaluation_world, html
from tests.browsing import Browser
from tests.test_web_planners_running import AFTER, DEMAND, TOWNS, Running, evaluating, questions
from tests.test_web_volumes import app, running

__all__ = ["app", "running"]


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    return evaluating(app, running)


def compiled(running: Running, paula: Browser, **more: str) -> str:
    """The address of a new public edition."""
    at = f"{running.at()}/editions"
    paula.get(at)
    made = paula.post(at, {"audience": "public", "language": "de", **more}).headers["location"]
    running.work(AFTER)
    return str(made)


def read(paula: Browser, path: str) -> str:
    return html.text_of(html.parse(paula.get(path).text))


def test_who_publishes_reads_whom_no_mail_reaches(db: Database, running: Running, paula: Browser) -> None:
    with db.transaction() as session:
        first, *others = session.scalars(select(Invitation).order_by(Invitation.id)).all()
        for invitation in others[1:]:
            invitation.email = "amt@kommune.example"
        first.postal = ""
    here = compiled(running, paula)
    said = read(paula, here)
    assert "Ja, veröffentlichen" in said
    assert f"erfahren es per Mail{len(others) - 1} " in said
    assert "nur per Brief erreichbar1 " in said
    assert "Stellen, die niemand erreicht1 " in said
    told = html.text_of(html.parse(paula.follow(paula.post(f"{here}/publish", {"texts_checked": "yes"})).text))
    assert "Ausgabe 1 ist veröffentlicht. Eingeladene mit Mailadresse erhalten eine Mail." in told
    assert "erfahren es per Mail" not in told


def test_a_public_edition_is_compared_with_the_last_one_that_came_out_and_not_with_a_trial(
    running: Running, paula: Browser
) -> None:
    first = compiled(running, paula)
    paula.post(f"{first}/publish", {"texts_checked": "yes"})
    compiled(running, paula)
    compiled(running, paula)
    rows = list(html.parse(paula.get(f"{running.at()}/editions").text).iter("tr"))[1:]
    against = [html.text_of(row) for row in rows]
    assert ["Ausgabe 1: gleich viel" in row for row in against] == [True, True, False]
    assert "Ausgabe 2: " not in against[0]
    compiled(running, paula, audience="internal")
    assert "Ausgabe 4: " not in read(paula, f"{running.at()}/editions")
    compiled(running, paula, audience="internal")
    assert "Ausgabe 4: gleich viel" in read(paula, f"{running.at()}/editions")


def test_who_publishes_reads_that_nothing_is_new_and_all_invited_get_a_mail_all_the_same(
    running: Running, paula: Browser
) -> None:
    first = compiled(running, paula)
    assert "ist nichts neu" not in read(paula, first)
    paula.post(f"{first}/publish", {"texts_checked": "yes"})
    told = read(paula, compiled(running, paula)).partition("Ja, veröffentlichen")[0]
    assert "Gegenüber Ausgabe 1 ist nichts neu" in told
    assert "Die Eingeladenen erhalten trotzdem noch einmal eine Mail." in told
    part = compiled(running, paula, points="decided")
    assert "ist nichts neu" not in read(paula, part)


def test_who_publishes_a_part_reads_what_it_is_limited_to_and_the_page_asks_twelve_questions_at_most(
    db: Database, app: FastAPI, running: Running
) -> None:
    with db.transaction() as session:
        answers = {"main_message": "Rückfragen an erika.beispiel@kommune.example."}
        town = evaluation_world.somebody_of(session, running.world, TOWNS[0])
        evaluation_world.resubmit(session, running.world, town, answers)
    paula = evaluating(app, running)
    whole = compiled(running, paula)
    assert "zeigt nur einen Teil" not in read(paula, whole)
    part = compiled(
        running, paula, sections=running.world.sections["§ 3"], points="decided", size_classes="rural_municipality"
    )
    said = read(paula, part)
    assert "1 Fundstelle ist noch nicht geprüft" in said
    dialog = said.partition("Ja, veröffentlichen")[0].partition("Die Ausgabe zeigt nur einen Teil")[2]
    assert "Nur diese Größenklassen: Landgemeinde" in dialog
    assert "Einzelpunkte nur zu: § 3 Vorschrift § 3" in dialog
    assert "Gezeigte Einzelpunkte: nur entschiedene" in dialog
    asked = questions(db, lambda: paula.get(part))
    assert len(asked) <= 12, "\n".join(asked)


def test_planners_read_before_and_after_publishing_what_the_public_page_says_is_new(
    db: Database, running: Running, paula: Browser
) -> None:
    with db.transaction() as session:
        point = session.scalars(select(Point).where(Point.text == DEMAND)).one()
        points.decide(session, running.world.planner, point.id, Decision.ACCEPTED, "Gern.", version=point.version)
    first = compiled(running, paula)
    assert "Was ist neu gegenüber" not in read(paula, first)
    public = f"/consultations/{running.world.slug}/editions/1"
    assert f'href="{public}"' not in paula.get(first).text
    paula.post(f"{first}/publish", {"texts_checked": "yes"})
    assert f'href="{public}"' in paula.get(first).text
    assert paula.get(public).status_code == 200
    with db.transaction() as session:
        point = session.scalars(select(Point).where(Point.text == DEMAND)).one()
        points.reopen(session, running.world.planner, point.id)
        point = session.scalars(select(Point).where(Point.text == DEMAND)).one()
        points.decide(session, running.world.planner, point.id, Decision.NOTED, "Doch nicht.", version=point.version)
        said = f"Zu 1 Punkt ist Entscheidung oder Erwiderung anders als zuvor (Nr. {point.public_number})."
    second = compiled(running, paula)
    assert f'href="{second}#news"' in paula.get(f"{running.at()}/editions").text
    before = read(paula, second)
    assert "Was ist neu gegenüber Ausgabe 1" in before
    assert said in before
    paula.post(f"{second}/publish", {"texts_checked": "yes"})
    assert said in read(paula, second)
    assert said in read(paula, f"/consultations/{running.world.slug}/editions/2")
