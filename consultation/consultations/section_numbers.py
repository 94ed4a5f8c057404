"""The number of a section as people type it into a search: § 6, Nr. 5.2, Abschnitt 3, 5.2."""

import re

_TYPED = re.compile(
    r"(?P<label>§+|art(?:ikel|\.)?|nr\.?|nummer|abschnitt|ziffer|ziff\.|paragra(?:f|ph))?\s*"
    r"(?P<number>[0-9]{1,4}(?:\.[0-9]{1,4}){0,6}[a-z]?)\.?"
)


def number_of(text: str) -> str:
    """The bare number, if the text is nothing but that: "§ 6a" and "6a." are the same. Otherwise empty."""
    found = _TYPED.fullmatch(text.strip().casefold())
    return found["number"] if found else ""


def means_a_number(text: str) -> bool:
    """Whether a section is meant rather than a figure somewhere in the text: 2030 alone is a year."""
    found = _TYPED.fullmatch(text.strip().casefold())
    return bool(found and (found["label"] or "." in found["number"] or len(found["number"]) == 1))
