"""Which rows of which tables of one question may be published, so that nobody who stays hidden can be told apart.

A row that cannot be shown is suppressed together with others (the smallest first) until nothing can be computed back
from the total and the other tables; a table of which nothing is left is dropped; if even the total tells something, the
whole question is.

What earlier editions published is held beside it: an answer that stood in them is the same unknown there and here, one that
was changed or taken back is another. So nothing can be computed from several editions either, whatever is combined.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from consultation.evaluation.combinations import Mask, isolates_nobody, never_unanimous
from consultation.evaluation.figures import TOTAL


@dataclass(frozen=True)
class Member:
    """An organisation that one question counts."""

    groups: tuple[str, ...]
    """Its row in each table, in the order of the groupings; the first is the total."""
    choices: tuple[str, ...]
    """What it answered: options, or the number as text; () if it said nothing countable."""
    answered: bool
    hidden: tuple[bool, ...]
    """For each table: its answer is not published individually with all dimensions of that table."""


@dataclass(frozen=True)
class Unknown:
    """An answer as whoever holds several editions sees it: one variable in the rows it was counted in."""

    member: Member | None
    """In the edition to be; None where it stands in earlier ones alone."""
    before: Mask
    """The rows of earlier editions it was counted in."""
    choices: tuple[str, ...]
    answered: bool
    hidden: tuple[bool, ...]
    """As `Member.hidden`, and not published individually in an earlier edition either."""


@dataclass(frozen=True)
class Past:
    """What earlier editions make of a question."""

    unknowns: Sequence[Unknown] = ()
    """All answers of this and of earlier editions, each once; empty where there are no earlier ones."""
    tables: frozenset[int] = frozenset()
    """Which of the groupings they showed."""


NOTHING_BEFORE = Past()


@dataclass
class Decision:
    """What may be shown. `shown`: grouping → groups; a grouping that is missing is dropped."""

    shown: dict[str, list[str]] = field(default_factory=dict)
    suppressed: dict[str, list[str]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    by_earlier: bool = False
    """Nothing is shown because of what earlier editions show; alone it could be."""
    too_late: bool = False
    """Earlier editions tell too much together with what is now published individually, whatever is left out here."""


@dataclass
class _Table:
    index: int
    rows: list[str]
    merged: set[str]
    """Rows that are not shown: together they are one block, known by subtraction."""

    def block(self, member: Member) -> str | None:
        group = member.groups[self.index]
        return None if group in self.merged else group


def protect(members: Sequence[Member], groupings: Sequence[str], minimum: int, past: Past = NOTHING_BEFORE) -> Decision:
    """`groupings[0]` is the total. Tables are taken in order; each is fitted to those before."""
    decision = Decision()
    total = _Table(0, [""], set())
    case = _Case(members, past, minimum)
    if not case.is_safe([total]):
        decision.dropped = list(groupings)
        decision.by_earlier = case.is_safe_alone([total])
        decision.too_late = not case.is_safe_together([])
        return decision
    decision.shown[TOTAL] = [""]
    taken = [total]
    for index in range(1, len(groupings)):
        table = _fit(case, index, taken)
        if table is None:
            decision.dropped.append(groupings[index])
            continue
        taken.append(table)
        decision.shown[groupings[index]] = [row for row in table.rows if row not in table.merged]
        decision.suppressed[groupings[index]] = [row for row in table.rows if row in table.merged]
    return decision


def _fit(case: "_Case", index: int, taken: list[_Table]) -> _Table | None:
    members = case.members
    rows = list(dict.fromkeys(member.groups[index] for member in members))
    hidden = Counter(member.groups[index] for member in members if member.hidden[index])
    alone = {row: [m for m in members if m.groups[index] == row] for row in rows}
    unsafe = {row for row in rows if not _safe(alone[row], [_Table(index, rows, set())], case.minimum)}
    table = _Table(index, rows, unsafe)
    helpful = sorted((row for row in rows if row not in unsafe and hidden[row]), key=lambda row: (hidden[row], row))
    while not case.is_safe([*taken, table]):
        if not helpful:
            return None
        table.merged.add(helpful.pop(0))
    return table if set(rows) - table.merged else None


@dataclass(frozen=True)
class _Case:
    members: Sequence[Member]
    past: Past
    minimum: int

    def is_safe(self, tables: Sequence[_Table]) -> bool:
        return self.is_safe_alone(tables) and self.is_safe_together(tables)

    def is_safe_alone(self, tables: Sequence[_Table]) -> bool:
        return _safe(self.members, tables, self.minimum)

    def is_safe_together(self, tables: Sequence[_Table]) -> bool:
        """With the rows of earlier editions: their bits, and above them those of these tables."""
        unknowns = self.past.unknowns
        if not unknowns:
            return True
        here = [(one, one.member) for one in unknowns if one.member is not None]
        gone = [one for one in unknowns if one.member is None]
        width = max(one.before.bit_length() for one in unknowns)
        new = _masks([member for _, member in here], tables) if tables else [0] * len(here)
        masks = [one.before | mask << width for (one, _), mask in zip(here, new, strict=True)]
        everybody = [*(one for one, _ in here), *gone]
        masks += [one.before for one in gone]
        known = _known([one.hidden for one in everybody], {*self.past.tables, *(table.index for table in tables)})
        return all(_is_safe(everybody, masks, hidden, self.minimum) for hidden in known)


def _known(hidden: Sequence[tuple[bool, ...]], tables: Collection[int]) -> set[tuple[bool, ...]]:
    """Who stays hidden from whoever knows what is published of single members: with the dimensions of each table, and of all."""
    found = {tuple(one[place] for one in hidden) for place in tables}
    found.add(tuple(any(one[place] for place in tables) for one in hidden))
    return found


def _safe(members: Sequence[Member], tables: Sequence[_Table], minimum: int) -> bool:
    known = _known([member.hidden for member in members], [table.index for table in tables])
    masks = _masks(members, tables)
    return all(_is_safe(members, masks, hidden, minimum) for hidden in known)


def _masks(members: Sequence[Member], tables: Sequence[_Table]) -> list[Mask]:
    """The largest block of each table has no bit: it is the total less the others and adds nothing to combine."""
    masks = [1] * len(members)
    next_bit = 2
    for table in tables[1:] if tables[0].index == 0 else tables:
        blocks = [table.block(member) for member in members]
        bits = {}
        for block, _ in Counter(blocks).most_common()[1:]:
            bits[block] = next_bit
            next_bit <<= 1
        for place, block in enumerate(blocks):
            masks[place] |= bits.get(block, 0)
    return masks


def _is_safe(
    members: Sequence[Member] | Sequence[Unknown], masks: Sequence[Mask], hidden: Iterable[bool], minimum: int
) -> bool:
    everybody, answering = Counter[Mask](), Counter[Mask]()
    choosers: dict[str, Counter[Mask]] = defaultdict(Counter)
    people: Sequence[Member | Unknown] = members
    for member, mask, is_hidden in zip(people, masks, hidden, strict=True):
        if is_hidden and mask:
            everybody[mask] += 1
            answering[mask] += member.answered
            for choice in member.choices:
                choosers[choice][mask] += 1
    answering = +answering
    if not (isolates_nobody(everybody, minimum) and isolates_nobody(answering, minimum)):
        return False
    often = (chosen for chosen in choosers.values() if chosen.total() >= minimum)
    return never_unanimous(answering, often)
