"""The notice of the outcome: every organisation learns what became of its own demands, and nothing that others keep back."""

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from consultation.consultations import actions as consultations
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.language import say
from consultation.core.markup import render_plain
from consultation.documents import editions, queries
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.formats import write_document
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition
from consultation.documents.outcome import Outcome, newest_outcome, sample_outcome
from consultation.documents.outcome_notice import outcome_notice
from consultation.documents.outcome_summary import summary
from consultation.evaluation import points
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Contribution, Decision, Point
from consultation.evaluation.queries import listed
from consultation.mail.letters import published
from consultation.mail.post import Post
from consultation.mail.transport import Transport
from consultation.people.tokens import create_token
from consultation.responses.models import Response
from consultation.responses.queries import get
from consultation.settings import Settings
from consultation.states import Audience, PointState
from consultation.subjects import Actor
from tests import evaluation_world as small
from tests.browsing import KEY, Browser, site
from tests.documents import readers, tagged_pdf
from tests.edition_world import AFTER, LEVELS, TEMPLATE, Weighed, compiled, next_round, weighed

NAMED, FIGURES, DESCRIBED, NONE = 1, 3, 7, 9
"""Towns with two demands each: one that many share, one of their own."""
NOTHING_TO_SAY = "010535323"


@dataclass
class Told:
    """An edition that was published, and everybody who may ask what became of their answer."""

    db: Database
    found: Weighed
    edition: Edition
    documents: Path

    def town(self, number: int) -> str:
        keys = sorted(k for k in self.found.world.bodies if k.startswith(("01", "03", "09")) and len(k) == 12)
        return keys[number]

    def somebody(self, body: str) -> Actor:
        with self.db.transaction() as session:
            return replace(small.somebody_of(session, self.found.world, body), moment=AFTER)

    def outcome(self, body: str) -> Outcome:
        actor = self.somebody(body)
        with self.db.reader() as session:
            own = select(Response.id).where(Response.organisation_id == actor.organisation_id)
            response = get(session, actor, session.scalars(own).one())
            return newest_outcome(session, actor, response, self.documents, "de")

    def points(self) -> list[dict[str, object]]:
        return list(Frozen(folder_of(self.documents, self.edition.id) / SNAPSHOT).records("point"))


def publish(db: Database, found: Weighed, edition: Edition, documents: Path) -> None:
    with db.transaction() as session:
        editions.publish(session, found.planner, edition.id, documents, texts_checked=True)


@pytest.fixture
def told(db: Database, tmp_path: Path) -> Told:
    found = weighed(db, count=12)
    with db.transaction() as session:
        small.submit(session, found.world, NOTHING_TO_SAY, {}, nil_return=True)
    edition = compiled(db, found, tmp_path / "documents", Audience.PUBLIC)
    publish(db, found, edition, tmp_path / "documents")
    return Told(db, found, edition, tmp_path / "documents")


def text_of(outcome: Outcome, folder: Path, kind: str = "docx") -> str:
    path = folder / f"notice.{kind}"
    write_document(outcome_notice(outcome), kind, path)
    return readers.squeezed(readers.read(path).text)


@pytest.mark.parametrize("number", [NAMED, DESCRIBED])
def test_a_body_reads_its_own_words_and_what_the_edition_says_to_them(told: Told, number: int) -> None:
    outcome = told.outcome(told.town(number))
    published = {point["number"]: point for point in told.points()}
    assert [demand.said.original_text == TEMPLATE for demand in outcome.demands[:2]] == [False, True]
    for demand in outcome.demands[:2]:
        point = published[demand.number]
        assert (demand.decision, demand.reply) == (point["decision"], point["reply"])
        assert demand.others == point["supporters"]["count"] - 1  # type: ignore[index]  # a record
    assert told.found.world.sections["§ 3"] == outcome.demands[0].said.section_key
    assert outcome.demands[0].section == "§ 3 – Vorschrift § 3"


def test_who_wants_to_be_a_figure_only_learns_the_decision_all_the_same(told: Told) -> None:
    for number in (FIGURES, NONE):
        alone, shared, *_ = told.outcome(told.town(number)).demands
        assert (alone.number, alone.others) == (None, None)
        assert shared.number is not None
        assert len(shared.named) > 1
        with told.db.reader() as session:
            point = session.get_one(Point, session.get_one(Contribution, alone.said.id).point_id)
            decided = point.state == PointState.DECIDED
        assert alone.decision == (point.decision if decided else None)
        assert alone.reply == (point.reply if decided else "")


def test_nobody_counts_as_their_own_companion(told: Told) -> None:
    """With the words in which the edition counts: those that allow nothing to be shown are in none of its counts."""
    shared = {number: told.outcome(told.town(number)).demands[1] for number in (NAMED, DESCRIBED, FIGURES, NONE)}
    point = next(p for p in told.points() if p["number"] == shared[NAMED].number)
    count, figures = point["supporters"]["count"], point["supporters"]["figures"]  # type: ignore[index]  # a record
    assert {n: d.others for n, d in shared.items()} == {
        NAMED: count - 1, DESCRIBED: count - 1, FIGURES: count - (figures > 0), NONE: count,
    }  # fmt: skip
    own = told.outcome(told.town(NAMED)).response.organisation.name
    assert own not in shared[NAMED].named
    assert own in shared[NONE].named


