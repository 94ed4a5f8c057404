"""Texts people write: cleaned, bounded before the cleaning (as the schema says) and after it."""

from typing import Any

from consultation.core.language import M
from consultation.core.text import clean, clean_line
from consultation.questions import Value
from consultation.questions.refusals import refuse

TOO_LONG = "too_long"
"""Beyond the schema: a few characters become two or three in the normal form."""


def check_text(value: Value, limit: int, *, line: bool = False) -> str | None:
    """The clean text, `None` if nothing is left of it. `limit` in characters."""
    if value is None:
        return None
    if not isinstance(value, str):
        refuse(M("Bitte geben Sie hier einen Text ein."))
    text = value if len(value) > limit else clean_line(value) if line else clean(value)
    if len(text) > limit:
        message = M(
            "Der Text hat {length} Zeichen, möglich sind {limit}. Bitte kürzen Sie ihn.", length=len(text), limit=limit
        )
        refuse(message, code=TOO_LONG)
    return text or None


def text_schema(limit: int) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": limit}
