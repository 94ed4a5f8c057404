"""Receipt numbers: random, with a check digit, easy to read out on the telephone."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
_PRIME = 37
_CHECKS = ALPHABET + "*~$=U"


def new_receipt_number() -> str:
    """55 random bits in eleven characters and a check character: 7KQ2-M4XD-09TC. None that needs a special sign."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(11))
        if (check := check_character(body)) in ALPHABET:
            number = body + check
            return "-".join(number[i : i + 4] for i in range(0, 12, 4))


def check_character(body: str) -> str:
    """Crockford's check symbol: the value modulo 37. Finds every single wrong character and every swap of neighbours."""
    value = 0
    for character in body:
        value = value * 32 + ALPHABET.index(character)
    return _CHECKS[value % _PRIME]


def is_receipt_number(text: str) -> bool:
    compact = text.upper().replace("-", "").replace(" ", "")
    known = len(compact) == 12 and all(c in ALPHABET for c in compact)
    return known and check_character(compact[:11]) == compact[11]
