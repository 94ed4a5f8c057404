"""What earlier public editions counted, answer by answer: kept beside them, never handed out, held against the next one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consultation.evaluation.combinations import Mask
from consultation.evaluation.cube import SMALL_TOWN_CLASSES
from consultation.evaluation.figures import SMALL_TOWNS
from consultation.evaluation.protection import NOTHING_BEFORE, Member, Past, Unknown

SCHEMA = "consultation-compared-2"
Place = tuple[str, str]
"""(field, item)."""


Kind = tuple[tuple[str, ...], tuple[bool, ...]]
"""Groups and what is hidden: the same for many bodies."""


@dataclass(frozen=True)
class Asked:
    """One question of one edition."""

    groupings: tuple[str, ...]
    shown: dict[str, list[str]]
    population: int
    """Who was counted: the same in most questions of a part, so it is kept once."""
    answers: dict[str, tuple[str, ...]]
    """Response (of participation: body) → what it said; the others of the population said nothing."""


@dataclass
class Memory:
    """One edition: who was counted in which question, how, and which rows were shown."""

    asked: dict[Place, Asked] = field(default_factory=dict)
    kinds: dict[Kind, int] = field(default_factory=dict)
    populations: dict[tuple[tuple[str, int], ...], int] = field(default_factory=dict)

    def note(
        self,
        place: Place,
        groupings: Sequence[str],
        shown: Mapping[str, list[str]],
        members: Mapping[Any, Member],
    ) -> None:
        """Also where no row is shown: an answer that was published with a name stays known."""
        kinds = self.kinds
        counted = tuple(sorted(
            (str(who), kinds.setdefault((one.groups, one.hidden), len(kinds))) for who, one in members.items()
        ))  # fmt: skip
        population = self.populations.setdefault(counted, len(self.populations))
        answers = {str(who): one.choices for who, one in members.items() if one.answered}
        self.asked[place] = Asked(tuple(groupings), dict(shown), population, answers)

    def members(self, place: Place) -> Iterator[tuple[str, Member]]:
        """As they were counted."""
        asked, kinds = self.asked[place], list(self.kinds)
        for who, kind in list(self.populations)[asked.population]:
            groups, hidden = kinds[kind]
            yield who, Member(groups, asked.answers.get(who, ()), who in asked.answers, hidden)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA, "kinds": list(self.kinds), "populations": list(self.populations),
            "fields": [
                [*place, one.groupings, dict(sorted(one.shown.items())), one.population, dict(sorted(one.answers.items()))]
                for place, one in sorted(self.asked.items())
            ],
        }  # fmt: skip


def read_memory(found: Any) -> Memory | None:
    """What `to_json` wrote; None for what another version of the program wrote."""
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        return None
    return Memory(
        {
            (key, item): Asked(tuple(groupings), shown, population, {who: tuple(said) for who, said in answers.items()})
            for key, item, groupings, shown, population, answers in found["fields"]
        },
        {(tuple(groups), tuple(hidden)): place for place, (groups, hidden) in enumerate(found["kinds"])},
        {tuple((who, kind) for who, kind in counted): place for place, counted in enumerate(found["populations"])},
    )


def past_of(place: Place, groupings: Sequence[str], members: Mapping[Any, Member], earlier: Iterable[Memory]) -> Past:
    """Each answer of this and of the earlier editions once; nothing where no earlier edition knows the question."""
    before = [memory for memory in earlier if place in memory.asked]
    if not before:
        return NOTHING_BEFORE
    found: dict[tuple[str, bool, tuple[str, ...]], Unknown] = {
        (str(who), one.answered, one.choices): Unknown(one, 0, one.choices, one.answered, one.hidden)
        for who, one in members.items()
    }
    width = 0
    for memory in before:
        known, shown = memory.asked[place].groupings, memory.asked[place].shown
        rows = [(known.index(grouping), group) for grouping, groups in shown.items() for group in groups]
        for who, old in memory.members(place):
            key = (who, old.answered, old.choices)
            one = found.get(key) or Unknown(None, 0, old.choices, old.answered, (True,) * len(groupings))
            hidden = _both(one.hidden, old, known, groupings)
            found[key] = Unknown(one.member, one.before | _mask(old, rows) << width, old.choices, old.answered, hidden)
        width += len(rows)
    tables = {
        groupings.index(grouping)
        for memory in before
        for grouping in memory.asked[place].shown
        if grouping in groupings
    }
    return Past(list(found.values()), frozenset(tables))


def _both(hidden: tuple[bool, ...], old: Member, known: Sequence[str], groupings: Sequence[str]) -> tuple[bool, ...]:
    """Hidden in both: whoever was published with these dimensions in one of them is known."""
    then = dict(zip(known, old.hidden, strict=True))
    return tuple(flag and then.get(grouping, True) for flag, grouping in zip(hidden, groupings, strict=True))


def _mask(old: Member, rows: Sequence[tuple[int, str]]) -> Mask:
    mask = 0
    for bit, (index, group) in enumerate(rows):
        own = old.groups[index]
        both_classes = group == SMALL_TOWNS and own in SMALL_TOWN_CLASSES
        mask |= (own == group or both_classes) << bit
    return mask
