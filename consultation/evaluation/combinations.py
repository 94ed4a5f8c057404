"""What can be derived from published tables: every sum and difference of their rows, seen as linear algebra.

A hidden member is a vector: one bit for each published row it is counted in. Whoever combines rows computes a linear
function of these vectors. Two facts about ranks make every combination harmless at once:

1. If the hidden members hold k disjoint sets that each span all vectors, a combination that is not zero everywhere is
   not zero on any of these sets. So it rests on at least k members: nothing about fewer can be derived.
2. If those who did not choose an option span all vectors, no combination rests on choosers of this option alone:
   nothing unanimous can be derived.

Both are sufficient, not necessary; what fails them is suppressed.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

Mask = int
"""The rows a member is counted in, as bits."""
Relation = dict[int, Mask]
"""Factor → the rows that have it."""


def isolates_nobody(members: Counter[Mask], minimum: int) -> bool:
    """Fact 1, with k = minimum; nobody at all is fine."""
    if not members:
        return True
    if members.total() < minimum:
        return False
    wanted = rank(members)
    left = Counter(members)
    for _ in range(minimum):
        taken = independent(mask for mask, count in left.most_common() if count > 0)
        if len(taken) < wanted:
            return False
        left.subtract(taken)
    return True


def never_unanimous(members: Counter[Mask], choosers: Iterable[Counter[Mask]]) -> bool:
    """Fact 2, for each option's choosers."""
    wanted = rank(members) if members else 0
    return all(len(independent((members - chosen).keys())) == wanted for chosen in choosers if chosen)


def independent(masks: Iterable[Mask]) -> list[Mask]:
    """A largest selection that is independent modulo 2, and therefore independent for fractions too; greedy, in order."""
    pivots: dict[int, Mask] = {}
    chosen = []
    for mask in masks:
        rest = mask
        while rest and (top := rest.bit_length()) in pivots:
            rest ^= pivots[top]
        if rest:
            pivots[rest.bit_length()] = rest
            chosen.append(mask)
    return chosen


def rank(masks: Iterable[Mask]) -> int:
    """Over the fractions, exactly. What is independent modulo 2 is the start; the rest is tested against the relations
    between rows that hold on it.
    """
    distinct = list(dict.fromkeys(masks))
    basis = independent(distinct)
    if len(basis) == _different_rows(distinct):
        return len(basis)
    relations = _relations(basis, max(distinct).bit_length())
    for mask in distinct:
        if any(_sum(relation, mask) for relation in relations):
            basis.append(mask)
            relations = _relations(basis, max(distinct).bit_length())
    return len(basis)


def _different_rows(distinct: list[Mask]) -> int:
    """Rows that count somebody, those that count the same once: there can be no more independent ones."""
    rows: dict[int, int] = {}
    for place, mask in enumerate(distinct):
        left = mask
        while left:
            lowest = left & -left
            rows[lowest] = rows.get(lowest, 0) | 1 << place
            left ^= lowest
    return len(set(rows.values()))


def _sum(relation: Relation, mask: Mask) -> int:
    return sum(factor * (mask & rows).bit_count() for factor, rows in relation.items())


def _relations(basis: list[Mask], rows: int) -> list[Relation]:
    """A basis of the combinations of rows that are zero on all given members."""
    pivots: dict[int, dict[int, Fraction]] = {}
    for mask in basis:
        vector = {row: Fraction(1) for row in range(rows) if mask >> row & 1}
        for pivot, other in pivots.items():
            _eliminate(vector, pivot, other)
        pivot = min(vector)
        scale = vector[pivot]
        vector = {row: factor / scale for row, factor in vector.items()}
        for other in pivots.values():
            _eliminate(other, pivot, vector)
        pivots[pivot] = vector
    free = [row for row in range(rows) if row not in pivots]
    return [
        _whole({row: Fraction(1)} | {p: -vector[row] for p, vector in pivots.items() if row in vector}) for row in free
    ]


def _whole(factors: Mapping[int, Fraction]) -> Relation:
    scale = math.lcm(*(factor.denominator for factor in factors.values()))
    relation: Relation = {}
    for row, factor in factors.items():
        whole = int(factor * scale)
        relation[whole] = relation.get(whole, 0) | 1 << row
    return relation


def _eliminate(vector: dict[int, Fraction], pivot: int, by: Mapping[int, Fraction]) -> None:
    factor = vector.get(pivot)
    if not factor:
        return
    for row, value in by.items():
        if left := vector.get(row, Fraction(0)) - factor * value:
            vector[row] = left
        else:
            vector.pop(row, None)
