"""The municipality's whole answer through the API alone, as good as by the pages; and what others see of it."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.people.models import Membership
from consultation.people.tokens import Scope
from consultation.responses import queries
from consultation.responses.models import Response, Revision
from consultation.states import Role
from tests import evaluation_world as small
from tests.api_world import ANSWERS, HEIDE, NOW, OTHER, RELEASE, Api, api, token


@pytest.fixture
def town(db: Database) -> Api:
    return api(db)


def test_a_town_answers_through_the_api_alone(town: Api):
    schema = town.get(f"/consultations/{town.slug}/form/schema", "town")
    assert schema.status_code == 200, schema.text
    assert schema.headers["content-type"] == "application/schema+json"
    assert set(ANSWERS) <= set(schema.json()["properties"])
    assert town.get(town.own(), "town").status_code == 404
    saved = town.put(ANSWERS)
    assert saved.status_code == 200, saved.text
    assert saved.json()["answers"] == ANSWERS
    assert saved.json()["missing"] == []
    assert {"answer", "submit"} <= set(saved.json()["actions"])
    sent = town.submit(json=RELEASE)
    assert sent.status_code == 201, sent.text
    receipt = sent.json()
    assert receipt["channel"] == "api"
    assert (receipt["late"], receipt["nil_return"], receipt["revision"]) == (False, False, 1)
    revision = town.get(town.own("/revisions/1"), "town").json()
    assert revision["receipt_number"] == receipt["receipt_number"]
    assert revision["document"]["answers"] == {k: v for k, v in ANSWERS.items() if k != "publication"}
    assert town.get(town.own("/disclosure"), "town").json() == ANSWERS["publication"]
    assert "Kim Muster" not in orjson.dumps(revision).decode()


def test_the_api_submits_the_same_as_the_pages(db: Database, town: Api):
    assert town.put(ANSWERS).status_code == 200
    assert town.submit().status_code == 201
    with db.transaction() as session:
        small.submit(session, town.world, OTHER, ANSWERS, level=ANSWERS["publication"])
        documents = [queries.document(r) for r in session.scalars(select(Revision).order_by(Revision.submitted_at))]
    first, second = documents
    assert first.pop("organisation")["register"]["ars"] == OTHER
    assert second.pop("organisation")["register"]["ars"] == HEIDE
    assert (first.pop("personal"), second.pop("personal").keys()) == ({}, {"release.name", "release.function"})
    assert first == second


def test_put_replaces_what_is_given_and_leaves_the_rest(town: Api):
    sections = list(town.world.sections.values())
    town.put({**ANSWERS, "section_agreement": {sections[0]: "full", sections[1]: "no"}})
    saved = town.put({"section_agreement": {sections[1]: "no_view"}, "need_fit": None})
    assert saved.json()["answers"]["section_agreement"] == {sections[1]: "no_view"}
    assert "need_fit" not in saved.json()["answers"]
    assert saved.json()["answers"]["main_message"] == "Bitte einfacher."
    assert "section_agreement" not in town.put({"section_agreement": None}).json()["answers"]
    kept = town("PUT", town.own(), "town", json={"own_reference": "  IV-17\u0007 "}).json()
    assert kept["own_reference"] == "IV-17"
    assert kept["answers"]["main_message"] == "Bitte einfacher."


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"need_fit": 6}, "need_fit"),
    ({"need_fit": "4"}, "need_fit"),
    ({"need_fit": True}, "need_fit"),
    ({"need_fit": [4]}, "need_fit"),
    ({"nobody_asked": 1}, "nobody_asked"),
    ({"section_agreement": {"unknown": "full"}}, "section_agreement"),
    ({"section_agreement": ["full"]}, "section_agreement"),
    ({"section_agreement": {"x" * 500: "full"}}, "section_agreement"),
    ({"amendments": {"1": {"section": "x", "kind": "burn"}}}, "amendments"),
    ({"amendments": {"1": "text"}}, "amendments"),
    ({"amendments": {"a\u0000b": {"kind": "delete"}}}, "amendments"),
    ({"burden_proof.hours": 1.5}, "burden_proof.hours"),
    ({"burden_proof.hours": "1_000"}, "burden_proof.hours"),
    ({"burden_proof.hours": 2**52}, "burden_proof.hours"),
    ({"publication": {"A": "everything"}}, "publication"),
    ({"main_message": {"de": "Text"}}, "main_message"),
    ({"main_message": "x" * 100_001}, "main_message"),
]


def test_a_wrong_answer_is_named_and_nothing_is_saved(town: Api):
    town.put(ANSWERS)
    for answers, field in WRONG:
        refused = town.put({"main_message": "Anders.", **answers})
        assert refused.status_code == 422, refused.text
        assert refused.headers["content-type"] == "application/problem+json"
        error = next(error for error in refused.json()["errors"] if error["field"].startswith(field))
        assert set(error) == {"field", "code", "detail"}
    assert town.get(town.own(), "town").json()["answers"] == ANSWERS


def test_a_step_that_a_scale_does_not_have_is_refused_with_those_that_it_has(town: Api):
    refused = town.put({"need_fit": 6}).json()
    assert refused["errors"][0]["detail"] == "Hier steht eine Stufe als Zahl von 1 bis 5 oder „cannot_judge“."


def test_a_second_writer_learns_that_the_answer_changed(town: Api):
    first = town.put(ANSWERS)
    etag = first.headers["etag"]
    assert town.get(town.own(), "town", headers={"If-None-Match": etag}).status_code == 304
    assert town.put({"need_fit": 2}, headers={"If-Match": etag}).status_code == 200
    refused = town.put({"need_fit": 5}, headers={"If-Match": etag})
    assert (refused.status_code, refused.json()["type"]) == (412, "urn:consultation:problem:precondition_failed")
    assert town.get(town.own(), "town").json()["answers"]["need_fit"] == 2


def test_without_if_match_what_others_saved_meanwhile_is_replaced(town: Api):
    """As the description says, in the answers that are named."""
    town.put({"need_fit": 4, "main_message": "Von der Kollegin."})
    assert town.put({"need_fit": 2}).status_code == 200
    answers = town.get(town.own(), "town").json()["answers"]
    assert (answers["need_fit"], answers["main_message"]) == (2, "Von der Kollegin.")
    description = town.get("/openapi.json").json()["paths"]
    told = next(each["put"]["description"] for path, each in description.items() if path.endswith("{slug}/response"))
    assert "schützt allein `If-Match`" in " ".join(told.split())


def test_an_incomplete_answer_is_not_submitted_and_says_what_is_missing(town: Api):
    saved = town.put({"need_fit": 4})
    missing = {problem["field"] for problem in saved.json()["missing"]}
    refused = town.submit()
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == missing
    assert "mandate.kind" in missing


def test_the_same_key_gets_the_same_receipt_and_another_content_is_refused(town: Api):
    town.put(ANSWERS)
    first = town.submit(key="abgabe-2026-1")
    again = town.submit(key="abgabe-2026-1")
    assert (again.status_code, again.json()) == (201, first.json())
    other = town.submit(key="abgabe-2026-1", json=RELEASE | {"name": "Jemand anderes"})
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert town.submit(key="abgabe-2026-1", what="nil-return").status_code == 422
    assert town.submit(key="abgabe-2026-2").status_code == 409
    town.put(ANSWERS, "other_town")
    assert town.submit("other_town", key="abgabe-2026-1").json()["receipt_number"] != first.json()["receipt_number"]


def test_a_key_repeated_after_reopening_submits_nothing_new(town: Api):
    town.put(ANSWERS)
    first = town.submit(key="abgabe-2026-1").json()
    assert town("POST", town.own("/reopen"), "town").json()["state"] == "drafting"
    assert town.submit(key="abgabe-2026-1").json() == first
    assert town.get(town.own(), "town").json()["state"] == "drafting"
    assert town.submit(key="abgabe-2026-2").json()["revision"] == 2


def test_eight_requests_at_once_make_one_submission(db: Database, town: Api):
    town.put(ANSWERS)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: town.submit(key="abgabe-2026-1"), range(8)))
    assert {answer.status_code for answer in answers} == {201}, [a.text for a in answers]
    assert len({answer.json()["receipt_number"] for answer in answers}) == 1
    with db.reader() as session:
        assert len(session.scalars(select(Revision)).all()) == 1


def test_a_submission_needs_a_key(town: Api):
    town.put(ANSWERS)
    for headers in (
        {},
        {"Idempotency-Key": "kurz"},
        {"Idempotency-Key": "x" * 101},
        {"Idempotency-Key": "mit leerzeichen"},
    ):
        assert town("POST", town.own("/submit"), "town", headers=headers).status_code == 422
    short = town("POST", town.own("/submit"), "town", headers={"Idempotency-Key": "kurz"}).json()
    assert short["errors"][0]["detail"] == "Dieser Text ist zu kurz, mindestens: 8."


def test_a_nil_return_gets_a_receipt_of_its_own_kind(town: Api):
    needed = {key: ANSWERS[key] for key in ("mandate.kind", "publication")}
    missing = town.put(needed).json()["missing_for_nil_return"]
    assert missing == []
    receipt = town.submit(what="nil-return")
    assert receipt.status_code == 201, receipt.text
    assert receipt.json()["nil_return"] is True


def test_declining_withdrawing_and_reopening_go_the_way_of_the_rulebook(town: Api):
    town.put(ANSWERS)
    declined = town("POST", town.own("/decline"), "town", json={"reason": "Keine Zeit."})
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    assert town("POST", town.own("/withdraw"), "town").status_code == 409
    assert town("POST", town.own("/reopen"), "town").json()["state"] == "drafting"
    assert town("POST", town.own("/ready"), "town").json()["state"] == "ready"
    assert town.put({"need_fit": 1}).status_code == 409
    assert town("POST", town.own("/rework"), "town").status_code == 422
    assert town("POST", town.own("/rework"), "town", json={"reason": "Bitte kürzen."}).json()["state"] == "drafting"
    assert town.submit().status_code == 201
    assert town("POST", town.own("/withdraw"), "town").json()["state"] == "withdrawn"
    assert town.get(town.own(), "town").json()["counted_revision"] is None


def test_after_the_deadline_nothing_is_saved_or_submitted(town: Api):
    town.put(ANSWERS)
    town.at(NOW + timedelta(days=365))
    assert town.put({"need_fit": 1}).status_code == 409
    assert town.submit().status_code == 422
    found = town.get(town.own(), "town").json()
    assert (found["open"], found["answers"]["need_fit"]) == (False, 4)


def test_the_releaser_may_change_the_disclosure_at_any_time(town: Api):
    town.put(ANSWERS)
    town.submit()
    town.at(NOW + timedelta(days=365))
    changed = town("PUT", town.own("/disclosure"), "town", json={"participant": "none"})
    assert changed.status_code == 200, changed.text
    assert changed.json() == {**ANSWERS["publication"], "participant": "none"}
    for wrong in ({"participant": "all"}, {"Z": "none"}, {"participant": 1}):
        assert town("PUT", town.own("/disclosure"), "town", json=wrong).status_code == 422


def test_what_may_be_published_of_a_draft_is_part_of_the_draft_and_nothing_planners_read(db: Database, town: Api):
    town.put(ANSWERS)
    changed = town("PUT", town.own("/disclosure"), "town", json={"participant": "none"})
    assert changed.json() == {**ANSWERS["publication"], "participant": "none"}
    assert town.get(town.own(), "town").json()["answers"]["publication"]["participant"] == "none"
    assert town.get(town.own("/disclosure"), "town").json() == {}, "nothing is in force yet"
    with db.reader() as session:
        assert session.scalars(select(HistoryEntry).where(HistoryEntry.action == "choose_disclosure")).all() == []
    assert town.submit().status_code == 201
    assert town.get(town.own("/disclosure"), "town").json() == changed.json()


def test_a_town_reads_what_it_is_asked_for_until_when_and_how_far_it_is(db: Database, town: Api):
    def read() -> dict[str, Any]:
        found = town.get(f"/consultations/{town.slug}/invitation", "town")
        assert found.status_code == 200
        told: dict[str, Any] = found.json()
        return told

    before = read()
    assert (before["purpose"], before["response"], before["represented_by"]) == ("for_comment", None, [])
    later = NOW + timedelta(days=60)
    with db.transaction() as session:
        invitation = session.get_one(Invitation, uuid.UUID(before["id"]))
        general = session.get_one(Consultation, invitation.consultation_id).deadline
        invitation.extended_until = later
    assert general is not None
    assert before["deadline"] == general.strftime("%Y-%m-%dT%H:%M:%SZ")
    town.put(ANSWERS)
    after = read()
    assert (after["response"], after["deadline"]) == ("drafting", later.strftime("%Y-%m-%dT%H:%M:%SZ"))
    for who, status in (("", 401), ("planner", 403), ("uninvited", 404)):
        assert town.get(f"/consultations/{town.slug}/invitation", who).status_code == status, who


def test_whom_an_association_speaks_for_is_part_of_the_answer(db: Database, town: Api):
    with db.transaction() as session:
        town.tokens["amt"] = token(session, small.somebody_of(session, town.world, "010535323"))
    spoken = [{"ars": "010535323801", "kind": "represented"}]
    saved = town("PUT", town.own(), "amt", json={"answers": ANSWERS, "represented": spoken})
    assert saved.status_code == 200, saved.text
    assert saved.json()["represented"] == [{**spoken[0], "name": "Dorf 801"}]
    again = town("PUT", town.own(), "amt", json={"represented": saved.json()["represented"]})
    assert again.json()["represented"] == saved.json()["represented"]
    refused: list[Any] = [
        [{"ars": 10535323801}],
        [{"ars": "999999999999"}],
        ["010535323801"],
        {},
        [{"ars": "1", "kind": "x"}],
    ]
    for wrong in refused:
        assert town("PUT", town.own(), "amt", json={"represented": wrong}).status_code == 422
    assert town("PUT", town.own(), "town", json={"represented": spoken}).status_code == 403


# -- who may ---------------------------------------------------------------------------------------------------------
def test_only_the_own_organisation_reaches_an_answer(town: Api):
    town.put(ANSWERS)
    town.submit()
    for path in ("", "/revisions/1", "/disclosure"):
        assert town.get(town.own(path), "town").status_code == 200
        assert town.get(town.own(path), "other_town").status_code == 404
        assert town.get(town.own(path), "uninvited").status_code == 404
        assert town.get(town.own(path), "planner").status_code == 403
        assert town.get(town.own(path)).status_code == 401
    assert town.get(town.own("/revisions/2"), "town").status_code == 404


def test_a_reading_key_writes_nothing(town: Api):
    town.put(ANSWERS)
    for path in ("", "/disclosure"):
        assert town("PUT", town.own(path), "reader", json={}).status_code == 403
        assert town.get(town.own(path), "reader").status_code == 200


def test_no_stranger_no_planner_and_no_reading_key_moves_an_answer(town: Api):
    town.put(ANSWERS)
    for what in ("submit", "nil-return", "ready", "rework", "decline", "withdraw", "reopen"):
        for who, status in (("", 401), ("planner", 403), ("reader", 403), ("uninvited", 404), ("other_town", 404)):
            assert town.submit(who, what=what).status_code == status, (who, what)
    assert town.get(town.own(), "town").json()["state"] == "drafting"


def test_a_contributor_writes_but_does_not_submit(db: Database, town: Api):
    with db.transaction() as session:
        for membership in session.scalars(
            select(Membership).where(Membership.organisation_id == town.world.bodies[HEIDE])
        ):
            membership.roles = [Role.CONTRIBUTOR.value]
    saved = town.put(ANSWERS)
    assert saved.status_code == 200
    assert "submit" not in saved.json()["actions"]
    assert town.submit().status_code == 403


def test_a_planner_never_sees_a_draft_in_progress(town: Api):
    town.put(ANSWERS)
    assert town.get(f"/consultations/{town.slug}/responses", "planner").json()["data"] == []
    assert "Bitte einfacher" not in town.get(f"/consultations/{town.slug}/responses.ndjson", "planner").text


def test_a_key_of_two_hats_stays_within_its_scopes(db: Database, town: Api):
    with db.transaction() as session:
        actor = replace(small.somebody_of(session, town.world, HEIDE))
        town.tokens["writer"] = token(session, actor, [Scope.RESPONSES_WRITE.value])
    assert town.put(ANSWERS, "writer").status_code == 200
    assert town.get(town.own(), "writer").status_code == 403
    with db.reader() as session:
        assert session.scalars(select(Response)).one().channel == "api"
