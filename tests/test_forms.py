"""Forms: well-formed or refused with every reason, conditions that look back only, a schema that agrees with the form."""

import contextlib
import copy
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound
from consultation.core.history import HistoryEntry
from consultation.forms import actions, queries
from consultation.forms.checks import fill, read_form
from consultation.forms.conditions import holds
from consultation.forms.context import FormContext
from consultation.forms.definition import Asked, Form
from consultation.forms.inspection import shortcomings
from consultation.forms.schema import form_schema
from consultation.forms.templates import definition, templates
from consultation.programmes import actions as programmes
from consultation.programmes.models import ProgrammeLevel
from consultation.questions import Refused, SectionInfo
from consultation.states import Role
from tests import factories
from tests.evaluation_world import world
from tests.question_answers import answers_to

SECTIONS = {k: SectionInfo(k, n, f"Vorschrift {n}", True) for k, n in (("s1", "3"), ("s2", "5.2"), ("s3", "7.4"))}
PARAMETERS = {"funding_rate": "85 %", "prefinancing_months": "3 Monate", "own_share": "10 %"}


def context(form: Form, language: Any = "de") -> FormContext:
    return FormContext(form, language, factories.MOMENT, SECTIONS, PARAMETERS)


def field(kind: str = "short_text", **more: Any) -> dict[str, Any]:
    return {"type": kind, **more}


