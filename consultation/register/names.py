"""Names as people write them: without the abbreviations of the official file, and in the order of an address."""

import re

_ABBREVIATED = re.compile(r",\s*(St|M|GKSt|gemfr\.\s*Gebiet|gemfr\.\s*Geb\.|gemfr\.\s*Bezirk)(?=$| \()")
_WORDS = {
    "St": "Stadt", "M": "Markt", "GKSt": "Große Kreisstadt", "gemfr.Gebiet": "gemeindefreies Gebiet",
    "gemfr.Geb.": "gemeindefreies Gebiet", "gemfr.Bezirk": "gemeindefreier Bezirk",
}  # fmt: skip
"""The Textkennzeichen of the same rows says so: 63, 60, 67, 66 and 65."""
_BEFORE = re.compile(r"(?P<name>[^,]+), (?P<title>(?:\w+-? und |Große )?[A-ZÄÖÜ][\w-]*)")
"""A title of one word, or of two that belong together; "Hagen, Stadt der FernUniversität" stays as it is."""
_CALLED = {"60": "Markt", "61": "Stadt", "62": "Stadt", "63": "Stadt", "64": "Gemeinde", "67": "Stadt"}
"""What people put before the name of a municipality, by its Textkennzeichen, whether the register does or not."""
TITLES = frozenset({"stadt", "gemeinde", "markt"})
"""The same as words of a search."""


def spelled_out(name: str) -> str:
    """What "Abensberg, St" stands for: "Abensberg, Stadt"."""
    return _ABBREVIATED.sub(lambda found: ", " + _WORDS[re.sub(r"\s", "", found[1])], name)


def as_addressed(name: str) -> str:
    """A name as it stands on a letter: "Stadt Kappeln" for "Kappeln, Stadt"."""
    found = _BEFORE.fullmatch(name)
    return f"{found['title']} {found['name']}" if found else name


def ways(name: str, short_name: str, text_key: str | None) -> set[str]:
    """How lists write a body: "Kappeln, Stadt", "Stadt Kappeln", "Kappeln"; "Gemeinde Harrislee"."""
    called = {f"{_CALLED[text_key]} {short_name}"} if text_key in _CALLED else set()
    return {name, as_addressed(name), short_name, *called}
