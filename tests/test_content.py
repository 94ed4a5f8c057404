"""The content that ships as data: forms, codebook, drafts and the material for the demonstration."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consultation.core.places import package_folder

DATA = package_folder() / "data"
FORMS = sorted((DATA / "forms").glob("*.json"))
TYPES = {
    "confirm", "single", "multi", "ranked", "likert", "likert_matrix", "choice_matrix", "integer", "decimal", "percent",
    "money", "duration", "date", "short_text", "long_text", "group", "section_agreement", "amendments", "disclosure",
}  # fmt: skip
QUESTION_PARTS = {
    "key", "number", "core", "title", "hint", "when", "group_by", "makes_points", "confidential", "personal",
    "explanation", "fields",
}  # fmt: skip


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.stem


def questions(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in form["parts"]:
        yield from part["questions"]


def full_key(question: dict[str, Any], field: dict[str, Any]) -> str:
    return f"{question['key']}.{field['key']}" if field["key"] else str(question["key"])


def fields(form: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Full field key → field; doubles would get lost here and are looked for apart."""
    return {full_key(q, f): f for q in questions(form) for f in q["fields"]}


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(inner)


def option_keys(field: dict[str, Any]) -> set[str]:
    return {option["key"] for option in field["settings"].get("options", ())}


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_a_form_is_named_as_its_file_and_no_key_stands_twice(path: Path) -> None:
    form = load(path)
    assert form["key"] == path.stem
    keys = [full_key(q, f) for q in questions(form) for f in q["fields"]]
    for found in (keys, [q["key"] for q in questions(form)], [q["number"] for q in questions(form)],
                  [p["key"] for p in form["parts"]]):  # fmt: skip
        assert len(found) == len(set(found))
    for question in questions(form):
        assert set(question) <= QUESTION_PARTS
        assert question["fields"]
        assert len(question["fields"]) == 1 or all(f["key"] for f in question["fields"])
        assert "explanation" not in {f["key"] for f in question["fields"]}


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_every_text_of_a_form_stands_in_german_and_english(path: Path) -> None:
    texts = [m for m in mappings(load(path)) if "de" in m or "en" in m]
    assert len(texts) > 50
    for text in texts:
        assert set(text) == {"de", "en"}
        assert text["de"] == text["de"].strip() != ""
        assert text["en"] == text["en"].strip() != ""
        assert sorted(re.findall(r"{[^}]*}", text["de"])) == sorted(re.findall(r"{[^}]*}", text["en"]))
        assert "  " not in text["de"] + text["en"]


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_fields_have_known_types_and_their_options_and_rows_are_unique(path: Path) -> None:
    for mapping in mappings(load(path)):
        if "type" in mapping:
            assert mapping["type"] in TYPES
        for listed in (mapping.get("options"), mapping.get("rows")):
            keys = [option["key"] for option in listed or ()]
            assert len(keys) == len(set(keys))


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_conditions_name_fields_that_come_before_and_options_that_exist(path: Path) -> None:
    form = load(path)
    known: dict[str, dict[str, Any]] = {}
    for question in questions(form):
        for condition in mappings(question.get("when")):
            check_condition(condition, known)
        for field in question["fields"]:
            for condition in mappings(field.get("when")):
                check_condition(condition, known)
            known[full_key(question, field)] = field


def check_condition(condition: dict[str, Any], known: dict[str, dict[str, Any]]) -> None:
    if "field" not in condition:
        assert set(condition) in ({"all"}, {"any"})
        return
    assert condition["field"] in known
    assert len(set(condition) & {"is", "one_of", "answered", "greater", "less"}) == 1
    wanted = [*condition.get("one_of", []), *([condition["is"]] if "is" in condition else [])]
    assert set(wanted) <= option_keys(known[condition["field"]])


def test_the_practice_feedback_holds_every_question_of_the_questionnaire() -> None:
    form = load(DATA / "forms" / "practice_feedback.json")
    numbers = [str(n) for n in range(1, 45)]
    numbers[6:6] = ["6a", "6b", "6c", "6d"]
    assert [q["number"] for q in questions(form)] == numbers
    assert "".join(part["key"] for part in form["parts"]) == "ABCDEFGH"
    core = ["1", "2", "4", "7", "8", "13", "17", "18", "19", "25", "27", "28", "37", "38", "40", "41", "44"]
    assert [q["number"] for q in questions(form) if q["core"]] == core
    compound = {"mandate.kind", "mandate.date", "burden_application.level", "burden_application.hours",
                "burden_proof.level", "burden_proof.hours", "staff.needed", "staff.fillable"}  # fmt: skip
    assert compound <= set(fields(form))


def test_what_feeds_the_weighing_is_marked_and_register_and_contacts_never_are() -> None:
    form = load(DATA / "forms" / "practice_feedback.json")
    pointing = {q["number"] for q in questions(form) if q.get("makes_points")}
    pointing |= {q["number"] for q in questions(form) for f in q["fields"] if f.get("makes_points")}
    assert pointing == {"11", "12", "22", "35", "38", "39", "42"}
    assert [q["key"] for q in questions(form) if q.get("confidential")] == ["budget_constraint"]
    assert [q["key"] for q in questions(form) if q.get("personal")] == ["contact_ok"]
    assert [q["key"] for q in questions(form) if q.get("group_by")] == [
        "prior_experience",
        "political_weight",
        "strategy",
    ]
