"""What was adopted and is not worded anew: said to the house that demanded it, and to the planner before anybody else."""

from pathlib import Path

import pytest
from sqlalchemy import select

from consultation.consultations import actions as consultations
from consultation.core.db import Database
from consultation.core.language import say
from consultation.documents import editions
from consultation.documents.formats import write_document
from consultation.documents.kept_wording import KeptSections, kept_in_the_next, kept_since_the_last
from consultation.documents.outcome import Outcome, newest_outcome
from consultation.documents.outcome_notice import outcome_notice
from consultation.evaluation import points
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Contribution, Decision, Point
from consultation.evaluation.queries import listed
from consultation.people.models import Membership, Person
from consultation.people.tokens import create_token
from consultation.responses.models import Response
from consultation.responses.queries import get
from consultation.states import Audience, PointState
from tests import evaluation_world as small
from tests.browsing import Browser, site
from tests.documents import readers
from tests.edition_world import AFTER, TEMPLATE, Weighed, compiled, next_round, weighed

TOWN = 1
"""Demands something of its own on § 3, and with many others the same on § 7."""
UNCHANGED = "§ 3 – Vorschrift § 3: Eine Ihrer Forderungen wird ganz oder teilweise berücksichtigt, der Wortlaut ist unverändert."


@pytest.fixture
def found(db: Database) -> Weighed:
    """All points on § 3 are adopted in part, that on § 7 wholly, everything else is not."""
    made = weighed(db, count=12)
    of_section = {key: number for number, key in made.world.sections.items()}
    with db.transaction() as session:
        for point in listed(session, made.world.consultation_id, PointFilter(), limit=500):
            if point.state == PointState.DECIDED:
                points.reopen(session, made.planner, point.id)
            number = of_section.get(point.section_key or "")
            decision = {"§ 3": Decision.PARTLY_ACCEPTED, "§ 7": Decision.ACCEPTED}.get(
                number or "", Decision.NOT_ACCEPTED
            )
            version = session.get_one(Point, point.id).version
            points.decide(session, made.planner, point.id, decision, "So machen wir es.", version=version)
    return made


def town(found: Weighed) -> str:
    return sorted(k for k in found.world.bodies if k.startswith(("01", "03", "09")) and len(k) == 12)[TOWN]


def outcome(db: Database, found: Weighed, documents: Path) -> Outcome:
    with db.transaction() as session:
        actor = small.at(small.somebody_of(session, found.world, town(found)), AFTER)
    with db.reader() as session:
        own = select(Response.id).where(Response.organisation_id == actor.organisation_id)
        response = get(session, actor, session.scalars(own).first())  # type: ignore[arg-type]  # it has answered
        return newest_outcome(session, actor, response, documents, "de")


def second_draft(db: Database, found: Weighed, documents: Path, *, announced: bool = True) -> str:
    """§ 7 is worded anew and § 3 is not; the edition on the first draft is published."""
    edition = compiled(db, found, documents, Audience.PUBLIC)
    second = next_round(db, found, {"§ 7": "Jetzt zwölf Monate."})
    with db.transaction() as session:
        editions.publish(session, found.planner, edition.id, documents, texts_checked=True)
        if announced:
            consultations.announce(session, found.planner, second)
    return second


def test_a_house_reads_that_its_demand_is_adopted_and_the_wording_is_as_before(
    db: Database, found: Weighed, tmp_path: Path
) -> None:
    second_draft(db, found, tmp_path / "documents")
    notice = outcome(db, found, tmp_path / "documents")
    assert [(one.section, one.adopted) for one in notice.adopted_unworded] == [("§ 3 – Vorschrift § 3", 1)]
    for kind in ("docx", "odt", "pdf", "html"):
        path = tmp_path / f"notice.{kind}"
        write_document(outcome_notice(notice), kind, path)
        text = readers.squeezed(readers.read(path).text)
        assert readers.squeezed(UNCHANGED) in text, kind
        assert text.index(readers.squeezed(UNCHANGED)) > text.index("AlterundneuerWortlaut"), kind


def test_what_was_rejected_or_worded_anew_is_not_said_to_be_unchanged(
    db: Database, found: Weighed, tmp_path: Path
) -> None:
    with db.transaction() as session:
        own = select(Contribution.point_id).where(Contribution.organisation_id == found.world.bodies[town(found)])
        for point in session.scalars(select(Point).where(Point.id.in_(own), Point.text != TEMPLATE)):
            points.reopen(session, found.planner, point.id)
            points.decide(session, found.planner, point.id, Decision.NOT_ACCEPTED, "Nein.", version=point.version)
    second_draft(db, found, tmp_path / "documents")
    notice = outcome(db, found, tmp_path / "documents")
    assert [change.section for change in notice.newer.changes] == ["§ 7 – Vorschrift § 7"]  # type: ignore[union-attr]  # there is one
    assert notice.adopted_unworded == ()