def question(key: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": key, "title": {"de": key}, "fields": list(fields) or [field()], **more}


def form(*questions: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": "probe",
        "title": {"de": "Probe"},
        "parts": [{"key": "A", "title": {"de": "A"}, "questions": list(questions)}],
    }


YES_NO = {"options": [{"key": "yes", "label": {"de": "Ja"}}, {"key": "no", "label": {"de": "Nein"}}]}


# -- what is shipped -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", sorted(templates()))
def test_a_shipped_template_is_complete_in_both_languages_and_ready_to_be_asked(key: str) -> None:
    shipped = templates()[key]
    for asked in shipped.asked:
        assert asked.question.title.en
        assert asked.label.en
    missing = [
        p.field
        for p in shortcomings(shipped, {s.number for s in SECTIONS.values()} | {"§ 5", "§ 6", "§ 13"}, PARAMETERS)
    ]
    assert [name for name in missing if name == "form"] == []
    assert read_form(definition(key)) == shipped


def test_a_template_from_another_draft_says_what_it_refers_to_in_vain() -> None:
    told = [str(problem.message) for problem in shortcomings(templates()["practice_feedback"], {"1"}, ())]
    assert any("den Programmwert „funding_rate“ gibt es nicht" in text for text in told)
    assert any("den Abschnitt" in text for text in told)


def test_a_section_that_is_named_in_vain_is_told_wherever_the_words_stand() -> None:
    broken = form(question("a")) | {"intro": {"de": "Es geht um {section:x1}."}}
    broken["parts"][0] |= {"hint": {"de": "Lesen Sie {section:x2}."}}
    broken["parts"][0]["questions"][0]["hint"] = {"de": "Gemeint ist {section:x3}."}
    told = " ".join(str(problem.message) for problem in shortcomings(read_form(broken), {"1"}, ()))
    for key in ("x1", "x2", "x3"):
        assert f"den Abschnitt „{key}“ gibt es im Entwurf nicht" in told


# -- checks ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("broken", "place"),
    [
        (form(question("a"), question("a")), "a"),
        (form(question("a", field("no_such_type"))), "a"),
        (form(question("a", field("single", settings={"options": []}))), "a.settings.options"),
        (form(question("a", when={"field": "b", "is": "x"}), question("b")), "a"),
        (form(question("a", when={"field": "a", "is": "x"})), "a"),
        (form(question("A B")), "parts.0.questions.0.key"),
        ({"key": "x"}, "title"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_broken_form_is_refused_with_the_place(broken: Any, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_form(broken)
    assert place in {problem.field for problem in refusal.value.problems}


def test_a_form_without_the_question_for_disclosure_is_not_ready() -> None:
    assert [p.field for p in shortcomings(read_form(form(question("a"))), (), ())] == ["form"]


WORDS = st.sampled_from(["key", "title", "parts", "questions", "fields", "type", "settings", "when", "de"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_any_json_is_a_form_or_refused_with_a_reason_and_never_a_crash(anything: Any) -> None:
    with contextlib.suppress(Invalid):
        assert read_form(anything).asked


# -- conditions ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "answers", "shown"),
    [
        ({"field": "x", "is": "yes"}, {"x": "yes"}, True),
        ({"field": "x", "is": "yes"}, {"x": "no"}, False),
        ({"field": "x", "is": "yes"}, {}, False),
        ({"field": "x", "is": "b"}, {"x": ["a", "b"]}, True),
        ({"field": "x", "is": "other"}, {"x": {"other": "etwas"}}, True),
        ({"field": "x", "one_of": ["a", "c"]}, {"x": ["b", "c"]}, True),
        ({"field": "x", "one_of": ["a", "c"]}, {"x": "b"}, False),
        ({"field": "x", "answered": True}, {"x": 0}, True),
        ({"field": "x", "answered": True}, {}, False),
        ({"field": "x", "greater": 5}, {"x": 6}, True),
        ({"field": "x", "greater": 5}, {"x": 5}, False),
        ({"field": "x", "less": 5}, {"x": {"from": 4, "to": 9}}, True),
        ({"field": "x", "less": 5}, {"x": "cannot_judge"}, False),
        ({"all": [{"field": "x", "is": "a"}, {"field": "y", "answered": True}]}, {"x": "a"}, False),
        ({"any": [{"field": "x", "is": "a"}, {"field": "y", "answered": True}]}, {"x": "a"}, True),
    ],
)
def test_a_condition_holds_or_not(condition: dict[str, Any], answers: dict[str, Any], shown: bool) -> None:
    probe = read_form(form(question("x"), question("y"), question("z", when=condition)))
    when = next(q.when for q in probe.questions if q.key == "z")
    assert when is not None
    assert holds(when, answers) is shown
    assert ("z" in probe.visible(answers)) is shown


def test_what_hangs_on_a_hidden_question_is_hidden_too() -> None:
    probe = read_form(
        form(
            question("a", field("single", settings=YES_NO)),
            question("b", when={"field": "a", "is": "yes"}),
            question("c", when={"field": "b", "answered": True}),
        )
    )
    assert probe.visible({"a": "no", "b": "noch da", "c": "auch"}) == {"a"}
    assert probe.visible({"a": "yes", "b": "da"}) == {"a", "b", "c"}


# -- placeholders ----------------------------------------------------------------------------------------------------
def test_placeholders_are_filled_and_unknown_ones_stay() -> None:
    assert fill("Nr. {section:s2}: {funding_rate} {was}", PARAMETERS, {"s2": "5.2"}) == "Nr. 5.2: 85 % {was}"
    assert fill("{funding_rate.__class__} {0} {}", PARAMETERS, {}) == "{funding_rate.__class__} {0} {}"


# -- the schema ------------------------------------------------------------------------------------------------------
def _verdicts(asked: Asked, value: Any, here: FormContext) -> set[bool]:
    """What the schema may say: the rules beyond it are the type's own business."""
    try:
        asked.type.check(copy.deepcopy(value), asked.settings, here)
    except Refused as refused:
        beyond = all(problem.code in asked.type.beyond_schema for problem in refused.problems)
        return {True, False} if beyond else {False}
    return {True}


@pytest.mark.parametrize("key", sorted(templates()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_schema_and_form_agree_on_every_field(key: str, data: st.DataObject) -> None:
    here = context(templates()[key])
    schema = form_schema(here)
    validator = jsonschema_rs.validator_for(schema)
    asked = data.draw(st.sampled_from(here.form.asked))
    value = data.draw(answers_to(schema["properties"][asked.key]))
    assert validator.is_valid({asked.key: value}) in _verdicts(asked, value, here)
    assert not validator.is_valid({"no_such_field": 1})


def test_the_schema_is_itself_a_schema_and_says_what_is_required() -> None:
    schema = form_schema(context(templates()["practice_feedback"], "en"))
    jsonschema_rs.meta.validate(schema)
    assert schema["x-required"] == ["mandate.kind"]
    assert schema["properties"]["rate_ok"]["title"].startswith("17. ")
    assert "85 %" in schema["properties"]["rate_ok"]["title"]


# -- in the database -------------------------------------------------------------------------------------------------
def test_a_form_is_made_edited_frozen_and_then_left_alone(db: Database) -> None:
    with db.transaction() as session:
        planner = factories.member(session, factories.planning_organisation(session), factories.PLANNING_ROLES)
        programme = programmes.create(session, planner, title="Probe", level=ProgrammeLevel.STATE)
        version = actions.create(session, planner, programme.slug, template_key="law_short")
        changed = orjson.loads(orjson.dumps(version.definition))
        changed["title"]["de"] = "Geändert"
        actions.edit(session, planner, version.id, changed)
        with pytest.raises(Invalid):
            actions.edit(session, planner, version.id, {"key": "kaputt"})
        assert queries.get(session, planner, version.id).definition["title"]["de"] == "Geändert"
        actions.freeze(session, planner, version)
        with pytest.raises(Conflict):
            actions.edit(session, planner, version.id, changed)
        logged = session.scalars(select(HistoryEntry.action).where(HistoryEntry.subject_id == version.id)).all()
    assert sorted(logged) == ["create_form", "edit_form", "freeze"]


def test_other_planners_strangers_and_town_halls_see_no_form(db: Database) -> None:
    with db.transaction() as session:
        scene = world(session)
        version_id = scene.consultation(session).form_version_id
        assert version_id is not None
        other = factories.member(session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES)
        town = factories.member(session, factories.organisation(session, "Stadt"))
        for actor in (other, town):
            with pytest.raises(NotFound):
                queries.get(session, actor, version_id)
        visitor = factories.member(session, factories.planning_organisation(session, "Ohne Rolle"), [Role.MANAGER])
        with pytest.raises((Forbidden, NotFound)):
            actions.edit(session, visitor, version_id, definition("law_short"))