def test_no_notice_holds_what_another_body_keeps_back(told: Told, tmp_path: Path) -> None:
    kept_back = [m for level in ("figures", "none", "gone") for m in told.found.markers[level]]
    for number in range(10):
        text = text_of(told.outcome(told.town(number)), tmp_path)
        own = [m for m in kept_back if m.endswith(f"{LEVELS[number % 5]}{number:03}x")]
        assert [m for m in kept_back if m in text] == [m for m in own if m in text]
        if LEVELS[number % 5] in ("figures", "none"):
            assert own[0] in text


def test_what_is_decided_later_waits_for_the_next_edition(told: Told, tmp_path: Path) -> None:
    before = told.outcome(told.town(NAMED))
    with told.db.transaction() as session:
        for demand in before.demands:
            point = session.get_one(Point, session.get_one(Contribution, demand.said.id).point_id)
            if point.state == PointState.DECIDED:
                points.reopen(session, told.found.planner, point.id)
            points.decide(
                session, told.found.planner, point.id, Decision.OUT_OF_SCOPE, "Ganz anders.", version=point.version
            )
    assert [(d.decision, d.reply) for d in told.outcome(told.town(NAMED)).demands] == [
        (d.decision, d.reply) for d in before.demands
    ]
    later = replace(told.found, planner=replace(told.found.planner, moment=AFTER + timedelta(days=1)))
    second = compiled(told.db, later, told.documents, Audience.PUBLIC)
    assert told.outcome(told.town(NAMED)).edition.number == 1
    publish(told.db, later, second, told.documents)
    newest = told.outcome(told.town(NAMED))
    assert newest.edition.number == 2
    assert {demand.reply for demand in newest.demands} == {"Ganz anders."}
    assert "Ausgabe2" in text_of(newest, tmp_path).replace(" ", "")


def test_before_an_edition_is_public_there_is_no_notice(db: Database, tmp_path: Path) -> None:
    found = weighed(db, count=10)
    internal = compiled(db, found, tmp_path, Audience.INTERNAL)
    public = compiled(db, found, tmp_path, Audience.PUBLIC)
    asked = Told(db, found, internal, tmp_path)
    with pytest.raises(NotFound, match="noch nicht veröffentlicht"):
        asked.outcome(asked.town(0))
    publish(db, found, public, tmp_path)
    assert asked.outcome(asked.town(0)).edition.number == 2


def test_who_withdrew_in_time_gets_none_and_a_nil_return_is_thanked(told: Told) -> None:
    with pytest.raises(NotFound, match="zählt keine Stellungnahme Ihrer Stelle"):
        told.outcome("01053")
    outcome = told.outcome(NOTHING_TO_SAY)
    assert outcome.demands == ()
    assert "Fehlanzeige" in say(next(iter(summary(outcome))), "de")


def test_the_sentence_counts_every_demand_once(told: Told) -> None:
    outcome = told.outcome(told.town(NAMED))
    one = outcome.demands[0]

    def said(*decisions: Decision | None) -> str:
        demands = tuple(replace(one, decision=decision) for decision in decisions)
        return say(next(iter(summary(replace(outcome, demands=demands)))), "de")

    yes, partly, no = Decision.ACCEPTED, Decision.PARTLY_ACCEPTED, Decision.NOT_ACCEPTED
    assert said(yes, no, yes, partly) == (
        "Von Ihren 4 Forderungen: 2 werden berücksichtigt, 1 wird teilweise berücksichtigt, 1 wird nicht berücksichtigt."
    )
    assert said(no, Decision.NOTED) == (
        "Von Ihren 2 Forderungen: 1 wird nicht berücksichtigt, 1 wird zur Kenntnis genommen."
    )
    assert said(partly, None, None) == (
        "Von Ihren 3 Forderungen: 1 wird teilweise berücksichtigt, 2 sind noch nicht entschieden."
    )
    assert said(Decision.ALREADY_COVERED, Decision.OUT_OF_SCOPE) == (
        "Von Ihren 2 Forderungen: 1 ist bereits enthalten, 1 liegt außerhalb des Regelungsbereichs."
    )
    assert said(no) == "Ihre Forderung wird nicht berücksichtigt."
    assert said(None) == "Ihre Forderung ist noch nicht entschieden."


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt"])
def test_the_notice_can_be_laid_before_a_council(told: Told, tmp_path: Path, kind: str) -> None:
    outcome = told.outcome(told.town(NAMED))
    text = text_of(outcome, tmp_path, kind)
    receipt = outcome.revision.receipt_number
    for said in ("Schlussmitteilung", "Probeanhörung", receipt, TEMPLATE, "Die Prüfung bindet Personal", "Erwiderung"):
        assert readers.squeezed(said) in text
    if kind == "pdf":
        assert tagged_pdf.problems(tmp_path / "notice.pdf") == []


