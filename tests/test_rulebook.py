"""Every rule of the book, asked with plain objects: role × own or another's × state × action, and every view.

The expectation is written anew, as a second opinion, from the words of the domain and not from the tables' own predicates.
"""

import itertools
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest

from consultation import rulebook
from consultation.core.errors import Conflict, Forbidden, NotReady, Problem
from consultation.core.language import M
from consultation.core.times import end_of_day
from consultation.core.workflow import Transition, Workflow
from consultation.states import Audience, ConsultationState, EditionState, ResponseState, Role, Visibility
from consultation.subjects import Actor, stranger, system

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OWNER, LAND_UNIT, TOWN, OTHER = (uuid.UUID(int=number) for number in range(1, 5))
AUTHOR, SOMEBODY = uuid.UUID(int=10), uuid.UUID(int=11)
Everything = Workflow[Actor, Any]


def roles_of_all_kinds() -> Iterator[frozenset[Role]]:
    """No role, each role alone, the usual bundles, all."""
    yield frozenset()
    yield from (frozenset({role}) for role in Role)
    yield frozenset({Role.MANAGER, Role.EDITOR, Role.PUBLISHER})
    yield frozenset({Role.MANAGER, Role.CONTRIBUTOR, Role.RELEASER})
    yield frozenset(Role)


def actors() -> Iterator[Actor]:
    yield system(NOW)
    yield stranger(NOW)
    yield Actor(SOMEBODY, None, frozenset(), NOW, operator=True)
    for organisation, roles, may_plan in itertools.product(
        (OWNER, LAND_UNIT, TOWN, OTHER), roles_of_all_kinds(), (True, False)
    ):
        yield Actor(SOMEBODY, organisation, roles, NOW, may_plan)


def subject(state: StrEnum, **changes: Any) -> Any:
    """Everything a rule may look at, in order and ready for every action."""
    values: dict[str, Any] = {
        "state": state, "planners": {OWNER: None, LAND_UNIT: "SH"}, "organisation_id": TOWN, "register_state": "SH",
        "visibility": Visibility.INVITED_ONLY, "invited": frozenset({TOWN}), "shortcomings": (), "deadline": NOW,
        "consultation_state": ConsultationState.EVALUATING, "opens_at": NOW - timedelta(days=9),
        "own_deadline": NOW + timedelta(days=1), "reopened_until": None, "four_eyes": True, "author_id": AUTHOR,
        "submitted_once": True, "nil_return_shortcomings": (), "decision": "accepted", "section_count": 3,
        "audience": Audience.PUBLIC, "refusals": (), "last_by": SOMEBODY, "answered_itself": False,
        "counts": False,
    }  # fmt: skip
    return SimpleNamespace(**values | changes)


# -- who may do what, said once more -----------------------------------------------------------------------------------
PUBLISHER, EDITOR, PLANNER, SYSTEM = "publisher", "editor", "planner", "system"
CONTRIBUTOR, RELEASER, INVITED = "contributor", "releaser", "invited"
EXPECTED: dict[str, dict[str, tuple[set[str], str, str]]] = {
    "consultation": {
        "announce": ({PUBLISHER}, "draft", "announced"),
        "evaluate": ({PLANNER, SYSTEM}, "announced", "evaluating"),
        "publish": ({PUBLISHER}, "evaluating", "published"),
        "archive": ({PUBLISHER}, "published", "archived"),
        "cancel": ({PUBLISHER}, "draft announced evaluating", "cancelled"),
    },
    "invitation": {
        "send": ({PUBLISHER, SYSTEM}, "planned failed", "sent"),
        "send_again": ({PUBLISHER}, "sent opened", "sent"),
        "open": ({INVITED, SYSTEM}, "sent failed", "opened"),
        "fail": ({PLANNER, SYSTEM}, "planned sent", "failed"),
    },
    "response": {
        "mark_ready": ({CONTRIBUTOR}, "drafting", "ready"),
        "return_for_rework": ({RELEASER}, "ready", "drafting"),
        "submit": ({RELEASER}, "drafting ready", "submitted"),
        "submit_nil_return": ({RELEASER}, "drafting ready", "submitted"),
        "decline": ({RELEASER}, "drafting ready", "declined"),
        "reopen": ({RELEASER, PLANNER}, "submitted declined withdrawn", "drafting"),
        "enter": ({EDITOR}, "drafting submitted", "submitted"),
        "withdraw": ({RELEASER}, "submitted", "withdrawn"),
    },
    "comment": {
        "resolve": ({CONTRIBUTOR, RELEASER}, "open", "resolved"),
        "reopen": ({CONTRIBUTOR, RELEASER}, "resolved", "open"),
    },
    "draft_version": {"publish": ({PLANNER}, "draft", "published")},
    "form_version": {"freeze": ({PLANNER}, "draft", "frozen")},
    "edition": {
        "finish": ({SYSTEM}, "compiling", "compiled"),
        "fail": ({SYSTEM}, "compiling", "failed"),
        "retry": ({PLANNER}, "failed", "compiling"),
        "publish": ({PUBLISHER}, "compiled", "published"),
    },
    "deadline_extension": {
        "grant": ({PUBLISHER}, "requested", "granted"),
        "refuse": ({PUBLISHER}, "requested", "refused"),
    },
    "point": {
        "review": ({PLANNER}, "new", "in_review"),
        "decide": ({PUBLISHER}, "new in_review", "decided"),
        "reopen": ({PLANNER}, "decided", "in_review"),
        "back_to_new": ({PLANNER}, "in_review decided", "new"),
        "back_to_review": ({PLANNER}, "decided", "in_review"),
        "back_to_decided": ({PUBLISHER}, "in_review", "decided"),
    },
    "redaction": {"lift": ({PLANNER}, "in_force", "lifted")},
}


