"""The content that ships as data: forms, codebook, drafts and the material for the demonstration."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consultation.core.places import package_folder
from consultation.demo.positions import changes, following, positions, reworded
from consultation.evaluation.models import ADOPTED, Decision
from consultation.forms.checks import read_form
from consultation.programmes import notation
from consultation.programmes.importers import import_draft, walk
from consultation.programmes.models import ParameterType
from consultation.programmes.parameters import spoken

DATA = package_folder() / "data"
FORMS = sorted((DATA / "forms").glob("*.json"))
TYPES = {
    "confirm", "single", "multi", "ranked", "likert", "likert_matrix", "choice_matrix", "integer", "decimal", "percent",
    "money", "duration", "date", "short_text", "long_text", "group", "section_agreement", "amendments", "disclosure",
}  # fmt: skip
QUESTION_PARTS = {
    "key", "number", "core", "title", "hint", "when", "group_by", "makes_points", "confidential", "personal",
    "explanation", "with_nil_return", "fields",
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
        known |= {full_key(question, field): field for field in question["fields"]}
    check_condition(form["reservation"]["when"], known)
    check_condition(form["reservation"]["unneeded"], known)
    assert known[form["reservation"]["date"]]["type"] == "date"


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
    numbers.insert(numbers.index("43") + 1, "43a")  # the person to ask, shown only if asking is welcome
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
    assert [q["key"] for q in questions(form) if q.get("personal")] == ["contact_ok", "contact_person"]
    assert [q["key"] for q in questions(form) if q.get("group_by")] == [
        "prior_experience",
        "political_weight",
        "strategy",
    ]


def test_not_at_all_is_no_answer_beside_others() -> None:
    own_share = read_form(load(DATA / "forms" / "practice_feedback.json")).by_key["own_share_source"]
    assert [one.key for one in own_share.settings.options if one.excludes_others] == ["not_at_all"]


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_the_service_reads_its_own_templates_without_complaint(path: Path) -> None:
    form = read_form(load(path))
    assert form.by_key["publication"].field.type == "disclosure"
    assert {q.key for q in form.questions if q.with_nil_return} == {"mandate", "publication"}


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_placeholders_of_a_form_stand_in_the_draft_it_is_shipped_for(path: Path) -> None:
    draft = {"practice_feedback": "netzwerke", "law_short": "kinvfg"}[path.stem]
    names = {p["name"] for p in load(DATA / "drafts" / f"{draft}.parameters.json")["parameters"]}
    found = set(re.findall(r"{([^}]*)}", json.dumps([p["questions"] for p in load(path)["parts"]], ensure_ascii=False)))
    wanted = {name for name in found if re.fullmatch(r"[a-z_]+|section:.+", name)}
    assert wanted
    assert wanted <= names | {f"section:{number}" for number in sections(draft)}


def sections(draft: str) -> dict[str, str]:
    """Section number → its text, read by a rule of thumb and not by the importer."""
    text = (DATA / "drafts" / f"{draft}.md").read_text(encoding="utf-8")
    heading = re.compile(r"^#{2,3} ((?:§ |Anlage )?\d+(?:\.\d+)?) .*$", re.MULTILINE)
    pieces = heading.split(text)
    return {number: " ".join(body.split()) for number, body in zip(pieces[1::2], pieces[2::2], strict=True)}


def test_the_guideline_is_taken_over_whole_with_its_eight_sections_and_annexes_on_top() -> None:
    tree = import_draft("netzwerke.md", (DATA / "drafts" / "netzwerke.md").read_bytes())
    assert [section.number for section in tree.sections] == [*"12345678", "Anlage 1", "Anlage 2"]
    assert {section.number for section in walk(tree.sections)} == set(sections("netzwerke"))
    assert tree.report == ()


def test_the_guideline_has_the_eight_sections_of_a_guideline_in_their_order() -> None:
    text = (DATA / "drafts" / "netzwerke.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d .*)$", text, re.MULTILINE) == [
        "1 Förderziel, Zuwendungszweck, Rechtsgrundlage",
        "2 Gegenstand der Förderung",
        "3 Zuwendungsempfänger",
        "4 Besondere Zuwendungsvoraussetzungen",
        "5 Art, Umfang und Höhe der Zuwendung",
        "6 Sonstige Zuwendungsbestimmungen",
        "7 Verfahren",
        "8 Geltungsdauer",
    ]
    known = sections("netzwerke")
    assert set(re.findall(r"Nr\. (\d\.\d)", text)) <= set(known)
    rows = re.findall(r"^\| \d +\| ([^|]+?) +\|", text, re.MULTILINE)
    form = load(DATA / "forms" / "practice_feedback.json")
    assert rows == [row["label"]["de"] for row in fields(form)["indicators"]["settings"]["rows"]]


@pytest.mark.parametrize("draft", ["netzwerke", "kinvfg"])
def test_parameters_can_be_spoken_and_name_sections_that_exist(draft: str) -> None:
    content = load(DATA / "drafts" / f"{draft}.parameters.json")
    for parameter in content["parameters"]:
        assert spoken(ParameterType(parameter["type"]), parameter["value"], "de")
        assert parameter["section_number"] in sections(draft)
        assert parameter["label"]["de"]
        assert parameter["label"]["en"]
    for entries, key in ((content["parameters"], "name"), (content["glossary"], "term")):
        named_once = [entry[key] for entry in entries]
        assert len(named_once) == len(set(named_once)) >= 8


def test_the_figures_of_the_guideline_stand_in_its_text() -> None:
    text = sections("netzwerke")
    said = {"5.2": ["85 Prozent", "40 000 Euro", "180 000 Euro"], "5.3": ["15 Prozent"], "5.5": ["36 Monate"],
            "7.1": ["zwölf Wochen"], "7.3": ["drei Monate"], "7.4": ["sechs Monate"]}  # fmt: skip
    for number, figures in said.items():
        for figure in figures:
            assert figure in text[number]


def test_the_codebook_has_the_ten_tags_in_both_languages() -> None:
    tags = load(DATA / "codebook.json")["tags"]
    assert len({tag["key"] for tag in tags}) == len(tags) == 10
    for tag in tags:
        assert all(tag[part][language] for part in ("label", "description") for language in ("de", "en"))


STATEMENTS = {"statements": "kinvfg", "network_statements": "netzwerke"}


@pytest.mark.parametrize(("name", "draft"), STATEMENTS.items(), ids=STATEMENTS)
def test_statements_name_known_tags_and_sections_and_bear_the_mark_of_invented_data(name: str, draft: str) -> None:
    content = load(DATA / "demo" / f"{name}.json")
    assert content["notice"] == "Beispieldaten – frei erfunden, keine Äußerung der genannten Kommunen"
    tags = {tag["key"] for tag in load(DATA / "codebook.json")["tags"]}
    entries = [
        entry for key in ("templates", "own_texts", "amendments", "joint_statements") for entry in content.get(key, ())
    ]
    for entry in entries:
        assert entry["tag"] in tags
        assert entry["section"] in sections(draft), entry
    for entry in content["templates"] + content["amendments"]:
        assert entry["kind"] in {"delete", "replace", "insert"}
        assert entry["priority"] in {"must", "should", "may"}
        assert (entry["text"] == "") == (entry["kind"] == "delete")
    for message in content["main_messages"]:
        assert message["tag"] in tags
        assert len(message["text"]) <= 300


@pytest.mark.parametrize(("name", "draft"), STATEMENTS.items(), ids=STATEMENTS)
def test_words_that_an_amendment_wants_replaced_stand_in_the_section_it_names(name: str, draft: str) -> None:
    content, text, checked = load(DATA / "demo" / f"{name}.json"), sections(draft), 0
    for entry in content["amendments"] + content["templates"]:
        if entry["kind"] == "replace":
            for words in re.findall(r"(?:Angabe|Wörter|Wort) „([^“]*)“ (?:wird|werden|jeweils|durch)", entry["text"]):
                checked += words in text[entry["section"]]
                replaced = (
                    f"durch die Angabe „{words}“" in entry["text"] or f"durch die Wörter „{words}“" in entry["text"]
                )
                assert words in text[entry["section"]] or replaced, (entry["section"], words)
    assert checked >= 3


def test_the_law_statements_are_many_and_varied() -> None:
    content = load(DATA / "demo" / "statements.json")
    least = {"templates": 8, "own_texts": 60, "amendments": 40, "main_messages": 40}
    for key, count in least.items():
        texts = [json.dumps(entry, sort_keys=True) for entry in content.get(key, ())]
        assert len(texts) == len(set(texts)) >= count
    for template in content["templates"]:
        assert 2 <= len(template["sentences"]) <= 4
        assert all(int(position) < len(template["sentences"]) for position in template["alternatives"])
    known = sections("kinvfg")
    for number in re.findall(r"§ (\d+)", json.dumps(content, ensure_ascii=False)):
        assert f"§ {number}" in known
    assert {entry["section"] for entry in content["amendments"]} == set(known)


DEMANDS = ("templates", "amendments", "own_texts", "main_messages", "missing_sections", "joint_statements")


def test_the_ministry_has_a_position_on_every_demand_and_none_without_one() -> None:
    content = load(DATA / "demo" / "statements.json")
    held = {entry["position"] for key in DEMANDS for entry in content[key]}
    assert held == set(positions())
    assert {position.decision for position in positions().values()} == set(Decision)
    replies = [position.reply for position in positions().values()]
    assert len(replies) == len(set(replies))


def test_what_is_adopted_changes_the_draft_and_nothing_else_does() -> None:
    used = {key for position in positions().values() for key in position.changes}
    assert used == set(changes())
    for key, position in positions().items():
        assert bool(position.changes) == (position.decision in ADOPTED), key


def test_the_reply_to_what_is_adopted_names_every_section_that_changes() -> None:
    """So that who reads demand, decision and reply finds the new wording."""
    for key, position in positions().items():
        touched = {number for change in following([key]) for number in change.touched}
        named = set(re.findall(r"§ \d+a?", position.reply))
        assert touched <= named, key


def test_a_demand_on_a_section_that_is_adopted_changes_that_section() -> None:
    content = load(DATA / "demo" / "statements.json")
    for entry in content["templates"] + content["amendments"]:
        touched = {number for change in following([entry["position"]]) for number in change.touched}
        assert not touched or entry["section"] in touched, entry["text"]


def test_each_change_finds_the_words_it_replaces_alone_and_beside_all_others() -> None:
    source = (DATA / "drafts" / "kinvfg.md").read_bytes()
    known = {one.number: notation.write(one.blocks) for one in walk(import_draft("kinvfg.md", source).sections)}
    names = {name for change in changes().values() for name in change.parameters}
    assert names <= {one["name"] for one in load(DATA / "drafts" / "kinvfg.parameters.json")["parameters"]}
    for found in [*([change] for change in changes().values()), list(changes().values())]:
        for number, old, new in (step for change in found for step in change.wording):
            assert known[number].count(old) == 1, old
            assert new.removeprefix(old) in reworded(number, known[number], found)
