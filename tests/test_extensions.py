"""More time is never less by itself: whatever is granted in whatever order, no body loses days unless a planner says so."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.consultations import extensions
from consultation.consultations.models import Consultation, DeadlineExtension, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import HistoryEntry
from consultation.core.times import end_of_day, local_day_ending
from consultation.responses import queries
from consultation.states import ConsultationState, ExtensionState
from tests.evaluation_world import World, somebody_of, standing
from tests.in_turn import in_turn

KIEL = "010510000000"
EARLY, LATE = date(2026, 5, 10), date(2026, 5, 31)


@pytest.fixture
def scene(db: Database) -> World:
    return standing(db)


def invitation_of(session: Session, scene: World) -> uuid.UUID:
    return session.scalars(select(Invitation.id).where(Invitation.organisation_id == scene.bodies[KIEL])).one()


def asks(db: Database, scene: World, day: date) -> uuid.UUID:
    with db.transaction() as session:
        kiel = somebody_of(session, scene, KIEL)
        invitation = queries.invitation_for(session, kiel, scene.consultation_id)
        return extensions.request(session, kiel, invitation, day, "Ratssitzung").id


def deadline(db: Database, scene: World) -> datetime | None:
    with db.reader() as session:
        return session.scalars(
            select(Invitation.extended_until).where(Invitation.organisation_id == scene.bodies[KIEL])
        ).one()


def test_a_request_granted_after_more_time_was_given_takes_none_of_it_away(db: Database, scene: World) -> None:
    asked = asks(db, scene, EARLY)
    with db.transaction() as session:
        extensions.give(session, scene.planner, invitation_of(session, scene), LATE, "Am Telefon gebeten")
    with db.transaction() as session:
        granted = extensions.grant(session, scene.planner, asked, "Gern.")
        assert granted.until == end_of_day(LATE)  # what the body is told is what holds
        said = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "grant")).all()[-1].details
        assert said["asked"] == str(end_of_day(EARLY))
    assert deadline(db, scene) == end_of_day(LATE)


def test_asking_again_takes_the_place_of_what_was_asked_and_is_still_open(db: Database, scene: World) -> None:
    early = asks(db, scene, EARLY)
    assert asks(db, scene, LATE) == early
    with db.transaction() as session:
        assert session.scalars(select(DeadlineExtension.until)).all() == [end_of_day(LATE)]
        extensions.refuse(session, scene.planner, early, "Zu spät.")
    assert asks(db, scene, EARLY) != early


def test_of_several_requests_granted_at_once_the_longest_counts_in_whatever_order(db: Database, scene: World) -> None:
    early, late = asks(db, scene, EARLY), uuid.uuid4()
    with db.transaction() as session:  # earlier versions kept several open
        found = session.get_one(DeadlineExtension, early)
        kept = {column.key: getattr(found, column.key) for column in DeadlineExtension.__table__.columns}
        session.add(DeadlineExtension(**kept | {"id": late, "until": end_of_day(LATE)}))
    with db.transaction() as session:
        extensions.decide_all(session, scene.planner, [late, early], "grant", "")
    assert deadline(db, scene) == end_of_day(LATE)
    with db.reader() as session:
        assert {one.id: one.until for one in session.scalars(select(DeadlineExtension))} == {
            early: end_of_day(EARLY), late: end_of_day(LATE),
        }  # fmt: skip


def test_of_two_who_give_time_in_one_moment_none_takes_any_away(db: Database, scene: World) -> None:
    early = asks(db, scene, EARLY)
    with db.reader() as session:
        invitation_id = invitation_of(session, scene)
    assert None is in_turn(
        db, lambda s: extensions.give(s, scene.planner, invitation_id, LATE, "Am Telefon gebeten"),
        lambda s: extensions.grant(s, scene.planner, early, ""),
    )  # fmt: skip
    assert deadline(db, scene) == end_of_day(LATE)


def test_another_day_named_by_the_planner_is_later_than_what_the_body_has(db: Database, scene: World) -> None:
    asked = asks(db, scene, EARLY)
    with db.transaction() as session:
        extensions.give(session, scene.planner, invitation_of(session, scene), LATE, "Am Telefon gebeten")
    with db.transaction() as session, pytest.raises(Invalid):
        extensions.grant(session, scene.planner, asked, "", until=date(2026, 5, 20))


def test_a_day_that_has_passed_is_not_granted(db: Database, scene: World) -> None:
    asked = asks(db, scene, EARLY)
    later = replace(scene.planner, moment=end_of_day(EARLY))
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        extensions.grant(session, later, asked, "")
    assert "Kiel" in str(refused.value.problems[0].message)
    with db.transaction() as session:
        extensions.grant(session, later, asked, "", until=LATE)
    assert deadline(db, scene) == end_of_day(LATE)


@pytest.mark.parametrize(
    "state", [ConsultationState.PUBLISHED, ConsultationState.ARCHIVED, ConsultationState.CANCELLED]
)
def test_nobody_asks_for_time_or_gets_it_when_no_answer_is_taken_any_more(
    db: Database, scene: World, state: ConsultationState
) -> None:
    asked = asks(db, scene, EARLY)
    with db.transaction() as session:
        session.execute(update(Consultation).values(state=state))
    with pytest.raises(Conflict):
        asks(db, scene, LATE)
    with db.transaction() as session, pytest.raises(Conflict):
        extensions.give(session, scene.planner, invitation_of(session, scene), LATE, "Am Telefon gebeten")
    with db.transaction() as session, pytest.raises(Conflict):
        extensions.grant(session, scene.planner, asked, "")
    with db.transaction() as session:
        extensions.refuse(session, scene.planner, asked, "Die Auswertung liegt vor.")
        assert session.get_one(DeadlineExtension, asked).state == ExtensionState.REFUSED


def test_a_day_far_out_is_asked_once_more_and_changes_nothing_until_then(db: Database, scene: World) -> None:
    asked, far = asks(db, scene, date(2072, 5, 10)), date(2072, 1, 29)
    with db.reader() as session:
        invitation_id = invitation_of(session, scene)
    attempts: tuple[Callable[[Session], object], ...] = (
        lambda s: extensions.give(s, scene.planner, invitation_id, far, "Am Telefon gebeten"),
        lambda s: extensions.grant(s, scene.planner, asked, ""),
        lambda s: extensions.grant(s, scene.planner, asked, "", until=far),
    )
    for attempt in attempts:
        with pytest.raises(Invalid) as refused, db.transaction() as session:
            attempt(session)
        assert [problem.field for problem in refused.value.problems] == ["sure"]
    with pytest.raises(Invalid) as refused, db.transaction() as session:
        extensions.decide_all(session, scene.planner, [asked], "grant", "")
    assert refused.value.problems[0].field == "chosen"
    assert deadline(db, scene) is None
    with db.transaction() as session:
        extensions.give(session, scene.planner, invitation_id, far, "Am Telefon gebeten", sure=True)
    assert deadline(db, scene) == end_of_day(far)


def test_a_slip_is_corrected_by_an_earlier_day_that_is_asked_once_more(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation_id = invitation_of(session, scene)
        extensions.give(session, scene.planner, invitation_id, LATE, "Am Telefon gebeten")
    with pytest.raises(Invalid) as refused, db.transaction() as session:
        extensions.give(session, scene.planner, invitation_id, EARLY, "Vertippt")
    assert [problem.field for problem in refused.value.problems] == ["sure"]
    assert deadline(db, scene) == end_of_day(LATE)
    with db.transaction() as session:
        given = extensions.give(session, scene.planner, invitation_id, EARLY, "Vertippt", sure=True)
        assert (given.state, given.until, given.answer) == (ExtensionState.GRANTED, end_of_day(EARLY), "Vertippt")
    assert deadline(db, scene) == end_of_day(EARLY)
    with db.transaction() as session:  # back to the general one, and no further
        general = session.get_one(Consultation, scene.consultation_id).deadline
        assert general is not None
        last = local_day_ending(general)
        extensions.give(session, scene.planner, invitation_id, last, "Doch nicht nötig", sure=True)
    assert deadline(db, scene) == general
    for day in (last - timedelta(days=1), last):
        with pytest.raises(Invalid) as refused, db.transaction() as session:
            extensions.give(session, scene.planner, invitation_id, day, "Vertippt", sure=True)
        assert [problem.field for problem in refused.value.problems] == ["until"]
    late = replace(scene.planner, moment=end_of_day(LATE))
    with pytest.raises(Invalid), db.transaction() as session:  # nor into the past
        extensions.give(session, late, invitation_id, EARLY, "Vertippt", sure=True)
