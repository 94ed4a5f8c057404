"""Values that go to a browser and come back: signed with the secret key, each for one purpose only."""

import base64
import hashlib
import hmac


def sign(key: str, purpose: str, value: bytes) -> str:
    """Base64url of the value, a dot, its signature. Readable by whoever holds it, changeable by nobody."""
    return f"{_encode(value)}.{_encode(_signature(key, purpose, value))}"


def verify(key: str, purpose: str, signed: str) -> bytes | None:
    """The value, or `None` for anything that we did not sign for this purpose."""
    text, _, signature = signed.partition(".")
    try:
        value, given = _decode(text), _decode(signature)
    except ValueError:
        return None
    return value if hmac.compare_digest(_signature(key, purpose, value), given) else None


def _signature(key: str, purpose: str, value: bytes) -> bytes:
    return hmac.digest(f"{purpose}:{key}".encode(), value, hashlib.sha256)


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