def test_a_version_that_nobody_may_read_yet_is_not_told_of(db: Database, found: Weighed, tmp_path: Path) -> None:
    second_draft(db, found, tmp_path / "documents", announced=False)
    assert outcome(db, found, tmp_path / "documents").adopted_unworded == ()


def test_pages_and_programs_of_the_house_say_the_same(db: Database, found: Weighed, tmp_path: Path) -> None:
    second_draft(db, found, tmp_path / "documents")
    with db.transaction() as session:
        actor = small.at(small.somebody_of(session, found.world, town(found)), AFTER)
        person = session.get_one(Person, actor.person_id)
        email, token = person.email, create_token(session, actor, "Fachverfahren", ["responses:read"])
    browser = Browser(site(db, AFTER, data_dir=tmp_path))
    browser.log_in(email)
    page = browser.get(f"/o/{actor.organisation_id}/answers/{found.world.slug}/outcome").text
    assert UNCHANGED in page
    english = browser.get(f"/o/{actor.organisation_id}/answers/{found.world.slug}/outcome?lang=en").text
    assert "one of your demands is accepted wholly or in part, the wording is unchanged." in english
    path = f"/api/v1/consultations/{found.world.slug}/response/outcome"
    told = Browser(browser.app).send("GET", path, headers={"Authorization": f"Bearer {token}"}).json()
    assert told["newer_draft"]["adopted_unworded"] == [
        {"section": found.world.sections["§ 3"], "title": "§ 3 – Vorschrift § 3", "adopted": 1}
    ]


# -- before anybody else reads it ------------------------------------------------------------------------------------
def planner_of(db: Database, found: Weighed, folder: Path) -> tuple[Browser, str]:
    """At work, and where the house is."""
    with db.reader() as session:
        membership = select(Membership.organisation_id).where(Membership.person_id == found.planner.person_id)
        at = f"/o/{session.scalars(membership).one()}"
        email = session.get_one(Person, found.planner.person_id).email
    browser = Browser(site(db, AFTER, data_dir=folder))
    browser.log_in(email)
    return browser, at


def test_a_planner_is_told_before_the_outcome_is_published_and_may_publish_all_the_same(
    db: Database, found: Weighed, tmp_path: Path
) -> None:
    compiled(db, found, tmp_path / "documents", Audience.PUBLIC)
    browser, at = planner_of(db, found, tmp_path)
    here = f"{at}/consultations/{found.world.slug}/editions/1"
    assert "im Wortlaut unverändert" not in browser.get(here).text, "there is no newer version"
    next_round(db, found, {"§ 7": "Jetzt zwölf Monate."})
    page = browser.get(here).text
    assert "Punkte zu § 3 Vorschrift § 3 sind ganz oder teilweise berücksichtigt, der Wortlaut ist unverändert." in page
    assert "zu § 7" not in page
    compared = page.partition("/drafts/")[2].partition('"')[0]
    assert (
        "Jetzt zwölf Monate"
        in browser.get(f"{at}/programmes/probeprogramm/drafts/{compared}".replace("&amp;", "&")).text
    )
    assert browser.post(f"{here}/publish", {"texts_checked": "yes"}).status_code == 303


def test_a_planner_is_told_before_the_next_round_is_announced(db: Database, found: Weighed, tmp_path: Path) -> None:
    second = next_round(db, found, {"§ 7": "Jetzt zwölf Monate."})
    browser, at = planner_of(db, found, tmp_path)
    page = browser.get(f"{at}/consultations/{second}/announce").text
    assert "Was die vorige Runde ergab" in page
    assert "Punkte zu § 3 Vorschrift § 3 sind ganz oder teilweise berücksichtigt" in page
    assert browser.post(f"{at}/consultations/{second}/announce", {"sure": "yes"}).status_code == 303


def test_points_are_counted_that_an_answer_still_demands(db: Database, found: Weighed) -> None:
    """The county withdrew its demand on § 3, and the city replaced the one it had."""
    next_round(db, found, {"§ 7": "Jetzt zwölf Monate."})
    with db.reader() as session:
        kept = kept_in_the_next(session, found.world.consultation(session))
        shown = listed(
            session,
            found.world.consultation_id,
            PointFilter(section=found.world.sections["§ 3"], supported=True),
            limit=500,
        )
        assert isinstance(kept, KeptSections)
        assert kept.points == (("§ 3 Vorschrift § 3", len(shown)),)
        assert [say(one, "en") for one in kept.sentences] == [
            f"{len(shown)} points on § 3 Vorschrift § 3 are accepted wholly or in part, the wording is unchanged."
        ]


def test_a_first_round_and_a_draft_that_words_everything_have_nothing_to_tell(db: Database, found: Weighed) -> None:
    with db.reader() as session:
        assert kept_in_the_next(session, found.world.consultation(session)) is None
        assert kept_since_the_last(session, found.world.consultation(session)) is None
    next_round(db, found, {"§ 7": "Jetzt zwölf Monate.", "§ 3": "Jetzt anders."})
    with db.reader() as session:
        assert kept_in_the_next(session, found.world.consultation(session)) is None
