"""One number for what a document says, whatever format it is written in."""

import dataclasses
import hashlib
from typing import Any

from consultation.documents.machine import encoded
from consultation.documents.outline import Outline


def outline_hash(outline: Outline) -> str:
    """SHA-256 over the title page and every node in reading order."""
    digest = hashlib.sha256(encoded(_plain(outline.meta)))
    for node in outline.walk():
        digest.update(encoded([type(node).__name__, _plain(node)]))
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | None) else str(value)
