"""Which rows of which tables of one question may be published, so that nobody who stays hidden can be told apart.

A row that cannot be shown is suppressed together with others (the smallest first) until nothing can be computed back
from the total and the other tables; a table of which nothing is left is dropped; if even the total tells something, the
whole question is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
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


@dataclass
class Decision:
    """What may be shown. `shown`: grouping → groups; a grouping that is missing is dropped."""

    shown: dict[str, list[str]] = field(default_factory=dict)
    suppressed: dict[str, list[str]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


@dataclass
class _Table:
    index: int
    rows: list[str]
    merged: set[str]
    """Rows that are not shown: together they are one block, known by subtraction."""

    def block(self, member: Member) -> str | None:
        group = member.groups[self.index]
        return None if group in self.merged else group


def protect(members: Sequence[Member], groupings: Sequence[str], minimum: int) -> Decision:
    """`groupings[0]` is the total. Tables are taken in order; each is fitted to those before."""
    decision = Decision()
    total = _Table(0, [""], set())
    if not _safe(members, [total], minimum):
        decision.dropped = list(groupings)
        return decision
    decision.shown[TOTAL] = [""]
    taken = [total]
    for index in range(1, len(groupings)):
        table = _fit(members, index, taken, minimum)
        if table is None:
            decision.dropped.append(groupings[index])
            continue
        taken.append(table)
        decision.shown[groupings[index]] = [row for row in table.rows if row not in table.merged]
        decision.suppressed[groupings[index]] = [row for row in table.rows if row in table.merged]
    return decision


def _fit(members: Sequence[Member], index: int, taken: list[_Table], minimum: int) -> _Table | None:
    rows = list(dict.fromkeys(member.groups[index] for member in members))
    hidden = Counter(member.groups[index] for member in members if member.hidden[index])
    alone = {row: [m for m in members if m.groups[index] == row] for row in rows}
    unsafe = {row for row in rows if not _safe(alone[row], [_Table(index, rows, set())], minimum)}
    table = _Table(index, rows, unsafe)
    helpful = sorted((row for row in rows if row not in unsafe and hidden[row]), key=lambda row: (hidden[row], row))
    while not _safe(members, [*taken, table], minimum):
        if not helpful:
            return None
        table.merged.add(helpful.pop(0))
    return table if set(rows) - table.merged else None


def _safe(members: Sequence[Member], tables: Sequence[_Table], minimum: int) -> bool:
    """Against whoever knows what is published of single members: with the dimensions of each table, and of all."""
    known = {tuple(member.hidden[table.index] for member in members) for table in tables}
    known.add(tuple(any(member.hidden[table.index] for table in tables) for member in members))
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


def _is_safe(members: Sequence[Member], masks: Sequence[Mask], hidden: Iterable[bool], minimum: int) -> bool:
    everybody, answering = Counter[Mask](), Counter[Mask]()
    choosers: dict[str, Counter[Mask]] = defaultdict(Counter)
    for member, mask, is_hidden in zip(members, masks, hidden, strict=True):
        if is_hidden:
            everybody[mask] += 1
            answering[mask] += member.answered
            for choice in member.choices:
                choosers[choice][mask] += 1
    answering = +answering
    if not (isolates_nobody(everybody, minimum) and isolates_nobody(answering, minimum)):
        return False
    often = (chosen for chosen in choosers.values() if chosen.total() >= minimum)
    return never_unanimous(answering, often)
