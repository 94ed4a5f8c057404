"""Every question type keeps the contract. The types are found, not listed: a new file is tested by being there."""

import json
from dataclasses import replace
from typing import Any

import html5lib
import jsonschema_rs
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultation.core.markup import environment
from consultation.questions import TYPES, Fact, Field, QuestionType, Refused, SectionInfo, Tally, Value
from tests.question_answers import answers_to
from tests.question_context import CONTEXT, PlainContext, Posted

NAME = "question.part"
CASES = [
    pytest.param(kind, kind.settings(raw), value, id=f"{key}-{place}")
    for key, kind in sorted(TYPES.items())
    for place, (raw, value) in enumerate(kind.examples(), start=1)
]
every_case = pytest.mark.parametrize(("kind", "own", "value"), CASES)
thorough = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), max_examples=150)

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7919*6857}}</textarea>'
AWKWARD: list[Any] = [
    True, False, 0, -1, 1.0, 1.5, 2**31, 2**63, 10**400, 1e308, "", " ", "1_000", "NaN", "０", "\u0000", "\u202e",
    "0000-00-00", "2026-02-30", "2026-02-28", "10000-01-01", "cannot_judge", "other", [], {}, [None], [[]], {"": None},
    {"other": ""}, {"other": None}, [{"other": "a"}, {"other": "b"}], {"from": 2, "to": 1}, {"__proto__": {}},
    {"correct": True, "correction": ""}, {"1": {}}, {"1": None}, {"a.b": {}}, "x" * 20_000,
]  # fmt: skip


# -- reading and drawing: what a browser would send back -----------------------------------------
def drawn(field: Field, errors: dict[str, Any] | None = None) -> Any:
    template = environment("de").from_string(
        '{% from "parts/field.html" import question %}{{ question("q", "Die Frage", [field], "Ein Hinweis", errors) }}'
    )
    html = template.render(field=field, errors=errors or {})
    return html5lib.parse(html, namespaceHTMLElements=False, treebuilder="lxml")


def sent(page: Any) -> Posted:
    pairs: list[tuple[str, Any]] = []
    for control in page.iter("input", "textarea", "select"):
        name = control.get("name")
        if control.tag == "textarea":
            pairs.append((name, (control.text or "").replace("\n", "\r\n")))
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = next((option for option in options if option.get("selected") is not None), options[0])
            pairs.append((name, chosen.get("value")))
        elif control.get("type") not in ("radio", "checkbox") or control.get("checked") is not None:
            pairs.append((name, control.get("value")))
    return Posted(*pairs)


def names(page: Any) -> list[str]:
    return list(dict.fromkeys(control.get("name") for control in page.iter("input", "textarea", "select")))


@every_case
def test_an_example_passes_unchanged_and_survives_json(kind: QuestionType, own: Any, value: Value) -> None:
    checked = kind.check(value, own, CONTEXT)
    assert checked == value
    assert json.loads(json.dumps(checked)) == orjson.loads(orjson.dumps(checked)) == checked
    assert kind.check(checked, own, CONTEXT) == checked
    assert kind.text(checked, own, CONTEXT)
    assert isinstance(kind.cell(checked, own, CONTEXT), str | int | float)


def _with_words(value: Any, words: str) -> list[tuple[tuple[str | int, ...], Any]]:
    """The value with each of its texts in turn replaced by other words, and where that was."""
    if isinstance(value, str):
        return [((), words)]
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for step, part in steps:
        for path, changed in _with_words(part, words):
            copy: Any = dict(value) if isinstance(value, dict) else list(value)
            copy[step] = changed
            found.append(((step, *path), copy))
    return found


@every_case
def test_whatever_takes_words_of_ones_own_tells_where_they_stand(kind: QuestionType, own: Any, value: Value) -> None:
    """What it did not tell could be neither checked nor redacted."""
    for path, changed in _with_words(value, "Wort"):
        try:
            checked = kind.check(changed, own, CONTEXT)
        except Refused:
            continue
        assert (path, "Wort") in list(kind.written(checked, own))
    for path, text in kind.written(value, own):
        assert text in str(value), path


@every_case
def test_an_empty_page_is_no_answer(kind: QuestionType, own: Any, value: Value) -> None:
    page = drawn(kind.field(NAME, None, own, CONTEXT))
    blank = Posted(*((name, " \r\n") for name in names(page)))
    for form in (Posted(), sent(page), blank):
        assert kind.read(form, NAME, own, CONTEXT) is None
    assert kind.check(None, own, CONTEXT) is None
    assert kind.text(None, own, CONTEXT) == ""
    assert kind.cell(None, own, CONTEXT) is None
    assert not list(kind.facts(None, own))
    assert not list(kind.remarks(None, own))
    assert not list(kind.missing(None, own, CONTEXT))


