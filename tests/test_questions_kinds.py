"""What single question types promise beyond the contract."""

import time
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import pytest

from consultation.questions import (
    CANNOT_JUDGE,
    TYPES,
    Context,
    Fact,
    Option,
    QuestionType,
    Refused,
    Remark,
    Texts,
    Value,
)
from consultation.questions.scales import SCALES
from consultation.questions.wording import said, section_label
from tests.question_context import CONTEXT, PlainContext, Posted

OFFERED = [{"key": key, "label": {"de": key.upper(), "en": key}} for key in ("a", "b", "c")]
ROWS = [{"key": "r", "label": {"de": "Reihe"}}, {"key": "s", "label": {"de": "Zeile"}}]


class Asked:
    """A type with settings, as a page meets it."""

    def __init__(self, key: str, context: Context = CONTEXT, **raw: Any) -> None:
        self.kind: QuestionType = TYPES[key]
        self.own, self.context = self.kind.settings(raw), context

    def post(self, fields: Mapping[str, str] | None = None, **more: str) -> Value:
        pairs = [(name.replace("__", "."), text) for name, text in {**(fields or {}), **more}.items()]
        return self.check(self.kind.read(Posted(*pairs), "x", self.own, self.context))

    def check(self, value: Value) -> Value:
        return self.kind.check(value, self.own, self.context)

    def problems(self, value: Value) -> list[str]:
        with pytest.raises(Refused) as refused:
            self.check(value)
        return [problem.field for problem in refused.value.problems]


def test_words_beside_another_answer_choose_anderes() -> None:
    single = Asked("single", options=OFFERED, other=True)
    assert single.post(x__other="selbst") == {"other": "selbst"}
    assert single.post(x="other") == {"other": ""}
    assert single.post(x="b") == "b"
    multi = Asked("multi", options=OFFERED, other=True)
    assert multi.post(x="c", x__other="selbst") == ["c", {"other": "selbst"}]
    assert multi.post(x="other") == [{"other": ""}]


def test_words_beside_a_chosen_option_are_refused_and_not_lost() -> None:
    single = Asked("single", options=OFFERED, other=True)
    with pytest.raises(Refused, match="zwei Antworten"):
        single.post(x="b", x__other="selbst")
    raw = single.kind.read(Posted(("x", "b"), ("x.other", "selbst")), "x", single.own, CONTEXT)
    field = single.kind.field("x", raw, single.own, CONTEXT)
    assert (field.value, field.fields[0].value) == (("b",), ("selbst",))


def test_anderes_without_words_is_kept_and_still_lacks_them() -> None:
    part = {"key": "what", "label": {"de": "Was"}, "type": "single", "settings": {"options": OFFERED, "other": True}}
    single, multi = Asked("single", options=OFFERED, other=True), Asked("multi", options=OFFERED, other=True)
    group = Asked("group", fields=[part])
    wordless: list[tuple[Asked, Value, str]] = [
        (single, {"other": ""}, "other"),
        (multi, ["a", {"other": ""}], "other"),
        (group, {"1": {"what": {"other": ""}}}, "1.what.other"),
    ]
    for asked, value, field in wordless:
        assert asked.check(value) == value
        assert [(p.field, p.code) for p in asked.kind.missing(value, asked.own, CONTEXT)] == [(field, "missing")]
    whole: list[tuple[Asked, Value]] = [
        (single, {"other": "selbst"}),
        (single, "a"),
        (multi, ["a", {"other": "selbst"}]),
    ]
    for asked, value in whole:
        assert not list(asked.kind.missing(value, asked.own, CONTEXT))


def test_anderes_is_refused_where_it_is_not_offered() -> None:
    assert Asked("single", options=OFFERED).problems({"other": "x"}) == [""]
    assert Asked("multi", options=OFFERED).problems([{"other": "x"}]) == [""]
    with pytest.raises(ValueError, match="taken"):
        Asked("single", options=[{"key": "other", "label": {"de": "x"}}], other=True)


