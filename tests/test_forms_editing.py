"""Building a form step by step: whatever is done in whatever order, the form stays one that can be asked."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultation.core.errors import Invalid, NotFound
from consultation.forms import editing
from consultation.forms.checks import read_form
from consultation.forms.conditions import fields_of
from consultation.forms.definition import Form, FormField, Question
from consultation.forms.editing import DOWN, UP, definition_of
from consultation.forms.estimate import minutes
from consultation.forms.inspection import inspect, shortcomings
from consultation.forms.reachability import can_hold, unreachable
from consultation.forms.sentences import sentence
from consultation.forms.templates import templates
from consultation.questions import TYPES, Texts
from consultation.questions.dials import Dial, knobs
from consultation.questions.setup import built, new_key, rearranged, shown
from tests.test_forms import YES_NO, context, field, question
from tests.test_forms import form as definition

thorough = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), max_examples=60)


def made(*questions: dict[str, Any]) -> Form:
    return read_form(definition(*questions))


def keys(form: Form) -> list[str]:
    return [one.key for one in form.questions]


def plain(title: str, kind: str = "short_text", **own: Any) -> Question:
    return Question(key="new", title=Texts(de=title), fields=(FormField(type=kind, settings=own),))


ASKED = made(
    question("a", field("single", settings=YES_NO), number="1"),
    question(
        "b", field("integer", settings={"minimum": 0, "maximum": 10}), number="2", when={"field": "a", "is": "yes"}
    ),
    question("c", number="3"),
)


# -- operations ------------------------------------------------------------------------------------------------------
def test_a_form_begins_with_nothing_but_a_part_and_grows_question_by_question():
    form = editing.empty_form(Texts(de="Fragen zum Aufwand"))
    assert form.key == "fragen_zum_aufwand"
    form = editing.add_question(form, "A", plain("Wie hoch ist der Aufwand?"))
    form = editing.add_question(form, "A", plain("Wie hoch ist der Aufwand?"))
    form = editing.add_part(form, Texts(de="Zum Schluss"))
    form = editing.add_question(form, "B", plain("Was fehlt?", "long_text"))
    assert keys(form) == ["wie_hoch_ist_der_aufwand", "wie_hoch_ist_der_aufwand_2", "was_fehlt"]
    assert [one.number for one in form.questions] == ["1", "2", "3"]


def test_moving_goes_over_the_edge_of_a_part_and_numbers_follow():
    form = editing.add_part(ASKED, Texts(de="Ende"))
    form = editing.move_question(form, "c", DOWN)
    assert [[q.key for q in part.questions] for part in form.parts] == [["a", "b"], ["c"]]
    form = editing.move_question(form, "c", UP)
    form = editing.move_question(form, "c", UP)
    assert keys(form) == ["a", "c", "b"]
    assert [one.number for one in form.questions] == ["1", "2", "3"]
    assert editing.move_question(form, "a", UP) == form


def test_numbers_given_by_hand_stay_until_somebody_has_them_counted_anew():
    by_hand = templates()["practice_feedback"]
    moved = editing.move_question(by_hand, "volunteers", UP)
    assert {one.key: one.number for one in moved.questions} == {one.key: one.number for one in by_hand.questions}
    assert [one.number for one in editing.renumber(moved).questions][:3] == ["1", "2", "3"]


def test_a_question_cannot_go_before_the_one_its_condition_looks_at():
    with pytest.raises(Invalid) as refused:
        editing.move_question(ASKED, "b", UP)
    assert "muss dahinter stehen" in str(refused.value.problems[0].message)
    with pytest.raises(Invalid):
        editing.move_question(ASKED, "a", DOWN)


def test_what_hung_on_a_deleted_question_is_shown_to_everybody_and_stays():
    form = editing.remove_question(ASKED, "a")
    assert keys(form) == ["b", "c"]
    assert next(form.questions).when is None


def test_a_copy_stands_behind_its_original_with_a_key_of_its_own():
    form = editing.duplicate(ASKED, "b")
    assert keys(form) == ["a", "b", "b_2", "c"]
    assert list(form.questions)[2].title.de == "b (Kopie)"
    assert list(form.questions)[2].when == list(form.questions)[1].when


def test_an_edited_question_keeps_its_key_and_its_condition():
    form = editing.edit_question(ASKED, "b", plain("Ganz anders", "percent"))
    changed = editing.question_of(form, "b")
    assert (changed.title.de, changed.fields[0].type) == ("Ganz anders", "percent")
    assert changed.when is not None


def with_fields(form: Form, key: str, *fields: FormField) -> Form:
    return editing.edit_question(form, key, editing.question_of(form, key).model_copy(update={"fields": fields}))


def test_a_second_field_gives_the_first_a_name_and_conditions_follow_it():
    later = FormField(type="date", label=Texts(de="Wann?"))
    form = with_fields(ASKED, "a", editing.question_of(ASKED, "a").fields[0], later)
    assert [asked.key for asked in form.asked][:2] == ["a.answer", "a.wann"]
    when = editing.question_of(form, "b").when
    assert when is not None
    assert list(fields_of(when)) == ["a.answer"]
    form = with_fields(form, "a", editing.question_of(form, "a").fields[1])
    assert next(asked.key for asked in form.asked) == "a.wann"
    assert editing.question_of(form, "b").when is None


def test_a_deleted_part_takes_its_questions_along_or_hands_them_over():
    form = editing.add_part(ASKED, Texts(de="Ende"))
    form = editing.add_question(form, "B", plain("Letzte"))
    assert keys(editing.remove_part(form, "B")) == ["a", "b", "c"]
    assert keys(editing.remove_part(form, "A", to="B")) == ["a", "b", "c", "letzte"]
    assert keys(editing.remove_part(form, "B", to="A")) == ["a", "b", "c", "letzte"]
    with pytest.raises(Invalid):
        editing.remove_part(ASKED, "A")


def test_the_reservation_of_the_council_goes_with_the_question_it_looks_at():
    form = templates()["law_short"]
    assert form.reservation
    assert editing.remove_question(form, "mandate").reservation is None
    without_date = with_fields(form, "mandate", editing.question_of(form, "mandate").fields[0])
    assert without_date.reservation
    assert without_date.reservation.date is None


OPERATIONS = (
    lambda form, a, b, r: editing.add_question(form, r.choice(form.parts).key, plain(f"Neu {r.random()}")),
    lambda form, a, b, r: editing.move_question(form, a, r.choice((UP, DOWN))),
    lambda form, a, b, r: editing.move_to(form, a, r.choice(form.parts).key),
    lambda form, a, b, r: editing.duplicate(form, a),
    lambda form, a, b, r: editing.remove_question(form, a),
    lambda form, a, b, r: editing.add_part(form, Texts(de="Teil")),
    lambda form, a, b, r: editing.move_part(form, r.choice(form.parts).key, r.choice((UP, DOWN))),
    lambda form, a, b, r: editing.remove_part(form, r.choice(form.parts).key, to=r.choice(("", form.parts[0].key))),
    lambda form, a, b, r: with_fields(
        form, a, *editing.question_of(form, a).fields, FormField(type="date", label=Texts(de="Tag"))
    ),
    lambda form, a, b, r: with_fields(form, a, *editing.question_of(form, a).fields[:1]),
    lambda form, a, b, r: with_fields(form, a, *reversed(editing.question_of(form, a).fields)),
    lambda form, a, b, r: editing.edit_question(form, a, editing.question_of(form, b)),
    lambda form, a, b, r: editing.set_condition(form, a, editing.question_of(form, b).when),
    lambda form, a, b, r: editing.renumber(form),
)


@thorough
@given(st.lists(st.integers(0, len(OPERATIONS) - 1), max_size=25), st.integers(0, 10_000))
def test_any_sequence_of_operations_leaves_a_form_that_can_be_asked(sequence: list[int], seed: int):
    form, chance = templates()["law_short"], random.Random(seed)
    for place in sequence:
        there = keys(form) or ["none"]
        try:
            form = OPERATIONS[place](form, chance.choice(there), chance.choice(there), chance)
        except (Invalid, NotFound):
            continue
        assert read_form(definition_of(form)) == form
        assert not [p for p in shortcomings(form, {"1"}, ()) if "Gremienvorbehalt" in str(p.message)]
    assert form.parts


# -- what can be asked and never is ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "possible"),
    [
        ({"field": "a", "is": "yes"}, True),
        ({"field": "a", "is": "perhaps"}, False),
        ({"all": [{"field": "a", "is": "yes"}, {"field": "a", "is": "no"}]}, False),
        ({"any": [{"field": "a", "is": "perhaps"}, {"field": "a", "is": "no"}]}, True),
        ({"field": "b", "greater": 9}, True),
        ({"field": "b", "greater": 10}, False),
        ({"field": "b", "less": 0}, False),
        ({"all": [{"field": "b", "greater": 4}, {"field": "b", "less": 5}]}, True),
        ({"all": [{"field": "b", "answered": True}, {"field": "a", "is": "no"}]}, False),
        ({"all": [{"field": "m", "is": "yes"}, {"field": "m", "is": "no"}]}, True),
        ({"field": "l", "one_of": [4, 5]}, True),
        ({"field": "l", "is": 6}, False),
        ({"field": "g", "is": "yes"}, False),
        ({"field": "g", "answered": True}, True),
        ({"field": "r", "is": True}, True),
    ],
)
def test_a_condition_that_can_never_hold_is_found(condition: dict[str, Any], possible: bool):
    rows = {**YES_NO, "rows": [{"key": "r1", "label": {"de": "Zeile"}}]}
    form = made(
        *(definition_of(ASKED)["parts"][0]["questions"]),
        question("m", field("multi", settings=YES_NO)), question("l", field("likert", settings={"scale": "burden"})),
        question("g", field("choice_matrix", settings=rows)), question("r", field("confirm")), question("z", when=condition),
    )  # fmt: skip
    when = editing.question_of(form, "z").when
    assert when is not None
    assert can_hold(when, form) is possible
    assert [one.key for one in unreachable(form)] == ([] if possible else ["z"])
    assert sentence(when, form, "de").startswith("Zeigen, wenn")


def test_a_condition_reads_as_a_sentence_in_both_languages():
    when = editing.question_of(ASKED, "b").when
    assert when is not None
    assert sentence(when, ASKED, "de") == "Zeigen, wenn „1. a“ mit „Ja“ beantwortet ist"
    both = read_form(definition(
        question("x", field("percent")), question("y", field("likert", settings={"scale": "burden"})),
        question("z", when={"all": [{"field": "x", "greater": 0.5}, {"any": [
            {"field": "y", "one_of": [4, 5]}, {"field": "x", "answered": True},
        ]}]}),
    ))  # fmt: skip
    when = editing.question_of(both, "z").when
    assert when is not None
    assert sentence(when, both, "de") == (
        "Zeigen, wenn „x“ größer als 50\u00a0% ist und („y“ mit „hoch“ oder „sehr hoch“ beantwortet ist oder „x“ beantwortet ist)"
    )
    assert sentence(when, both, "en").startswith("Show if")


# -- what a planner is told before announcing ------------------------------------------------------------------------
def test_everything_that_is_wrong_or_missing_is_found_with_its_place():
    twice = {"options": [{"key": "x", "label": {"de": "Gleich"}}, {"key": "y", "label": {"de": "gleich"}}]}
    form = made(
        question("ok", field("single", settings=YES_NO)), question("twice", field("single", settings=twice)),
        question("names", title={"de": "Quote {no_such_rate} in {section:9}?"}),
        question("never", when={"field": "ok", "is": "perhaps"}),
    )  # fmt: skip
    form = editing.add_part(form, Texts(de="Leer", en="Empty"))
    found = inspect(form, {"1"}, ())
    hard = [one for one in found if not one.soft]
    assert {one.place for one in hard} == {"form", "twice", "names", "never"}
    for words in ("„gleich“ kommt zweimal vor", "no_such_rate", "„9“", "wird nie gezeigt", "Veröffentlichungsfreigabe"):
        assert [one for one in hard if words in str(one.message)], words
    assert {one.place for one in found if one.soft} >= {"part B", "form", "ok"}
    assert all(str(one.message) for one in found)


def test_what_a_question_with_two_fields_lacks_is_said_once():
    two = field("single", settings=YES_NO), field(key="why")
    form = made(question("both", *two, title={"de": "{no_such_rate}?"}))
    said = [str(problem.message) for problem in shortcomings(form, (), ())]
    assert len([message for message in said if "den Programmwert „no_such_rate“" in message]) == 1


def test_a_fault_that_stands_in_the_english_text_alone_is_named_as_such():
    form = made(question("names", title={"de": "Quote {both}?", "en": "Rate {both} and {only_rate} in {section:9}?"}))
    said = [str(problem.message) for problem in shortcomings(form, {"1"}, ())]
    assert [one for one in said if one.endswith(", englischer Text: den Abschnitt „9“ gibt es im Entwurf nicht.")]
    assert [one for one in said if ", englischer Text: den Programmwert „only_rate“ gibt es nicht." in one]
    assert not [one for one in said if "„both“" in one and "englischer Text" in one]


def test_a_shipped_template_blocks_nothing_but_what_its_draft_must_bring():
    for form in templates().values():
        assert not [one for one in inspect(form, {"1"}, ()) if one.soft]
        assert not unreachable(form)


def test_the_minutes_grow_with_what_is_asked_and_are_told_for_both_ways():
    for form in templates().values():
        short, full = (minutes(context(form), everything=everything) for everything in (False, True))
        assert 5 <= short <= 20
        assert short < full <= 60
    assert minutes(context(ASKED), everything=False) == 2


# -- dials: what can be set on a type --------------------------------------------------------------------------------
@pytest.mark.parametrize("key", sorted(TYPES))
def test_every_setting_of_a_shipped_type_is_a_dial_with_a_name_and_comes_back_unchanged(key: str):
    kind = TYPES[key]
    assert kind.about
    assert kind.example
    assert {knob.name for knob in knobs(kind.Settings)} == set(kind.Settings.model_fields)
    assert all(not isinstance(knob.label, str) for knob in knobs(kind.Settings))
    for language in ("de", "en"):
        for raw, _ in kind.examples():
            again = built(kind, shown(kind, raw, language), raw, "settings", language)
            assert kind.settings(again) == kind.settings(raw)


def test_rows_move_and_go_and_keys_stay():
    kind = TYPES["single"]
    typed = shown(kind, YES_NO, "de")
    assert rearranged(typed, "settings.options.1.up", "settings") == "settings.options.0.de"
    assert [row["key"] for row in typed["options"]] == ["no", "yes"]
    typed["options"][0]["de"] = "Auf keinen Fall"
    typed["options"].append({"key": "", "de": "Vielleicht", "en": "", "hint": {"de": "", "en": ""}})
    made_of = built(kind, typed, {}, "settings", "de")
    assert [row["key"] for row in made_of["options"]] == ["no", "yes", "vielleicht"]
    rearranged(typed, "settings.options.0.remove", "settings")
    assert [row["key"] for row in built(kind, typed, {}, "settings", "de")["options"]] == ["yes", "vielleicht"]
    for nonsense in (
        "settings.options.9.up",
        "settings.nothing.0.up",
        "other.options.0.up",
        "settings.options.0.fly",
        "",
    ):
        assert rearranged(typed, nonsense, "settings") == ""


@thorough
@given(st.lists(st.text(max_size=60), max_size=8))
def test_keys_are_free_and_of_the_right_shape_whatever_things_are_called(labels: list[str]):
    taken: set[str] = set()
    for label in labels:
        key = new_key(label, taken)
        assert key not in taken
        taken.add(key)
        Question(key=key, title=Texts(de="x"), fields=(FormField(type="short_text"),))


def test_a_dial_exists_for_what_types_have_today():
    assert {knob.dial for kind in TYPES.values() for knob in knobs(kind.Settings)} == set(Dial)
