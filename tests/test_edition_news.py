"""What is new in an edition against the one before: counted from the two files that everybody may have, and from nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from consultation.core.db import Database
from consultation.core.language import say
from consultation.documents import editions, queries
from consultation.documents.edition_news import News, edition_news
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition
from consultation.evaluation import points
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Contribution, Decision, Point
from consultation.evaluation.queries import listed
from consultation.responses.models import Response
from consultation.states import Audience, PointState, ResponseState
from tests.browsing import Browser, site
from tests.edition_world import AFTER, Weighed, compiled, weighed

LATER = AFTER + timedelta(days=10)
REPLY = "Nach erneuter Prüfung anders."


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def found(db: Database, documents: Path) -> Weighed:
    """With a first edition for everybody."""
    made = weighed(db, count=12)
    publish(db, made, documents)
    return replace(made, planner=replace(made.planner, moment=LATER))


def publish(db: Database, found: Weighed, documents: Path, **options: Any) -> Edition:
    edition = compiled(db, found, documents, Audience.PUBLIC, **options)
    with db.transaction() as session:
        return editions.publish(session, found.planner, edition.id, documents, texts_checked=True)


def news_of(db: Database, found: Weighed, documents: Path, edition: Edition) -> News | None:
    with db.reader() as session:
        others = queries.of_consultation(session, found.planner, found.world.consultation_id)
        return edition_news(documents, others, next(one for one in others if one.id == edition.id))


def decide_all(db: Database, found: Weighed) -> None:
    with db.transaction() as session:
        for point in listed(session, found.world.consultation_id, PointFilter(), limit=500):
            if point.state != PointState.DECIDED:
                points.decide(session, found.planner, point.id, Decision.NOTED, "Danke.", version=point.version)


def records(documents: Path, edition: Edition, kind: str) -> list[dict[str, Any]]:
    lines = (folder_of(documents, edition.id) / SNAPSHOT).read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if record["type"] == kind]


def first_of(db: Database, found: Weighed) -> Edition:
    with db.reader() as session:
        return queries.of_consultation(session, found.planner, found.world.consultation_id)[-1]


def test_numbers_are_those_of_both_files(db: Database, found: Weighed, documents: Path) -> None:
    decide_all(db, found)
    second, first = publish(db, found, documents), first_of(db, found)
    news = news_of(db, found, documents, second)
    assert news is not None
    assert news.before == 1
    decided = [sum(p["state"] == "decided" for p in records(documents, one, "point")) for one in (first, second)]
    assert decided[0] < decided[1]
    assert [(one.name, one.before, one.now) for one in news.counts] == [("decided", *decided)]
    was = {p["number"]: p["decision"] for p in records(documents, first, "point")}
    now = {p["number"]: p["decision"] for p in records(documents, second, "point")}
    assert news.decided == tuple(sorted(number for number in now if now[number] and not was[number]))
    assert news.decided
    assert news.decided_otherwise == ()
    assert news.figures == news.shown_first == news.shown_no_more == ()


def test_figures_that_changed_or_are_held_back_now_are_told_by_question(
    db: Database, found: Weighed, documents: Path
) -> None:
    towns = sorted(key for key in found.world.bodies if key.startswith(("01", "03", "09")) and len(key) == 12)
    with db.transaction() as session:
        own = Response.organisation_id == found.world.bodies[towns[0]]
        session.execute(update(Response).where(own).values(state=ResponseState.WITHDRAWN, counted_revision_id=None))
    second, first = publish(db, found, documents), first_of(db, found)
    was, now = (
        {(f["key"], f["item"]): f["tables"] for f in records(documents, one, "figure")} for one in (first, second)
    )
    form = Frozen(folder_of(documents, second.id) / SNAPSHOT).form
    number = {asked.key: str(asked.question.number) for asked in form.asked if asked.question.number}
    news = news_of(db, found, documents, second)
    assert news is not None
    assert set(news.figures) == {
        number[key] for key, item in now if now[key, item] and was[key, item] and now[key, item] != was[key, item]
    }
    assert set(news.shown_no_more) == {number[key] for key, item in now if was[key, item] and not now[key, item]}
    assert set(news.shown_first) == {number[key] for key, item in now if now[key, item] and not was[key, item]}
    assert {"answered", "answers"} <= {one.name for one in news.counts}
    assert news.figures or news.shown_no_more


def test_a_decision_that_became_another_one_is_named_by_the_number_of_its_point(
    db: Database, found: Weighed, documents: Path
) -> None:
    """Though it was worded anew as well."""
    with db.transaction() as session:
        decided = [
            p for p in listed(session, found.world.consultation_id, PointFilter()) if p.state == PointState.DECIDED
        ]
        point = session.get_one(Point, decided[0].id)
        points.reopen(session, found.planner, point.id)
        points.edit(session, found.planner, point.id, "Anders gesagt.", version=point.version)
        points.decide(session, found.planner, point.id, Decision.ACCEPTED, REPLY, version=point.version)
    second = publish(db, found, documents)
    (number,) = [p["number"] for p in records(documents, second, "point") if p["reply"] == REPLY]
    news = news_of(db, found, documents, second)
    assert news is not None
    assert news.decided_otherwise == (number,)
    assert (
        say(news.sentences[0], "de") == f"Zu 1 Punkt ist Entscheidung oder Erwiderung anders als zuvor (Nr. {number})."
    )
    assert say(news.sentences[0], "en") == f"On 1 point the decision or the reply is not what it was (no. {number})."


def test_points_that_are_shown_no_more_or_again_are_named(db: Database, found: Weighed, documents: Path) -> None:
    with db.transaction() as session:
        point = listed(session, found.world.consultation_id, PointFilter(supported=True))[0]
        there = session.scalars(
            select(Response).join(Contribution, Contribution.response_id == Response.id).where(Contribution.point_id == point.id)
        ).unique().all()  # fmt: skip
        counted = [(one.id, one.state, one.counted_revision_id) for one in there]
        for one in there:
            one.state, one.counted_revision_id = ResponseState.WITHDRAWN, None
        number = point.public_number
    assert number is not None
    second = publish(db, found, documents)
    with db.transaction() as session:
        for response_id, state, revision_id in counted:
            back = session.get_one(Response, response_id)
            back.state, back.counted_revision_id = state, revision_id
    third = publish(db, found, documents)
    without, again = news_of(db, found, documents, second), news_of(db, found, documents, third)
    assert without is not None
    assert again is not None
    shown = [{p["number"] for p in records(documents, one, "point")} for one in (first_of(db, found), second, third)]
    assert (set(without.added), set(without.gone)) == (set(), shown[0] - shown[1])
    assert (set(again.added), set(again.gone)) == (shown[2] - shown[1], set())
    assert number in without.gone
    assert number in again.added
    told = next(say(one, "de") for one in without.sentences if "nicht mehr gezeigt" in say(one, "de"))
    assert str(number) in told


def test_the_same_once_more_says_that_nothing_is_new(db: Database, found: Weighed, documents: Path) -> None:
    second = publish(db, found, documents)
    news = news_of(db, found, documents, second)
    assert news is not None
    assert news.nothing


def test_what_is_limited_otherwise_says_so(db: Database, found: Weighed, documents: Path) -> None:
    second = publish(db, found, documents, filters={"points": ["decided"]})
    news = news_of(db, found, documents, second)
    assert news is not None
    assert [one.name for one in news.counts] == ["points"]
    assert [say(one, "de") for one in news.sentences] == [
        "Beide Ausgaben zeigen nicht dieselbe Auswahl von Einzelpunkten; auch das ändert deren Zahl."
    ]


def test_an_internal_edition_and_a_translation_are_nobodys_forerunner(
    db: Database, found: Weighed, documents: Path
) -> None:
    internal = compiled(db, found, documents, Audience.INTERNAL)
    translated = publish(db, found, documents, language="en")
    third = publish(db, found, documents)
    assert news_of(db, found, documents, internal) is None
    assert news_of(db, found, documents, translated) is None
    news = news_of(db, found, documents, third)
    assert news is not None
    assert (third.number, news.before) == (4, 1)


def test_what_happens_afterwards_changes_nothing(db: Database, found: Weighed, documents: Path) -> None:
    second = publish(db, found, documents)
    decide_all(db, found)
    news = news_of(db, found, documents, second)
    assert news is not None
    assert news.nothing


def test_everybody_reads_it_on_the_page_and_gets_it_from_the_api(
    db: Database, found: Weighed, documents: Path, tmp_path: Path
) -> None:
    decide_all(db, found)
    second = publish(db, found, documents)
    anybody = Browser(site(db, LATER, data_dir=tmp_path))
    at = f"/consultations/{found.world.slug}/editions"
    assert "Was ist neu" not in anybody.get(f"{at}/1").text
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    page = anybody.get(f"{at}/2").text
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) <= 12
    told = page.partition('id="news"')[2].partition("Herunterladen")[0]
    assert "Was ist neu gegenüber Ausgabe 1" in told
    assert "Entschiedene Einzelpunkte" in told
    assert "ist seither entschieden" in told
    assert not [word for level in found.markers.values() for word in level if word in told], "no words of anybody"
    english = anybody.get(f"{at}/2?lang=en").text
    assert "What is new since edition 1" in english
    whole = anybody.send("GET", f"/api/v1/consultations/{found.world.slug}/editions/2").json()
    news = news_of(db, found, documents, second)
    assert news is not None
    assert whole["news"]["edition"] == 1
    assert whole["news"]["decided"] == list(news.decided)
    assert whole["news"]["counts"] == [{"name": c.name, "before": c.before, "now": c.now} for c in news.counts]
    assert anybody.send("GET", f"/api/v1/consultations/{found.world.slug}/editions/1").json()["news"] is None


def test_without_the_earlier_file_nothing_is_said(
    db: Database, found: Weighed, documents: Path, tmp_path: Path
) -> None:
    decide_all(db, found)
    publish(db, found, documents)
    (folder_of(documents, first_of(db, found).id) / SNAPSHOT).unlink()
    page = Browser(site(db, LATER, data_dir=tmp_path)).get(f"/consultations/{found.world.slug}/editions/2")
    assert page.status_code == 200
    assert "Was ist neu" not in page.text
