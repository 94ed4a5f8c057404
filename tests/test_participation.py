"""Who was asked and who answered: counted once, as what it is, without a look into drafts."""

from collections import Counter
from dataclasses import fields
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.migrations import configuration
from consultation.evaluation.earlier import Memory
from consultation.evaluation.taking_part import public_participation
from consultation.forms.checks import form_of
from consultation.people.models import Organisation
from consultation.programmes import actions as programmes
from consultation.register.models import RegisterBody
from consultation.register.states import State
from consultation.responses import actions, submission
from consultation.responses.models import RepresentationKind, RevisionRepresentation
from consultation.responses.participants import participants
from consultation.responses.participation import (
    BodiesRow,
    Counts,
    Participation,
    Reach,
    ReachRow,
    for_planner,
    participation,
    represented_keys,
)
from consultation.subjects import stranger, system
from tests import evaluation_world, factories
from tests.evaluation_world import World

AMT, KREIS, KIEL, HAMBURG = "010535323", "01053", "010510000000", "020000000000"
VILLAGES = ("010535323801", "010535323802")
REPRESENTED, SUPPORTER = RepresentationKind.REPRESENTED, RepresentationKind.SUPPORTER


def speak_for(session: Session, world: World, body: str, others: dict[str, RepresentationKind]) -> None:
    response = evaluation_world.write(session, world, body, {})
    evaluation_world.speaks_for(session, response, others)


def filled(session: Session) -> World:
    """Everything that can happen to an invitation, once or more."""
    world = evaluation_world.world(session, 12)
    towns = [key for key in sorted(world.bodies) if len(key) == 12 and key not in (KIEL, HAMBURG)]
    evaluation_world.submit(session, world, towns[0], {"affected": "yes"})
    evaluation_world.submit(session, world, towns[1], {}, nil_return=True)
    evaluation_world.write(session, world, towns[2], {"affected": "yes"})
    declined = evaluation_world.write(session, world, towns[3], {})
    actions.decline(session, evaluation_world.somebody_of(session, world, towns[3]), declined.id)
    withdrawn = evaluation_world.submit(session, world, towns[4], {"affected": "no"})
    actions.withdraw(session, evaluation_world.somebody_of(session, world, towns[4]), withdrawn.response_id)
    evaluation_world.submit(session, world, HAMBURG, {"mandate.kind": "reserved", "mandate.date": "2026-06-01"})
    speak_for(session, world, KREIS, {towns[0]: REPRESENTED, towns[5]: REPRESENTED, towns[6]: SUPPORTER})
    evaluation_world.submit(session, world, KREIS, {"affected": "no"})
    speak_for(session, world, AMT, dict.fromkeys(VILLAGES[:1], REPRESENTED))
    evaluation_world.submit(session, world, AMT, {"affected": "unclear"})
    return world


def seen(db: Database, world: World) -> Participation:
    with db.reader() as session:
        return for_planner(session, world.planner, world.consultation(session))


def test_every_invited_body_is_counted_once_as_what_it_is(db: Database):
    with db.transaction() as session:
        world = filled(session)
    total = seen(db, world).total
    assert total == Counts(
        invited=16, sent=16, failed=0, opened=8, started=8, submitted=4, nil_returns=1, declined=1, withdrawn=1,
        represented=1, open=9, late=0, provisional=1,
    )  # fmt: skip
    assert total.answered + total.declined + total.represented + total.open == total.invited


def test_groups_add_up_to_the_total(db: Database):
    with db.transaction() as session:
        world = filled(session)
    found = seen(db, world)
    for dimension in ("state", "size_class", "kind"):
        assert sum(found.by(dimension).values(), Counts()) == found.total
    for dimension in ("state", "size_class"):
        assert sum(found.reach_by(dimension).values(), Reach()) == found.reach
    assert found.by("kind")["county"].submitted == 1
    assert found.by("size_class")["joint_municipality"].submitted == 1
    assert found.by("state")["HH"].provisional == 1


