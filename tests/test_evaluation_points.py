"""From remarks to points: word-for-word equal demands are weighed once, and nobody but the planners weighs."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, NotReady
from consultation.core.history import HistoryEntry
from consultation.evaluation import contributions, finding, parting, points, queries
from consultation.evaluation.codebook import tags
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Contribution, Decision, Point
from consultation.evaluation.progress import progress
from consultation.evaluation.queries import PointSummary
from consultation.programmes import actions as programmes
from consultation.register.kinds import SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State
from consultation.responses import actions
from consultation.states import PointState, Role
from consultation.subjects import Actor, stranger, system
from tests import evaluation_world, factories
from tests.evaluation_world import World

MOMENT = factories.MOMENT


def amendment(world: World, number: str, text: str, kind: str = "replace", **more: str) -> dict[str, str]:
    return {
        "section": world.sections[number],
        "kind": kind,
        "text": text,
        "rationale": "Weil.",
        "priority": "must",
        **more,
    }


def send(session: Session, world: World, body: str, amendments: list[dict[str, str]], **more: Any) -> uuid.UUID:
    answers = {"amendments": {str(i): one for i, one in enumerate(amendments, start=1)}} if amendments else {}
    revision = evaluation_world.submit(session, world, body, {**answers, **more})
    contributions.gather(session, revision.id, MOMENT)
    return revision.id


@contextmanager
def small(db: Database) -> Iterator[tuple[Session, World, list[str]]]:
    world = evaluation_world.standing(db, 6)
    with db.transaction() as session:
        yield session, world, sorted(world.bodies)


def listed(session: Session, world: World, chosen: PointFilter | None = None, **more: Any) -> list[PointSummary]:
    return queries.points(session, world.planner, world.consultation(session), chosen, **more)


def test_word_for_word_equal_demands_on_the_same_section_are_one_point(db: Database):
    with small(db) as (session, world, bodies):
        send(session, world, bodies[0], [amendment(world, "§ 3", "Die Frist beträgt\n24 Monate.")])
        send(session, world, bodies[1], [amendment(world, "§ 3", "die FRIST  beträgt 24 Monate.")])
        send(session, world, bodies[2], [amendment(world, "§ 5", "Die Frist beträgt 24 Monate.")])
        send(session, world, bodies[3], [amendment(world, "§ 3", "Die Frist beträgt 24 Monate.", "insert")])
        send(session, world, bodies[4], [], main_message="Die Frist beträgt 24 Monate.")
        found = listed(session, world)
    assert [(p.number, p.supporters, p.contributions) for p in found] == [(1, 2, 2), (2, 1, 1), (3, 1, 1), (4, 1, 1)]
    assert found[0].section_key == world.sections["§ 3"]
    assert found[0].text == "Die Frist beträgt\n24 Monate."
    assert found[3].section_key is None


def test_a_list_narrowed_to_some_bodies_counts_and_sorts_by_those(db: Database):
    """By Land and by size class; a Land unit still sees its Land alone."""
    with small(db) as (session, world, bodies):
        of_land = [key for key in bodies if key.startswith("01")]
        others = [key for key in bodies if key not in of_land]
        assert len(of_land) > 2
        assert len(others) > 2
        for key in (*others, of_land[0]):
            send(session, world, key, [amendment(world, "§ 3", "Von vielen.")])
        for key in of_land[1:]:
            send(session, world, key, [amendment(world, "§ 5", "Von wenigen.")])
        session.execute(update(RegisterBody).values(size_class=SizeClass.LARGE_CITY))
        here = RegisterBody.key.in_(of_land)
        session.execute(update(RegisterBody).where(here).values(size_class=SizeClass.RURAL_MUNICIPALITY))
        at = world.consultation_id

        def shown(chosen: PointFilter, land: str | None = None) -> list[tuple[str, int, int]]:
            ids = [place.id for place in finding.walk(session, at, chosen, land).places]
            return [(p.text, p.supporters, p.among) for p in queries.summaries(session, at, ids, land, chosen)]

        many, few = len(others) + 1, len(of_land) - 1
        everybody = [("Von vielen.", many, many), ("Von wenigen.", few, few)]
        narrowed = [("Von wenigen.", few, few), ("Von vielen.", many, 1)]
        assert shown(PointFilter()) == everybody
        assert shown(PointFilter(land="SH")) == narrowed
        assert shown(PointFilter(size_class="rural_municipality")) == narrowed
        assert shown(PointFilter(size_class="rural_municipality"), "SH") == [narrowed[0], ("Von vielen.", 1, 1)]


def test_an_organisation_that_says_it_twice_supports_it_once(db: Database):
    with small(db) as (session, world, bodies):
        twice = amendment(world, "§ 3", "Streichen wir das.")
        send(session, world, bodies[0], [twice, twice])
        [point] = listed(session, world)
    assert (point.supporters, point.contributions) == (1, 2)


def test_deletions_without_words_are_told_by_their_place(db: Database):
    with small(db) as (session, world, bodies):
        first = {"section": world.sections["§ 3"], "kind": "delete", "locator": "Satz 1"}
        send(session, world, bodies[0], [first, {**first, "locator": "Satz 2"}])
        send(session, world, bodies[1], [{**first, "locator": "satz  1"}])
        found = listed(session, world)
    assert [(p.text, p.supporters) for p in found] == [("Satz 1", 2), ("Satz 2", 1)]


def test_gathering_twice_changes_nothing_and_takes_few_queries(db: Database):
    with small(db) as (session, world, bodies):
        many = [amendment(world, "§ 3", f"Vorschlag {i}") for i in range(150)]
        answers = {"amendments": {str(i): one for i, one in enumerate(many)}}
        revision = evaluation_world.submit(session, world, bodies[0], answers)
        seen: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *a: seen.append(a[2]))
        assert contributions.gather_response(session, revision.response_id, MOMENT) == 150
        assert len(seen) <= 10
        assert contributions.gather(session, revision.id, MOMENT) == 0
        assert session.scalar(select(func.count(Point.id))) == 150


def test_two_revisions_gathered_at_once_share_their_points(db: Database):
    with small(db) as (session, world, bodies):
        same = [amendment(world, "§ 3", f"Vorschlag {i}") for i in range(5)]
        answers = {"amendments": {str(i): one for i, one in enumerate(same)}}
        revisions = [evaluation_world.submit(session, world, body, answers).id for body in bodies[:4]]
    failures: list[Exception] = []

    def work(revision_id: uuid.UUID) -> None:
        try:
            with db.transaction() as session:
                contributions.gather(session, revision_id, MOMENT)
        except DomainError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(revision_id,)) for revision_id in revisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with db.reader() as session:
        assert [(p.number, p.supporters) for p in listed(session, world)] == [(n, 4) for n in range(1, 6)]


def test_superseded_and_withdrawn_contributions_stay_and_stop_counting(db: Database):
    with small(db) as (session, world, bodies):
        send(session, world, bodies[0], [amendment(world, "§ 3", "Alt.")])
        actor = evaluation_world.somebody_of(session, world, bodies[0])
        second = evaluation_world.resubmit(
            session, world, actor, {"amendments": {"1": amendment(world, "§ 3", "Neu.")}}
        )
        contributions.gather(session, second.id, MOMENT)
        assert [(p.text, p.supporters) for p in listed(session, world)] == [("Alt.", 0), ("Neu.", 1)]
        assert [p.text for p in listed(session, world, PointFilter(supported=True))] == ["Neu."]
        actions.withdraw(session, actor, second.response_id)
        found = listed(session, world)
        assert [(p.supporters, p.contributions) for p in found] == [(0, 1), (0, 1)]
        point = queries.get(session, world.planner, found[0].id)
        assert [(o.contribution.original_text, o.counts) for o in queries.originals(session, world.planner, point)] == [
            ("Alt.", False)
        ]


def test_lists_filter_and_page_by_key(db: Database):
    with small(db) as (session, world, bodies):
        for n, body in enumerate(bodies[:5]):
            wishes = [amendment(world, "§ 3" if i % 2 else "§ 5", f"Wunsch {i:02}") for i in range(n + 1)]
            send(session, world, body, wishes, main_message="Öffnung 100%")
        whole = listed(session, world)
        assert len(whole) == 6
        for first in (True, False):
            pages: list[PointSummary] = []
            page = listed(session, world, most_supported_first=first, limit=2)
            while page:
                pages += page
                page = listed(session, world, most_supported_first=first, limit=2, after=pages[-1].key)
            assert pages == sorted(whole, key=lambda p: (-p.supporters, p.number) if first else p.number)
        points.tag(session, world.planner, whole[0].id, "speed")
        assert [p.number for p in listed(session, world, PointFilter(tag="speed"))] == [1]
        assert len(listed(session, world, PointFilter(untagged=True))) == 5
        assert [p.text for p in listed(session, world, PointFilter(section=""))] == ["Öffnung 100%"]
        assert {p.section_key for p in listed(session, world, PointFilter(section=world.sections["§ 3"]))} == {
            world.sections["§ 3"]
        }
        assert [p.text for p in listed(session, world, PointFilter(text="100%"))] == ["Öffnung 100%"]
        assert listed(session, world, PointFilter(text="1_0")) == []
        assert listed(session, world, PointFilter(state=PointState.DECIDED)) == []
        assert listed(session, world, PointFilter(land="BE")) == []
        assert len(listed(session, world, PointFilter(kind="county"))) > 0


def test_a_point_is_reviewed_decided_and_reopened_and_every_step_is_logged(db: Database):
    with small(db) as (session, world, bodies):
        send(session, world, bodies[0], [amendment(world, "§ 3", "Mehr Zeit.")])
        [summary] = listed(session, world)
        with pytest.raises(NotReady):
            points.decide(session, world.planner, summary.id, None, "", version=1)
    with db.transaction() as session:
        point = points.review(session, world.planner, summary.id)
        point = points.edit(session, world.planner, point.id, "Mehr Zeit für alle.", version=1)
        with pytest.raises(Conflict):
            points.edit(session, world.planner, point.id, "Anders.", version=1)
        points.propose(session, world.planner, point.id, "noted", "Gesehen.", version=2)
        point = points.decide(session, world.planner, point.id, Decision.ACCEPTED, "Wir folgen dem.", version=3)
        assert (point.state, point.decision, point.reply) == (PointState.DECIDED, Decision.ACCEPTED, "Wir folgen dem.")
        with pytest.raises(Conflict):
            points.edit(session, world.planner, point.id, "Anders.", version=4)
        done = progress(session, world.planner, world.consultation(session))
        assert (done.points, done.states[PointState.DECIDED], done.decisions[Decision.ACCEPTED], done.untagged) == (
            1,
            1,
            1,
            1,
        )
        points.reopen(session, world.planner, point.id)
        [original] = queries.originals(session, world.planner, point)
        assert original.contribution.original_text == "Mehr Zeit."
    with db.reader() as session:
        steps = session.scalars(select(HistoryEntry.action).where(HistoryEntry.subject_id == point.id))
        assert list(steps) == ["review", "edit_point", "propose", "decide", "reopen"]


def test_tags_come_from_the_codebook(db: Database):
    assert len(tags()) == 10
    with small(db) as (session, world, bodies):
        send(session, world, bodies[0], [amendment(world, "§ 3", "Mehr Zeit.")])
        [point] = listed(session, world)
        for _ in range(2):
            points.tag(session, world.planner, point.id, "longer_windows")
        with pytest.raises(Invalid):
            points.tag(session, world.planner, point.id, "erfunden")
        assert listed(session, world)[0].tags == ("longer_windows",)
        points.untag(session, world.planner, point.id, "longer_windows")
        assert listed(session, world)[0].tags == ()


def test_points_are_assigned_to_people_who_plan_only(db: Database):
    with small(db) as (session, world, bodies):
        send(session, world, bodies[0], [amendment(world, "§ 3", "Mehr Zeit.")])
        [point] = listed(session, world)
        points.assign(session, world.planner, point.id, world.planner.person_id)
        assert [p.id for p in listed(session, world, PointFilter(assignee_id=world.planner.person_id))] == [point.id]
        with pytest.raises(Invalid):
            points.assign(
                session, world.planner, point.id, evaluation_world.somebody_of(session, world, bodies[0]).person_id
            )


def test_a_contribution_is_taken_out_and_points_are_merged(db: Database):
    with small(db) as (session, world, bodies):
        for body in bodies[:3]:
            send(session, world, body, [amendment(world, "§ 3", "Mehr Zeit.")])
        [whole] = listed(session, world)
        point = queries.get(session, world.planner, whole.id)
        out = queries.originals(session, world.planner, point)[0].contribution
        new = parting.take_out(session, world.planner, [out.id])
        assert [(p.number, p.supporters) for p in listed(session, world)] == [(1, 2), (2, 1)]
        with pytest.raises(Conflict):
            parting.take_out(session, world.planner, [out.id])
        points.tag(session, world.planner, new.id, "speed")
        parting.merge(session, world.planner, new.id, whole.id)
        assert [(p.number, p.supporters) for p in listed(session, world)] == [(1, 3)]
        assert session.scalar(select(func.count()).where(Contribution.point_id == whole.id)) == 3
        with pytest.raises(NotFound):
            parting.merge(session, world.planner, whole.id, whole.id)


def everything(
    session: Session, actor: Actor, world: World, point_id: uuid.UUID, contribution_id: uuid.UUID
) -> list[Any]:
    consultation = world.consultation(session)
    return [
        lambda: queries.get(session, actor, point_id), lambda: queries.points(session, actor, consultation),
        lambda: progress(session, actor, consultation), lambda: queries.contribution(session, actor, contribution_id),
        lambda: points.review(session, actor, point_id), lambda: points.decide(session, actor, point_id, "noted", "", version=1),
        lambda: points.propose(session, actor, point_id, "noted", "", version=1), lambda: points.reopen(session, actor, point_id),
        lambda: points.edit(session, actor, point_id, "x", version=1), lambda: points.tag(session, actor, point_id, "speed"),
        lambda: points.untag(session, actor, point_id, "speed"), lambda: points.assign(session, actor, point_id, None),
        lambda: parting.take_out(session, actor, [contribution_id]), lambda: parting.merge(session, actor, point_id, point_id),
    ]  # fmt: skip


def test_strangers_answering_bodies_and_other_planners_find_nothing(db: Database):
    with small(db) as (session, world, bodies):
        send(session, world, bodies[0], [amendment(world, "§ 3", "Mehr Zeit.")])
        [point] = listed(session, world)
        said = session.scalars(select(Contribution.id)).one()
        other = factories.member(session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES)
        owner = evaluation_world.somebody_of(session, world, bodies[0])
        asleep = Actor(
            world.planner.person_id, world.planner.organisation_id, world.planner.roles, MOMENT, may_plan=False
        )
        for actor in (stranger(MOMENT), owner, other, asleep):
            for attempt in everything(session, actor, world, point.id, said):
                with pytest.raises(NotFound):
                    attempt()
            assert session.scalars(queries.visible(actor)).all() == []
        for actor in (world.planner, system(MOMENT)):
            assert len(session.scalars(queries.visible(actor)).all()) == 1


def test_an_editor_reviews_but_only_a_publisher_decides(db: Database):
    with small(db) as (session, world, bodies):
        send(session, world, bodies[0], [amendment(world, "§ 3", "Mehr Zeit.")])
        [point] = listed(session, world)
        editor = Actor(
            world.planner.person_id, world.planner.organisation_id, frozenset({Role.EDITOR}), MOMENT, may_plan=True
        )
        points.review(session, editor, point.id)
        points.propose(session, editor, point.id, "noted", "Danke.", version=1)
        with pytest.raises(Forbidden):
            points.decide(session, editor, point.id, "noted", "Danke.", version=2)


def test_a_land_unit_reads_its_land_and_changes_nothing(db: Database):
    with small(db) as (session, world, _):
        unit = factories.planning_organisation(session, "Landesamt")
        slug = world.consultation(session).programme.slug
        programmes.share(session, world.planner, slug, unit.id, State.BY)
        session.expire_all()
        reader = factories.member(session, unit, factories.PLANNING_ROLES)
        homes = {body: state_of(session, body) for body in sorted(world.bodies)}
        bavarian = next(body for body, land in homes.items() if land == State.BY)
        northern = [body for body, land in homes.items() if land == State.SH][:2]
        for body in (bavarian, *northern):
            send(
                session,
                world,
                body,
                [amendment(world, "§ 3", "Mehr Zeit."), amendment(world, "§ 5", f"Nur {homes[body]}.")],
            )
        assert len(listed(session, world)) == 3
        seen = queries.points(session, reader, world.consultation(session))
        assert [(p.text, p.supporters, p.contributions) for p in seen] == [("Mehr Zeit.", 1, 1), ("Nur BY.", 1, 1)]
        shared = queries.get(session, reader, seen[0].id)
        assert [o.state for o in queries.originals(session, reader, shared)] == [State.BY]
        hidden = next(p for p in listed(session, world) if p.text == "Nur SH.")
        with pytest.raises(NotFound):
            queries.get(session, reader, hidden.id)
        with pytest.raises(Forbidden):
            points.edit(session, reader, seen[0].id, "x", version=1)
        assert progress(session, reader, world.consultation(session)).points == 2


def state_of(session: Session, body: str) -> State:
    found = session.get(RegisterBody, body)
    assert found is not None
    return found.state