def test_several_answers_stand_in_the_order_of_the_form_and_once_each() -> None:
    multi = Asked("multi", options=OFFERED, other=True)
    assert multi.check(["c", "a"]) == ["a", "c"]
    assert multi.check([]) is None
    assert multi.problems(["a", "a"]) == [""]
    assert multi.problems([{"other": "x"}, {"other": "y"}]) == [""]
    posted = multi.kind.read(Posted(("x", "c"), ("x", "c"), ("x", "a")), "x", multi.own, CONTEXT)
    assert multi.check(posted) == ["a", "c"]
    assert list(multi.kind.remarks(["a", {"other": "selbst"}], multi.own)) == [Remark("", "selbst")]


def test_an_answer_that_excludes_the_others_stands_alone() -> None:
    nothing = {"key": "nothing", "label": {"de": "Gar nicht", "en": "Not at all"}, "excludes_others": True}
    multi = Asked("multi", options=[*OFFERED, nothing], other=True)
    assert multi.check(["nothing"]) == ["nothing"]
    assert multi.check(["a", "b"]) == ["a", "b"]
    assert multi.problems(["a", "nothing"]) == multi.problems(["nothing", {"other": "x"}]) == [""]
    with pytest.raises(Refused, match="„Gar nicht“ schließt die übrigen Antworten aus"):
        multi.check(["nothing", "c"])
    schema = jsonschema_rs.Draft202012Validator(multi.kind.schema(multi.own, CONTEXT))
    for value in (["nothing"], ["a", "b"], None):
        assert schema.is_valid(value)
    assert not schema.is_valid(["nothing", "c"])
    assert not schema.is_valid(["nothing", {"other": "x"}])
    offered = multi.kind.field("x", None, multi.own, CONTEXT).options
    assert {one.key: one.hint for one in offered if one.hint} == {"nothing": "schließt die übrigen Antworten aus"}
    with pytest.raises(ValueError, match="Extra inputs"):  # where only one can be chosen the mark means nothing
        Asked("single", options=[*OFFERED, nothing])


def test_a_ranking_closes_its_gaps_and_knows_no_doubles() -> None:
    ranked = Asked("ranked", options=OFFERED, places=3)
    assert ranked.post(x__2="b", x__3="a") == ["b", "a"]
    assert ranked.problems(["b", "b"]) == ["2"]
    assert ranked.problems(["a", "b", "c", "a"]) == [""]
    assert list(ranked.kind.facts(["b", "a"], ranked.own)) == [Fact("", "b", 1.0), Fact("", "a", 2.0)]


def test_cannot_judge_is_an_answer_but_no_step() -> None:
    likert = Asked("likert", scale="agreement")
    assert likert.post(x="4") == 4
    assert likert.post(x=CANNOT_JUDGE) == CANNOT_JUDGE
    assert list(likert.kind.facts(CANNOT_JUDGE, likert.own)) == [Fact("", CANNOT_JUDGE)]
    assert list(likert.kind.facts(4, likert.own)) == [Fact("", "4", 4.0)]
    assert likert.kind.options(likert.own, "de")[-1] == Option(CANNOT_JUDGE, "kann ich nicht beurteilen")
    assert Asked("likert", scale="agreement", cannot_judge=False).problems(CANNOT_JUDGE) == [""]
    assert all(likert.problems(value) == [""] for value in list[Any]((0, 6, True, "4", 1.5, [], {})))


def test_every_scale_has_five_steps_in_both_languages() -> None:
    for steps in SCALES.values():
        assert len(steps) == 5
        assert all(step.de and step.en and step.de != step.en for step in steps)


def test_a_matrix_knows_its_rows() -> None:
    matrix = Asked("likert_matrix", rows=ROWS, scale="quality")
    assert matrix.post(x__r="5", x__s=CANNOT_JUDGE, x__t="1") == {"r": 5, "s": CANNOT_JUDGE}
    assert matrix.problems({"r": 9, "s": 1, "t": 1}) == ["", "r"]
    choice = Asked("choice_matrix", rows=ROWS, options=OFFERED)
    assert choice.check({"s": "a", "r": None}) == {"s": "a"}
    assert choice.check({}) is None
    assert choice.problems({"s": "z"}) == ["s"]


