"""A stratified sample: exact in size, proportional, and the same for everybody who knows the seed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.core.db import Database
from consultation.register.audience import AudienceFilter
from consultation.register.sampling import Sample, allocate, draw, drawn, strata
from tests.planning_world import Planning

SIZES = st.dictionaries(st.integers(0, 99), st.integers(1, 400), min_size=1, max_size=40)


@given(SIZES, st.integers(1, 3000))
def test_exactly_as_many_are_drawn_as_asked_for_or_all(sizes: dict[int, int], size: int):
    shares = allocate(sizes, size)
    assert sum(shares.values()) == min(size, sum(sizes.values()))
    assert all(0 <= shares[stratum] <= many for stratum, many in sizes.items())


@given(SIZES, st.integers(1, 3000))
def test_every_stratum_has_one_where_the_size_allows(sizes: dict[int, int], size: int):
    if size >= len(sizes):
        assert min(allocate(sizes, size).values()) >= 1


@given(SIZES, st.integers(1, 3000))
def test_every_share_is_within_one_of_proportional_wherever_that_is_possible(sizes: dict[int, int], size: int):
    """It is possible if the strata that get one of the rest leave enough for what may not fall short by one."""
    whole, size = sum(sizes.values()), min(size, sum(sizes.values()))
    exact = {stratum: size * many / whole for stratum, many in sizes.items()}
    shares = allocate(sizes, size)
    assert all(shares[stratum] < exact[stratum] + 1 for stratum in sizes)
    least = 1 if size >= len(sizes) else 0
    needed = sum(max(least, int(exact[stratum])) for stratum in sizes)
    short = {stratum: exact[stratum] - shares[stratum] for stratum in sizes}
    if needed <= size:
        assert all(lack < 1 for lack in short.values())
    else:  # then what is missing is shared out evenly among those that can give
        giving = [lack for stratum, lack in short.items() if shares[stratum] > 1]
        assert not giving or max(short.values()) - min(giving) < 1 + 1e-9


@given(SIZES, st.integers(1, 3000), st.text("0123456789abc", min_size=1, max_size=8))
def test_the_same_seed_draws_the_same_in_the_order_of_the_register(sizes: dict[int, int], size: int, seed: str):
    keys = {stratum: [f"{stratum:02}{number:03}" for number in range(many)] for stratum, many in sizes.items()}
    found = draw(keys, size, seed)
    assert found == sorted(set(found))
    assert found == draw({stratum: list(reversed(some)) for stratum, some in keys.items()}, size, seed)
    assert Counter(int(key[:2]) for key in found) == +Counter(allocate(sizes, size))


def test_another_seed_draws_others_and_a_larger_sample_holds_the_smaller_one():
    keys = {"a": [f"a{number}" for number in range(200)], "b": [f"b{number}" for number in range(50)]}
    assert draw(keys, 50, "1") != draw(keys, 50, "2")
    assert set(draw(keys, 50, "1")) < set(draw(keys, 100, "1"))


def test_a_known_draw_stays_what_it_was():
    keys = {
        "SH": [f"01{number:03}" for number in range(30)],
        "NI": [f"03{number:03}" for number in range(10)],
        "HB": ["04000"],
    }
    assert draw(keys, 6, "2026-1") == ["01010", "01021", "01026", "01027", "03005", "04000"]


def test_a_sample_is_the_same_on_every_database_and_single_cases_are_taken_out_afterwards(db: Database):
    Planning(db)
    with db.reader() as session:
        whole = strata(session, AudienceFilter())
        assert {key for keys in whole.values() for key in keys} >= {"010510044044", "010510049049"}
        assert [state for state, _ in whole] == sorted((state for state, _ in whole), reverse=True)  # SH before NI
        found, of = drawn(session, AudienceFilter(), Sample(size=4, seed="7"))
        assert of == 7
        assert found == ["010510044044", "010515163001", "033510006006", "033510012012"]
        fewer, of = drawn(session, AudienceFilter(exclude=(found[1],)), Sample(size=4, seed="7"))
        assert (fewer, of) == ([found[0], *found[2:]], 7)


@pytest.mark.parametrize("wrong", [{"size": 0}, {"size": 20_001}, {"seed": ""}, {"seed": "a b"}, {"seed": "x" * 41}])
def test_a_sample_needs_a_size_and_a_seed_that_can_be_written_down(wrong: dict[str, object]):
    with pytest.raises(ValueError, match="validation error"):
        Sample.model_validate({"size": 10, "seed": "1"} | wrong)