@every_case
def test_a_page_sends_back_what_it_was_given(kind: QuestionType, own: Any, value: Value) -> None:
    page = drawn(kind.field(NAME, value, own, CONTEXT))
    assert all(name == NAME or name.startswith(f"{NAME}.") for name in names(page))
    assert kind.check(kind.read(sent(page), NAME, own, CONTEXT), own, CONTEXT) == value


@every_case
def test_whatever_is_posted_is_checked_or_refused_and_comes_out_escaped(
    kind: QuestionType, own: Any, value: Value
) -> None:
    page = drawn(kind.field(NAME, value, own, CONTEXT))
    form = Posted(*((name, text) for name in names(page) for text in (b"a file", HOSTILE, HOSTILE, "second")))
    raw = kind.read(form, NAME, own, CONTEXT)
    assert raw is not None or kind.itemised
    errors = {}
    try:
        kind.check(raw, own, CONTEXT)
    except Refused as refused:
        errors = {f"{NAME}.{p.field}" if p.field else NAME: p.message for p in refused.problems}
    again = drawn(kind.field(NAME, raw, own, CONTEXT), errors)
    assert_harmless(again)
    ids = {element.get("id") for element in again.iter() if element.get("id")}
    assert set(errors) <= ids
    typed = {c.get("name") for c in again.iter("input") if c.get("type") == "text"}
    held = {name: values for name in typed if (values := sent(again).getlist(name))}
    assert all(values == [HOSTILE] for name, values in held.items() if name in names(page))


@every_case
def test_hostile_words_of_planners_and_drafts_come_out_escaped(kind: QuestionType, own: Any, value: Value) -> None:
    context = PlainContext(
        sections={key: SectionInfo(key, HOSTILE, HOSTILE, main=True) for key in CONTEXT.sections},
        register=((HOSTILE, HOSTILE),),
        disclosure_parts=tuple((key, HOSTILE) for key, _ in CONTEXT.disclosure_parts),
    )
    assert_harmless(drawn(kind.field(NAME, value, own, context)))


def assert_harmless(page: Any) -> None:
    assert not list(page.iter("script", "img"))
    assert not [element for element in page.iter() if any(name.startswith("on") for name in element.attrib)]


def test_fields_of_one_question_stand_in_a_group_under_its_title() -> None:
    likert, hours = TYPES["likert"], TYPES["integer"]
    fields = [
        replace(likert.field("q.level", 4, likert.settings({"scale": "burden"}), CONTEXT), label="Aufwand"),
        replace(hours.field("q.hours", 40, hours.settings({"unit": {"de": "Stunden"}}), CONTEXT), label="Umfang"),
    ]
    template = environment("de").from_string(
        '{% from "parts/field.html" import question %}{{ question("q", "Die Frage", fields, optional=true) }}'
    )
    page = html5lib.parse(template.render(fields=fields), namespaceHTMLElements=False, treebuilder="lxml")
    legends = ["".join(legend.itertext()) for legend in page.iter("legend")]
    assert legends == ["Die Frage (freiwillig)", "Aufwand"]
    assert sent(page).pairs == (("q.level", "4"), ("q.hours", "40"))


def test_a_group_that_can_grow_asks_for_one_more_by_a_button() -> None:
    kind = TYPES["amendments"]
    buttons = list(drawn(kind.field(NAME, None, kind.settings({}), CONTEXT)).iter("button"))
    assert [(button.get("name"), button.get("value")) for button in buttons] == [("add", NAME)]


@every_case
def test_every_input_has_a_label_and_every_reference_leads_somewhere(
    kind: QuestionType, own: Any, value: Value
) -> None:
    field = kind.field(NAME, value, own, CONTEXT)
    for errors in ({}, {NAME: "Bitte prüfen Sie das."} | {one.name: "Bitte prüfen Sie das." for one in field.fields}):
        page = drawn(field, errors)
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        labels = {label.get("for"): "".join(label.itertext()).strip() for label in page.iter("label")}
        assert all(labels.get(control.get("id")) for control in page.iter("input", "textarea", "select"))
        assert all("".join(legend.itertext()).strip() for legend in page.iter("legend"))
        described = [i for element in page.iter() for i in (element.get("aria-describedby") or "").split()]
        assert set(described) <= set(ids)
        assert all(f"{name}-error" in described for name in errors)
        assert set(errors) <= set(ids)


