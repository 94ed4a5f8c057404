"""What becomes of each invited house: dealt like cards, so that every demonstration holds every case."""

import random
from dataclasses import dataclass

SHARES = {"answer": 63, "silent": 22, "nil_return": 9, "decline": 3, "withdraw": 1, "late": 2}
"""What becomes of a hundred invitations."""


@dataclass(frozen=True)
class Card:
    """A fate, and what is promised of the answer; everything else the dice decide.

    `level`: disclosure of every part. `template`: the statement that circulates most is taken over, word for word
    ("verbatim") or "changed". `reserved`: submitted before the council agreed; `confirmed`: it has agreed since.
    """

    fate: str
    level: str = ""
    template: str = ""
    reserved: bool = False
    confirmed: bool | None = None


PROMISED = (
    Card("answer", level="named", template="verbatim"),
    Card("answer", level="named", template="verbatim"),
    Card("answer", level="described", template="verbatim"),
    Card("answer", level="figures", template="verbatim"),
    Card("answer", level="none", template="verbatim"),
    Card("answer", level="named", template="changed"),
    Card("answer", level="described", template="changed"),
    Card("answer", reserved=True, confirmed=False),
    Card("answer", reserved=True, confirmed=True),
)
"""At least these, whatever the seed and however few are invited."""


def deal(count: int, dice: random.Random) -> list[Card]:
    """A card for each of `count` houses: every fate at least once, all in about the shares above."""
    others = [Card(fate) for fate, share in SHARES.items() if fate != "answer" for _ in range(_number(count, share))]
    answers = [*PROMISED, *[Card("answer")] * (count - len(others) - len(PROMISED))]
    cards = [*answers, *others]
    dice.shuffle(cards)
    return cards


def _number(count: int, share: int) -> int:
    return max(1, round(count * share / 100))