def test_municipalities_answer_themselves_or_are_represented_or_open(db: Database):
    with db.transaction() as session:
        world = filled(session)
        bodies = {body.key: body for body in session.query(RegisterBody) if len(body.key) == 12}
    towns = [key for key in sorted(world.bodies) if len(key) == 12 and key not in (KIEL, HAMBURG)]
    itself = {towns[0], towns[1], HAMBURG}
    represented = {towns[5], VILLAGES[0]}
    asked = set(world.bodies) & bodies.keys() | set(VILLAGES)
    open_ = asked - itself - represented
    reach = seen(db, world).reach
    assert (reach.existing, reach.invited) == (16, 16)
    assert (reach.itself, reach.represented, reach.open) == (len(itself), len(represented), len(open_))

    def people(keys: set[str]) -> int:
        return sum(bodies[key].population or 0 for key in keys)

    assert reach.population == people(set(bodies))
    assert reach.population_itself == people(itself)
    assert reach.population_reached == people(itself | represented)
    assert reach.population_open == people(open_)


def test_who_answers_itself_is_represented_no_longer(db: Database):
    with db.transaction() as session:
        world = filled(session)
    before = seen(db, world)
    town = [key for key in sorted(world.bodies) if len(key) == 12 and key not in (KIEL, HAMBURG)][5]
    with db.transaction() as session:
        evaluation_world.submit(session, world, town, {"affected": "yes"})
    after = seen(db, world)
    assert (before.total.represented, after.total.represented) == (1, 0)
    assert after.total.submitted == before.total.submitted + 1
    assert after.reach.reached == before.reach.reached


def test_a_representation_counts_only_with_a_counted_answer(db: Database):
    with db.transaction() as session:
        world = evaluation_world.world(session, 6)
        speak_for(session, world, AMT, dict.fromkeys(VILLAGES, REPRESENTED))
    assert seen(db, world).reach.represented == 0
    with db.transaction() as session:
        revision = evaluation_world.submit(session, world, AMT, {})
    assert seen(db, world).reach.represented == 2
    with db.transaction() as session:
        actions.withdraw(session, evaluation_world.somebody_of(session, world, AMT), revision.response_id)
    assert seen(db, world).reach.represented == 0


def test_what_a_reopened_answer_says_of_others_counts_only_when_it_is_submitted_again(db: Database):
    with db.transaction() as session:
        world = evaluation_world.world(session, 6)
        one, two = [key for key in sorted(world.bodies) if len(key) == 12 and key not in (KIEL, HAMBURG)][:2]
        speak_for(session, world, KREIS, {one: REPRESENTED, two: SUPPORTER})
        first = evaluation_world.submit(session, world, KREIS, {}, level="named")
        actor = evaluation_world.somebody_of(session, world, KREIS)
    submitted, whom, public = seen(db, world), spoken_for(db, world), told_in_public(db, world)
    assert (submitted.total.represented, submitted.reach.represented, whom) == (
        1,
        1,
        {one: REPRESENTED, two: SUPPORTER},
    )
    with db.transaction() as session:
        reopened = actions.reopen(session, actor, first.response_id)
        evaluation_world.speaks_for(session, reopened, {two: REPRESENTED})
    assert (seen(db, world), spoken_for(db, world), told_in_public(db, world)) == (submitted, whom, public)
    with db.reader() as session:
        assert session.scalars(select(represented_keys(world.consultation_id))).all() == [one]
    with db.transaction() as session:
        submission.submit(session, actor, first.response_id)
    assert spoken_for(db, world) == {two: REPRESENTED}
    assert told_in_public(db, world) != public
    with db.reader() as session:
        assert session.scalars(select(represented_keys(world.consultation_id))).all() == [two]


def spoken_for(db: Database, world: World) -> dict[str, RepresentationKind]:
    with db.reader() as session:
        found = participants(session, world.consultation_id, world.planner.moment)
        return {body.register_key: body.kind for one in found for body in one.spoken_for}


def told_in_public(db: Database, world: World) -> dict[str, Any]:
    """What a public edition would be held against later: who is named, and what is hidden of the others."""
    memory = Memory()
    with db.reader() as session:
        consultation = world.consultation(session)
        assert consultation.form_version is not None
        form = form_of(consultation.form_version)
        public_participation(session, consultation.id, form, world.planner.moment, 5, [], memory)
    return memory.to_json()


