"""Whatever is published of one question, combined in any way, tells nothing about a few or about the unanimous."""

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.evaluation.combinations import rank
from consultation.evaluation.protection import Decision, Member, protect

GROUPINGS = ("total", "size_class", "state", "by:experience")
LEVELS = ("named", "described", "figures")
OPTIONS = ("yes", "no", "unclear")


def member(size: str, land: str, experience: str, choice: str, level: str, other_level: str) -> Member:
    told = level in ("named", "described")
    both = told and other_level in ("named", "described")
    hidden = (not told, not told, level != "named", not both)
    choices = (choice,) if choice else ()
    return Member(("", size, land, experience), choices, bool(choice), hidden)


members = st.builds(
    member, st.sampled_from(["large", "medium", "small"]), st.sampled_from(["SH", "NI", "BY", "HH"]),
    st.sampled_from(["", "yes", "no"]), st.sampled_from(["", *OPTIONS]), st.sampled_from(LEVELS), st.sampled_from(LEVELS),
)  # fmt: skip


# -- the checker: reads only what is published, knows nothing of how it was decided ------------------------------------
def elimination_rank(rows: Iterable[Sequence[int]]) -> int:
    """Plain Gaussian elimination over fractions."""
    left = [[Fraction(x) for x in row] for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for row in left[found + 1 :]:
            factor = row[column] / pivot[column]
            row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        found += 1
    return found


def equations(people: Sequence[Member], decision: Decision, tables: Sequence[str]) -> list[list[int]]:
    """One for each published row: who is counted in it."""
    return [
        [int(one.groups[GROUPINGS.index(grouping)] == group) for one in people]
        for grouping in tables
        for group in decision.shown.get(grouping, ())
    ]


def leaks(population: Sequence[Member], decision: Decision, minimum: int) -> list[str]:
    """For each choice of tables: the hidden part is whoever is not published with all their dimensions."""
    found = []
    published = [grouping for grouping in GROUPINGS if grouping in decision.shown]
    for size in range(1, len(published) + 1):
        for tables in itertools.combinations(published, size):
            found += leaks_of(population, decision, tables, minimum)
    return found


def leaks_of(population: Sequence[Member], decision: Decision, tables: Sequence[str], minimum: int) -> list[str]:
    places = [GROUPINGS.index(grouping) for grouping in tables]
    people = [one for one in population if one.answered and any(one.hidden[place] for place in places)]
    rows = equations(people, decision, tables)
    if not people or not rows:
        return []
    whole = elimination_rank(rows)

    def derivable(inside: set[int]) -> bool:
        """A combination of the rows that is zero for everybody else, but not for all of these."""
        return elimination_rank([[x for i, x in enumerate(row) if i not in inside] for row in rows]) < whole

    found = []
    for count in range(1, minimum):
        for few in itertools.combinations(range(len(people)), count):
            if derivable(set(few)):
                found.append(f"{tables}: a combination rests on {count} only")
                break
    for option in OPTIONS:
        choosers = {i for i, one in enumerate(people) if option in one.choices}
        if choosers and derivable(choosers):
            found.append(f"{tables}: all that a combination rests on chose {option}")
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(members, max_size=16), st.integers(2, 4))
def test_no_combination_of_published_cells_isolates_a_hidden_part(population: list[Member], minimum: int):
    decision = protect(population, GROUPINGS, minimum)
    assert leaks(population, decision, minimum) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(members, min_size=24, max_size=30))
def test_larger_populations_leak_nothing_either(population: list[Member]):
    decision = protect(population, GROUPINGS, 3)
    assert leaks(population, decision, 3) == []


def test_the_checker_finds_what_two_tables_tell_together():
    population = crowd("large", "SH", "ynuyn") + crowd("small", "SH", "y") + crowd("small", "NI", "ynuyn")
    careless = Decision({"total": [""], "size_class": ["large", "small"], "state": ["SH", "NI"]})
    assert leaks(population, careless, 3) != []
    assert leaks(population, Decision({"total": [""], "size_class": ["large", "small"]}), 3) == []


@given(st.lists(st.integers(1, 255), min_size=1, max_size=20))
def test_the_rank_is_that_of_plain_elimination(masks: list[int]):
    assert rank(masks) == elimination_rank([[mask >> bit & 1 for bit in range(8)] for mask in masks])


def crowd(size: str, land: str, choices: str, level: str = "figures") -> list[Member]:
    words = {"y": "yes", "n": "no", "u": "unclear"}
    return [member(size, land, "yes" if i % 2 else "no", words[c], level, level) for i, c in enumerate(choices)]


def test_everything_is_shown_where_everything_is_public():
    population = crowd("large", "SH", "y", "named") + crowd("small", "NI", "yn", "named")
    decision = protect(population, GROUPINGS, 5)
    assert decision.dropped == []
    assert decision.shown["state"] == ["SH", "NI"]


def test_large_mixed_groups_are_all_shown():
    population = [
        one for size in ("large", "small") for land in ("SH", "NI", "BY") for one in crowd(size, land, "ynuynuynuynu")
    ]
    decision = protect(population, GROUPINGS, 5)
    assert decision.dropped == []
    assert not any(decision.suppressed.values())


def test_a_small_land_takes_a_second_one_with_it():
    population = crowd("large", "SH", "ynuynuynu") + crowd("large", "NI", "ynuynuyn") + crowd("large", "HH", "y")
    decision = protect(population, GROUPINGS[:3], 5)
    assert decision.shown["state"] == ["SH"]
    assert set(decision.suppressed["state"]) == {"HH", "NI"}


def test_a_unanimous_land_is_not_shown():
    population = (
        crowd("large", "SH", "yyyyyyyyy") + crowd("large", "NI", "ynuynuynuynu") + crowd("large", "BY", "ynuynuynuy")
    )
    decision = protect(population, GROUPINGS[:3], 5)
    assert "SH" not in decision.shown["state"]
    assert len(decision.suppressed["state"]) == 2


def test_a_question_that_few_or_unanimous_hidden_ones_answered_is_not_shown_at_all():
    named = crowd("large", "SH", "ynynyn", "named")
    assert protect([*named, *crowd("large", "SH", "yyn")], GROUPINGS, 5).shown == {}
    assert protect([*named, *crowd("large", "SH", "yyyyyyyy")], GROUPINGS, 5).shown == {}
    assert protect([*named, *crowd("large", "SH", "yyynnnn")], GROUPINGS, 5).shown != {}


def test_described_answers_count_as_hidden_where_the_land_is_told():
    population = [*crowd("large", "SH", "ynynynyn", "named"), *crowd("large", "NI", "yn", "described")]
    decision = protect(population, GROUPINGS[:3], 5)
    assert decision.shown["size_class"] == ["large"]
    assert "state" not in decision.shown