# -- schema and check -----------------------------------------------------------------------------
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.sampled_from(AWKWARD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@st.composite
def damaged(draw: Any, value: Value) -> Value:
    """The value with one place replaced, added or taken away."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        rest = {other: one for other, one in value.items() if other != key}
        return rest if draw(st.booleans()) else value | {key: draw(damaged(value[key]))}
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(damaged(value[place])), *value[place + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        return value | {draw(st.sampled_from(["1", "10", "other", "x", "section", "correction"])): draw(JSON)}
    if isinstance(value, list) and draw(st.booleans()):
        return [*value, draw(st.sampled_from(value or [None]) | JSON)]
    return draw(JSON)


def assert_agreed(kind: QuestionType, own: Any, candidate: Value) -> None:
    valid = jsonschema_rs.Draft202012Validator(kind.schema(own, CONTEXT)).is_valid(candidate)
    codes: set[str] = set()
    checked = None
    try:
        checked = kind.check(candidate, own, CONTEXT)
    except Refused as refused:
        codes = {problem.code for problem in refused.problems}
    if codes:
        assert not valid or codes <= set(kind.beyond_schema)
        return
    assert valid
    assert kind.check(checked, own, CONTEXT) == checked
    assert orjson.loads(orjson.dumps(checked)) == checked
    assert_faces(kind, own, checked)


def assert_faces(kind: QuestionType, own: Any, checked: Value) -> None:
    """Texts, facts and remarks can be made of any value that passes; facts name only options that are listed."""
    assert isinstance(kind.text(checked, own, CONTEXT), str)
    kind.cell(checked, own, CONTEXT)
    list(kind.remarks(checked, own))
    list(kind.missing(checked, own, CONTEXT))
    listed = {option.key for option in kind.options(own, "de")} | {""}
    facts = list(kind.facts(checked, own))
    assert len({(fact.item, fact.option) for fact in facts}) == len(facts)
    if kind.tally is Tally.RANKS:
        assert [fact.number for fact in facts].count(1) == bool(facts)
    for fact in facts:
        assert isinstance(fact, Fact)
        assert fact.option in listed
        assert fact.number is None or kind.tally is not Tally.NUMBER or kind.figure(fact.number, own, "de")
    items = {item.key for item in kind.items(own, CONTEXT)}
    if kind.itemised and checked is not None:
        assert isinstance(checked, dict)
        assert not items or set(checked) <= items


@every_case
def test_schema_and_check_agree_on_generated_answers(kind: QuestionType, own: Any, value: Value) -> None:
    @thorough
    @given(answers_to(kind.schema(own, CONTEXT)))
    def agree(candidate: Value) -> None:
        assert_agreed(kind, own, candidate)

    agree()


@every_case
def test_schema_and_check_agree_on_damaged_answers(kind: QuestionType, own: Any, value: Value) -> None:
    @thorough
    @given(damaged(value) | JSON)
    def agree(candidate: Value) -> None:
        assert_agreed(kind, own, candidate)

    agree()
    for candidate in AWKWARD:
        assert_agreed(kind, own, candidate)


@every_case
def test_a_stored_answer_can_be_edited_without_change(kind: QuestionType, own: Any, value: Value) -> None:
    """Any value that passes, not only the examples, comes back from a page as it was."""

    @settings(thorough, max_examples=40)
    @given(answers_to(kind.schema(own, CONTEXT)))
    def stable(candidate: Value) -> None:
        try:
            checked = kind.check(candidate, own, CONTEXT)
        except Refused:
            return
        page = drawn(kind.field(NAME, checked, own, CONTEXT))
        assert kind.check(kind.read(sent(page), NAME, own, CONTEXT), own, CONTEXT) == checked

    stable()


@every_case
def test_what_json_cannot_say_is_refused_or_cleaned_away(kind: QuestionType, own: Any, value: Value) -> None:
    for candidate in (float("nan"), float("inf"), float("-inf"), "\ud800", [float("nan")], {"1": float("inf")}):
        try:
            checked = kind.check(candidate, own, CONTEXT)
        except Refused:
            continue
        assert checked is None


@every_case
def test_settings_are_json_and_refuse_what_they_do_not_know(kind: QuestionType, own: Any, value: Value) -> None:
    raw = json.loads(own.model_dump_json())
    assert kind.settings(raw) == own
    with pytest.raises(ValueError, match="Extra inputs"):
        kind.settings(raw | {"surprise": 1})
