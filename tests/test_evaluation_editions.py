"""Several public editions of one question, combined in any way, tell nothing about a few or about the unanimous either."""

import os
import random
import uuid
from collections.abc import Collection, Iterable, Sequence

import orjson
import pytest

from consultation.evaluation.earlier import Memory, past_of, read_memory
from consultation.evaluation.protection import Decision, Member, protect
from tests import leaks
from tests.leaks import Answer, Equation

SETS = int(os.environ.get("FIGURE_SETS", "120"))
"""Random consultations of each kind in this run; thousands before a release: FIGURE_SETS=3000."""
GROUPINGS = ("total", "size_class", "state", "by:experience")
PLACE = ("affected", "")
OPTIONS = ("yes", "no", "unclear")
People = dict[uuid.UUID, Member]


# -- random consultations that go on ---------------------------------------------------------------------------------
def somebody(chance: random.Random, lands: Sequence[str]) -> Member:
    level = chance.choice(["named", "described", "figures", "figures", "figures"])
    told, other = level != "figures", chance.random() < 0.5
    choice = chance.choice(["", *OPTIONS])
    groups = ("", chance.choice(["large", "medium", "small"]), chance.choice(lands), chance.choice(["", "yes", "no"]))
    hidden = (not told, not told, level != "named", not (told and other))
    return Member(groups, (choice,) if choice else (), bool(choice), hidden)


def crowd(chance: random.Random) -> People:
    lands = ["SH", "NI", "BY", "HH"][: chance.randint(1, 4)]
    return {uuid.UUID(int=chance.getrandbits(128)): somebody(chance, lands) for _ in range(chance.randint(6, 40))}


def later(chance: random.Random, people: People) -> People:
    """Some change their answer, their group or what may be shown of it, some go, some come."""
    much = chance.choice([0.03, 0.1, 0.4])
    found = {}
    for who, one in people.items():
        other = somebody(chance, ["SH", "NI"])
        match chance.choice(["answer", "group", "level", "go"]) if chance.random() < much else "stay":
            case "stay":
                found[who] = one
            case "answer":
                found[who] = Member(one.groups, other.choices, other.answered, one.hidden)
            case "group":
                found[who] = Member(other.groups, one.choices, one.answered, one.hidden)
            case "level":
                found[who] = Member(one.groups, one.choices, one.answered, other.hidden)
    new = round(len(people) * much * chance.random())
    return found | {uuid.UUID(int=chance.getrandbits(128)): somebody(chance, ["SH", "NI"]) for _ in range(new)}


def published(people: People, minimum: int, earlier: Iterable[Memory]) -> tuple[Decision, Memory]:
    decision = protect(list(people.values()), GROUPINGS, minimum, past_of(PLACE, GROUPINGS, people, earlier))
    memory = Memory()
    memory.note(PLACE, GROUPINGS, decision.shown, people)
    read = read_memory(orjson.loads(orjson.dumps(memory.to_json())))
    assert read is not None
    return decision, read


# -- the reader of several editions ----------------------------------------------------------------------------------
def combined(
    editions: Sequence[tuple[People, Decision]], tables: Collection[int]
) -> tuple[list[Equation], list[Answer]]:
    """Equations over the answers that stay hidden from whoever knows all that was ever published with the dimensions of one of
    these tables.
    """
    known: dict[Answer, set[int]] = {}
    for people, _ in editions:
        for who, one in people.items():
            told = {table for table in tables if not one.hidden[table]}
            known.setdefault(Answer(str(who), one.choices, one.answered), set()).update(told)
    answers = {answer: place for place, answer in enumerate(known)}
    equations = []
    for people, decision in editions:
        for grouping, groups in decision.shown.items():
            index = GROUPINGS.index(grouping)
            for group in groups:
                counted = (Answer(str(w), m.choices, m.answered) for w, m in people.items() if m.groups[index] == group)
                equations.append(frozenset(answers[answer] for answer in counted if known[answer] != set(tables)))
    return equations, list(answers)


def leaks_of(editions: Sequence[tuple[People, Decision]], minimum: int) -> list[str]:
    shown = sorted({GROUPINGS.index(grouping) for _, decision in editions for grouping in decision.shown})
    views = [shown, *([table] for table in shown)] if shown else []
    return [f"{view}: {leak}" for view in views for leak in leaks.found(*combined(editions, view), minimum)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_combination_of_editions_isolates_a_hidden_part(count: int) -> None:
    shown = refused = 0
    for seed in range(SETS):
        chance = random.Random(1000 * count + seed)
        minimum, people = chance.choice([2, 3, 5]), crowd(chance)
        editions: list[tuple[People, Decision]] = []
        memories: list[Memory] = []
        for _ in range(count):
            decision, memory = published(people, minimum, memories)
            if decision.too_late:  # then nothing of the new edition is published at all
                refused += 1
                break
            editions.append((people, decision))
            memories.append(memory)
            people = later(chance, people)
        shown += sum(bool(decision.shown) for _, decision in editions[1:])
        assert leaks_of(editions, minimum) == [], seed
    assert count == 1 or shown > SETS // 8, "the test looks at nothing"
    assert refused < SETS // 2


def test_the_reader_finds_what_two_editions_tell_together() -> None:
    """Each of them is harmless alone; together they tell what the one newcomer said."""
    people = {
        uuid.UUID(int=i): Member(("", "large", "SH", ""), (OPTIONS[i % 3],), True, (True,) * 4) for i in range(12)
    }
    more = people | {uuid.UUID(int=99): Member(("", "large", "SH", ""), ("yes",), True, (True,) * 4)}
    careless = [(one, published(one, 5, [])[0]) for one in (people, more)]
    assert all(leaks_of([edition], 5) == [] for edition in careless)
    assert leaks_of(careless, 5) != []
    first, memory = published(people, 5, [])
    second, _ = published(more, 5, [memory])
    assert first.shown
    assert (second.shown, second.by_earlier, second.too_late) == ({}, True, False)


def test_enough_newcomers_who_differ_are_shown_again() -> None:
    people = {
        uuid.UUID(int=i): Member(("", "large", "SH", ""), (OPTIONS[i % 3],), True, (True,) * 4) for i in range(12)
    }
    more = people | {
        uuid.UUID(int=90 + i): Member(("", "large", "SH", ""), (OPTIONS[i % 3],), True, (True,) * 4) for i in range(6)
    }
    _, memory = published(people, 5, [])
    assert published(more, 5, [memory])[0].shown["total"] == [""]


def test_a_name_given_later_that_leaves_too_few_hidden_in_an_earlier_edition_stops_the_new_one() -> None:
    people = {uuid.UUID(int=i): Member(("", "large", "SH", ""), (OPTIONS[i % 3],), True, (True,) * 4) for i in range(5)}
    _, memory = published(people, 5, [])
    now = people | {uuid.UUID(int=0): Member(("", "large", "SH", ""), ("yes",), True, (False,) * 4)}
    assert published(now, 5, [memory])[0].too_late
