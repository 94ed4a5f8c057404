"""Passwords and one-time codes are kept as argon2id hashes. Checking one takes the same time whether there is one or not."""

import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.people.common_passwords import is_common

SHORTEST = 12
LONGEST = 512
_AT_ONCE = threading.BoundedSemaphore(4)  # each check takes 64 MiB
_hasher = PasswordHasher()
_NOBODYS = _hasher.hash("the hash that is checked when there is no account")


def hashed(secret: str) -> str:
    with _AT_ONCE:
        return _hasher.hash(_bytes(secret))


def matches(stored: str | None, secret: str) -> bool:
    """Never raises. Without a stored hash, or with an endless secret, another one is checked and the answer is no."""
    bounded = len(secret) <= LONGEST
    with _AT_ONCE:
        try:
            _hasher.verify(stored or _NOBODYS, _bytes(secret) if bounded else b"")
        except (VerificationError, InvalidHashError):
            return False
    return bounded and stored is not None


@dataclass(frozen=True)
class Chosen:
    """A new password, hashed before the transaction that keeps it."""

    clear: str = field(repr=False)
    hash: str = field(repr=False)
    again: bool
    """It is the one there was."""


def chosen(password: str, stored: str | None = None) -> Chosen:
    """Not inside a transaction that others wait for: hashing is slow. `stored`: the hash of the one there was."""
    return Chosen(password, hashed(password), stored is not None and matches(stored, password))


def problems(password: str, email: str = "", field: str = "password") -> Iterator[Problem]:
    """What is wrong with a new password. Length protects, composition rules do not; what everybody takes does not either."""
    length = len(unicodedata.normalize("NFC", password))
    if length < SHORTEST:
        yield Problem(field, M("Wählen Sie ein Passwort mit mindestens {count} Zeichen.", count=SHORTEST))
    elif length > LONGEST:
        yield Problem(field, M("Wählen Sie ein Passwort mit höchstens {count} Zeichen.", count=LONGEST))
    elif is_common(password, email):
        yield Problem(field, M("Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes."))


def _bytes(secret: str) -> bytes:
    """One form for every keyboard; broken characters are kept as they are, nothing is cut."""
    return unicodedata.normalize("NFC", secret).encode("utf-8", "surrogatepass")
