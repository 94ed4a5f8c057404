"""Two versions of a draft compared: nothing of either text is lost, and what a reader is told is true."""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consultation.core.blocks import Block, Footnote, ListBlock, ListItem, Paragraph, Table, to_json
from consultation.programmes.comparison import compare, words
from consultation.programmes.marked import Marked, MarkedList, MarkedTable, MarkedText, mark
from consultation.programmes.wording import in_common, likeness


@dataclass(frozen=True)
class Part:
    """A section as versions hold them."""

    key: str
    heading: str = "Überschrift"
    number: str = ""
    parent_key: str | None = None
    blocks: list[dict[str, Any]] = field(default_factory=list)


def part(key: str, text: str = "", **more: Any) -> Part:
    return Part(key, blocks=to_json([Paragraph(text)]) if text else [], **more)


def side(marked: tuple[tuple[str, str], ...], gone: str) -> str:
    """One of the two texts, white space aside."""
    return "".join("".join(text for kind, text in marked if kind != gone).split())


TEXTS = st.text(alphabet="ab.,§3 \n", max_size=40) | st.text(max_size=20)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_words(old, new):
    marked = words(old, new)
    assert side(marked, "added") == "".join(old.split())
    assert side(marked, "removed") == "".join(new.split())


@given(TEXTS)
def test_the_same_text_has_nothing_marked(text):
    assert {kind for kind, _ in words(text, text)} <= {"same"}


def test_a_changed_figure_is_marked_whole_and_without_the_blank_before_it():
    marked = words("Die Quote beträgt 3,5 Prozent.", "Die Quote beträgt 3,7 Prozent.")
    assert marked == (
        ("same", "Die Quote beträgt "), ("removed", "3,5"), ("added", "3,7"), ("same", " Prozent."),
    )  # fmt: skip


def test_a_changed_phrase_is_not_torn_by_a_little_word():
    marked = words(
        "Anträge sind vollständig und schriftlich zu stellen.", "Anträge sind digital und formlos zu stellen."
    )
    assert ("removed", "vollständig und schriftlich") in marked
    assert ("added", "digital und formlos") in marked


def test_a_long_text_that_was_written_anew_is_told_as_replaced():
    old, new = " ".join(f"alt{n}" for n in range(5000)), " ".join(f"neu{n}" for n in range(5000))
    assert [kind for kind, _ in words(old, new)] == ["removed", "added"]


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abc"), max_size=9))
def test_what_two_sequences_share_is_in_the_order_of_both_and_as_much_as_possible(old, new):
    pairs = in_common(old, new, str)
    assert all(old[i] == new[j] for i, j in pairs)
    assert pairs == sorted(set(pairs))
    assert len({j for _, j in pairs}) == len(pairs)
    assert [j for _, j in pairs] == sorted(j for _, j in pairs)
    assert len(pairs) == longest_common(old, new)


def longest_common(old: list[str], new: list[str]) -> int:
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, a in enumerate(old):
        for j, b in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_likeness_is_one_for_the_same_words_and_nought_for_others():
    assert likeness("Anträge stellen Kommunen", "Kommunen stellen Anträge") == 1
    assert likeness("Anträge", "Frist") == 0
    assert likeness("", "") == 1


# -- content ---------------------------------------------------------------------------------------------------------
PLAIN = st.text(alphabet="abc ", max_size=12).map(str.strip)
SMALL = st.builds(Paragraph, PLAIN) | st.builds(Footnote, st.sampled_from(["1", "2"]), PLAIN)
ROWS = st.lists(st.tuples(PLAIN, PLAIN), max_size=4).map(tuple)
BLOCKS: st.SearchStrategy[tuple[Block, ...]] = st.recursive(
    st.lists(SMALL | st.builds(Table, PLAIN, st.just(("Land", "Anteil")), ROWS), max_size=4).map(tuple),
    lambda inner: st.lists(
        SMALL
        | st.builds(ListBlock, st.lists(st.builds(ListItem, st.sampled_from("12"), inner), max_size=3).map(tuple)),
        max_size=3,
    ).map(tuple),
    max_leaves=6,
)


def read(marked: tuple[Marked, ...], gone: str) -> list[str]:
    """Every text of one side, in reading order."""
    return [text for one in marked for text in _read(one, gone) if text]


def _read(one: Marked, gone: str) -> list[str]:
    match one:
        case MarkedText():
            return [side(one.words, gone)]
        case MarkedList():
            return [text for item in one.items for text in (side(item.label, gone), *read(item.blocks, gone))]
        case MarkedTable():
            rows = (one.head, *(row.cells for row in one.rows))
            return [side(one.caption, gone), *(side(cell, gone) for row in rows for cell in row)]


def shown(blocks: tuple[Block, ...]) -> list[str]:
    return [text for block in blocks for text in _shown(block) if text]


def _shown(block: Block) -> list[str]:
    match block:
        case Paragraph(text) | Footnote(_, text):
            return ["".join(text.split())]
        case ListBlock(items):
            return [text for item in items for text in (item.label, *shown(item.blocks))]
        case Table():
            return ["".join(text.split()) for row in ((block.caption,), block.head, *block.rows) for text in row]


@given(BLOCKS, BLOCKS)
def test_nothing_of_either_content_is_lost_or_reordered(old, new):
    marked = mark(old, new)
    assert read(marked, "added") == shown(old)
    assert read(marked, "removed") == shown(new)


