"""Terms of the programme where they occur: explained once per page, at the first section that uses them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Term:
    term: str
    definition: str


def marked(text: str, terms: Iterable[dict[str, Any]], used: set[str]) -> tuple[Term, ...]:
    """The frozen terms that this text is the first to use; `used` is carried along the page."""
    found = []
    for term in terms:
        name = str(term["term"])
        if name not in used and re.search(rf"\b{re.escape(name)}", text, re.IGNORECASE):
            used.add(name)
            found.append(Term(name, str(term["definition"])))
    return tuple(found)
