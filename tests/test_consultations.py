"""Setting up a consultation, announcing it, inviting, claiming, more time: and who may see what of it."""

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from consultation.consultations import actions, audience, calendar, claims, codes, extensions, invitations, queries
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, NotReady
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.core.times import end_of_day
from consultation.forms.models import FormVersion
from consultation.people.models import Membership, Organisation
from consultation.programmes import actions as programmes
from consultation.programmes.models import DraftVersion, ProgrammeLevel
from consultation.register.audience import AudienceFilter, AudienceUnit
from consultation.register.states import State
from consultation.rulebook import CONSULTATION, VIEW_CONSULTATION
from consultation.states import (
    ConsultationState,
    DraftVersionState,
    FormVersionState,
    InvitationState,
    Purpose,
    Visibility,
)  # fmt: skip
from consultation.subjects import Actor, stranger
from tests import factories
from tests.evaluation_world import World, somebody_of, standing, world

KIEL, AMT = "010510000000", "010535323"
SECRET = b"a secret of at least thirty-two bytes"


@pytest.fixture
def scene(db: Database) -> World:
    return standing(db)


# -- announcing ------------------------------------------------------------------------------------------------------
def test_announcing_is_refused_with_everything_that_is_missing_and_changes_nothing(db: Database) -> None:
    with db.transaction() as session:
        planner = factories.member(session, factories.planning_organisation(session), factories.PLANNING_ROLES)
        programme = programmes.create(session, planner, title="Leer", level=ProgrammeLevel.FOUNDATION)
        made = actions.create(session, planner, programme.slug, title="Leer")
    with pytest.raises(NotReady) as refusal, db.transaction() as session:
        actions.announce(session, planner, made.slug)
    assert {problem.field for problem in refusal.value.problems} == {"deadline", "form", "audience"}
    with db.reader() as session:
        assert session.get_one(Consultation, made.id).state == ConsultationState.DRAFT
        assert session.scalar(select(func.count()).select_from(ConsultationVersion)) == 0
        assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_announcing_freezes_form_and_draft_and_makes_version_one(db: Database, scene: World) -> None:
    with db.reader() as session:
        consultation = session.get_one(Consultation, scene.consultation_id)
        assert consultation.state == ConsultationState.ANNOUNCED
        assert session.get_one(DraftVersion, consultation.draft_version_id).state == DraftVersionState.PUBLISHED
        assert (
            session.get_one(DraftVersion, consultation.draft_version_id).frozen["parameters"][0]["name"] == "own_share"
        )
        assert session.get_one(FormVersion, consultation.form_version_id).state == FormVersionState.FROZEN
        [version] = queries.versions(session, consultation.id)
        assert (version.number, version.draft_version_id) == (1, consultation.draft_version_id)


def test_a_second_announcement_is_refused_with_the_state_it_needs(db: Database, scene: World) -> None:
    with db.transaction() as session, pytest.raises(Conflict) as refusal:
        actions.announce(session, scene.planner, scene.slug)
    assert "in Vorbereitung" in str(refusal.value.message)


def test_after_the_announcement_nothing_can_be_prepared_any_more(db: Database, scene: World) -> None:
    with db.transaction() as session, pytest.raises(Conflict):
        actions.prepare(session, scene.planner, scene.slug, {"deadline_on": date(2026, 6, 1)})
    with db.transaction() as session, pytest.raises(Conflict):
        audience.choose(session, scene.planner, scene.slug, AudienceFilter())


def test_an_extension_for_all_needs_a_reason_and_a_later_day_and_stands_in_the_log(db: Database, scene: World) -> None:
    for day, reason in ((date(2026, 5, 15), ""), (date(2026, 4, 1), "zu früh")):
        with db.transaction() as session, pytest.raises(Invalid):
            actions.extend(session, scene.planner, scene.slug, day, reason)
    with db.transaction() as session:
        actions.extend(session, scene.planner, scene.slug, date(2026, 5, 15), "Ferien in fünf Ländern")
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "extend_deadline")).one()
        assert entry.details["reason"] == "Ferien in fünf Ländern"
        assert queries.get(session, scene.planner, scene.slug).deadline == end_of_day(date(2026, 5, 15))
        actor = somebody_of(session, scene, KIEL)
        [invitation] = queries.invitations_to(session, actor)
        assert invitation.deadline == end_of_day(date(2026, 5, 15))


