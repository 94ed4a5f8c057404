"""Passages by which a body that does not want to be named tells who it is: its own name, that of those above it and of those
it speaks for, its keys, its address in the web.

A help for whoever writes such a text and for whoever checks it: it finds what stands there word for word, not what only
insiders understand. Names are the register's; German forms of them ("Göttinger", "Husums") are found too.
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from consultation.evaluation.hiding import Span, merged
from consultation.people.models import Organisation
from consultation.register.models import RegisterBody
from consultation.responses.models import Response

SHORTEST = 3
"""A word of a name must be longer to tell who somebody is; a whole name that is shorter does: "Rom"."""
_KEY_DIGITS = 5
"""Postcodes and the shortest official keys."""
_WORDS_OF_NAMES = """
    Stadt Land Landes Landeshauptstadt Hansestadt Hanse Universitätsstadt Kreisstadt Kreis Landkreis Stadtkreis Region
    Städteregion Regionalverband Gemeinde Samtgemeinde Verbandsgemeinde Ortsgemeinde Verwaltungsgemeinschaft
    Verwaltungsverband Gemeindeverwaltungsverband Kirchspielslandgemeinde Landgemeinde Amt Markt Flecken Freie Freistaat
    Bad Sankt Groß Klein Alt Neu Hohe Hohen Ober Unter Nieder Nord Süd West Ost Nordost Nordwest Südost Südwest Mitte
    Nördliche Südliche Westliche Östliche Am An Auf Bei Im In Zum Zur Der Die Das Den Dem Und Von Vor Ob
    Erfüllende Einheitsgemeinde Bezirk Verband Werk Verein VGem VVG GVV
"""
_COMMON = frozenset(_WORDS_OF_NAMES.split())
"""Words of names that tell nobody's."""
_KREIS = re.compile(r"-?[Kk]reis$")


@dataclass(frozen=True)
class OwnNames:
    """What would tell who a body is: words of names, and keys in digits."""

    words: tuple[str, ...]
    keys: tuple[str, ...] = ()

    def also(self, names: Iterable[str]) -> "OwnNames":
        """With the names of those it speaks for."""
        more = tuple(word for name in names for word in telling_words(name))
        return OwnNames(tuple(dict.fromkeys(self.words + more)), self.keys) if more else self

    def spans(self, text: str) -> list[Span]:
        """Where one of them stands in the text, in order, none overlapping."""
        low = text.casefold()
        found = [*_numbers(self.keys, text)]
        for word, beginning in self._beginnings:
            if beginning in low:
                found += [Span(*match.span()) for match in _pattern(word).finditer(text)]
        return merged([*found, *_links([word for word in self._in_links if word in low], text)])

    @cached_property
    def _beginnings(self) -> list[tuple[str, str]]:
        """Each word with what every form of it begins with."""
        return [(word, _stem(word).casefold()) for word in self.words]

    @cached_property
    def _in_links(self) -> list[str]:
        return [word.casefold().translate(_LETTERS).replace(" ", "-") for word in self.words]


def _numbers(keys: Iterable[str], text: str) -> Iterator[Span]:
    for key in keys:
        if len(key) >= _KEY_DIGITS and key in text:
            yield from (Span(*match.span()) for match in re.finditer(rf"(?<!\d){re.escape(key)}(?!\d)", text))


@lru_cache(maxsize=20_000)
def telling_words(name: str) -> tuple[str, ...]:
    """A name as it is said, and the words of it that are its own: "Frankfurt am Main", "Frankfurt", "Main"."""
    bare = name.partition(",")[0].replace("(VGem)", "").strip()
    words = [word for word in re.split(r"[\s/()-]+", bare) if word[:1].isupper() and "." not in word]
    own = [_KREIS.sub("", word) for word in words if word not in _COMMON]
    return tuple(dict.fromkeys([bare, *(word for word in own if len(word) > SHORTEST and word not in _COMMON)]))


def _stem(word: str) -> str:
    """What "Göttingen" has in common with "Göttinger", "Karlsruhe" with "Karlsruher"."""
    for end in ("en", "e"):
        if word.endswith(end) and len(word) - len(end) > SHORTEST:
            return word[: -len(end)]
    return word


@lru_cache(maxsize=20_000)
def _pattern(word: str) -> re.Pattern[str]:
    """The name and its German forms, as whole words beginning with a capital letter or written in capitals."""
    adjective = r"(?:er(?:innen|in|n|s)?|ner|aner|enser|isch\w*|sch(?:e[rmns]?)?)"
    forms = rf"{re.escape(word)}(?:s|es|{adjective})?|{re.escape(_stem(word))}{adjective}"
    return re.compile(rf"(?<!\w)(?:{forms}|{re.escape(word.upper())}S?)(?!\w)")


_LINK = re.compile(r"[^\s<>\"„“]+")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _links(words: Sequence[str], text: str) -> Iterator[Span]:
    """Addresses in the web and of mail that hold one of the words: "www.bad-ems.example"."""
    for match in _LINK.finditer(text) if words else ():
        run = match[0].rstrip(".,;:!?)")
        if re.search(r"\w\.\w", run) and any(word in run.casefold() for word in words):
            yield Span(match.start(), match.start() + len(run))


# -- whose they are ----------------------------------------------------------------------------------------------------
def of_those_who_answered(session: Session, consultation_id: uuid.UUID) -> dict[uuid.UUID, OwnNames]:
    """Organisation → what would tell who it is."""
    here = select(Response.organisation_id).where(Response.consultation_id == consultation_id)
    return _read(session, Organisation.id.in_(here))


def of_one(session: Session, organisation_id: uuid.UUID) -> OwnNames:
    return _read(session, Organisation.id == organisation_id)[organisation_id]


def _read(session: Session, which: ColumnElement[bool]) -> dict[uuid.UUID, OwnNames]:
    land, county, association = (aliased(RegisterBody) for _ in range(3))
    statement = (
        select(
            Organisation.id, Organisation.name, RegisterBody.short_name, RegisterBody.seat, association.short_name,
            county.short_name, land.short_name, RegisterBody.key, RegisterBody.ags, RegisterBody.postcode,
        )
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .outerjoin(land, land.key == func.substr(RegisterBody.key, 1, 2))
        .outerjoin(county, county.key == RegisterBody.county_key)
        .outerjoin(association, association.key == RegisterBody.association_key)
        .where(which)
    )  # fmt: skip
    return {row[0]: _own(row[1], row[2:7], row[7:]) for row in session.execute(statement)}


def _own(name: str, registered: Iterable[str | None], keys: Iterable[str | None]) -> OwnNames:
    """Of a body that is not in the register the name as a whole: its words are everybody's."""
    if not (names := [one for one in registered if one]):
        return OwnNames((name,))
    return OwnNames((), tuple(dict.fromkeys(filter(None, keys)))).also([name, *names])
