"""A point has one number that everybody can speak of: the same in every public edition, for its planner and for the town."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import NotReady
from consultation.core.language import M, say
from consultation.documents import editions
from consultation.documents.chapters import method
from consultation.documents.folders import NUMBERS, SNAPSHOT, folder_of
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition, EditionFile
from consultation.documents.outcome import newest_outcome
from consultation.documents.outline import Paragraph
from consultation.documents.sheets import sheets
from consultation.evaluation import contributions, parting
from consultation.evaluation.finding import OPEN, PointFilter, walk
from consultation.evaluation.models import Contribution, Point
from consultation.evaluation.numbers import both_numbers
from consultation.people.models import Person
from consultation.people.tokens import create_token
from consultation.responses import actions, queries
from consultation.responses.desk import open_desk
from consultation.responses.disclosures import change
from consultation.responses.models import Response
from consultation.states import Audience, EditionState
from consultation.subjects import Actor
from tests import edition_world as worlds
from tests import evaluation_world as small
from tests.browsing import Browser, site
from tests.edition_world import AFTER
from tests.test_editions_disclosure import everything_in

NAMED, ALSO_NAMED, FIGURES, NONE = 0, 1, 3, 4
COUNT = 8
WISH = "Ganz vorn noch ein Wunsch."
HOUSE = 731_000
"""Numbers in the house begin behind it, so that nothing else looks like one of them."""


@pytest.fixture
def weighed(db: Database) -> worlds.Weighed:
    found = worlds.weighed(db, count=COUNT)
    with db.transaction() as session:
        session.execute(update(Point).values(number=Point.number + HOUSE))
    return found


def town(found: worlds.Weighed, place: int) -> str:
    return sorted(key for key in found.world.bodies if key.startswith(("01", "03", "09")) and len(key) == 12)[place]


def somebody(session: Session, found: worlds.Weighed, place: int, hours: int) -> Actor:
    return replace(small.somebody_of(session, found.world, town(found, place)), moment=AFTER + timedelta(hours=hours))


def own(session: Session, actor: Actor) -> Response:
    return session.scalars(select(Response).where(Response.organisation_id == actor.organisation_id)).one()


def lets_read(db: Database, found: worlds.Weighed, place: int, level: str, hours: int) -> None:
    """A house chooses anew what may be shown of its answer."""
    with db.transaction() as session:
        actor = somebody(session, found, place, hours)
        change(session, actor, open_desk(session, actor, own(session, actor).id), dict.fromkeys(small.PARTS, level))


def answers_late(db: Database, found: worlds.Weighed, text: str, section: str = "§ 1") -> None:
    """Somebody who had kept silent demands something at the beginning of the draft, a day after."""
    with db.transaction() as session:
        answered = set(session.scalars(select(Response.organisation_id)))
        silent = min(key for key, one in found.world.bodies.items() if len(key) == 12 and one not in answered)
        said = {
            "section": found.world.sections[section],
            "kind": "insert",
            "text": text,
            "locator": "",
            "priority": "must",
        }
        here = select(Invitation).where(Invitation.organisation_id == found.world.bodies[silent])
        session.scalars(here).one().extended_until = AFTER + timedelta(days=30)
    with db.transaction() as session:
        revision = small.submit(session, found.world, silent, {"amendments": {"1": said}}, later=90)
        contributions.gather(session, revision.id, AFTER)


def compiled(db: Database, found: worlds.Weighed, documents: Path, hours: int, **options: Any) -> Edition:
    planner = replace(found.planner, moment=AFTER + timedelta(hours=hours))
    audience = options.pop("audience", Audience.PUBLIC)
    return worlds.compiled(db, replace(found, planner=planner), documents, audience, **options)


def publish(db: Database, found: worlds.Weighed, documents: Path, edition: Edition, hours: int) -> Edition:
    """Its figures may be too near to those of the edition before: here only the points are looked at."""
    with db.transaction() as session:
        session.get_one(Edition, edition.id).problems = []
    with db.transaction() as session:
        planner = replace(found.planner, moment=AFTER + timedelta(hours=hours))
        editions.publish(session, planner, edition.id, documents, texts_checked=True)
    return edition


def published(
    db: Database, found: worlds.Weighed, documents: Path, hours: int, *, meanwhile: str = ""
) -> dict[str, int]:
    """What the edition of that hour says: demand → number. `meanwhile` somebody demands this; it counts for the next one."""
    edition = compiled(db, found, documents, hours)
    if meanwhile:
        answers_late(db, found, meanwhile)
    return numbers(documents, publish(db, found, documents, edition, hours))


def records(documents: Path, edition: Edition) -> list[dict[str, Any]]:
    return list(Frozen(folder_of(documents, edition.id) / SNAPSHOT).records("point"))


def numbers(documents: Path, edition: Edition) -> dict[str, int]:
    """In the order of the edition; a text may be demanded of two sections."""
    return {f"{p['section']} {p['text']}": p["number"] for p in records(documents, edition)}


def known(db: Database) -> dict[str, int]:
    """What the planner sees: demand → public number."""
    with db.reader() as session:
        found = session.execute(select(Point).where(Point.public_number.is_not(None))).scalars()
        return {f"{p.section_key} {p.text}": p.public_number or 0 for p in found}


# -- from edition to edition ---------------------------------------------------------------------------------------------
def test_a_point_keeps_its_number_when_others_come_vanish_and_return(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    first = published(db, weighed, tmp_path, 0, meanwhile=WISH)
    assert list(first.values()) == list(range(1, len(first) + 1)), "the first one counts as it is read"
    assert known(db) == first
    lets_read(db, weighed, NAMED, "none", 1)
    lets_read(db, weighed, FIGURES, "named", 1)
    second = published(db, weighed, tmp_path, 30)
    gone, came = first.keys() - second.keys(), [demand for demand in second if demand not in first]
    assert any(weighed.markers["named"][0] in demand for demand in gone)
    assert WISH in came[0], "it stands before all others and is numbered behind them"
    assert any(weighed.markers["figures"][0] in demand for demand in came)
    assert {demand: second[demand] for demand in second if demand in first} == {
        demand: number for demand, number in first.items() if demand not in gone
    }
    assert [second[demand] for demand in came] == list(range(len(first) + 1, len(first) + len(came) + 1))
    lets_read(db, weighed, NAMED, "named", 31)
    third = published(db, weighed, tmp_path, 32)
    assert {demand: third[demand] for demand in first} == first, "who returns has the old number"
    assert third == second | first
    assert known(db) == third


def test_the_number_of_a_demand_that_was_withdrawn_or_went_into_another_is_given_to_nobody(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    first = published(db, weighed, tmp_path, 0, meanwhile=WISH)
    with db.transaction() as session:
        actor = somebody(session, weighed, NAMED, -24 * 80)
        actions.withdraw(session, actor, own(session, actor).id)
        last, before = session.scalars(select(Point).order_by(Point.public_number.desc().nulls_last()).limit(2))
        was = last.public_number
        for point in (last, before):
            point.decision = None
        session.flush()
        planner = replace(weighed.planner, moment=AFTER + timedelta(hours=1))
        parting.merge(session, planner, last.id, before.id)
    second = published(db, weighed, tmp_path, 30)
    assert was == len(first)
    assert was not in second.values()
    assert max(second.values()) == second[next(demand for demand in second if WISH in demand)] == was + 1


def test_an_edition_that_is_never_published_leaves_no_gap(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    proposed = numbers(tmp_path, compiled(db, weighed, tmp_path, 0))
    assert known(db) == {}
    lets_read(db, weighed, NAMED, "none", 1)
    first = published(db, weighed, tmp_path, 2)
    assert len(first) < len(proposed)
    assert list(first.values()) == list(range(1, len(first) + 1))


def test_of_two_editions_that_number_differently_only_one_is_published(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    """Also where the clocks say that the second was compiled after the first came out."""
    second = compiled(db, weighed, tmp_path, 0)
    answers_late(db, weighed, WISH)
    publish(db, weighed, tmp_path, first := compiled(db, weighed, tmp_path, 30), -1)
    before = known(db)
    with pytest.raises(NotReady, match="andere Ausgabe"):
        publish(db, weighed, tmp_path, second, 1)
    assert known(db) == before == numbers(tmp_path, first)
    with db.reader() as session:
        assert session.get_one(Edition, second.id).state == EditionState.COMPILED


def test_the_same_edition_compiled_again_gives_the_same_numbers(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    published(db, weighed, tmp_path, 0)
    lets_read(db, weighed, FIGURES, "named", 1)
    edition = compiled(db, weighed, tmp_path, 30)
    folder = folder_of(tmp_path, edition.id)
    before = {name: (folder / name).read_bytes() for name in (SNAPSHOT, NUMBERS)}
    with db.transaction() as session:
        session.get_one(Edition, edition.id).state = EditionState.COMPILING
        session.execute(delete(EditionFile))
    editions.compile_edition(db, tmp_path, edition.id, AFTER)
    assert {name: (folder / name).read_bytes() for name in before} == before


# -- who knows which number ----------------------------------------------------------------------------------------------
def test_planner_and_town_speak_of_the_same_number(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    published(db, weighed, documents, 0)
    lets_read(db, weighed, NAMED, "none", 1)
    published(db, weighed, documents, 2)
    with db.transaction() as session:
        actor = somebody(session, weighed, ALSO_NAMED, 3)
        response = queries.get(session, actor, own(session, actor).id)
        outcome = newest_outcome(session, actor, response, documents, "de")
        at = {
            d.number: session.get_one(Point, session.get_one(Contribution, d.said.id).point_id) for d in outcome.demands
        }
        assert at
        assert [(number, point.public_number) for number, point in at.items()] == [(n, n) for n in at]
        emails = [session.get_one(Person, one.person_id).email for one in (weighed.planner, actor)]
        tokens = [
            create_token(session, weighed.planner, "Auswertung", ["consultation:read"]),
            create_token(session, actor, "Fachverfahren", ["responses:read"]),
        ]
    app = site(db, AFTER + timedelta(hours=3), data_dir=tmp_path)
    planner, clerk = Browser(app), Browser(app)
    for browser, email in zip((planner, clerk), emails, strict=True):
        browser.log_in(email)
    inside = f"/o/{weighed.planner.organisation_id}/consultations/{weighed.world.slug}/points"
    listed = planner.get(inside).text
    told = clerk.get(f"/o/{actor.organisation_id}/answers/{weighed.world.slug}/outcome").text
    for number, point in at.items():
        both = say(M("Punkt {number}", number=both_numbers(point.number, number)), "de")
        assert both in listed
        assert f'<h1 class="kern-heading-large">{both}</h1>' in planner.get(f"{inside}/{point.id}").text
        assert f"Punkt {number}" in told
    assert "731.0" not in told, "the number in the house tells a town who came before it"
    path = f"/api/v1/consultations/{weighed.world.slug}"
    weighing = planner.send("GET", f"{path}/points?limit=100", headers={"Authorization": f"Bearer {tokens[0]}"}).json()[
        "data"
    ]
    given = clerk.send("GET", f"{path}/response/outcome", headers={"Authorization": f"Bearer {tokens[1]}"}).json()
    assert {d["point"] for d in given["demands"]} == set(at)
    by_id = {one["id"]: (one["number"], one["public_number"]) for one in weighing}
    assert {by_id[str(point.id)] for point in at.values()} == {(point.number, n) for n, point in at.items()}


def test_a_planner_finds_a_point_by_either_number(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    published(db, weighed, tmp_path, 0)
    with db.transaction() as session:
        session.execute(update(Point).values(number=Point.number - HOUSE))
        one = session.scalars(select(Point).where(Point.public_number != Point.number, Point.public_number > 1)).first()
        assert one is not None

        def found(text: str) -> set[tuple[int, int | None]]:
            chosen = PointFilter(text=text, supported=True)
            places = walk(session, weighed.world.consultation_id, chosen).places
            return {(p.number, p.public_number) for p in (session.get_one(Point, place.id) for place in places)}

        both = found(f"Punkt {one.public_number}")
        assert (one.number, one.public_number) in both
        assert {number for number, public in both if public != one.public_number} <= {one.public_number}
        for text in (
            f"öffentlich Nr. {one.public_number}",
            f"öffentlich {one.public_number}",
            f"public no. {one.public_number}",
            f"Punkt {one.number}, öffentlich Nr. {one.public_number}",
            f"Point {one.number}, public no. {one.public_number}",
        ):
            assert found(text) == {(one.number, one.public_number)}, text
        assert found("öffentlich 99") == set()


def test_the_number_of_a_point_that_went_into_others_leads_to_the_last_of_them(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    """Whoever holds the edition asks by the number that stands there."""
    published(db, weighed, tmp_path, 0)
    with db.transaction() as session:
        open_ = select(Point).where(Point.public_number.is_not(None), Point.state.in_(OPEN)).order_by(Point.number)
        first, second, third = session.scalars(open_.limit(3)).all()
        parting.merge(session, weighed.planner, first.id, second.id)
        parting.merge(session, weighed.planner, second.id, third.id)
        for asked in (
            f"öffentlich {first.public_number}",
            f"Punkt {first.number}",
            f"öffentlich {second.public_number}",
        ):
            found = walk(session, weighed.world.consultation_id, PointFilter(text=asked, supported=True))
            assert [place.id for place in found.places] == [third.id], asked
        email = session.get_one(Person, weighed.planner.person_id).email
    planner = Browser(site(db, AFTER + timedelta(hours=3), data_dir=tmp_path))
    planner.log_in(email)
    inside = f"/o/{weighed.planner.organisation_id}/consultations/{weighed.world.slug}/points"
    page = planner.get(f"{inside}?q=öffentlich+{first.public_number}").text
    assert f"Er steht jetzt in Punkt {third.number}, öffentlich Nr. {third.public_number}" in page


def test_internal_documents_hold_both_numbers(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    public = published(db, weighed, tmp_path, 0)
    edition = compiled(db, weighed, tmp_path, 1, audience=Audience.INTERNAL)
    found = records(tmp_path, edition)
    assert {p["public_number"] for p in found if p["public_number"]} == set(public.values())
    assert any(p["public_number"] is None for p in found), "nobody outside reads the demands of some"
    html = worlds.path_of(tmp_path, edition, "html").read_text()
    for p in found:
        said = f"{p['number']}, öffentlich Nr. {p['public_number']}" if p["public_number"] else str(p["number"])
        assert f">{said}<" in html, "a point that nobody outside can read is called by its number in the house alone"
    [sheet] = [one for one in sheets(Frozen(folder_of(tmp_path, edition.id) / SNAPSHOT)) if one.key == "points"]
    assert sheet.columns[-1].key == "public_number"
    assert [row[-1] for row in sheet.rows()] == [p["public_number"] for p in found]


# -- what a number could betray ------------------------------------------------------------------------------------------
def test_no_public_file_holds_a_number_of_the_house(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    """Nor one that points were proposed which are not shown; every byte is searched, of a first and of a later edition."""
    published(db, weighed, tmp_path, 0, meanwhile=WISH)
    lets_read(db, weighed, NAMED, "none", 1)
    published(db, weighed, tmp_path, 30)
    with db.reader() as session:
        found = "|".join(rf"731[.,\s]?{number - HOUSE:03}" for number in session.scalars(select(Point.number)))
        inside = re.compile(rf"(?<![\w.])({found})(?![\w])")
        hidden = [point for point in session.scalars(select(Point)) if point.public_number is None]
        marks = [*weighed.markers["figures"], *weighed.markers["none"]]
        assert [mark for mark in marks if not any(mark in point.text for point in hidden)] == []
    folders = [folder for folder in tmp_path.iterdir() if folder.is_dir()]
    assert len(folders) == 2
    for folder in folders:
        assert [name for name, text in everything_in(folder).items() if inside.search(text)] == []


def test_public_numbers_follow_the_edition_and_not_the_order_in_which_demands_came(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    def shown() -> list[tuple[int, str]]:
        return [(p["number"], p["text"]) for p in records(tmp_path, compiled(db, weighed, tmp_path, 0))]

    before = shown()
    with db.transaction() as session:
        session.execute(update(Point).values(number=3 * HOUSE - Point.number))
    assert shown() == before


# -- editions made before numbers were kept ------------------------------------------------------------------------------
def test_numbers_that_editions_used_before_they_were_kept_are_not_used_again(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    old = compiled(db, weighed, tmp_path, 0)
    (folder_of(tmp_path, old.id) / NUMBERS).unlink()
    with db.transaction() as session:
        made = session.get_one(Edition, old.id)
        made.counts = {name: n for name, n in made.counts.items() if name != "compared"}
    publish(db, weighed, tmp_path, old, 0)
    assert known(db) == {}
    used = numbers(tmp_path, old)
    assert list(published(db, weighed, tmp_path, 1).values()) == list(range(len(used) + 1, 2 * len(used) + 1))


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.INTERNAL])
def test_a_snapshot_from_before_says_what_it_said(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, audience: Audience
) -> None:
    edition = compiled(db, weighed, tmp_path, 0, audience=audience)
    snapshot = folder_of(tmp_path, edition.id) / SNAPSHOT
    old = tmp_path / "old.ndjson"

    def drop(record: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in record.items() if name not in {"keeps_numbers", "public_number"}}

    old.write_bytes(
        b"".join(orjson.dumps(drop(orjson.loads(line))) + b"\n" for line in snapshot.read_bytes().splitlines())
    )
    for path, anew in ((old, True), (snapshot, False)):
        frozen = Frozen(path)
        said = " ".join(node.text for node in method.nodes(frozen) if isinstance(node, Paragraph))
        assert ("in jeder öffentlichen Ausgabe neu nummeriert" in said) == (anew and frozen.public)
        assert ("behält seine Nummer" in said) == (not anew and frozen.public)
        keys = {column.key for sheet in sheets(frozen) for column in sheet.columns}
        assert ("public_number" in keys) == (not anew and not frozen.public)