def test_evaluation_begins_after_the_deadline_only(db: Database, scene: World) -> None:
    with db.transaction() as session, pytest.raises(NotReady):
        actions.evaluate(session, scene.planner, scene.slug)
    with db.transaction() as session:
        later = replace(scene.planner, moment=end_of_day(date(2026, 4, 30)))
        assert actions.evaluate(session, later, scene.slug).state == ConsultationState.EVALUATING


# -- audience --------------------------------------------------------------------------------------------------------
def test_a_new_filter_replaces_what_the_old_one_found_and_keeps_single_organisations(db: Database) -> None:
    with db.transaction() as session:
        made = world(session)
        planner = made.planner
        programme = queries.get(session, planner, made.slug).programme
        second = actions.create(session, planner, programme.slug, title="Zweite Runde")
        choose = AudienceFilter(unit=AudienceUnit.ADMINISTRATION, states=(State.SH,))
        assert audience.choose(session, planner, second.slug, choose) > 0
        association = factories.organisation(session, "Städteverband", state=None)
        audience.add(session, planner, second.slug, [association.id], Purpose.FOR_INFORMATION)
        audience.choose(
            session, planner, second.slug, AudienceFilter(unit=AudienceUnit.ADMINISTRATION, states=(State.HH,))
        )
        rows = session.execute(
            select(Organisation.name, Invitation.purpose)
            .join(Invitation, Invitation.organisation_id == Organisation.id)
            .where(Invitation.consultation_id == second.id)
            .order_by(Organisation.name)
        ).all()
    assert [(name, purpose.value) for name, purpose in rows] == [
        ("Hamburg", "for_comment"), ("Städteverband", "for_information"),
    ]  # fmt: skip


def test_a_body_in_two_consultations_is_one_organisation(db: Database, scene: World) -> None:
    with db.transaction() as session:
        programme = queries.get(session, scene.planner, scene.slug).programme
        second = actions.create(session, scene.planner, programme.slug, title="Zweite Runde")
        audience.choose(session, scene.planner, second.slug, AudienceFilter(unit=AudienceUnit.ADMINISTRATION))
        assert session.scalar(select(func.count()).where(Organisation.register_key == KIEL)) == 1


# -- codes and claims ------------------------------------------------------------------------------------------------
def test_a_code_works_however_it_is_typed_and_dies_with_its_counter(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.organisation_id == scene.bodies[KIEL])).one()
        code = codes.code_of(SECRET, invitation)
        for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
            assert codes.invitation_with(session, SECRET, typed).id == invitation.id
        wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
        for typed in (wrong, "", "A", code[:14], code + code, "\x00" * 16):
            with pytest.raises(NotFound):
                codes.invitation_with(session, SECRET, typed)
        with pytest.raises(NotFound):
            codes.invitation_with(session, b"another secret of thirty-two bytes!!", code)
        invitation.code_counter += 1
        session.flush()
        with pytest.raises(NotFound):
            codes.invitation_with(session, SECRET, code)


def test_the_first_claimant_gets_all_roles_later_ones_wait_and_the_invited_address_is_told(
    db: Database, scene: World
) -> None:
    with db.transaction() as session:
        invitation = queries.invitation(session, scene.planner, _invitation_id(session, scene, KIEL))
        actor = stranger(factories.MOMENT)
        first = claims.claim(session, actor, invitation, factories.person(session))
        second = claims.claim(session, actor, invitation, factories.person(session))
        assert (set(first.roles), first.waiting) == ({"manager", "contributor", "releaser"}, False)
        assert (second.roles, second.waiting) == ([], True)
        assert invitation.state == InvitationState.OPENED
        assert session.scalar(select(func.count()).where(Job.kind == "mail.claimed")) == 2