def parts_of(actor: Actor) -> set[str]:
    """What somebody is to the subject of these tests. The Land unit of a programme reads and changes nothing."""
    if actor.is_system:
        return {SYSTEM, PUBLISHER, EDITOR, PLANNER}
    parts = set()
    if actor.organisation_id == OWNER and actor.may_plan:
        parts |= {PLANNER, EDITOR} if Role.EDITOR in actor.roles else set()
        parts |= {PLANNER, PUBLISHER} if Role.PUBLISHER in actor.roles else set()
    if actor.organisation_id == TOWN:
        parts |= {INVITED}
        parts |= {CONTRIBUTOR} if Role.CONTRIBUTOR in actor.roles else set()
        parts |= {RELEASER} if Role.RELEASER in actor.roles else set()
    return parts


def workflows() -> Iterable[Everything]:
    return rulebook.WORKFLOWS


def rows() -> Iterator[tuple[Everything, Transition[Actor, Any]]]:
    for workflow in workflows():
        yield from ((workflow, row) for row in workflow.rows.values())


ROWS = [pytest.param(workflow, row, id=f"{workflow.name}.{row.action}") for workflow, row in rows()]


def test_the_book_holds_these_machines_and_actions_and_no_others():
    assert {w.name: set(w.rows) for w in workflows()} == {name: set(actions) for name, actions in EXPECTED.items()}


@pytest.mark.parametrize(("workflow", "row"), ROWS)
def test_each_action_leads_from_where_to_where(workflow: Everything, row: Transition[Actor, Any]):
    _, sources, target = EXPECTED[workflow.name][row.action]
    assert {str(source) for source in row.sources} == set(sources.split())
    assert row.target == target
    assert {*row.sources, row.target} <= set(workflow.states)


@pytest.mark.parametrize(("workflow", "row"), ROWS)
def test_every_actor_in_every_state_may_exactly_what_the_book_says(workflow: Everything, row: Transition[Actor, Any]):
    who, sources, _ = EXPECTED[workflow.name][row.action]
    for actor, state in itertools.product(actors(), workflow.states):
        thing = subject(state)
        allowed, in_state = bool(parts_of(actor) & who), str(state) in sources.split()
        assert workflow.may(actor, thing, row.action) == (allowed and in_state), (actor, state)
        assert (row in workflow.allowed(actor, thing)) == (allowed and in_state)
        if not allowed:
            refused: type[Exception] | None = Forbidden
        else:
            refused = None if in_state else Conflict
        if refused is None:
            assert workflow.check(actor, thing, row.action) is row
            continue
        with pytest.raises(refused) as found:
            workflow.check(actor, thing, row.action)
        assert str(row.title) in str(found.value)


