"""Finding an address or a name whatever its case: some databases know no case of letters beyond a to z."""

import re
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func

_PLAIN = str.maketrans(ascii_uppercase, ascii_lowercase)


def written(column: Any, text: str) -> ColumnElement[bool]:
    """The column holds exactly this."""
    return func.lower(column).in_(_small(text))


def told(column: Any, text: str) -> ColumnElement[bool]:
    """Somewhere in the column, of whatever type, stands this."""
    one, other = (func.lower(cast(column, String)).contains(small, autoescape=True) for small in _small(text))
    return one | other


def says(text: str, words: str) -> bool:
    """The text holds these words as whole ones: "Anna Berg" stands neither in "Anna Bergmann" nor in "Anna Berg-Voß"."""
    whole = re.escape(words.strip().casefold())
    return bool(whole) and re.search(rf"(?<![\w.@-]){whole}(?![\w@-])", text.casefold()) is not None


def _small(text: str) -> tuple[str, str]:
    """As a database makes it small that knows all letters, and one that knows a to z only."""
    return text.lower(), text.translate(_PLAIN)
