"""The text of a section as people correct it: what is written is read back, and every typed text can be read."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.core.blocks import Block, Footnote, ListBlock, ListItem, Paragraph, Table, plain_text
from consultation.core.places import package_folder
from consultation.programmes.importers import import_draft, walk
from consultation.programmes.notation import read, write

LAW = (package_folder() / "data" / "drafts" / "kinvfg.md").read_bytes()


def folded(text: str) -> str:
    return "\n".join(line for row in text.split("\n") if (line := " ".join(row.split())))


WORD = st.sampled_from(["Kommune", "a)", "1.", "-", "|", "\\", "[1]:", "[1]", "Tabelle:", "{x}", "§", "•", "(1)", "⏏"])
TEXT = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
LINES = st.lists(TEXT, min_size=1, max_size=3).map("\n".join)
LABEL = st.sampled_from(["a)", "aa)", "1.", "(1)", "iv)", "•", "–", "IV.", "Nr. 1", "1.1"])
CELL = st.lists(WORD | st.sampled_from(["-", "--:", "\\"]), max_size=3).map(" ".join)
TABLES = st.builds(
    lambda caption, head, rows, align: Table(caption, head if any(head) else (), tuple(rows), align),
    st.just("") | TEXT, st.tuples(CELL, CELL), st.lists(st.tuples(CELL, CELL), min_size=1, max_size=3),
    st.tuples(st.sampled_from(["left", "right", "center"]), st.sampled_from(["left", "right"])),
)  # fmt: skip
NOTES = st.builds(Footnote, st.sampled_from(["1", "12"]), LINES)
BLOCKS: st.SearchStrategy[tuple[Block, ...]] = st.recursive(
    st.lists(st.builds(Paragraph, LINES) | TABLES | NOTES, max_size=3).map(tuple),
    lambda inner: st.lists(
        st.builds(Paragraph, LINES)
        | TABLES
        | st.builds(ListBlock, st.lists(st.builds(ListItem, LABEL, inner), min_size=1, max_size=3).map(tuple)),
        max_size=3,
    ).map(tuple),
    max_leaves=8,
)


@settings(deadline=None)
@given(BLOCKS)
def test_what_is_written_is_read_back(blocks):
    assert read(write(blocks)) == blocks


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="-|\\ \n[]1:a)•", max_size=80))
def test_every_text_can_be_read_and_stays_what_it_was_from_then_on(typed):
    once = write(read(typed))
    assert write(read(once)) == once


def test_every_section_of_the_law_survives_its_correction():
    for section in walk(import_draft("kinvfg.md", LAW).sections):
        assert plain_text(read(write(section.blocks))) == plain_text(section.blocks)


def test_text_as_an_officer_types_it_becomes_what_it_looks_like():
    typed = "(1) Gefördert werden:\n- a) Schulen,\n- b) Straßen:\n    - aa) Landstraßen\n- Sonstiges [1]\n\n[1]: Siehe Nr. 7."
    assert read(typed) == (
        Paragraph("(1) Gefördert werden:"),
        ListBlock((
            ListItem("a)", (Paragraph("Schulen,"),)),
            ListItem("b)", (Paragraph("Straßen:"), ListBlock((ListItem("aa)", (Paragraph("Landstraßen"),)),)))),
            ListItem("•", (Paragraph("Sonstiges [1]"),)),
        )),
        Footnote("1", "Siehe Nr. 7."),
    )  # fmt: skip


def test_a_table_has_a_head_only_above_a_rule_and_columns_of_figures_stand_right():
    typed = "Tabelle: Verteilung\n| Land | Anteil |\n|------|-------:|\n| Berlin | 3,9 |"
    assert read(typed) == (Table("Verteilung", ("Land", "Anteil"), (("Berlin", "3,9"),), ("left", "right")),)
    assert read("| Berlin | 3,9 |\n| Bremen | 1,1") == (
        Table("", (), (("Berlin", "3,9"), ("Bremen", "1,1")), ("left", "left")),
    )


def test_lists_nested_without_end_are_text_from_some_depth_on():
    deep = "\n".join("  " * depth + "- x" for depth in range(3000))
    assert read(deep)


def test_empty_lines_inside_a_point_belong_to_it_only_if_more_of_it_follows():
    text = "- a\n\n\n  b\n\n- c\n\n\nd"
    assert read(text) == (
        ListBlock((ListItem("•", (Paragraph("a"), Paragraph("b"))),)),
        ListBlock((ListItem("•", (Paragraph("c"),)),)),
        Paragraph("d"),
    )


def test_a_long_point_is_read_in_one_walk():
    begun = time.process_time()
    assert read("- x\n" + "  y\n" * 100_000)
    assert read(("- x" + "\n" * 10) * 10_000)
    assert time.process_time() - begun < 20
