"""What the API lists as possible it then does, and nothing else: step by step through the life of a response."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.people.models import Membership, Organisation
from consultation.people.tokens import Scope
from consultation.programmes.models import ProgrammeMember
from consultation.states import Role
from tests import factories
from tests.api_world import ANSWERS, HEIDE, NOW, Api, api, token

PATHS = {
    "mark_ready": "/ready", "return_for_rework": "/rework", "submit": "/submit", "submit_nil_return": "/nil-return",
    "decline": "/decline", "reopen": "/reopen", "withdraw": "/withdraw",
}  # fmt: skip
TOO_LATE = NOW + timedelta(days=365)


@pytest.fixture
def town(db: Database) -> Api:
    return api(db)


def listed(town: Api, who: str = "town") -> set[str]:
    found = town.get(town.own(), who)
    assert found.status_code == 200, found.text
    return set(found.json()["actions"])


def asked(town: Api, action: str, who: str) -> httpx.Response:
    if action == "answer":
        return town.put({"need_fit": 4}, who)
    reason = {"reason": "Bitte kürzen."} if action == "return_for_rework" else None
    return town.submit(who, what=PATHS[action].removeprefix("/"), json=reason)


def all_else_is_refused(town: Api, who: str = "town") -> set[str]:
    possible = listed(town, who)
    assert possible <= {"answer", *PATHS}
    for action in {"answer", *PATHS} - possible:
        answer = asked(town, action, who)
        assert answer.status_code in (403, 409, 422), (action, answer.status_code, answer.text)
    assert listed(town, who) == possible
    return possible


def steps(town: Api, *actions: str, who: str = "town") -> Iterator[set[str]]:
    """What is possible before each of these steps, every one of which is possible itself."""
    for action in actions:
        possible = all_else_is_refused(town, who)
        assert action in possible, (action, possible)
        assert asked(town, action, who).status_code in (200, 201), action
        yield possible


def test_whatever_is_listed_works_and_whatever_is_not_listed_is_refused(town: Api):
    town.put({"need_fit": 4})
    assert all_else_is_refused(town) == {"answer", "decline"}, "incomplete"
    town.put(ANSWERS)
    way = (
        "answer", "mark_ready", "return_for_rework", "mark_ready", "submit", "reopen", "submit_nil_return", "withdraw",
        "reopen", "decline", "reopen", "submit",
    )  # fmt: skip
    seen = list(steps(town, *way))
    assert seen[0] == {"answer", "mark_ready", "submit", "submit_nil_return", "decline"}
    assert all_else_is_refused(town) == {"reopen", "withdraw"}
    town.at(TOO_LATE)
    assert all_else_is_refused(town) == {"withdraw"}


def test_after_the_deadline_an_answer_in_progress_can_only_be_laid_before_somebody(town: Api):
    town.put(ANSWERS)
    town.at(TOO_LATE)
    assert all_else_is_refused(town) == {"mark_ready"}


def test_where_the_house_wants_four_eyes_whoever_wrote_last_sees_no_release(db: Database, town: Api):
    with db.transaction() as session:
        house = session.get_one(Organisation, town.world.bodies[HEIDE])
        house.four_eyes = True
        town.tokens["second"] = token(session, factories.member(session, house, moment=NOW))
    saved = town.put(ANSWERS)
    assert saved.json()["actions"] == ["answer", "mark_ready", "decline"], "the answer to the PUT itself says so"
    assert all_else_is_refused(town) == {"answer", "mark_ready", "decline"}
    assert listed(town, "second") == {"answer", "mark_ready", "submit", "submit_nil_return", "decline"}
    assert list(steps(town, "submit", "reopen", who="second"))
    town.put({"need_fit": 5})
    assert all_else_is_refused(town) == {"answer", "mark_ready"}, "two released what counts; one does not take it away"
    assert "decline" in listed(town, "second")


@pytest.mark.parametrize(
    ("role", "possible"),
    [
        (Role.CONTRIBUTOR, {"answer", "mark_ready"}),
        (Role.RELEASER, {"submit", "submit_nil_return", "decline"}),
        (Role.MANAGER, None),
    ],
)
def test_the_rights_of_the_person_limit_what_its_key_lists(
    db: Database, town: Api, role: Role, possible: set[str] | None
):
    town.put(ANSWERS)
    with db.transaction() as session:
        for membership in session.scalars(
            select(Membership).where(Membership.organisation_id == town.world.bodies[HEIDE])
        ):
            membership.roles = [role.value]
    if possible is None:
        assert town.get(town.own(), "town").status_code == 404
    else:
        assert all_else_is_refused(town) == possible


def test_a_key_that_only_reads_lists_nothing(town: Api):
    town.put(ANSWERS)
    assert listed(town, "reader") == set()
    assert "submit" in listed(town)


def test_a_house_that_plans_and_answers_answers_with_the_rights_of_who_answers(db: Database, town: Api):
    """Its key could enter and reopen as planner, which this door does not do."""
    with db.transaction() as session:
        house = session.get_one(Organisation, town.world.bodies[HEIDE])
        house.may_plan = True
        programme_id = town.world.consultation(session).programme_id
        session.add(ProgrammeMember(programme_id=programme_id, organisation_id=house.id, state=None))
        both = (*factories.ANSWERING_ROLES, *factories.PLANNING_ROLES)
        town.tokens["both"] = token(session, factories.member(session, house, both, moment=NOW), list(Scope))
    town.put(ANSWERS, "both")
    assert list(steps(town, "submit", "reopen", "submit", who="both"))
    town.at(TOO_LATE)
    assert all_else_is_refused(town, "both") == {"withdraw"}


def test_what_the_api_only_reads_lists_nothing(town: Api):
    town.put(ANSWERS)
    town.submit()
    consultation = f"/consultations/{town.slug}"
    objects: list[Any] = [town.get(consultation, "planner").json()]
    for path in ("/consultations", f"{consultation}/points", f"{consultation}/responses", f"{consultation}/editions"):
        objects += town.get(path, "planner").json()["data"]
    objects.append(town.get(f"/draft-versions/{objects[0]['draft_version']['id']}", "planner").json())
    assert len(objects) >= 4
    assert [one["actions"] for one in objects] == [[]] * len(objects)
