"""Answers that are exported without having been read come out as they would if they were read; a change is always told."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.documents.bulk import open_export
from consultation.documents.machine import encoded
from consultation.documents.received import TOLD, unread, whole
from consultation.responses import entering, intake
from consultation.responses.answering import Posted
from consultation.responses.models import Channel
from consultation.responses.submission import canonical
from consultation.rulebook import RESPONSE
from consultation.states import ResponseState
from consultation.subjects import Actor
from tests.evaluation_world import World, standing, write

KIEL, AMT = "010510000000", "010535323"

AROUND: dict[str, Any] = {
    "consultation": {"round": 1}, "organisation": {"name": 'A,"consultation":{"round":2}'}, "own_reference": "",
    "personal": {"a": "1", "consultation": "2"},
}  # fmt: skip


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"a": 'Wer ,"consultation":{ schreibt, sagt \\",\\"consultation\\":{ noch nichts.', "b": "„Ü“\n"},
        {"a": 1, "consultation": {"round": 2}, "d": [1.5, None]},
    ],
)
def test_what_is_written_unread_is_what_was_kept(answers: dict[str, Any]):
    document = canonical({"answers": answers, **AROUND}).decode()
    assert encoded(unread(document)) == encoded(whole(document)) == document.encode()


def test_a_document_in_another_order_is_read():
    document = orjson.dumps({**AROUND, "answers": {"a": 1}}).decode()
    assert unread(document)["answers"] == {"a": 1}


# -- what has changed ------------------------------------------------------------------------------------------------
def enters(db: Database, scene: World, planner: Actor, body: str, affected: str, *, beside: bool = False) -> None:
    """A letter that says whether the body is affected."""
    with db.transaction() as session:
        invited = select(Invitation.id).where(Invitation.organisation_id == scene.bodies[body])
        letter = intake.Received(Channel.LETTER, date(2026, 3, 2), "AZ 7", "Text")
        made = intake.begin(session, planner, session.scalars(invited).one(), letter, beside=beside)
        intake.keep(session, planner, made.id, {"affected": Posted(affected)}, made.version)
        entering.submit_for(session, planner, made.id, silent_about_rest=True, beside=beside)


def test_who_asks_what_has_changed_is_told_of_answers_entered_for_bodies(db: Database) -> None:
    scene = standing(db)
    later = replace(scene.planner, moment=scene.planner.moment + timedelta(days=10))
    with db.transaction() as session:
        write(session, scene, AMT, {"main_message": "Entwurf"})
    enters(db, scene, scene.planner, KIEL, "yes")
    enters(db, scene, later, KIEL, "no")  # a second letter takes the place of the first
    enters(db, scene, later, AMT, "yes", beside=True)
    with db.reader() as session:
        export = open_export(session, later, scene.slug)
        changed = [record for _, record in export.page(since=later.moment - timedelta(hours=1))]
        assert [record["organisation"]["name"] for record in changed] == ["Amt Beispiel", "Kiel"]
        assert {record["modified"] for record in changed} == {changed[0]["submitted_at"]}
        assert not list(export.page(since=later.moment + timedelta(hours=1)))


def test_every_step_that_changes_what_counts_is_told() -> None:
    counted = {ResponseState.SUBMITTED, ResponseState.WITHDRAWN, ResponseState.DECLINED}
    assert {row.action for row in RESPONSE.rows.values() if row.target in counted} <= set(TOLD)
