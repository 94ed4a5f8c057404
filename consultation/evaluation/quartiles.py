"""Middle values from how often each value was given: exact, and the same for ten answers and ten thousand."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Quartiles:
    """Of type 7 (linear between neighbours, as R and spreadsheets do it). Exact fractions of the values given."""

    lower: Fraction
    median: Fraction
    upper: Fraction


def quartiles(counts: Mapping[float, int]) -> Quartiles | None:
    """`counts`: value → how often. None where nothing was given."""
    if not any(counts.values()):
        return None
    return Quartiles(*(quantile(counts, Fraction(part, 4)) for part in (1, 2, 3)))


def quantile(counts: Mapping[float, int], part: Fraction) -> Fraction:
    """Type 7: at position (n - 1) · part of the sorted values, between its two neighbours."""
    position = (sum(counts.values()) - 1) * part
    whole = position.numerator // position.denominator
    low, high = _at(counts, whole), _at(counts, whole + 1)
    return low + (position - whole) * (high - low)


def _at(counts: Mapping[float, int], position: int) -> Fraction:
    """The value at this place (from 0) of the sorted values, the last one beyond the end."""
    passed, value = 0, 0.0
    for value in sorted(counts):
        passed += counts[value]
        if position < passed:
            break
    return Fraction(repr(value))


def lower_median(counts: Mapping[int, int]) -> int | None:
    """Of ordered steps: the lower of the two middle ones, so that it is a step somebody chose."""
    n = sum(counts.values())
    return int(_at({float(step): count for step, count in counts.items()}, (n - 1) // 2)) if n else None
