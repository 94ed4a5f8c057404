"""Accounts, organisations and who belongs where."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.mail.letters import _members
from consultation.people import actions, limits, queries
from consultation.people.addresses import mail_address
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Membership, Organisation, Person
from consultation.people.organisations import municipal_organisation
from consultation.people.passwords import chosen
from consultation.register.kinds import RegisterKind
from consultation.states import Role
from consultation.subjects import stranger, system
from tests import factories as make
from tests.factories import MOMENT, PASSWORD


def logged(session: Session) -> list[str]:
    return [f"{e.subject_type}.{e.action}" for e in session.scalars(select(HistoryEntry).order_by(HistoryEntry.seq))]


# -- accounts --------------------------------------------------------------------------------------------------------
def test_an_account_is_made_once_per_address_however_it_is_written(db: Database):
    with db.transaction() as session:
        actions.create_person(
            session, stranger(MOMENT), email="Anna@Heide.Example", name="Anna Muster", password=chosen(PASSWORD)
        )
        with pytest.raises(Invalid) as refused:
            actions.create_person(session, stranger(MOMENT), email="anna@heide.example", name="Anna Zwei")
        assert [p.field for p in refused.value.problems] == ["email"]
        assert queries.person_by_email(session, " ANNA@heide.example ") is not None
        assert logged(session) == ["person.create"]


def test_all_problems_of_a_new_account_are_told_at_once(db: Database):
    with db.transaction() as session, pytest.raises(Invalid) as refused:
        actions.create_person(session, stranger(MOMENT), email="keine", name=" ", password=chosen("zu kurz"))
    assert [p.field for p in refused.value.problems] == ["email", "name", "password"]


@pytest.mark.parametrize("password", ["aaaaaaaaaaaaaaaa", "anna@heide.example", "x" * 600, "elf Zeichen"])
def test_a_password_that_is_easily_guessed_or_too_long_is_refused(db: Database, password: str):
    with db.transaction() as session, pytest.raises(Invalid):
        actions.create_person(
            session, stranger(MOMENT), email="anna@heide.example", name="Anna", password=chosen(password)
        )


@pytest.mark.parametrize(
    "text",
    [
        "", "anna", "anna@", "@heide.example", "anna@heide", "a@b.example,c@d.example", "Anna <anna@heide.example>",
        "anna@heide.example\r\nBcc: x@y.example", "an na@heide.example", "a" * 65 + "@heide.example", "anna@-.example",
        "anna@heide..example", "anna@" + "a" * 300 + ".example", "anna;b@heide.example", "ann\x00a b@heide.example",
    ],
)  # fmt: skip
def test_what_is_not_exactly_one_address_is_refused(text: str):
    assert mail_address(text) is None


def test_addresses_with_umlaut_domains_are_taken():
    assert mail_address(" poststelle@münster.example ") == "poststelle@münster.example"


def test_only_an_operator_or_the_system_makes_operators(db: Database):
    with db.transaction() as session:
        with pytest.raises(Forbidden):
            actions.create_operator(session, stranger(MOMENT), email="a@b.example", name="A", password=chosen(PASSWORD))
        made = actions.create_operator(
            session, system(MOMENT), email="a@b.example", name="A", password=chosen(PASSWORD)
        )
        assert made.operator


# -- organisations ---------------------------------------------------------------------------------------------------
def test_a_register_row_has_one_organisation_named_as_the_register_says(db: Database):
    with db.transaction() as session:
        make.register_body(session)
        first = actions.municipal_organisation(session, system(MOMENT), "010510044044")
        again = actions.municipal_organisation(session, system(MOMENT), "010510044044")
        assert first.id == again.id
        assert (first.name, first.kind, first.four_eyes) == ("Heide, Stadt", OrganisationKind.MUNICIPALITY, True)
        assert logged(session) == ["organisation.create"]


def test_what_cannot_answer_gets_no_organisation(db: Database):
    with db.transaction() as session:
        make.register_body(session, "010", "Schleswig-Holstein", kind=RegisterKind.STATE)
        for key in ("010", "999999999999"):
            with pytest.raises(NotFound):
                actions.municipal_organisation(session, system(MOMENT), key)


def test_two_that_invite_the_same_town_at_once_get_the_same_organisation(db: Database):
    with db.transaction() as session:
        make.register_body(session)
    barrier, found = threading.Barrier(4), []

    def invite() -> None:
        barrier.wait()
        with db.transaction() as session:
            found.append(municipal_organisation(session, system(MOMENT), "010510044044").id)

    run(invite, 4)
    assert len(found) == 4
    assert len(set(found)) == 1
    with db.reader() as session:
        assert logged(session) == ["organisation.create"]


def test_many_towns_are_made_in_one_go(db: Database):
    with db.transaction() as session:
        keys = [f"0105100440{n:02}" for n in range(30)]
        for key in keys:
            make.register_body(session, key, f"Ort {key}")
        found = actions.municipal_organisations(session, system(MOMENT), [*keys, "unknown"])
        assert set(found) == set(keys)
        assert len(logged(session)) == 30


def test_only_the_operator_makes_and_marks_organisations(db: Database):
    with db.transaction() as session:
        town = make.organisation(session)
        manager, operator = make.member(session, town), make.operator(session)
        for refused in (manager, stranger(MOMENT)):
            with pytest.raises(Forbidden):
                actions.create_organisation(session, refused, kind=OrganisationKind.FOUNDATION, name="S")
            with pytest.raises(Forbidden):
                actions.mark_may_plan(session, refused, town.id, True)
        made = actions.create_organisation(session, operator, kind=OrganisationKind.FEDERAL_BODY, name="Bund")
        actions.mark_may_plan(session, operator, made.id, True)
        assert made.may_plan
        with pytest.raises(Invalid):
            actions.create_organisation(session, operator, kind=OrganisationKind.COUNTY, name="Kreis")
        assert logged(session) == ["organisation.create", "organisation.mark_may_plan"]


# -- who belongs where -----------------------------------------------------------------------------------------------
def test_the_first_claimant_gets_all_roles_and_later_ones_wait(db: Database):
    with db.transaction() as session:
        town, anna, bert = make.organisation(session), make.person(session), make.person(session)
        first = actions.join(session, make.actor(anna), town, anna, first=True)
        second = actions.join(session, make.actor(bert), town, bert, first=True)
        assert (set(first.roles), first.waiting) == ({"manager", "contributor", "releaser"}, False)
        assert (second.roles, second.waiting) == ([], True)
        again = actions.join(session, make.actor(anna), town, anna, first=False)
        assert again.id == first.id
        assert not again.waiting
        assert logged(session) == ["membership.join", "membership.join"]


def test_of_two_that_claim_at_once_one_manages_and_one_waits(db: Database):
    with db.transaction() as session:
        town = make.organisation(session)
        people = [make.person(session) for _ in range(4)]
    barrier, waiting = threading.Barrier(4), []

    def claim() -> None:
        who = people.pop()
        barrier.wait()
        with db.transaction() as session:
            waiting.append(actions.join(session, make.actor(who), town, who, first=True).waiting)

    run(claim, 4)
    assert sorted(waiting) == [False, True, True, True]


def test_a_manager_invites_a_colleague_and_a_mail_goes_out(db: Database):
    with db.transaction() as session:
        town = make.organisation(session)
        manager = make.member(session, town)
        made = actions.invite_colleague(
            session,
            manager,
            email="neu@heide.example",
            name="Nina Neu",
            roles=["contributor"],
            function="Amt 50",
            elsewhere=True,
        )
        assert (made.roles, made.belongs, made.function) == (["contributor"], False, "Amt 50")
        job = session.scalars(select(Job)).one()
        assert (job.kind, job.payload) == ("mail.place", {"id": str(made.id), "by": str(manager.person_id)})
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "invite")).one()
        assert "Nina" not in str(entry.details)
        with pytest.raises(Invalid):
            actions.invite_colleague(session, manager, email="NEU@heide.example", name="Nina", roles=["releaser"])


@pytest.mark.parametrize("roles", [[], ["editor"], ["contributor", "owner"], ["publisher", "contributor"]])
def test_a_town_cannot_give_roles_it_does_not_have(db: Database, roles: list[str]):
    with db.transaction() as session:
        manager = make.member(session, make.organisation(session))
        with pytest.raises(Invalid):
            actions.invite_colleague(session, manager, email="neu@heide.example", name="Nina", roles=roles)


def test_nobody_but_managers_changes_people(db: Database):
    with db.transaction() as session:
        town = make.organisation(session)
        make.member(session, town)
        releaser = make.member(session, town, [Role.CONTRIBUTOR, Role.RELEASER])
        own, other = (membership_of(session, who) for who in (releaser, make.member(session, town)))
        refusals: list[Callable[[], object]] = [
            lambda: actions.invite_colleague(session, releaser, email="x@y.example", name="X", roles=["contributor"]),
            lambda: actions.give_roles(session, releaser, own.id, ["manager"]),
            lambda: actions.remove_member(session, releaser, other.id),
            lambda: actions.set_four_eyes(session, releaser, False),
        ]
        for refusal in refusals:
            with pytest.raises(Forbidden):
                refusal()
        assert logged(session) == []


def test_a_manager_does_not_reach_into_other_organisations(db: Database):
    with db.transaction() as session:
        manager = make.member(session, make.organisation(session))
        foreign = membership_of(session, make.member(session, make.organisation(session, "Stadt Husum")))
        with pytest.raises(NotFound):
            actions.give_roles(session, manager, foreign.id, ["contributor"])
        with pytest.raises(NotFound):
            actions.remove_member(session, manager, foreign.id)


def test_giving_roles_to_somebody_who_waits_is_the_approval(db: Database):
    with db.transaction() as session:
        town, bert = make.organisation(session), make.person(session)
        manager = make.member(session, town)
        waiting = actions.join(session, make.actor(bert), town, bert, first=False)
        actions.give_roles(session, manager, waiting.id, ["contributor"])
        assert (waiting.roles, waiting.waiting) == (["contributor"], False)
        assert logged(session)[-1] == "membership.approve"


def test_the_last_manager_neither_leaves_nor_steps_down(db: Database):
    with db.transaction() as session:
        town = make.organisation(session)
        manager = make.member(session, town)
        make.member(session, town, [Role.CONTRIBUTOR])
        own = membership_of(session, manager)
        with pytest.raises(Conflict):
            actions.remove_member(session, manager, own.id)
        with pytest.raises(Conflict):
            actions.give_roles(session, manager, own.id, ["contributor"])
        make.member(session, town)
        actions.remove_member(session, manager, own.id)
        assert session.get(Membership, own.id) is None


def test_two_managers_who_remove_each_other_at_once_leave_one(db: Database):
    with db.transaction() as session:
        town = make.organisation(session)
        managers = [make.member(session, town), make.member(session, town)]
        pairs = list(zip(managers, [membership_of(session, m).id for m in reversed(managers)], strict=True))
    barrier, refused = threading.Barrier(2), []

    def remove() -> None:
        manager, other = pairs.pop()
        barrier.wait()
        try:
            with db.transaction() as session:
                actions.remove_member(session, manager, other)
        except Conflict:
            refused.append(manager)

    run(remove, 2)
    assert len(refused) == 1
    with db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 1


def test_the_operator_appoints_the_first_manager_of_an_organisation(db: Database):
    with db.transaction() as session:
        foundation = make.planning_organisation(session)
        made = actions.appoint_manager(
            session, make.operator(session), foundation.id, email="chef@stiftung.example", name="Carla Chef"
        )
        assert set(made.roles) == {"manager", "editor", "publisher"}
        with pytest.raises(Forbidden):
            actions.appoint_manager(session, make.actor(), foundation.id, email="x@y.example", name="X")


def test_a_wrong_claimant_goes_even_as_the_last_manager(db: Database):
    with db.transaction() as session:
        town, anna = make.organisation(session), make.person(session)
        actions.join(session, make.actor(anna), town, anna, first=True)
        actions.revoke_claim(session, make.actor(), town.id, anna.id)
        assert not queries.is_managed(session, town.id)


def test_people_are_found_by_their_role_to_be_told_something(db: Database):
    with db.transaction() as session:
        town = make.organisation(session)
        releaser = make.member(session, town, [Role.RELEASER])
        make.member(session, town, [Role.CONTRIBUTOR])
        make.membership(session, make.person(session), town, (), waiting=True)
        make.membership(session, make.person(session, active=False), town)
        assert [p.id for p in _members(session, town.id, Role.RELEASER)] == [releaser.person_id]
        assert len(queries.members(session, town.id)) == 3


# -- limits ----------------------------------------------------------------------------------------------------------
def test_a_full_window_refuses_until_it_is_over(db: Database):
    limit = limits.Limit("test", 3, timedelta(minutes=10))
    with db.transaction() as session:
        for _ in range(3):
            limits.take(session, limit, "anna", MOMENT)
        limits.take(session, limit, "bert", MOMENT)
        with pytest.raises(TooMany) as refused:
            limits.take(session, limit, "anna", MOMENT + timedelta(minutes=4))
        assert refused.value.retry_after == 360
        limits.take(session, limit, "anna", MOMENT + timedelta(minutes=10))


def test_racing_attempts_are_all_counted(db: Database):
    limit = limits.Limit("test", 5, timedelta(minutes=10))
    barrier, refused = threading.Barrier(8), []

    def attempt() -> None:
        barrier.wait()
        try:
            with db.transaction() as session:
                limits.take(session, limit, "anna", MOMENT)
        except TooMany:
            refused.append(1)

    run(attempt, 8)
    assert len(refused) == 3


def membership_of(session: Session, actor: object) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == actor.person_id)).one()  # type: ignore[attr-defined]  # an Actor


def run(work, times: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_nothing_is_left_of_people_in_the_log(db: Database):
    with db.transaction() as session:
        actions.create_person(session, stranger(MOMENT), email="anna@heide.example", name="Anna Muster")
        entry = session.scalars(select(HistoryEntry)).one()
        told = " ".join(str(getattr(entry, column.key)) for column in HistoryEntry.__table__.columns)
        assert "anna" not in told.lower()
        assert session.scalar(select(func.count()).select_from(Person)) == 1
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0
