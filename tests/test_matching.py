"""Sections find their keys again when the next version is imported; what is doubtful is asked and never guessed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.core.blocks import Paragraph, to_json
from consultation.core.errors import Invalid
from consultation.core.places import package_folder
from consultation.programmes.importers import DraftSection, DraftTree, import_draft
from consultation.programmes.matching import NEW, Certainty, Match, Matching, match
from tests.test_comparison import Part

LAW = (package_folder() / "data" / "drafts" / "kinvfg.md").read_text()


def read(text: str) -> DraftTree:
    return import_draft("entwurf.md", text.encode())


def stored(tree: DraftTree) -> list[Part]:
    """As the last version: every section has a key."""
    matching = match(tree, [])
    return [
        Part(f"k{m.index}", m.section.heading, m.section.number, None if m.parent is None else f"k{m.parent}",
             to_json(m.section.blocks))
        for m in matching.matches
    ]  # fmt: skip


@pytest.fixture(scope="module")
def before() -> list[Part]:
    return stored(read(LAW))


def found(matching: Matching, heading: str, number: str = "") -> Match:
    return next(m for m in matching.matches if m.section.heading == heading and number in ("", m.section.number))


def key_of(before: list[Part], number: str) -> str:
    return next(part.key for part in before if part.number == number)


def sure(matching: Matching) -> list[str | None]:
    return list(matching.proposed())


# -- the real law ----------------------------------------------------------------------------------------------------
def test_the_same_draft_keeps_every_key(before):
    matching = match(read(LAW), before)
    assert sure(matching) == [part.key for part in before]
    assert not matching.gone(matching.settle({}))


def test_renumbered_sections_keep_their_keys(before):
    """A new paragraph in front pushes all the others on."""
    shifted = re.sub(r"^### § (\d+) ", lambda found: f"### § {int(found[1]) + 1} ", LAW, flags=re.MULTILINE)
    new = "### § 1 Begriffsbestimmungen\n\nKommunen sind Gemeinden, Städte und Landkreise mit eigener Verwaltung.\n\n"
    matching = match(read(shifted.replace("### § 2 ", new + "### § 2 ", 1)), before)
    told = {m.section.number: m for m in matching.matches}
    assert told["§ 1"].certainty == Certainty.NEW
    kept = [m.candidates[0] for m in matching.matches if m.certainty == Certainty.SURE]
    assert kept == [part.key for part in before]


def test_a_section_that_was_moved_to_another_chapter_keeps_its_key(before):
    """§ 4 Doppelförderung goes to the end of the second chapter."""
    start = LAW.index("### § 4 ")
    end = LAW.index("### § 5 ")
    moved = LAW[:start] + LAW[end:].rstrip() + "\n\n\n" + LAW[start:end]
    matching = match(read(moved), before)
    assert found(matching, "Doppelförderung").candidates == (key_of(before, "§ 4"),)
    assert not matching.doubtful
    assert not matching.gone(matching.settle({}))


def test_a_new_heading_over_the_same_text_is_the_same_section(before):
    matching = match(read(LAW.replace("§ 4 Doppelförderung", "§ 4 Verhältnis zu anderen Hilfen")), before)
    assert sure(matching) == [part.key for part in before]


def test_a_text_that_was_rewritten_under_its_heading_is_the_same_section(before):
    start, end = LAW.index("### § 4 "), LAW.index("### § 5 ")
    text = "### § 4 Doppelförderung\n\nWer schon Geld aus einem anderen Topf bekommt, geht leer aus.\n\n"
    assert sure(match(read(LAW[:start] + text + LAW[end:]), before)) == [part.key for part in before]


def test_a_section_that_fell_away_is_gone_and_no_other_is_lost(before):
    start, end = LAW.index("### § 4 "), LAW.index("### § 5 ")
    matching = match(read(LAW[:start] + LAW[end:]), before)
    assert [part.number for part in matching.gone(matching.settle({}))] == ["§ 4"]
    assert not matching.doubtful


# -- split, merged, doubtful -----------------------------------------------------------------------------------------
PURPOSE = "Der Bund fördert Investitionen finanzschwacher Kommunen in Schulen, Straßen und Krankenhäuser."
BASIS = (
    "Grundlage sind Bundeshaushaltsordnung, Verwaltungsvorschriften sowie allgemeine Nebenbestimmungen für Zuwendungen."
)
WAY = "Anträge nimmt die Bewilligungsbehörde ganzjährig entgegen."
BOTH = f"## 1 Zweck und Grundlage\n\n{PURPOSE}\n\n{BASIS}\n\n## 2 Verfahren\n\n{WAY}"
APART = f"## 1 Zweck\n\n{PURPOSE}\n\n## 2 Grundlage\n\n{BASIS}\n\n## 3 Verfahren\n\n{WAY}"


def test_a_section_split_in_two_halves_is_asked_about():
    matching = match(read(APART), stored(read(BOTH)))
    assert [m.certainty for m in matching.matches] == [Certainty.DOUBTFUL, Certainty.DOUBTFUL, Certainty.SURE]
    assert all(m.candidates == ("k0",) for m in matching.doubtful)
    settled = matching.settle({"match-0": "k0", "match-1": NEW})
    assert settled == ("k0", None, "k1")


def test_what_was_split_off_a_section_that_stayed_is_new_and_its_origin_is_told():
    before = stored(read(BOTH.replace("1 Zweck und Grundlage", "1 Zweck")))
    matching = match(read(APART), before)
    assert [m.certainty for m in matching.matches] == [Certainty.SURE, Certainty.NEW, Certainty.SURE]
    assert matching.matches[1].origin == "k0"


def test_a_section_merged_into_another_is_gone_and_it_is_told_where_its_text_stands():
    matching = match(read(BOTH.replace("1 Zweck und Grundlage", "1 Zweck")), stored(read(APART)))
    keys = matching.settle({})
    assert keys == ("k0", "k2")
    assert [part.key for part in matching.gone(keys)] == ["k1"]
    assert matching.absorbed == {"k1": 0}


def test_two_sections_that_look_alike_are_asked_about_and_not_guessed():
    before = stored(read("## Allgemeines\n\nDie Hilfe ist zweckgebunden zu verwenden.\n"))
    twice = "## Allgemeines\n\nDie Hilfe ist sparsam zu verwenden.\n\n## Allgemeines\n\nDie Hilfe ist zeitnah zu verwenden.\n"
    matching = match(read(twice), before)
    assert len(matching.doubtful) == 2


def test_an_open_doubt_a_double_and_a_made_up_key_are_refused_by_name():
    matching = match(read(APART), stored(read(BOTH)))
    for choices, wrong in (
        ({}, {"match-0", "match-1"}),
        ({"match-0": "k0"}, {"match-1"}),
        ({"match-0": "k0", "match-1": "k0"}, {"match-0", "match-1"}),
        ({"match-0": "k99", "match-1": NEW}, {"match-0"}),
        ({"match-0": NEW, "match-1": NEW, "match-2": "k0"}, set()),
    ):
        if wrong:
            with pytest.raises(Invalid) as refused:
                matching.settle(choices)
            assert {problem.field for problem in refused.value.problems} == wrong
        else:
            assert matching.settle(choices) == (None, None, "k0")


def test_where_nobody_can_be_asked_the_best_candidate_is_taken_once():
    assert match(read(APART), stored(read(BOTH))).settle() == ("k0", None, "k1")


# -- whatever the drafts ---------------------------------------------------------------------------------------------
WORDS = st.lists(
    st.sampled_from(["kommune", "antrag", "frist", "bund", "land", "mittel", "quote", "zweck", "und"]), max_size=6
)
TEXT = WORDS.map(" ".join)
SECTIONS = st.recursive(
    st.builds(
        lambda number, heading, text, children: DraftSection(number, heading, 1, (Paragraph(text),), children),
        st.sampled_from(["", "1", "2", "§ 3"]), TEXT, TEXT, st.just(()),
    ),
    lambda inner: st.builds(
        lambda heading, children: DraftSection("", heading, 1, (), tuple(children)), TEXT, st.lists(inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip
DRAFTS = st.lists(SECTIONS, max_size=5).map(lambda sections: DraftTree("Probe", (), tuple(sections)))


@settings(deadline=None)
@given(DRAFTS)
def test_a_draft_that_did_not_change_keeps_all_keys_whatever_it_is(tree):
    before = stored(tree)
    assert sure(match(tree, before)) == [part.key for part in before]


@settings(deadline=None)
@given(DRAFTS, DRAFTS)
def test_no_key_is_given_away_twice_and_none_is_made_up(old, new):
    before = stored(old)
    matching = match(new, before)
    keys = [key for key in matching.settle() if key is not None]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {part.key for part in before}
    assert {part.key for part in matching.gone(keys)} == {part.key for part in before} - set(keys)


@settings(deadline=None)
@given(st.permutations(range(6)))
def test_sections_that_only_changed_places_keep_their_keys(order):
    texts = [
        f"Regelung Nummer{n} betrifft Gegenstand{n} sowie Verfahren{n}, Nachweis{n} und Prüfung{n}." for n in range(6)
    ]
    sections = [DraftSection("", f"Vorschrift{n}", 1, (Paragraph(texts[n]),)) for n in range(6)]
    matching = match(DraftTree("", (), tuple(sections[n] for n in order)), stored(DraftTree("", (), tuple(sections))))
    assert sure(matching) == [f"k{n}" for n in order]
