"""How a point is called: by its number in the house, and by the one everybody knows once a public edition showed it."""

from consultation.core.language import M, Message


def both_numbers(number: int, public_number: int | None) -> Message:
    """To stand after "Punkt". For the house alone: the first number tells which demand came before which.

    They are names and no amounts: 1234, not 1.234, so that what was read can be typed.
    """
    if public_number is None:
        return M("{number}", number=str(number))
    return M("{number}, öffentlich Nr. {public}", number=str(number), public=str(public_number))