def test_the_planner_revokes_a_wrong_claim_and_the_code_is_worthless(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation = queries.invitation(session, scene.planner, _invitation_id(session, scene, KIEL))
        code = codes.code_of(SECRET, invitation)
        claims.claim(session, stranger(factories.MOMENT), invitation, factories.person(session))
        [(claim, _, _)] = claims.of_consultation(session, scene.consultation_id)
        claims.revoke(session, scene.planner, claim.id)
        assert session.scalar(select(func.count()).where(Membership.organisation_id == scene.bodies[KIEL])) == 0
        with pytest.raises(NotFound):
            codes.invitation_with(session, SECRET, code)


def _invitation_id(session: Session, scene: World, body: str) -> uuid.UUID:
    return session.scalars(select(Invitation.id).where(Invitation.organisation_id == scene.bodies[body])).one()


def test_passing_on_stays_inside_the_house(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation = queries.invitation(session, scene.planner, _invitation_id(session, scene, KIEL))
        invitation.email = "poststelle@kiel.example"
        actor = somebody_of(session, scene, KIEL)
        with pytest.raises(Invalid):
            invitations.pass_on(session, actor, invitation, "jemand@anderswo.example")
        with pytest.raises(Invalid):
            invitations.pass_on(session, actor, invitation, "a@kiel.example, b@kiel.example")
        invitations.pass_on(session, actor, invitation, "integration@kiel.example")
        assert invitation.email == "integration@kiel.example"


def test_an_invitation_that_is_passed_back_is_mailed_again(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation = queries.invitation(session, scene.planner, _invitation_id(session, scene, KIEL))
        actor = somebody_of(session, scene, KIEL)
        to = ("a@kiel.example", "b@kiel.example", "a@kiel.example")
        for hour, address in enumerate(to):
            invitations.pass_on(
                session, replace(actor, moment=actor.moment + timedelta(hours=hour)), invitation, address
            )
        keys = session.scalars(select(Job.unique_key).where(Job.kind == "mail.invitation").order_by(Job.run_at)).all()
        assert [(key or "").rpartition(":")[2] for key in keys] == list(to)


def test_a_corrected_address_is_written_to_with_a_new_code(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation_id = _invitation_id(session, scene, KIEL)
        old = codes.code_of(SECRET, session.get_one(Invitation, invitation_id))
        invitations.correct_address(session, scene.planner, invitation_id, email="neu@kiel.example", postal="")
        invitation = session.get_one(Invitation, invitation_id)
        assert (invitation.state, invitation.email) == (InvitationState.SENT, "neu@kiel.example")
        assert codes.code_of(SECRET, invitation) != old


def test_after_a_wrong_claim_is_revoked_the_invitation_goes_to_the_right_address(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invitation = queries.invitation(session, scene.planner, _invitation_id(session, scene, KIEL))
        claims.claim(session, stranger(factories.MOMENT), invitation, factories.person(session))
        [(claim, _, _)] = claims.of_consultation(session, scene.consultation_id)
        claims.revoke(session, scene.planner, claim.id)
        assert invitation.state == InvitationState.OPENED
    with db.transaction() as session:
        invitations.correct_address(session, scene.planner, invitation.id, email="richtig@kiel.example", postal="")
        corrected = session.get_one(Invitation, invitation.id)
        assert (corrected.state, corrected.email) == (InvitationState.SENT, "richtig@kiel.example")
        [job] = session.scalars(select(Job).where(Job.kind == "mail.invitation"))
        assert job.payload == {"id": str(invitation.id)}
        invitations.fail(session, invitation.id, "550 no such user", scene.planner.moment)
        assert corrected.state == InvitationState.FAILED  # and if that mail comes back, the planner sees it


# -- more time -------------------------------------------------------------------------------------------------------
def test_only_the_invited_body_asks_for_time_and_only_a_publisher_decides(db: Database, scene: World) -> None:
    with db.transaction() as session:
        kiel, amt = somebody_of(session, scene, KIEL), somebody_of(session, scene, AMT)
        invitation = queries.invitation(session, scene.planner, _invitation_id(session, scene, KIEL))
        with pytest.raises(Forbidden):
            extensions.request(session, amt, invitation, date(2026, 5, 20), "Wir auch")
        asked = extensions.request(session, kiel, invitation, date(2026, 5, 20), "Ratssitzung am 18. Mai")
        with pytest.raises(NotFound):
            extensions.grant(session, kiel, asked.id, "")
        with pytest.raises(Invalid):
            extensions.refuse(session, scene.planner, asked.id, " ")
        extensions.refuse(session, scene.planner, asked.id, "Das Gesetzgebungsverfahren lässt es nicht zu.")
        with pytest.raises(Conflict):
            extensions.grant(session, scene.planner, asked.id, "")


# -- the calendar ----------------------------------------------------------------------------------------------------
def test_warnings_tell_of_little_time_weekends_and_holidays_of_the_laender_asked() -> None:
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def told(last: date, *lands: State) -> list[str]:
        return [message.text for message in calendar.warnings(monday, end_of_day(last), lands)]

    assert told(date(2026, 4, 30)) == []
    assert len(told(date(2026, 3, 20))) == 1
    assert told(date(2026, 5, 2))[0].startswith("Die Frist endet an einem Wochenende")
    assert told(date(2026, 5, 1))[0].startswith("Die Frist endet an einem gesetzlichen Feiertag")
    assert told(date(2026, 6, 4), State.SH, State.BY)[0].startswith("Die Frist endet an einem Tag")
    assert told(date(2026, 6, 4), State.SH) == []
    assert calendar.working_days(monday, end_of_day(date(2026, 3, 2))) == 0
    assert calendar.working_days(monday, end_of_day(date(2026, 3, 9))) == 5


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)), (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 22, tzinfo=UTC)), (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        (date(2026, 3, 31), datetime(2026, 3, 31, 22, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_deadline_ends_at_midnight_in_berlin_on_both_clock_changes(day: date, utc: datetime) -> None:
    assert end_of_day(day) == utc


# -- who may see -----------------------------------------------------------------------------------------------------
def test_the_view_in_sql_is_the_view_of_the_rulebook_in_every_state(db: Database, scene: World) -> None:
    with db.transaction() as session:
        invited = somebody_of(session, scene, KIEL)
        outsider = factories.member(session, factories.organisation(session, "Ohne Einladung"))
        other = factories.member(session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES)
        for state, visibility in itertools.product(ConsultationState, Visibility):
            original = session.get_one(Consultation, scene.consultation_id)
            copy = Consultation(
                **{
                    c.key: getattr(original, c.key)
                    for c in Consultation.__table__.columns
                    if c.key not in ("id", "slug")
                },
                slug=f"{state}-{visibility}".replace("_", "-"),
            )
            copy.state, copy.visibility = state, visibility
            session.add(copy)
            session.flush()
            for organisation, invitation_state in (
                (invited, InvitationState.SENT),
                (outsider, InvitationState.PLANNED),
            ):
                session.add(
                    Invitation(
                        consultation_id=copy.id, organisation_id=organisation.organisation_id, purpose=Purpose.FOR_COMMENT,
                        state=invitation_state, by_filter=True, postal="", contact="", selector=codes.new_selector(),
                        code_counter=0, failure="",
                    )
                )  # fmt: skip
    with db.reader() as session:
        everything = session.scalars(select(Consultation)).all()
        people: list[Actor] = [scene.planner, invited, outsider, other, stranger(factories.MOMENT)]
        for actor in (*people, *(replace(a, roles=frozenset()) for a in people)):
            seen = {c.id for c in session.scalars(queries.visible(actor))}
            expected = set()
            for consultation in everything:
                consultation.invited = frozenset(
                    session.scalars(
                        select(Invitation.organisation_id).where(
                            Invitation.consultation_id == consultation.id, Invitation.state != InvitationState.PLANNED
                        )
                    )
                )
                session.refresh(consultation, ["programme"])
                session.refresh(consultation.programme, ["members"])
                if VIEW_CONSULTATION(actor, consultation):
                    expected.add(consultation.id)
            assert seen == expected


def test_an_editor_may_not_announce_and_a_land_unit_may_not_change_anything(db: Database, scene: World) -> None:
    with db.transaction() as session:
        consultation = queries.get(session, scene.planner, scene.slug)
        land = factories.planning_organisation(session, "Land")
        programmes.share(session, scene.planner, consultation.programme.slug, land.id, State.SH)
        unit = factories.member(session, land, factories.PLANNING_ROLES)
        assert queries.get(session, unit, scene.slug).id == consultation.id
        assert CONSULTATION.allowed(unit, consultation) == []
        with pytest.raises(Forbidden):
            actions.cancel(session, unit, scene.slug, "nein")
        with pytest.raises(NotFound):
            queries.invitation(session, unit, _invitation_id(session, scene, "020000000000"))


def test_the_versions_of_a_consultation_and_the_log_cannot_be_rewritten(db: Database, scene: World) -> None:
    for statement in (
        "UPDATE consultation_version SET reason = 'x'", "DELETE FROM history_entry", "UPDATE history_entry SET action = 'x'",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), db.transaction() as session:
            session.connection().exec_driver_sql(statement)


def test_every_change_of_a_consultation_stands_in_the_log(db: Database, scene: World) -> None:
    with db.transaction() as session:
        actions.extend(session, scene.planner, scene.slug, date(2026, 5, 15), "mehr Zeit")
        later = replace(scene.planner, moment=end_of_day(date(2026, 5, 15)) + timedelta(days=1))
        actions.evaluate(session, later, scene.slug)
        actions.cancel(session, later, scene.slug, "Regierungswechsel")
        logged = session.scalars(
            select(HistoryEntry.action)
            .where(HistoryEntry.subject_id == scene.consultation_id)
            .order_by(HistoryEntry.seq)
        ).all()
    assert logged == [
        "create_consultation", "prepare", "choose_audience", "announce", "extend_deadline", "evaluate", "cancel",
    ]  # fmt: skip
