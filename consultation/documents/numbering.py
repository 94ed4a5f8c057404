"""All editions of a consultation share one count, internal ones too: readers of the public ones are told where it jumps."""

from collections.abc import Iterable

from consultation.core.language import M, Message


def jumps(numbers: Iterable[int]) -> bool:
    """Whether these published editions leave out a number."""
    known = sorted(numbers)
    return known != list(range(1, len(known) + 1))


def placed(number: int, before: Iterable[int]) -> Message:
    """The number of a public edition; with its place among those that are out, where the number alone would puzzle.

    `before`: numbers of the public editions that came out before it.
    """
    earlier = sorted(before)
    if not jumps([*earlier, number]):
        return M("{number}", number=number)
    if not earlier:
        return M(
            "{number} – die erste veröffentlichte; Ausgaben, die nicht veröffentlicht sind, zählen mit", number=number
        )
    return M("{number} – davor veröffentlicht: {earlier}; Ausgaben, die nicht veröffentlicht sind, zählen mit",
             number=number, earlier=tuple(map(str, earlier)))  # fmt: skip
