"""What the API refuses it explains to the author of a program: fields that were or could be sent, remedies that can be followed.

Every route that writes stands in the table; a new one is missing here until it is wrongly used once.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from consultation.core.bounds import REASON
from consultation.core.db import Database
from consultation.core.language import Language, say
from consultation.people.models import Organisation
from consultation.questions import TYPES, Refused
from tests import evaluation_world as small
from tests.api_world import ANSWERS, HEIDE, NOW, RELEASE, Api, api, token
from tests.question_context import CONTEXT
from tests.test_questions import AWKWARD

OF_A_PAGE = re.compile(
    r"\bSeite|gehen Sie zurück|laden Sie|neu laden|Knopf|kreuzen|Fenster|steht unten|Bitte melden Sie sich an|Verwalterin"
    r"|\bpages?\b|reload|go back|button|[Ss]ign in|[Ll]og in\b"
)
AS_ON_A_PAGE = re.compile(
    r"31\.03\.|31 March|\d ?%(?! (zum|for) )|€(?! (zum|for) )|ein Komma|a comma|„Ja“|‘Yes’|nur Ziffern|only digits"
)
"""How people type a day, a share, an amount, a number; where an example in data follows, the words may stand."""
Sent = Callable[[Api], httpx.Response]


def put(body: Any, who: str = "town", path: str = "", **headers: str) -> Sent:
    return lambda town: town("PUT", town.own(path), who, json=body, headers=headers)


def post(what: str, body: Any = None, who: str = "town", **headers: str) -> Sent:
    key = {"Idempotency-Key": "schluessel-2026"} | {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda town: town("POST", town.own(what), who, json=body, headers={n: t for n, t in key.items() if t})


def answers(**given: Any) -> Sent:
    return put({"answers": {key.replace("__", "."): value for key, value in given.items()}})


def begun(town: Api) -> None:
    town.put(ANSWERS)


def incomplete(town: Api) -> None:
    town.put({"need_fit": 4})


def submitted(town: Api) -> None:
    town.put(ANSWERS)
    town.submit()


def over(town: Api) -> None:
    town.put(ANSWERS)
    town.at(NOW + timedelta(days=365))


def submitted_long_ago(town: Api) -> None:
    submitted(town)
    town.at(NOW + timedelta(days=365))


def laid_before(town: Api) -> None:
    town.put(ANSWERS)
    town("POST", town.own("/ready"), "town")


def four_eyes(town: Api) -> None:
    with town.db.transaction() as session:
        session.get_one(Organisation, town.world.bodies[HEIDE]).four_eyes = True
    town.put(ANSWERS)


def nothing(town: Api) -> None: ...


MANDATE = {"mandate.kind"}
AMT = "010535323"
# (how it stands, what is sent, status, fields of the problems, or codes where no single field is wrong)
TABLE: dict[tuple[str, str], list[tuple[Callable[[Api], None], Sent, int, set[str]]]] = {
    ("put", ""): [
        (nothing, put([]), 422, set()),
        (nothing, put({"anwsers": {}}), 422, {"anwsers"}),
        (nothing, put({"answers": []}), 422, {"answers"}),
        (nothing, put({"own_reference": 1}), 422, {"own_reference"}),
        (nothing, put({"own_reference": "x" * 101}), 422, {"own_reference"}),
        (nothing, answers(nobody_asked=1), 422, {"nobody_asked"}),
        (nothing, answers(need_fit="4", main_message=1), 422, {"need_fit", "main_message"}),
        (nothing, answers(mandate__date="31.03.2026"), 422, {"mandate.date"}),
        (nothing, answers(mandate__date="2026-02-30"), 422, {"mandate.date"}),
        (nothing, answers(burden_proof__hours="1,5"), 422, {"burden_proof.hours"}),
        (nothing, answers(section_agreement=[]), 422, {"section_agreement"}),
        (nothing, answers(section_agreement={"unknown": "full"}), 422, {"section_agreement"}),
        (nothing, answers(amendments={"1": {"kind": "burn"}}), 422, {"amendments.1.kind"}),
        (nothing, answers(publication={"A": "everything"}), 422, {"publication.A"}),
        (nothing, put({"represented": {}}, "amt"), 422, {"represented"}),
        (nothing, put({"represented": [1]}, "amt"), 422, {"represented.0"}),
        (nothing, put({"represented": [{"ars": 1}, {"ars": AMT, "kind": "x"}]}, "amt"), 422,
         {"represented.0.ars", "represented.1.kind"}),
        (nothing, put({"represented": [{"ars": AMT, "nmae": "x"}]}, "amt"), 422, {"represented.0.nmae"}),
        (nothing, put({"represented": [{"ars": "010535323801"}, {"ars": "999999999999"}]}, "amt"), 422,
         {"represented.1.ars"}),
        (nothing, put({"represented": [{"ars": AMT}]}, "amt"), 422, {"represented.0.ars"}),
        (nothing, put({"represented": [{"ars": HEIDE}]}, "amt"), 422, {"represented.0.ars"}),
        (nothing, put({"represented": []}), 403, set()),
        (nothing, put({}, **{"If-Match": '"x"'}), 409, set()),
        (nothing, put({}, "uninvited"), 404, set()),
        (nothing, put({}, ""), 401, set()),
        (nothing, put({}, "reader"), 403, set()),
        (begun, put({}, **{"If-Match": '"x"'}), 412, set()),
        (submitted, put({"answers": {"need_fit": 1}}), 409, set()),
        (laid_before, put({"answers": {"need_fit": 1}}), 409, set()),
        (over, put({"answers": {"need_fit": 1}}), 409, set()),
    ],
    ("post", "/submit"): [
        (begun, post("/submit"), 422, {"name", "function"}),
        (begun, post("/submit", RELEASE | {"function": " "}), 422, {"function"}),
        (incomplete, post("/submit", {"name": "Kim Muster"}), 422, MANDATE | {"function"}),
        (begun, post("/submit", {"order": "i. V."}), 422, {"order"}),
        (begun, post("/submit", {"name": 1}), 422, {"name"}),
        (begun, post("/submit", {"function": "x" * 201}), 422, {"function"}),
        (begun, post("/submit", RELEASE, Idempotency_Key=""), 422, {"Idempotency-Key"}),
        (begun, post("/submit", RELEASE, Idempotency_Key="kurz"), 422, {"Idempotency-Key"}),
        (incomplete, post("/submit", RELEASE), 422, MANDATE),
        (four_eyes, post("/submit", RELEASE), 422, {"four_eyes"}),
        (over, post("/submit", RELEASE), 422, {"deadline"}),
        (submitted, post("/submit", RELEASE), 409, set()),
        (nothing, post("/submit", RELEASE), 404, set()),
    ],
    ("post", "/nil-return"): [
        (begun, post("/nil-return"), 422, {"name", "function"}),
        (begun, post("/nil-return", {"order": "i. V."}), 422, {"order"}),
        (incomplete, post("/nil-return", RELEASE), 422, MANDATE),
        (four_eyes, post("/nil-return", RELEASE), 422, {"four_eyes"}),
        (over, post("/nil-return", RELEASE), 422, {"deadline"}),
        (submitted, post("/nil-return", RELEASE), 409, set()),
    ],
    ("post", "/ready"): [
        (incomplete, post("/ready"), 422, MANDATE),
        (begun, post("/ready", {"name": "Kim Muster"}), 422, {"name"}),
        (laid_before, post("/ready"), 409, set()),
        (nothing, post("/ready"), 404, set()),
    ],
    ("post", "/rework"): [
        (laid_before, post("/rework"), 422, {"reason"}),
        (laid_before, post("/rework", {"reason": 1}), 422, {"reason"}),
        (laid_before, post("/rework", {"grund": "x"}), 422, {"grund"}),
        (begun, post("/rework", {"reason": "Kürzer."}), 409, set()),
    ],
    ("post", "/decline"): [
        (begun, post("/decline", {"reason": "x" * (REASON + 1)}), 422, {"reason"}),
        (over, post("/decline"), 422, {"deadline"}),
        (submitted, post("/decline"), 409, set()),
    ],
    ("post", "/withdraw"): [
        (begun, post("/withdraw"), 409, set()),
        (submitted, post("/withdraw", {"reason": []}), 422, {"reason"}),
    ],
    ("post", "/reopen"): [
        (begun, post("/reopen"), 409, set()),
        (submitted, post("/reopen", {"until": "2026-12-31"}), 422, {"until"}),
        (submitted_long_ago, post("/reopen"), 422, {"deadline"}),
    ],
    ("put", "/disclosure"): [
        (submitted, put({"participant": "all"}, path="/disclosure"), 422, {"participant"}),
        (submitted, put({"participant": 1, "A": None}, path="/disclosure"), 422, {"participant", "A"}),
        (submitted, put({"disclosure": "none"}, path="/disclosure"), 422, {"disclosure"}),
        (nothing, put({}, path="/disclosure"), 404, set()),
    ],
}  # fmt: skip
CASES = [
    pytest.param(*case, id=f"{method} {path or '/'} {place}")
    for (method, path), cases in TABLE.items()
    for place, case in enumerate(cases)
]


@pytest.fixture
def town(db: Database) -> Api:
    made = api(db)
    with db.transaction() as session:
        made.tokens["amt"] = token(session, small.somebody_of(session, made.world, AMT))
    return made


def told_to_programs(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found: dict[str, Any] = answer.json()
    for text in (found["title"], found["detail"], *(error["detail"] for error in found["errors"])):
        assert not OF_A_PAGE.search(text), text
        assert not AS_ON_A_PAGE.search(text), text
    return found


def leaves(sent: Any, place: str = "") -> Iterator[str]:
    """The places in a body, as problems name them."""
    steps = sent.items() if isinstance(sent, dict) else enumerate(sent) if isinstance(sent, list) else ()
    for step, part in steps:
        here = f"{place}.{step}" if place else str(step)
        yield here
        yield from leaves(part, here)


@pytest.mark.parametrize(("stands", "send", "status", "wrong"), CASES)
def test_a_refusal_names_what_was_sent_and_says_what_a_program_can_do(
    town: Api, stands: Callable[[Api], None], send: Sent, status: int, wrong: set[str]
):
    stands(town)
    answer = send(town)
    assert answer.status_code == status, answer.text
    told = told_to_programs(answer)
    town.language = "en"
    assert told_to_programs(send(town))["title"] != told["title"]
    assert wrong <= {error["field"] or error["code"] for error in told["errors"]}, told
    assert bool(told["errors"]) == bool(wrong)
    known = set(town.get(f"/consultations/{town.slug}/form/schema", "town").json()["properties"])
    known |= {
        "",
        "name",
        "function",
        "reason",
        "answers",
        "own_reference",
        "represented",
        "Idempotency-Key",
        "If-Match",
    }
    body = answer.request.content
    sent = set(leaves(orjson.loads(body))) if body else set()
    for error in told["errors"]:
        assert error["field"] in known | sent | {one.removeprefix("answers.") for one in sent}, error


def test_every_route_that_writes_is_wrongly_used_once(town: Api):
    before = "/api/v1/consultations/{slug}/response"
    writing = {
        (method, path.removeprefix(before))
        for path, methods in town.app.openapi()["paths"].items()
        if path.startswith("/api/v1")
        for method in methods
        if method not in ("get", "head")
    }
    assert writing == set(TABLE)


ELSEWHERE: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/nothing", {}, 404), ("GET", "/consultations/unknown", {}, 404), ("DELETE", "/consultations", {}, 405),
    ("GET", "/consultations?limit=0", {}, 422), ("GET", "/consultations?sort=id", {}, 422),
    ("GET", "/programmes", {"headers": {"Authorization": "Bearer kons_x"}}, 401),
    ("PUT", "OWN", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
    ("PUT", "OWN", {"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415),
    ("PUT", "OWN", {"content": b'{"a": "' + b"x" * 2**21 + b'"}', "headers": {"Content-Type": "application/json"}}, 413),
]  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_answer_of_the_api_speaks_of_pages(town: Api, language: str):
    town.language = language
    for method, path, more, status in ELSEWHERE:
        who = "" if "Authorization" in more.get("headers", {}) else "town"
        answer = town(method, town.own() if path == "OWN" else path, who, **more)
        assert answer.status_code == status, (path, answer.text)
        told = told_to_programs(answer)
        assert told["title"] != told["detail"] or status == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_type_of_question_tells_programs_how_people_type(language: Language):
    for kind in TYPES.values():
        for raw, value in kind.examples():
            own = kind.settings(raw)
            wrong = [*AWKWARD, value | {"chosen": "x"}] if isinstance(value, dict) else AWKWARD
            for candidate in wrong:
                try:
                    kind.check(candidate, own, CONTEXT)
                except Refused as refused:
                    for problem in refused.problems:
                        text = say(problem.in_data or problem.message, language)
                        assert not AS_ON_A_PAGE.search(text), (kind.key, candidate, text)