@given(BLOCKS)
def test_the_same_content_is_unchanged(blocks):
    assert {one.change for one in mark(blocks, blocks)} <= {"same"}


def test_a_new_amount_in_a_row_is_marked_in_its_cell():
    old = Table("Verteilung", ("Land", "Anteil"), (("Berlin", "3,9385"), ("Bremen", "1,1078")))
    new = replace(old, rows=(("Berlin", "4,1"), ("Bremen", "1,1078"), ("Hamburg", "1,6692")))
    (table,) = mark([old], [new])
    assert isinstance(table, MarkedTable)
    assert [row.change for row in table.rows] == ["changed", "same", "added"]
    assert table.rows[0].cells == ((("same", "Berlin"),), (("removed", "3,9385"), ("added", "4,1")))


def test_an_item_put_into_a_list_leaves_the_others_unchanged_but_for_their_letters():
    def items(*texts: str) -> ListBlock:
        return ListBlock(tuple(ListItem(f"{'abcd'[n]})", (Paragraph(text),)) for n, text in enumerate(texts)))

    old = items("energetische Sanierung", "Barriereabbau", "Lärmschutz")
    (marked,) = mark([old], [items("energetische Sanierung", "Breitbandausbau", "Barriereabbau", "Lärmschutz")])
    assert isinstance(marked, MarkedList)
    assert [item.change for item in marked.items] == ["same", "added", "changed", "changed"]
    assert all(block.change == "same" for item in marked.items[2:] for block in item.blocks)


def test_a_paragraph_with_nothing_in_common_is_replaced_and_not_mixed():
    marked = mark([Paragraph("Der Bund fördert Schulen.")], [Paragraph("Anträge gehen an das Land.")])
    assert [one.change for one in marked] == ["removed", "added"]


# -- sections --------------------------------------------------------------------------------------------------------
def test_a_draft_compared_with_itself_is_unchanged():
    sections = [part("a", "Text"), part("b", parent_key="a"), part("c")]
    found = compare(sections, sections)
    assert [s.key for s in found.sections] == ["a", "b", "c"]
    assert not found.changed


def test_a_section_is_told_as_what_happened_to_it():
    old = [part("a", "Erster Text", number="1"), part("b", number="2"), part("c", number="3")]
    new = [part("a", "Zweiter Text", number="1"), part("n", "Neu", number="2"), part("c", number="3")]
    told = {s.key: s.differences for s in compare(old, new).sections}
    assert told == {"a": ("reworded",), "n": ("added",), "b": ("removed",), "c": ()}


def test_a_section_that_went_up_is_moved_and_the_others_are_not():
    order = [part(key) for key in "abcd"]
    found = compare(order, [order[3], *order[:3]])
    assert {s.key for s in found.sections if s.moved} == {"d"}
    assert found.count("moved") == 1


def test_a_section_under_another_parent_is_moved_and_takes_its_own_along():
    old = [part("a"), part("b", parent_key="a"), part("c", parent_key="b"), part("d")]
    new = [part("a"), part("d"), part("b", parent_key="d"), part("c", parent_key="b")]
    assert {s.key for s in compare(old, new).sections if s.moved} == {"b"}


def test_untouched_is_what_reads_the_same_with_everything_in_it():
    old = [
        part("a"),
        part("b", "Text", parent_key="a"),
        part("c", parent_key="b"),
        part("d", number="2"),
        part("e", "Alt"),
        part("f"),
    ]
    new = [
        part("a"),
        part("b", "Text", parent_key="a"),
        part("c", "Neu", parent_key="b"),
        part("e", "Neu"),
        part("d", number="3"),
    ]
    assert compare(old, new).untouched == {"d"}
    assert compare(old, old).untouched == set("abcdef")


def test_who_gives_a_section_away_or_takes_one_in_is_touched_and_the_section_is_not():
    old = [part("a"), part("b", "Text", parent_key="a"), part("c"), part("d")]
    new = [part("a"), part("c"), part("b", "Text", parent_key="c"), part("d")]
    assert compare(old, new).untouched == {"b", "d"}


def test_renumbering_is_told_apart_from_a_new_wording():
    (one,) = compare([part("a", "Text", number="§ 2")], [part("a", "Text", number="§ 3")]).sections
    assert one.differences == ("renumbered",)
    assert one.number == (("same", "§ "), ("removed", "2"), ("added", "3"))


def test_a_removed_section_stands_where_it_stood_and_shows_its_text_as_gone():
    found = compare([part("a"), part("b", "Weg"), part("c")], [part("a"), part("c")])
    assert [s.key for s in found.sections] == ["a", "b", "c"]
    (gone,) = found.by_key["b"].blocks
    assert isinstance(gone, MarkedText)
    assert gone.words == (("removed", "Weg"),)


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(KEYS, KEYS)
def test_every_section_of_both_versions_appears_once(old, new):
    found = compare([part(key) for key in old], [part(key) for key in new])
    assert sorted(s.key for s in found.sections) == sorted({*old, *new})
    assert [s.key for s in found.sections if s.new] == new


@given(st.permutations("abcdefgh"))
def test_the_sections_that_were_not_moved_are_in_their_old_order(new):
    found = compare([part(key) for key in "abcdefgh"], [part(key) for key in new])
    stayed = [s.key for s in found.sections if not s.moved]
    assert stayed == sorted(stayed)