def test_who_is_represented_is_read_from_the_documents_of_an_earlier_version(db: Database):
    with db.transaction() as session:
        world = filled(session)
    before, whom = seen(db, world), spoken_for(db, world)
    assert before.reach.represented
    with db.transaction() as session:
        session.execute(delete(RevisionRepresentation))
        assert participation(session, world.consultation_id).reach.represented == 0
        with Operations.context(MigrationContext.configure(session.connection())):
            ScriptDirectory.from_config(configuration()).get_revision("0017").module.fill()
    assert (seen(db, world), spoken_for(db, world)) == (before, whom)


def test_two_speakers_for_one_village_count_it_once(db: Database):
    with db.transaction() as session:
        world = evaluation_world.world(session, 6)
        for body in (AMT, KREIS):
            speak_for(session, world, body, dict.fromkeys(VILLAGES, REPRESENTED))
            evaluation_world.submit(session, world, body, {})
    found = seen(db, world)
    assert (found.reach.represented, found.reach.existing) == (2, 10)


def test_drafts_are_counted_as_started_and_nothing_else(db: Database):
    assert not {"answers", "progress", "drafts"} & {f.name for f in fields(Counts)}
    with db.transaction() as session:
        world = evaluation_world.world(session, 6)
        before = participation(session, world.consultation_id).total
        evaluation_world.write(session, world, KIEL, {"affected": "yes"})
    total = seen(db, world).total
    assert (before.started, before.opened) == (0, 0)
    assert (total.started, total.opened, total.submitted, total.open) == (1, 1, 0, before.open)


def test_participation_takes_three_queries(db: Database):
    with db.transaction() as session:
        world = filled(session)
    with db.reader() as session:
        statements: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
        participation(session, world.consultation_id)
    assert sum(statement.startswith("SELECT") for statement in statements) == 3


def test_a_land_unit_sees_its_land_and_others_see_nothing(db: Database):
    with db.transaction() as session:
        world = filled(session)
        unit = factories.planning_organisation(session, "Landesamt")
        programmes.share(session, world.planner, world.consultation(session).programme.slug, unit.id, State.SH)
        reader = factories.member(session, unit, factories.PLANNING_ROLES)
        other = factories.member(session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES)
        body = evaluation_world.somebody_of(session, world, KIEL)
    whole = seen(db, world)
    with db.reader() as session:
        consultation = world.consultation(session)
        found = for_planner(session, reader, consultation)
        assert found.by("state") == {"SH": whole.by("state")["SH"]}
        assert found.reach == whole.reach_by("state")["SH"]
        assert for_planner(session, system(factories.MOMENT), consultation) == whole
        for actor in (stranger(factories.MOMENT), other, body):
            with pytest.raises(NotFound):
                for_planner(session, actor, consultation)


def test_participants_come_in_pages_with_what_may_be_said_of_them(db: Database):
    with db.transaction() as session:
        world = filled(session)
        evaluation_world.submit(session, world, KIEL, {}, level={"participant": "figures"})
    moment = world.planner.moment
    with db.reader() as session:
        whole = participants(session, world.consultation_id, moment)
        paged = []
        page = participants(session, world.consultation_id, moment, limit=2)
        while page:
            paged += page
            page = participants(session, world.consultation_id, moment, limit=2, after=page[-1].key)
        assert paged == whole
        names = {o.id: o.name for o in session.query(Organisation)}
    assert [p.name for p in whole] == [names[p.organisation_id] for p in sorted(whole, key=lambda p: p.key)]
    by_ars = {p.ars: p for p in whole}
    assert len(whole) == 6
    assert by_ars[KIEL].level == "figures"
    assert by_ars[HAMBURG].provisional
    assert {p.ars for p in whole if p.nil_return} == {
        sorted(key for key in world.bodies if len(key) == 12 and key != KIEL)[1]
    }
    assert Counter(spoken.kind for spoken in by_ars[KREIS].spoken_for) == {REPRESENTED: 2, SUPPORTER: 1}


def test_the_whole_is_added_up_once_however_often_it_is_asked_for() -> None:
    found = Participation(
        (BodiesRow("SH", "", "county", Counts(invited=2)),), (ReachRow("SH", "", Reach(existing=3)),), 0
    )
    assert (found.total.invited, found.reach.existing) == (2, 3)
    assert found.total is found.total
    assert found.reach is found.reach