def test_the_same_edition_gives_the_same_line_to_everybody(told: Told) -> None:
    decided = Counter(demand.number is None for n in range(12) for demand in told.outcome(told.town(n)).demands)
    assert decided[True] > 0
    assert decided[False] > decided[True]


def test_old_and_new_wording_stand_side_by_side_once_the_body_may_read_the_new_one(told: Told, tmp_path: Path) -> None:
    second = next_round(told.db, told.found, {"§ 7": "Jetzt zwölf Monate."})
    assert told.outcome(told.town(NAMED)).newer is None
    with told.db.transaction() as session:
        consultations.announce(session, told.found.planner, second)
    newer = told.outcome(told.town(NAMED)).newer
    assert newer is not None
    assert [(change.section, change.new) for change in newer.changes] == [
        ("§ 7 – Vorschrift § 7", "Jetzt zwölf Monate.")
    ], "a heading that stays stands above both wordings and not once more in them"
    assert "DerWortlautistimGanzenneugefasst." in text_of(told.outcome(told.town(NAMED)), tmp_path).replace(" ", "")
    assert "JetztzwölfMonate." in text_of(told.outcome(told.town(NAMED)), tmp_path).replace(" ", "")


def test_a_program_of_the_house_reads_the_same_notice(told: Told, tmp_path: Path) -> None:
    actor, other = told.somebody(told.town(FIGURES)), told.somebody("01053")
    with told.db.transaction() as session:
        token = create_token(session, actor, "Fachverfahren", ["responses:read"])
        stranger = create_token(session, other, "Fachverfahren", ["responses:read"])
    browser = Browser(site(told.db, AFTER, data_dir=tmp_path))
    path = f"/api/v1/consultations/{told.found.world.slug}/response/outcome"
    answer = browser.send("GET", path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    given, outcome = answer.json(), told.outcome(told.town(FIGURES))
    assert [d["text"] for d in given["demands"]] == [d.said.original_text for d in outcome.demands]
    assert [(d["point"], d["others"], d["decision"], d["reply"]) for d in given["demands"]] == [
        (d.number, d.others, d.decision, d.reply) for d in outcome.demands
    ]
    assert given["edition"] == 1
    refused = browser.send("GET", path, headers={"Authorization": f"Bearer {stranger}"})
    assert refused.status_code == 404


def test_the_mail_about_the_edition_leads_each_body_that_answered_to_its_own_notice(told: Told) -> None:
    settings = Settings.model_validate({"secret_key": KEY, "base_url": "https://dienst.example"})
    post = Post(settings, cast(Transport, None), uuid.uuid4(), AFTER)

    def texts(body: str) -> list[str]:
        with told.db.transaction() as session:
            invitation = session.scalars(
                select(Invitation).where(Invitation.organisation_id == told.found.world.bodies[body])
            ).one()
            invitation.email = "amt@stadt.example"
            sent = list(published(session, post, {"id": str(invitation.id), "number": 1}))
            assert sent[0].recipient == "amt@stadt.example"
            return [render_plain("mail/published.txt", {"base_url": "", "site": "", **one.data}, "de") for one in sent]

    town = told.town(NAMED)
    path = f"/o/{told.found.world.bodies[town]}/answers/{told.found.world.slug}/outcome"
    assert len(texts(town)) == 2, "the central mailbox, and whoever answers there"
    assert all(path in text for text in texts(town))
    assert "/outcome" not in "".join(texts("01053"))


def test_planners_see_an_example_before_they_publish(db: Database, tmp_path: Path) -> None:
    found = weighed(db, count=10)
    edition = compiled(db, found, tmp_path, Audience.PUBLIC)
    with db.reader() as session:
        seen = queries.get(session, found.planner, edition.id)
        outcome = sample_outcome(session, found.planner, seen, tmp_path, "de")
        assert len(outcome.demands) > 1
        assert "Vorschau – noch niemandem mitgeteilt" in outcome_notice(outcome).meta.marks
        assert outcome_notice(outcome).contents() == []
        with pytest.raises(NotFound):
            sample_outcome(session, replace(found.planner, organisation_id=uuid.uuid4()), seen, tmp_path, "de")


def test_an_edition_of_some_sections_says_nothing_of_the_others(db: Database, tmp_path: Path) -> None:
    found = weighed(db, count=10)
    with db.transaction() as session:
        for point in listed(session, found.world.consultation_id, PointFilter()):
            if point.state != PointState.DECIDED:
                points.decide(session, found.planner, point.id, Decision.NOTED, "Geheim.", version=point.version)
    limited = {"sections": [found.world.sections["§ 3"]]}
    edition = compiled(db, found, tmp_path, Audience.PUBLIC, filters=limited)
    publish(db, found, edition, tmp_path)
    told = Told(db, found, edition, tmp_path)
    outcome = told.outcome(told.town(NONE))
    inside, outside, *_ = outcome.demands
    assert (inside.covered, inside.decision is not None) == (True, True)
    assert (outside.covered, outside.decision, outside.reply) == (False, None, "")
    assert "nicht Gegenstand dieser Ausgabe" in say(next(iter(summary(outcome))), "de")
