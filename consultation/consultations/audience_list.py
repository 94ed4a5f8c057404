"""Bodies pasted one a line, by key or by name: found as those of an address list are, shown first, then asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from consultation.consultations import audience
from consultation.consultations.address_bodies import Bodies, bodies_of
from consultation.consultations.address_inviting import organisations_of
from consultation.consultations.address_judging import REGISTER, found_key
from consultation.consultations.models import Consultation
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.core.text import clean_line, search_key
from consultation.states import Purpose
from consultation.subjects import Actor

MOST = 12_000
"""Lines: all municipalities of the register, and some."""
_AROUND = " \t;,|\"'"
_KEYED = re.compile(r"([0-9][0-9 ]{3,14}[0-9])(?:[\s;,|\"']+(.*))?")
_KEYS = re.compile(r"[0-9]{5,12}(?:[\s;,|]+[0-9]{5,12})+")


@dataclass(frozen=True)
class Found:
    """What a line tells of: a body that is asked already, one that can be, namesakes among whom one is meant, or nothing."""

    number: int
    text: str
    asked: str = ""
    """The body, if it is asked already."""
    choices: Sequence[tuple[str, str]] = ()

    @property
    def sure(self) -> bool:
        return len(self.choices) == 1 and not self.asked

    @property
    def unclear(self) -> bool:
        return len(self.choices) > 1 or (bool(self.choices) and bool(self.asked))

    @property
    def unknown(self) -> bool:
        return not self.choices and not self.asked


def find(session: Session, consultation: Consultation, text: str) -> list[Found]:
    """In the order of the lines; a body that is named twice is found once. Raises `Invalid` for nothing, or too much."""
    lines = list(_lines(text))
    if not lines:
        raise Invalid.about("list", M("Fügen Sie Schlüssel oder Namen ein, je Zeile eine Stelle."))
    if len(lines) > MOST:
        raise Invalid.about("list", M("Das sind {count} Zeilen. Erlaubt sind {most}; teilen Sie die Liste auf.",
                                      count=len(lines), most=MOST))  # fmt: skip
    bodies = bodies_of(session, consultation)
    once: dict[object, Found] = {}
    for number, (key, name) in enumerate(lines, start=1):
        found = (_by_key if key else _by_name)(Found(number, f"{key} {name}".strip()[:200]), key or name, bodies)
        once.setdefault((found.asked, tuple(found.choices)) if not found.unknown else number, found)
    return list(once.values())


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """(key, name) of each line; several keys in one line are several."""
    for raw in text.splitlines():
        line = clean_line(raw.strip(_AROUND)).strip(_AROUND)
        if _KEYS.fullmatch(line):
            yield from ((key, "") for key in re.split(r"[\s;,|]+", line))
        elif (keyed := _KEYED.fullmatch(line)) is not None:
            yield "".join(keyed[1].split()), (keyed[2] or "").strip(_AROUND)
        elif line:
            yield "", line


def _by_key(line: Found, key: str, bodies: Bodies) -> Found:
    """A leading zero that a spreadsheet lost is put back; what was found is shown before anything happens."""
    if (one := found_key(key, bodies.by_key)[0]) is not None:
        return Found(line.number, line.text, bodies.titles[one])
    stranger = found_key(key, bodies.strangers)[0]
    return Found(line.number, line.text, choices=_titled([stranger] if stranger else [], bodies))


def _by_name(line: Found, name: str, bodies: Bodies) -> Found:
    asked = bodies.by_name.get(search_key(name), set())
    choices = _titled(bodies.stranger_names.get(search_key(name), ()), bodies)
    return Found(line.number, line.text, ", ".join(sorted(bodies.titles[one] for one in asked)), choices)


def _titled(keys: Iterator[str] | Sequence[str] | set[str], bodies: Bodies) -> list[tuple[str, str]]:
    return sorted(((f"{REGISTER}{key}", bodies.stranger_titles[key]) for key in keys), key=lambda choice: choice[1])


def ask(
    session: Session, actor: Actor, consultation: Consultation, found: Sequence[Found], picked: Mapping[int, str],
    purpose: Purpose,
) -> int:  # fmt: skip
    """Everybody who is sure, and whom somebody picked among namesakes. Returns how many joined."""
    chosen = {one.choices[0][0] for one in found if one.sure}
    chosen |= {picked[one.number] for one in found if one.unclear and picked.get(one.number) in dict(one.choices)}
    if not chosen:
        raise Invalid.about("list", M("In der Liste ist keine Stelle, die noch aufzunehmen wäre."))
    ids = set(organisations_of(session, actor, consultation, chosen).values())
    audience.add(session, actor, consultation.slug, ids, purpose)
    return len(ids)
