"""Passages that look like a name, a telephone number or a single case: a help for whoever checks texts before publishing.

It finds much, and never everything; what it finds a person judges. Names of municipalities are no names of persons.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache

from consultation.core.places import package_folder
from consultation.evaluation.hiding import Span
from consultation.evaluation.signs import INITIALLED, PATTERNS, TITLED, TWO_WORDS, Sign


@dataclass(frozen=True, order=True)
class Suspicion:
    span: Span
    sign: Sign


def suspicions(text: str, known: Callable[[str], bool] = lambda name: False) -> list[Suspicion]:
    """In the order of the text, none inside another. `known` tells names of places, in any case."""
    found = [*_patterned(text), *_names(text, known)]
    kept: list[Suspicion] = []
    for one in sorted(found, key=lambda s: (s.span.begins, -s.span.ends, list(Sign).index(s.sign))):
        if not kept or one.span.begins >= kept[-1].span.ends:
            kept.append(one)
    return kept


def _patterned(text: str) -> Iterator[Suspicion]:
    for sign, pattern in PATTERNS:
        for match in pattern.finditer(text):
            if _means_it(sign, match, text):
                yield Suspicion(Span(*match.span()), sign)


def _means_it(sign: Sign, match: re.Match[str], text: str) -> bool:
    match sign:
        case Sign.IBAN:
            return _is_iban(match[0])
        case Sign.PHONE:
            before = text[max(0, match.start() - 40) : match.start()]
            key = re.search(r"(?:AGS|ARS|[Ss]chlüssel|Kennziffer|Az\.?|[Nn]ummer|Nr\.)\W*$", before)
            return key is None or match[0].startswith(("+", "Tel", "Mobil", "Handy", "Fax", "Durch"))
        case Sign.ADDRESS:
            return not _NO_STREET.search(match[0])
        case _:
            return True


_NO_STREET = re.compile(
    r"(?:[Aa]rbeits|[Bb]etreuungs|[Kk]ita-?|[Kk]indergarten|[Aa]usbildungs|[Ss]tudien|[Ss]tell|[Ss]chul|[Pp]raktikums|[Hh]eim|"
    r"[Pp]flege|[Kk]urs|[Tt]eilnehmer|[Tt]eilnahme|[Ww]ohn|[Ff]örder)-?[Pp]lat|[Rr]echtsweg|[Dd]ienstweg|[Ww]ohnungsmarkt|"
    r"[Aa]rbeitsmarkt|[Aa]uswegs?|[Hh]inweg|[Vv]erfahrensweg"
)


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "")
    digits = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
    return 15 <= len(plain) <= 34 and int(digits) % 97 == 1


def _names(text: str, known: Callable[[str], bool]) -> Iterator[Suspicion]:
    for match in TITLED.finditer(text):
        if match[1].split()[0] not in no_surnames():
            yield Suspicion(Span(match.start(), _end(match, text)), Sign.NAME)
    for match in INITIALLED.finditer(text):
        if match[1] not in no_surnames() and match[0][:2] not in ("S.", "B.", "A.", "U."):
            yield Suspicion(Span(*match.span()), Sign.NAME)
    yield from _plain_names(text, known)


def _plain_names(text: str, known: Callable[[str], bool]) -> Iterator[Suspicion]:
    """A first name and a word behind it; each word may begin one."""
    at = 0
    while (match := TWO_WORDS.search(text, at)) is not None:
        at = match.end(1)
        if _is_person(match, text, known):
            yield Suspicion(Span(*match.span()), Sign.NAME)


def _end(match: re.Match[str], text: str) -> int:
    """A second word belongs to the name only if the first is a first name: "Frau Müller Anträge" ends before the noun."""
    words = match[1].split()
    alone = len(words) > 1 and words[-2].islower() is False and words[0].partition("-")[0] not in first_names()
    return match.start(1) + len(words[0]) if alone else match.end()


def _is_person(match: re.Match[str], text: str, known: Callable[[str], bool]) -> bool:
    first, last = match[1], match[2]
    if first.partition("-")[0] not in first_names() and first not in first_names():
        return False
    if last in no_surnames() or last.partition("-")[0] in no_surnames() or last.endswith(_NO_ENDINGS):
        return False
    place = known(first) or known(f"{first} {last}") or known(f"{first}-{last}")
    return not place and re.match(r"-?(?:Straße|Platz|Schule|Stiftung|Institut)", text[match.end() :].lstrip()) is None


_NO_ENDINGS = (
    "straße", "platz", "schule", "stiftung", "institut", "kirche", "werk", "verein", "verband", "ung", "heit", "keit", "schaft",
    "gesetz",
)  # fmt: skip


@cache
def first_names() -> frozenset[str]:
    return _listed("first_names.txt")


@cache
def no_surnames() -> frozenset[str]:
    return _listed("no_surnames.txt")


def _listed(name: str) -> frozenset[str]:
    lines = (package_folder() / "data" / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def places_of(names: Collection[str]) -> Callable[[str], bool]:
    """Tells the names of municipal bodies, as the register writes them: "Husum, Stadt"."""
    plain = {name.partition(",")[0].strip().casefold() for name in names}
    plain |= {name.partition(" (")[0].strip() for name in plain}
    return lambda name: name.casefold() in plain
