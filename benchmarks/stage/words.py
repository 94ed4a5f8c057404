"""German words by chance: texts of the usual length, no two alike, with a few that many say."""

import random
from functools import cache

from consultation.core.places import package_folder

COMMON = 0.2
"""Of the sentences that are word for word those of others."""
_SHARED = 60


@cache
def _words() -> tuple[str, ...]:
    draft = (package_folder() / "data" / "drafts" / "kinvfg.md").read_text("utf-8")
    return tuple(sorted({word for word in draft.split() if word.isalpha()}))


@cache
def _shared(number: int) -> str:
    return _said(random.Random(number))


def _said(dice: random.Random) -> str:
    return " ".join(dice.choices(_words(), k=dice.randint(8, 20))).capitalize() + "."


def sentence(dice: random.Random) -> str:
    return _shared(dice.randrange(_SHARED)) if dice.random() < COMMON else _said(dice)


def text(dice: random.Random) -> str:
    """About 130 words, in paragraphs."""
    return "\n\n".join(" ".join(sentence(dice) for _ in range(dice.randint(2, 4))) for _ in range(3))