@pytest.mark.parametrize(("workflow", "row"), ROWS)
def test_another_programmes_planners_may_nothing(workflow: Everything, row: Transition[Actor, Any]):
    for state in workflow.states:
        thing = subject(state, planners={OTHER: None})
        assert not workflow.may(Actor(SOMEBODY, OWNER, frozenset(Role), NOW, may_plan=True), thing, row.action)


@pytest.mark.parametrize("action", ["back_to_new", "back_to_review", "back_to_decided"])
def test_only_who_did_the_last_step_takes_it_back(action: str):
    colleague = Actor(SOMEBODY, OWNER, frozenset(Role), NOW, may_plan=True)
    state = next(iter(rulebook.POINT.rows[action].sources))
    assert rulebook.POINT.may(colleague, subject(state), action)
    for other in (AUTHOR, None):
        assert not rulebook.POINT.may(colleague, subject(state, last_by=other), action)


# -- ready when --------------------------------------------------------------------------------------------------------
LACKS = (Problem("x", M("Es fehlt etwas.")),)
TOO_LATE: dict[str, Any] = {"own_deadline": NOW, "reopened_until": None}
NOT_READY = [
    (rulebook.CONSULTATION, "announce", {"shortcomings": LACKS}, ["x"]),
    (rulebook.CONSULTATION, "evaluate", {"deadline": NOW + timedelta(seconds=1)}, ["deadline"]),
    (rulebook.RESPONSE, "mark_ready", {"shortcomings": LACKS}, ["x"]),
    (rulebook.RESPONSE, "submit", {"shortcomings": LACKS, **TOO_LATE, "author_id": SOMEBODY}, ["deadline", "four_eyes", "x"]),
    (rulebook.RESPONSE, "submit_nil_return", {"nil_return_shortcomings": LACKS, **TOO_LATE, "author_id": SOMEBODY},
     ["deadline", "four_eyes", "x"]),
    (rulebook.RESPONSE, "decline", TOO_LATE, ["deadline"]),
    (rulebook.RESPONSE, "decline", {"counts": True, "author_id": SOMEBODY}, ["four_eyes"]),
    (rulebook.RESPONSE, "reopen", TOO_LATE, ["deadline"]),
    (rulebook.RESPONSE, "enter", {"answered_itself": True, "consultation_state": ConsultationState.CANCELLED},
     ["consultation", "own"]),
    (rulebook.DRAFT_VERSION, "publish", {"section_count": 0}, ["sections"]),
    (rulebook.EDITION, "publish", {"audience": Audience.INTERNAL}, ["audience"]),
    (rulebook.EDITION, "publish", {"consultation_state": ConsultationState.ANNOUNCED, "refusals": LACKS}, ["consultation", "x"]),
    (rulebook.POINT, "decide", {"decision": None}, ["decision"]),
    (rulebook.POINT, "back_to_decided", {"decision": None}, ["decision"]),
]  # fmt: skip


@pytest.mark.parametrize(("workflow", "action", "changes", "fields"), NOT_READY)
def test_what_is_not_ready_names_everything_that_is_missing_at_once(workflow, action, changes, fields):
    home = TOWN if workflow is rulebook.RESPONSE and action != "enter" else OWNER
    actor = Actor(SOMEBODY, home, frozenset(Role), NOW, may_plan=True)
    thing = subject(next(iter(workflow.rows[action].sources)), **changes)
    with pytest.raises(NotReady) as found:
        workflow.check(actor, thing, action)
    assert [problem.field or problem.code for problem in found.value.problems] == fields
    assert workflow.may(actor, thing, action)
    assert workflow.rows[action] not in workflow.possible(actor, thing), "the API does not list what it refuses"


def test_an_answer_is_entered_beside_a_draft_by_an_editor_and_never_over_an_own_one():
    editor = Actor(SOMEBODY, OWNER, frozenset({Role.EDITOR}), NOW, may_plan=True)
    publisher = Actor(SOMEBODY, OWNER, frozenset({Role.PUBLISHER}), NOW, may_plan=True)
    for state in ResponseState:
        allowed = state in {ResponseState.DRAFTING, ResponseState.READY}
        assert rulebook.ENTER_BESIDE(editor, subject(state)) == allowed
        assert not rulebook.ENTER_BESIDE(publisher, subject(state))
        assert not rulebook.ENTER_BESIDE(editor, subject(state, answered_itself=True))
        assert not rulebook.ENTER_BESIDE(editor, subject(state, consultation_state=ConsultationState.CANCELLED))