def test_agreement_is_asked_for_main_sections_or_for_all() -> None:
    assert [item.key for item in Asked("section_agreement").kind.items(Asked("section_agreement").own, CONTEXT)] == [
        "purpose",
        "amount",
    ]
    assert Asked("section_agreement").problems({"rate": "full"}) == [""]
    every = Asked("section_agreement", scope="all")
    assert every.check({"rate": "full", "law": "no_view"}) == {"rate": "full", "law": "no_view"}
    assert list(every.kind.facts({"rate": "no"}, every.own)) == [Fact("rate", "no")]
    assert [o.key for o in every.kind.options(every.own, "de")] == ["full", "with_changes", "no", "no_view"]


def test_a_draft_without_sections_has_nothing_to_agree_with() -> None:
    asked = Asked("section_agreement", PlainContext(sections={}))
    assert asked.check({}) is None
    assert asked.kind.field("x", None, asked.own, asked.context).fields == ()


def test_a_confidential_part_offers_no_level_above_its_cap() -> None:
    disclosure = Asked("disclosure")
    assert disclosure.check({"D": "figures", "B": "named"}) == {"B": "named", "D": "figures"}
    assert disclosure.problems({"D": "described"}) == ["D"]
    levels = {
        f.name: [o.key for o in f.options] for f in disclosure.kind.field("x", None, disclosure.own, CONTEXT).fields
    }
    assert levels["x.D"] == ["figures", "none"]
    assert levels["x.B"] == ["named", "described", "figures", "none"]
    assert disclosure.check({}) is None


def test_an_amendment_may_grow_but_lacks_parts_until_it_is_whole() -> None:
    amendments = Asked("amendments")
    value: Value = amendments.post(x__1__section="rate", x__2__text="Neu.\r\nZwei Zeilen", x__2__kind="insert")
    assert value == {"1": {"section": "rate"}, "2": {"kind": "insert", "text": "Neu.\nZwei Zeilen"}}
    lacking = [problem.field for problem in amendments.kind.missing(value, amendments.own, CONTEXT)]
    assert lacking == ["1.kind", "1.text", "2.section"]
    whole = {"1": {"section": "rate", "kind": "delete"}}
    assert not list(amendments.kind.missing(whole, amendments.own, CONTEXT))


def test_each_amendment_is_a_remark_and_counts_once_for_its_section_and_kind() -> None:
    amendments = Asked("amendments")
    entry = {"section": "rate", "kind": "replace", "text": "90 Prozent", "rationale": "Not", "priority": "must"}
    value: Value = amendments.check(
        {"10": entry, "2": entry | {"locator": " Satz  1 "}, "3": {"text": "Es fehlt etwas."}}
    )
    assert list(amendments.kind.facts(value, amendments.own)) == [Fact("rate", "replace")]
    assert list(amendments.kind.remarks(value, amendments.own)) == [
        Remark("2", "90 Prozent", "replace", "rate", "Satz 1", "Not", "must"),
        Remark("3", "Es fehlt etwas."),
        Remark("10", "90 Prozent", "replace", "rate", "", "Not", "must"),
    ]
    assert amendments.problems({"1": {"section": "gone", "kind": "swap", "surprise": 1}}) == [
        "1",
        "1.section",
        "1.kind",
    ]


def test_the_last_entry_is_empty_and_there_is_none_beyond_the_limit() -> None:
    amendments = Asked("amendments", limit=2)
    entry = {"text": "Neu"}

    def names(value: Value) -> list[str]:
        return [field.name for field in amendments.kind.field("x", value, amendments.own, CONTEXT).fields]

    assert names(None) == ["x.1"]
    assert names({"7": entry}) == ["x.7", "x.8"]
    assert names({"7": entry, "abc": entry}) == ["x.7", "x.abc"]
    assert amendments.problems({"1": entry, "2": entry, "3": entry}) == [""]


