"""Whoever holds published tables computes with them: plain linear algebra, which knows nothing of how they were protected.

Every hidden answer is a variable. A published row is an equation: the sum of the variables counted in it. Something can be
derived about some variables alone if a combination of equations is zero on all others: then the rank of the equations on the
others is smaller than on all. Ranks are taken modulo a large prime, which never makes them too large.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

PRIME = (1 << 61) - 1
Equation = frozenset[int]
"""The variables of one published row."""


def rank(rows: Iterable[Mapping[int, int]]) -> int:
    pivots: dict[int, dict[int, int]] = {}
    for row in rows:
        left = {place: value % PRIME for place, value in row.items() if value % PRIME}
        while left:
            place = min(left)
            if place not in pivots:
                inverse = pow(left[place], PRIME - 2, PRIME)
                pivots[place] = {p: v * inverse % PRIME for p, v in left.items()}
                break
            factor = left[place]
            for p, v in pivots[place].items():
                if value := (left.get(p, 0) - factor * v) % PRIME:
                    left[p] = value
                else:
                    left.pop(p, None)
    return len(pivots)


@dataclass(frozen=True)
class Answer:
    """One variable: what somebody said, as it stood in one or several editions."""

    who: str
    choices: tuple[str, ...]
    answered: bool


def derivable(equations: Sequence[Equation], inside: frozenset[int]) -> bool:
    whole = rank(dict.fromkeys(equation, 1) for equation in equations)
    outside = rank(dict.fromkeys(equation - inside, 1) for equation in equations)
    return outside < whole


def found(equations: Sequence[Equation], answers: Sequence[Answer], minimum: int) -> Iterator[str]:
    """What can be derived about fewer than the minimum, or about such that all say the same."""
    for counted in ("everybody", "answering"):
        people = frozenset(i for i, one in enumerate(answers) if counted == "everybody" or one.answered)
        rows = list({equation & people for equation in equations} - {frozenset()})
        whole = rank(dict.fromkeys(row, 1) for row in rows)
        used = sorted(frozenset().union(*rows)) if rows else []
        kinds: dict[tuple[bool, ...], list[int]] = {}
        for one in used:
            kinds.setdefault(tuple(one in row for row in rows), []).append(one)
        for few in _few(list(kinds.values()), minimum - 1):
            if rank(dict.fromkeys(row - few, 1) for row in rows) < whole:
                yield f"{counted}: something rests on {[answers[i].who for i in sorted(few)]} alone"
                return
        if counted == "answering":
            for option in sorted({choice for i in used for choice in answers[i].choices}):
                choosers = frozenset(i for i in used if option in answers[i].choices)
                if rank(dict.fromkeys(row - choosers, 1) for row in rows) < whole:
                    yield f"all that something rests on said {option}"


def _few(kinds: Sequence[Sequence[int]], most: int) -> Iterator[frozenset[int]]:
    """Taking only some of those who stand in the same rows derives nothing more: so whole kinds, up to so many people."""
    small = [frozenset(kind) for kind in kinds if len(kind) <= most]
    for count in range(1, most + 1):
        for chosen in itertools.combinations(small, count):
            together = frozenset().union(*chosen)
            if len(together) <= most:
                yield together
