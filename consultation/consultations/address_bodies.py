"""The bodies an address list may speak of: those that are invited, and those of the register that are not."""

import difflib
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation, Invitation
from consultation.core.text import search_key
from consultation.people.models import Organisation
from consultation.register.kinds import ANSWERING, RegisterKind
from consultation.register.models import RegisterBody
from consultation.register.names import TITLES, ways
from consultation.register.titles import title_of

SHORTEST_WORD = 4
"""Shorter words ("Bad", "am") do not tell two names apart, and neither do titles."""
OFFERED = 8
"""So many namesakes or similar names are offered at most."""
_COLUMNS = (
    RegisterBody.key, RegisterBody.ags, RegisterBody.kind, RegisterBody.name, RegisterBody.short_name,
    RegisterBody.text_key, RegisterBody.county_key, RegisterBody.association_key, RegisterBody.postcode,
    RegisterBody.valid_to, RegisterBody.successor_key, RegisterBody.search_key,
)  # fmt: skip
Body = Any
"""A row of these columns."""


@dataclass
class Bodies:
    """Organisations are named by their id as text, as forms send it."""

    titles: dict[str, str] = field(default_factory=dict)
    """Invited organisation → name with county, association and key, to tell namesakes apart."""
    by_key: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Invited organisation → the longer words of its names."""
    postcodes: dict[str, str] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)
    """Key of a body that is not invited, in any form → its key in the register."""
    stranger_titles: dict[str, str] = field(default_factory=dict)
    """Key in the register → name with county, association and key."""
    stranger_names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ended: dict[str, str] = field(default_factory=dict)
    """Key that is no longer in the register → the invited organisation that came after it."""
    _similar: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def similar(self, name: str) -> set[str]:
        """Invited bodies whose name is nearly this one, or has a word in common with it."""
        wanted = search_key(name)
        found = {one for word in wanted.split() for one in self._similar.get(word, ())}
        near = difflib.get_close_matches(wanted, [n for n in self.by_name if n[:2] == wanted[:2]], OFFERED, 0.8)
        found |= {one for close in near for one in self.by_name[close]}
        return found if len(found) <= OFFERED else set()

    def enter(self, one: str, names: Iterable[str], title: str) -> None:
        self.titles[one] = title
        for name in {search_key(name) for name in names}:
            self.by_name[name].add(one)
            longer = {word for word in name.split() if len(word) >= SHORTEST_WORD} - TITLES
            self.words[one] |= longer
            for word in longer:
                self._similar[word].add(one)


def bodies_of(session: Session, consultation: Consultation) -> Bodies:
    """Two statements, however many are invited."""
    rows = _rows(session)
    invited = (
        select(Organisation.id, Organisation.name, Organisation.register_key)
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .where(Invitation.consultation_id == consultation.id)
        .order_by(Organisation.register_key, Organisation.id)
    )
    found, keys = Bodies(), dict[str, str]()
    for one, name, key in session.execute(invited):
        body = rows.get(key or "")
        _invited(found, one, name, body, rows)
        if key:
            keys[key] = str(one)
    for body in rows.values():
        if body.key not in keys:
            _other(found, body, keys, rows)
    return found


def bodies_among(session: Session, meant: Callable[[str], bool]) -> Bodies:
    """For a list of bodies of the register, named by their keys there: `meant` tells by a key whether its body is one of those that
    can be meant. Whoever else has the name of one of these is not.
    """
    rows = _rows(session)
    found, ones = Bodies(), dict[str, str]()
    for body in rows.values():
        if body.valid_to is None and meant(body.key):
            _invited(found, body.key, title_of(body.name, body.text_key), body, rows)
            ones[body.key] = body.key
    for body in rows.values():
        if body.key not in ones:
            _other(found, body, ones, rows)
    for name in found.by_name:
        found.stranger_names.pop(name, None)
    return found


def _rows(session: Session) -> dict[str, Body]:
    return {row.key: row for row in session.execute(select(*_COLUMNS).where(RegisterBody.kind.in_(ANSWERING)))}


def _invited(found: Bodies, one: uuid.UUID | str, name: str, body: Body | None, rows: dict[str, Body]) -> None:
    if body is None:
        found.enter(str(one), [name], name)
        return
    found.enter(str(one), [name, *_ways(body)], _told_apart(name, body, rows))
    found.postcodes[str(one)] = body.postcode or ""
    for form in _forms(body):
        found.by_key.setdefault(form, str(one))


def _told_apart(name: str, body: Body, rows: dict[str, Body]) -> str:
    places = [rows.get(body.county_key or ""), rows.get(body.association_key or "")]
    return ", ".join([name, *(title_of(place.name, place.text_key) for place in places if place), body.ags or body.key])


def _other(found: Bodies, body: Body, invited: dict[str, str], rows: dict[str, Body]) -> None:
    if body.valid_to is None:
        found.strangers |= dict.fromkeys(_forms(body), body.key)
        found.stranger_titles[body.key] = _told_apart(title_of(body.name, body.text_key), body, rows)
        for name in {body.search_key, *map(search_key, _ways(body))}:
            found.stranger_names[name].add(body.key)
    elif (successor := invited.get(body.successor_key or "")) is not None:
        found.ended |= dict.fromkeys(_forms(body), successor)


def _ways(body: Body) -> set[str]:
    return ways(body.name, body.short_name, body.text_key)


def _forms(body: Body) -> set[str]:
    """As lists write keys: ARS, AGS, both filled up with zeros, and the five digits of a city that is its own county."""
    ags = body.ags or ""
    forms = {body.key, body.key.ljust(12, "0"), *({ags, ags.ljust(8, "0")} if ags else ())}
    return forms | ({body.key[:5]} if body.kind is RegisterKind.INDEPENDENT_CITY else set())
