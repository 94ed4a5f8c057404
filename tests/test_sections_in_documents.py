"""What a document says section by section: no section is left out, and the sums are those of the synopsis."""

import re
from pathlib import Path

import pytest

from consultation.core.blocks import to_json
from consultation.core.places import package_folder
from consultation.documents.chapters import agreement, loose_points, summary, synopsis
from consultation.documents.chapters.points import demand
from consultation.documents.outline import ListBlock, Node, Paragraph, Table
from consultation.forms.context import section_infos
from consultation.programmes.importers import import_draft, walk
from consultation.programmes.models import Section
from consultation.questions import TYPES
from tests.frozen_editions import frozen
from tests.question_context import PlainContext


def table(nodes: list[Node], caption: str) -> Table:
    return next(node for node in nodes if isinstance(node, Table) and node.caption.endswith(caption))


def points_in(nodes: list[Node]) -> int:
    return sum(len(node.rows) for node in nodes if isinstance(node, Table))


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_amendments_are_told_for_every_section_and_add_up_to_the_points_of_the_synopsis(
    audience: str, tmp_path: Path
) -> None:
    with frozen(audience, tmp_path) as (found, _, _):
        nodes = list(agreement.nodes(found))
        shown = table(nodes, "Änderungsvorschläge je Abschnitt")
        assert len(shown.rows) == len(found.sections) > 5
        here, loose = points_in(list(synopsis.nodes(found))), points_in(list(loose_points.nodes(found)))
        assert here == sum(int(row[-1]) for row in shown.rows)
        said = next(n.text for n in nodes if isinstance(n, Paragraph) and "„Einzelpunkte“ sind" in n.text)
        assert re.findall(r"\d+", said.partition("„Einzelpunkte“")[2]) == [str(n) for n in (here, loose, here + loose)]


def test_what_is_to_go_without_a_word_said_names_its_place_once(tmp_path: Path) -> None:
    with frozen("internal", tmp_path) as (found, _, _):
        point = next(found.records("point")) | {
            "kind": "delete",
            "locator": "Abs. 3",
            "text": "Abs. 3",
            "rationales": [],
        }
        assert demand(point, found) == "Abs. 3, streichen"
        assert demand(point | {"text": "Alles."}, found) == "Abs. 3, streichen:\nAlles."


def test_the_most_frequent_demands_say_where_something_is_to_be_changed_and_how(tmp_path: Path) -> None:
    with frozen("internal", tmp_path) as (found, _, _):
        first = found.points.top[0]
        section = next(one.number for one in found.sections if one.key == first["section"])
        told = next(node for node in summary.nodes(found) if isinstance(node, ListBlock)).items[0].blocks[0]
        assert isinstance(told, Paragraph)
        assert told.text.startswith(f"{section} {first['locator']}, ergänzen: {first['text'][:40]}")


def test_how_many_sections_are_held_back_is_said_beside_the_table(tmp_path: Path) -> None:
    with frozen("public", tmp_path) as (found, _, _):
        nodes = list(agreement.nodes(found))
        rows = table(nodes, "Änderungsvorschläge je Abschnitt").rows
        held = sum(row[1] == "–" for row in rows)
        assert held
        after = nodes[nodes.index(table(nodes, "Änderungsvorschläge je Abschnitt")) + 1]
        assert isinstance(after, Paragraph)
        assert f"Bei {held} Abschnitt" in after.text


def test_an_edition_limited_to_sections_says_where_it_shows_no_points(tmp_path: Path) -> None:
    with frozen("internal", tmp_path) as (found, _, _):
        first = found.sections[0].key
        filters = {**found.head["filters"], "sections": [first]}
    with frozen("internal", tmp_path, filters=filters) as (limited, _, _):
        nodes = list(agreement.nodes(limited))
        rows = table(nodes, "Änderungsvorschläge je Abschnitt").rows
        assert [row[-1] != "–" for row in rows] == [section.key == first for section in limited.sections]
        assert any(isinstance(n, Paragraph) and "auf die diese Ausgabe begrenzt ist" in n.text for n in nodes)


def test_a_section_of_which_nobody_spoke_stands_in_the_table_of_agreement(tmp_path: Path) -> None:
    with frozen("internal", tmp_path) as (found, _, _):
        asked = next(a for a in found.form.asked if a.type.key == "section_agreement")
        put = asked.type.items(asked.settings, found.context)
        shown = table(list(agreement.nodes(found)), "Anteile je Zeile")
        assert [row[0] for row in shown.rows] == [item.label for item in put]


def test_nobody_is_asked_to_agree_with_the_mere_heading_of_a_chapter() -> None:
    """The chapters of a law hold its paragraphs and no text."""
    law = import_draft("kinvfg.md", (package_folder() / "data" / "drafts" / "kinvfg.md").read_bytes())
    parent = {one.number: chapter.number for chapter in law.sections for one in chapter.children}
    sections = [
        Section(key=one.number, parent_key=parent.get(one.number), level=one.level, number=one.number,
                heading=one.heading, blocks=to_json(one.blocks))
        for one in walk(law.sections)
    ]  # fmt: skip
    infos = section_infos(sections)
    assert [key for key, info in infos.items() if info.gathers] == ["Kapitel 1", "Kapitel 2"]
    kind, paragraphs = TYPES["section_agreement"], [f"§ {n}" for n in range(1, 17)]
    for scope in ("all", "main"):
        items = kind.items(kind.settings({"scope": scope}), PlainContext(sections=infos))
        assert [item.key for item in items] == paragraphs
