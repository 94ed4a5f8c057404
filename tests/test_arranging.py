"""The order of a draft's sections: whatever is moved takes its own along, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.programmes.arranging import Entry, Order, added, below, levels, moved, placed, without

ORDER: Order = tuple(
    Entry(key, parent) for key, parent in (("a", None), ("a1", "a"), ("a2", "a"), ("b", None), ("b1", "b"), ("c", None))
)


def keys(order: Order) -> str:
    return " ".join(entry.key for entry in order)


def test_a_section_goes_past_its_sibling_with_everything_in_it():
    assert keys(moved(ORDER, "a", "down")) == "b b1 a a1 a2 c"
    assert keys(moved(ORDER, "b", "up")) == "b b1 a a1 a2 c"
    assert keys(moved(ORDER, "a2", "up")) == "a a2 a1 b b1 c"


def test_the_first_stays_first_and_the_last_stays_last():
    assert moved(ORDER, "a", "up") == ORDER
    assert moved(ORDER, "c", "down") == ORDER
    assert moved(ORDER, "a2", "down") == ORDER


def test_under_another_parent_a_section_is_the_last():
    order = placed(ORDER, "a", "b")
    assert keys(order) == "b b1 a a1 a2 c"
    assert levels(order) == {"b": 1, "b1": 2, "a": 2, "a1": 3, "a2": 3, "c": 1}
    assert keys(placed(ORDER, "a1", None)) == "a a2 b b1 c a1"


def test_a_section_cannot_stand_in_itself():
    for parent in ("a", "a1"):
        with pytest.raises(ValueError, match=parent):
            placed(ORDER, "a", parent)


def test_a_new_section_stands_behind_everything_in_the_one_before():
    assert keys(added(ORDER, "n", "a")) == "a a1 a2 n b b1 c"
    assert added(ORDER, "n", "a1")[2] == Entry("n", "a")
    assert keys(added(ORDER, "n", None)) == "n a a1 a2 b b1 c"


def test_a_section_is_removed_with_everything_in_it():
    assert keys(without(ORDER, "a")) == "b b1 c"


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["up", "down", "a", "b", "c", ""])), max_size=8))
def test_whatever_is_done_nothing_is_lost_and_parents_stand_before_their_own(steps):
    order: Order = tuple(Entry(key, None) for key in "abcdef")
    for key, step in steps:
        if step in ("up", "down"):
            order = moved(order, key, step)
        elif step not in below(order, key):
            order = placed(order, key, step or None)
    assert sorted(entry.key for entry in order) == list("abcdef")
    assert levels(order)
    for at, entry in enumerate(order):
        own = below(order, entry.key)
        assert {e.key for e in order[at : at + len(own)]} == own