def test_a_flood_of_posted_names_is_looked_at_quickly() -> None:
    amendments = Asked("amendments")
    form = Posted(("x.1.text", "Neu"))
    form.keys = lambda: [f"x.{n}.text" for n in range(100_000)]  # type: ignore[method-assign]  # a hostile page
    begun = time.perf_counter()
    assert amendments.kind.read(form, "x", amendments.own, CONTEXT) == {"1": {"text": "Neu"}}
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [(key, *example) for key, kind in sorted(TYPES.items()) if not kind.itemised for example in kind.examples()],
)
def test_every_plain_type_works_in_a_group(key: str, raw: dict[str, Any], value: Value) -> None:
    part = {"key": "part", "label": {"de": "Teil"}, "type": key, "settings": raw}
    group = Asked("group", fields=[part])
    answer = {"1": {"part": value}, "2": {"part": value}}
    assert group.check(answer) == answer
    text = TYPES[key].text(value, TYPES[key].settings(raw), CONTEXT)
    assert group.kind.text(answer, group.own, CONTEXT) == f"Teil: {text}\n\nTeil: {text}"
    assert group.kind.field("x", answer, group.own, CONTEXT).fields[1].fields[0].name == "x.2.part"


def test_a_group_demands_its_required_fields_only_of_entries_that_were_begun() -> None:
    fields = [
        {"key": "name", "label": {"de": "Programm"}, "type": "short_text", "required": True},
        {"key": "why", "label": {"de": "Warum"}, "type": "long_text"},
    ]
    group = Asked("group", fields=fields)
    value: Value = group.post(x__1__why="darum", x__2__name=" ", x__3__name="Lotsen", x__3__why="gut")
    assert value == {"1": {"why": "darum"}, "3": {"name": "Lotsen", "why": "gut"}}
    assert [problem.field for problem in group.kind.missing(value, group.own, CONTEXT)] == ["1.name"]
    remarks = list(group.kind.remarks(value, group.own))
    assert remarks == [Remark("1", "Warum: darum"), Remark("3", "Programm: Lotsen\nWarum: gut")]
    assert list(
        Asked("group", fields=fields[:1]).kind.remarks({"1": {"name": "Lotsen"}}, Asked("group", fields=fields[:1]).own)
    ) == [Remark("1", "Lotsen")]


@pytest.mark.parametrize("kind", ["amendments", "group", "section_agreement", "nothing"])
def test_groups_hold_no_groups(kind: str) -> None:
    with pytest.raises(ValueError, match="no type for a field of a group"):
        Asked("group", fields=[{"key": "a", "label": {"de": "A"}, "type": kind}])


def test_register_facts_are_confirmed_or_corrected() -> None:
    confirm = Asked("confirm")
    assert confirm.post(x__correct="yes") == {"correct": True}
    assert confirm.post(x__correction="Neuer Name") == {"correct": False, "correction": "Neuer Name"}
    assert [p.field for p in confirm.kind.missing(confirm.post(x__correct="no"), confirm.own, CONTEXT)] == [
        "correction"
    ]
    with pytest.raises(Refused, match="„Nein“"):
        confirm.post(x__correct="yes", x__correction="Neuer Name")
    assert confirm.kind.field("x", None, confirm.own, CONTEXT).given == CONTEXT.register


def test_texts_are_cleaned_and_bounded() -> None:
    short = Asked("short_text", limit=5)
    assert short.post(x="  a \r\n b  ") == "a b"
    assert short.problems("abcdef") == [""]
    assert short.post(x="abcde          ") == "abcde"
    assert short.check("\u202e\u0000 ") is None
    assert Asked("long_text").check("a\r\n\r\nb\u2028c") == "a\n\nb\nc"
    with pytest.raises(Refused, match=r"hat 6 Zeichen, möglich sind 5"):
        short.check("abcdef")


def test_placeholders_are_filled_where_something_is_known() -> None:
    text = Texts(de="Quote {funding_rate} nach Nr. {section:rate}, {unknown}, {section:gone}")
    assert said(text, CONTEXT) == "Quote 85 % nach Nr. 5.2, {unknown}, {section:gone}"
    assert section_label(CONTEXT.sections["rate"], CONTEXT) == "Nr. 5.2 – Höhe der Förderung"
    assert section_label(CONTEXT.sections["law"], CONTEXT) == "§ 2 – Verteilung"