def test_a_planner_reopens_after_the_deadline_what_the_organisation_no_longer_can():
    thing = subject(ResponseState.SUBMITTED, **TOO_LATE)
    planner = Actor(SOMEBODY, OWNER, frozenset({Role.EDITOR}), NOW, may_plan=True)
    assert rulebook.RESPONSE.check(planner, thing, "reopen").target == ResponseState.DRAFTING


@pytest.mark.parametrize("state", sorted(rulebook.OVER))
def test_nobody_reopens_what_could_not_be_submitted_again(state: ConsultationState) -> None:
    thing = subject(ResponseState.SUBMITTED, consultation_state=state)
    for home in (OWNER, TOWN):
        actor = Actor(SOMEBODY, home, frozenset(Role), NOW, may_plan=True)
        with pytest.raises(NotReady):
            rulebook.RESPONSE.check(actor, thing, "reopen")
        assert "reopen" not in {row.action for row in rulebook.RESPONSE.possible(actor, thing)}


def test_one_person_may_submit_alone_where_the_house_wants_it_so_or_nobody_edited():
    releaser = Actor(AUTHOR, TOWN, frozenset({Role.RELEASER}), NOW)
    for changes in ({"four_eyes": False}, {"author_id": None}):
        assert rulebook.RESPONSE.check(releaser, subject(ResponseState.READY, **changes), "submit").action == "submit"


def test_a_nil_return_needs_no_answers() -> None:
    releaser = Actor(SOMEBODY, TOWN, frozenset({Role.RELEASER}), NOW)
    row = rulebook.RESPONSE.check(releaser, subject(ResponseState.DRAFTING, shortcomings=LACKS), "submit_nil_return")
    assert row.target == ResponseState.SUBMITTED


@pytest.mark.parametrize("changes", [{"counts": False, "author_id": SOMEBODY}, {"counts": True}, {"four_eyes": False}])
def test_one_person_declines_where_nothing_counts_or_somebody_else_edited(changes: dict[str, Any]) -> None:
    releaser = Actor(SOMEBODY, TOWN, frozenset({Role.RELEASER}), NOW)
    thing = subject(ResponseState.DRAFTING, **{"counts": True, **changes})
    assert rulebook.RESPONSE.check(releaser, thing, "decline").target == ResponseState.DECLINED


def test_whoever_cannot_write_is_told_the_one_reason() -> None:
    clerk = Actor(SOMEBODY, TOWN, frozenset({Role.CONTRIBUTOR}), NOW)
    mayor = Actor(SOMEBODY, TOWN, frozenset({Role.RELEASER}), NOW)

    def why(actor: Actor, state: ResponseState, **changes: Any) -> str:
        return str(rulebook.why_no_answers(actor, subject(state, **changes)) or "")

    assert why(clerk, ResponseState.DRAFTING) == ""
    assert "liegt zur Freigabe vor" in why(clerk, ResponseState.READY)
    assert why(clerk, ResponseState.DRAFTING, **TOO_LATE) == "Die Frist ist abgelaufen."
    assert "nicht das Recht „Bearbeitung“" in why(mayor, ResponseState.DRAFTING)
    assert "Ihre Antwort ist abgegeben." in why(mayor, ResponseState.SUBMITTED, **TOO_LATE)
    for actor, state, open_ in itertools.product((clerk, mayor), ResponseState, (True, False)):
        thing = subject(state, **({} if open_ else TOO_LATE))
        assert (rulebook.why_no_answers(actor, thing) is None) == rulebook.ANSWER(actor, thing)


# -- open until when ---------------------------------------------------------------------------------------------------
SECOND = timedelta(seconds=1)


def is_open(moment: datetime, **changes: Any) -> bool:
    return rulebook.is_open(stranger(moment), subject(ResponseState.DRAFTING, **changes))


@pytest.mark.parametrize("state", ConsultationState)
def test_answers_are_taken_while_announced_or_evaluated_only(state: ConsultationState):
    expected = state in {ConsultationState.ANNOUNCED, ConsultationState.EVALUATING}
    assert is_open(NOW, consultation_state=state) == expected


