"""What programs must not be able to do: broken JSON, odd numbers, garbage in addresses, floods. Never a server error."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.api.gate import PER_STRANGER, PER_TOKEN
from consultation.api.strict import _BRACKETS, NotJson, parse
from consultation.core.db import Database
from tests.api_world import ANSWERS, Api, api

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def town(db: Database) -> Api:
    return api(db)


def put(town: Api, body: bytes, headers: dict[str, str] | None = None) -> Any:
    return town("PUT", town.own(), "town", content=body, headers=headers or JSON)


BROKEN = [
        (b"", 400), (b"{", 400), (b'{"answers": {"need_fit": 4}', 400), (b"\x00", 400), (b"nope", 400), (b"{}{}", 400),
        (b"null", 422), (b"[]", 422), (b"true", 422), (b'"text"', 422), (b"1", 422),
        (b'{"answers": {"need_fit": 1, "need_fit": 2}}', 400),
        (b'{"answers": {}, "answers": {}}', 400),
        (b'{"answers": {"need_fit": NaN}}', 400),
        (b'{"answers": {"need_fit": Infinity}}', 400),
        (b'{"answers": {"need_fit": -Infinity}}', 400),
        (b'{"answers": {"burden_proof.hours": 1e309}}', 400),
        (b'{"answers": {"burden_proof.hours": 1' + b"0" * 5000 + b"}}", 400),
        (b'{"answers": {"burden_proof.hours": 9223372036854775808}}', 400),
        (b'{"answers": {"main_message": "\\ud800"}}', 400),
        (b'{"answers": {"main_message": "\\udfff\\ud800"}}', 400),
        (b'{"answers": {"\\ud800": 1}}', 400),
        (b'{"own_reference": "\\ud800"}', 400),
        (b'{"answers": {"main_message": "\xff"}}', 400),
        (b'{"answers": {"main_message": "\xc0\x80"}}', 400),
        ('{"answers": {}}'.encode("utf-16"), 400),
        (b"\xef\xbb\xbf{}", 400),
        (b'{"answers": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"answers": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", 400),
        (b'{"answers": {"__proto__": {"admin": true}}}', 422),
        (b'{"answers": 1}', 422), (b'{"answers": []}', 422), (b'{"answers": "x"}', 422),
        (b'{"own_reference": 1}', 422), (b'{"own_reference": null}', 422), (b'{"own_reference": {"a": 1}}', 422),
        (b'{"represented": {}}', 422), (b'{"represented": [1]}', 422), (b'{"represented": [null]}', 422),
        (b'{"state": "submitted"}', 422), (b'{"organisation_id": "x"}', 422), (b'{"deadline": "2099-01-01"}', 422),
        (b'{"receipt_number": "1"}', 422), (b'{"' + b"x" * 100_000 + b'": 1}', 422),
        (b'{"answers": {' + b",".join(b'"k%d": 1' % n for n in range(50_000)) + b"}}", 422),
        (b'{"answers": {"main_message": "' + b"x" * (2 * 1024 * 1024) + b'"}}', 413),
]  # fmt: skip


def test_broken_and_hostile_json_is_refused_and_not_repeated(town: Api):
    for body, status in BROKEN:
        answer = put(town, body)
        assert answer.status_code == status, (body[:60], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 60_000
        assert orjson.loads(answer.content)["status"] == status
        assert "\\ud800" not in answer.text
    assert town.get(town.own(), "town").status_code == 404, "nothing was begun"


@given(st.text('"\\[]{}a\n', max_size=60))
def test_depth_is_counted_as_a_reader_counts_it_whatever_is_sent(text: str):
    depth, inside, signs = 0, False, iter(text)
    for sign in signs:
        if inside:
            inside = sign != '"'
            if sign == "\\":
                next(signs, "")
        else:
            inside = sign == '"'
            depth += (sign in "[{") - (sign in "]}")
    marks = [found[1] or found[2] for found in _BRACKETS.finditer(text) if found[1] or found[2]]
    assert sum(1 if mark in "[{" else -1 for mark in marks) == depth


@pytest.mark.parametrize("end", [b"", b"\\", b"["])
def test_text_without_an_end_costs_as_much_as_any_other(end: bytes):
    begun = time.process_time()
    with pytest.raises(NotJson):
        parse(b'{"a":"' + b'\\"' * 1_000_000 + end)
    assert time.process_time() - begun < 20


KINDS = [
    "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
     "application/json; charset=utf-16", "application/json, text/html", "application/xml",
]  # fmt: skip


def test_only_json_is_json(town: Api):
    for kind in KINDS:
        assert put(town, orjson.dumps({"answers": ANSWERS}), {"Content-Type": kind}).status_code == 415, kind
    assert put(town, b"{}", {"Content-Type": "Application/JSON; charset=UTF-8"}).status_code == 200


TEXTS = [
    "\x00NUL\x07", "Zeile 1\r\nZeile 2\u2028", "\u202eumgedreht\u2066", "\ufeffBOM", "e\u0301 und é", "👩‍👩‍👧‍👦🇩🇪", "z̷̢̛a̸l̴g̵o̶" * 50,
     "{{7919*6857}} ${7*7} #read(/etc/passwd)", "=1+2", "'; DROP TABLE response; --", "<script>alert(1)</script>",
     "x" * 9_000, "%s%n%x",
]  # fmt: skip


def test_unusual_text_is_kept_as_it_was_cleaned_and_comes_back(town: Api):
    for text in TEXTS:
        saved = town.put({"need_fit.explanation": text})
        assert saved.status_code == 200, saved.text
        kept = saved.json()["answers"].get("need_fit.explanation")
        again = town.put({"need_fit.explanation": kept})
        assert again.json()["answers"].get("need_fit.explanation") == kept
        assert town.get(town.own(), "town").json()["answers"].get("need_fit.explanation") == kept


QUESTIONS = [
    "limit=0", "limit=-1", "limit=201", "limit=1e2", "limit=1_0", "limit=١", f"limit={10**23}", "limit=", "limit=1&limit=2",
     "cursor=x", "cursor=", "cursor=%00", "cursor=" + "A" * 1000, "cursor=W10", "cursor=WzEsMl0", "cursor=WyJcdWQ4MDAiLCAieCJd",
     "cursor=WyIxOTAxLTAxLTAxVDAwOjAwOjAwKzk5Ojk5Iiwi4oKsIl0", "modified_since=0", "modified_since=2026-03-01",
     "modified_since=2026-02-30T00:00:00Z", "modified_since=2026-03-01T24:00:00Z", "modified_since=0001-01-01T00:00:00%2B14:00",
     "modified_since=9999-12-31T23:59:59-14:00", "modified_since=infinity", "modified_since=1e10",
     "modified_sinse=2026-03-01T00:00:00Z", "token=kons_x", "sort=id;drop", "%00=1", "a[]=1",
]  # fmt: skip


def test_garbage_in_questions_is_422(town: Api):
    for path in ("/consultations", f"/consultations/{town.slug}/responses", f"/consultations/{town.slug}/points"):
        for query in QUESTIONS:
            answer = town.get(f"{path}?{query}", "planner")
            assert answer.status_code == 422, (path, query, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"


ADDRESSES = [
    "/consultations/%00", "/consultations/..%2f..%2fetc", "/consultations/" + "x" * 5000, "/consultations/'%20OR%201=1",
     "/draft-versions/1", "/draft-versions/00000000-0000-0000-0000-000000000000", "/consultations/x/editions/0",
     "/consultations/x/editions/99999999999999999999", "/consultations/x/editions/-1", "/programmes/%ff", "/nothing", "/",
     "/organisations/%00", "/codelists/%00", "//consultations", "/CONSULTATIONS", "/consultations/", "/v0/consultations",
]  # fmt: skip


def test_garbage_in_addresses_is_not_found(town: Api):
    for path in ADDRESSES:
        answer = town.get(path, "planner")
        assert answer.status_code in (404, 422), (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_other_methods_are_refused_with_what_is_allowed(town: Api):
    for method in ("POST", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = town(method, "/consultations", "planner")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert town("HEAD", "/consultations", "planner").status_code == 200


def test_no_answer_sets_a_cookie_or_opens_to_other_origins(town: Api):
    for path in ("/consultations", "/codelists", town.own()):
        answer = town.get(path, "town", headers={"Origin": "https://evil.example", "Cookie": "session=x"})
        assert "set-cookie" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_token_may_ask_so_often_a_minute_and_others_are_not_held_up(town: Api):
    town.app.state.api_windows = None
    del town.app.state.api_windows
    for _ in range(PER_STRANGER):
        assert town.get("/codelists/channel").status_code == 200
    refused = town.get("/codelists/channel")
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:consultation:problem:too_many")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert town.get("/codelists/channel", "town").status_code == 200
    windows = town.app.state.api_windows
    key = next(key for key in windows.counts if key.startswith("token:"))
    windows.counts[key] = PER_TOKEN
    assert town.get("/codelists/channel", "town").status_code == 429
    assert town.get("/codelists/channel", "planner").status_code == 200


def test_where_no_body_is_asked_for_an_empty_one_may_be_called_json(town: Api):
    assert put(town, orjson.dumps({"answers": ANSWERS})).status_code in (200, 201)
    assert town("POST", town.own("/ready"), "town", content=b"", headers=JSON).status_code == 200
