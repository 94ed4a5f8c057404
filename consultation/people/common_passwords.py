"""Passwords that guessing programs try first: known ones, and known words or keys in a row with a little around them.

Nothing leaves the installation for this: a list comes along (`data/common_passwords.txt`), the rest is a rule.
"""

import re
from functools import cache

from consultation.core.places import package_folder

WORDS = (
    "administrator", "admin", "beteiligung", "bundesministerium", "foerderprogramm", "förderprogramm", "fruehling", "frühling",
    "geheim", "gemeinde", "hallo", "herbst", "internet", "kennwort", "kommune", "konsultation", "landkreis", "letmein", "login",
    "master", "ministerium", "monkey", "passphrase", "passwort", "password", "rathaus", "schatz", "sommer", "sonnenschein",
    "stadtverwaltung", "stellungnahme", "sunshine", "test", "verwaltung", "welcome", "willkommen", "winter",
)  # fmt: skip
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "1234567890", "01234567890", "qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6zhn7ujm", "1qay2wsx3edc4rfv5tgb6zhn7ujm", "q1w2e3r4t5z6u7i8o9p0", "1q2w3e4r5t6z7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)  # fmt: skip
_OTHER_WAYS = {"a": "[a@4]", "e": "[e3]", "i": "[i1!]", "o": "[o0]", "s": "[s$5]"}
LEFT = 4
"""So many letters must be left beside words and rows."""
DIGITS = 8
"""More digits than this are taken for a choice of their own: not a year, not a date."""


def is_common(password: str, email: str = "") -> bool:
    plain = password.casefold()
    if plain in _known() or _repeats(plain):
        return True
    own = [part for part in re.split(r"[^\w]+", email.casefold()) if len(part) >= LEFT]
    plain = _without_rows(_without_words(plain, own))
    letters, digits = sum(sign.isalpha() for sign in plain), sum(sign.isdigit() for sign in plain)
    return letters < LEFT and digits <= DIGITS


def _without_words(plain: str, own: list[str]) -> str:
    """The longest first; also written with a zero for an o."""
    words = sorted({*WORDS, *own}, key=len, reverse=True)
    forms = ("".join(_OTHER_WAYS.get(sign, re.escape(sign)) for sign in word) for word in words)
    return re.sub("|".join(forms), " ", plain)


def _without_rows(plain: str) -> str:
    """Without every three or more keys that stand in a row, forwards or backwards."""
    at, kept = 0, []
    while at < len(plain):
        end = at + 3
        while end <= len(plain) and _in_a_row(plain[at:end]):
            end += 1
        length = end - 1 - at
        kept.append(plain[at] if length < 3 else " ")
        at += 1 if length < 3 else length
    return "".join(kept)


def _in_a_row(piece: str) -> bool:
    return len(set(piece)) == 1 or any(piece in row or piece[::-1] in row for row in _ROWS)


def _repeats(plain: str) -> bool:
    """The same piece again and again, the last one perhaps cut short."""
    return any(plain[size:] == plain[:-size] for size in range(1, len(plain) // 2 + 1))


@cache
def _known() -> frozenset[str]:
    return frozenset((package_folder() / "data" / "common_passwords.txt").read_text("utf-8").split("\n"))