def test_it_opens_at_its_moment_and_closes_at_its_deadline_to_the_second():
    assert not is_open(NOW - SECOND, opens_at=NOW)
    assert is_open(NOW, opens_at=NOW)
    assert is_open(NOW - SECOND, own_deadline=NOW)
    assert not is_open(NOW, own_deadline=NOW)
    assert not is_open(NOW, opens_at=None)
    assert not is_open(NOW, own_deadline=None)


def test_a_reopening_lasts_until_its_own_end_whatever_the_deadline_was():
    assert is_open(NOW, own_deadline=NOW - timedelta(days=30), reopened_until=NOW + SECOND)
    assert not is_open(NOW, own_deadline=NOW - timedelta(days=30), reopened_until=NOW)
    assert is_open(NOW, own_deadline=NOW + SECOND, reopened_until=NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "last_second"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC)),  # the night before the clocks go forward
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),  # a day of 23 hours
        (date(2026, 10, 24), datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),  # a day of 25 hours
        (date(2026, 12, 31), datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_until_a_day_means_its_24th_hour_in_berlin_on_both_clock_changes_too(day: date, last_second: datetime):
    assert is_open(last_second, own_deadline=end_of_day(day))
    assert not is_open(last_second + SECOND, own_deadline=end_of_day(day))


# -- who may see -------------------------------------------------------------------------------------------------------
PLANNING, ANSWERING = {Role.EDITOR, Role.PUBLISHER}, {Role.CONTRIBUTOR, Role.RELEASER}
SHOWN = {"announced", "evaluating", "published", "archived"}


def reads(actor: Actor) -> bool:
    member = actor.organisation_id in (OWNER, LAND_UNIT) and actor.may_plan and bool(actor.roles & PLANNING)
    return actor.is_system or member


def test_a_programme_is_seen_by_its_planning_members_only():
    for actor in actors():
        assert rulebook.VIEW_PROGRAMME(actor, subject(ConsultationState.DRAFT)) == reads(actor), actor


@pytest.mark.parametrize("visibility", Visibility)
def test_a_consultation_is_seen_by_planners_the_invited_and_if_public_by_all(visibility: Visibility):
    for actor, state in itertools.product(actors(), ConsultationState):
        thing = subject(state, visibility=visibility)
        invited = actor.organisation_id == TOWN and bool(actor.roles & ANSWERING)
        expected = (
            reads(actor)
            or (invited and state in SHOWN | {"cancelled"})
            or (visibility == Visibility.PUBLIC and state in SHOWN)
        )
        assert rulebook.VIEW_CONSULTATION(actor, thing) == expected, (actor, state)


@pytest.mark.parametrize("submitted_once", [True, False])
@pytest.mark.parametrize("register_state", ["SH", "BY", None])
def test_a_response_is_seen_by_its_own_people_and_once_submitted_or_declined_by_planners_of_its_land(
    submitted_once: bool, register_state: str | None
):
    for actor, state in itertools.product(actors(), ResponseState):
        thing = subject(state, submitted_once=submitted_once, register_state=register_state)
        own = actor.organisation_id == TOWN and bool(actor.roles & ANSWERING)
        of_its_land = actor.organisation_id == OWNER or register_state == "SH"
        planner = (
            not actor.is_system and reads(actor) and of_its_land and (submitted_once or state == ResponseState.DECLINED)
        )
        assert rulebook.VIEW_RESPONSE(actor, thing) == (own or planner), (actor, state)


def test_answers_are_written_by_contributors_of_the_house_while_drafting_and_open():
    for actor, state, open_ in itertools.product(actors(), ResponseState, (True, False)):
        thing = subject(state, **({} if open_ else TOO_LATE))
        expected = CONTRIBUTOR in parts_of(actor) and state == ResponseState.DRAFTING and open_
        assert rulebook.ANSWER(actor, thing) == expected, (actor, state, open_)


def test_people_are_managed_by_managers_and_the_service_by_operators():
    for actor in actors():
        assert rulebook.MANAGE_PEOPLE(actor, None) == (Role.MANAGER in actor.roles)
        assert rulebook.OPERATE(actor, None) == actor.operator


def test_only_the_service_itself_makes_the_files_of_an_edition():
    for actor in actors():
        for action in ("finish", "fail"):
            assert rulebook.EDITION.may(actor, subject(EditionState.COMPILING), action) == actor.is_system
