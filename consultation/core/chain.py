"""Following the chain of the procedure log link by link, wherever the links come from: the database, an exported file."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consultation.core.language import M, Message
from consultation.core.sealing import START, link


@dataclass(frozen=True)
class Link:
    """One link with what is known of its entry."""

    position: int
    chain: str
    entry: str
    """What the entry is called: its number, and what happened where that may be read."""
    entry_hash: str | None
    """None: the entry is gone."""
    said: bytes | None = None
    """What the entry says, canonical; None where only its hash may be seen."""


@dataclass(frozen=True)
class Head:
    """A link up to which everything holds."""

    position: int = 0
    chain: str = START


class Broken(Exception):
    """The first link that does not hold."""

    def __init__(self, position: int, message: Message) -> None:
        super().__init__(str(message))
        self.position = position
        self.message = message


def follow(links: Iterable[Link], after: Head | None = None) -> Iterator[Head]:
    """Each link that holds, in order. Raises Broken at the first that does not."""
    head = after or Head()
    for one in links:
        head = _next(head, one)
        yield head


def _next(head: Head, one: Link) -> Head:
    expected = head.position + 1
    if one.position != expected:
        gap = M("Glied {position} der Kette fehlt; das nächste vorhandene ist {next} (Eintrag {entry}).",
                position=str(expected), next=str(one.position), entry=one.entry)  # fmt: skip
        raise Broken(expected, gap)
    if one.entry_hash is None:
        gone = M("Der Eintrag {entry} fehlt; sein Glied {position} in der Kette ist noch da.",
                 entry=one.entry, position=str(expected))  # fmt: skip
        raise Broken(expected, gone)
    if one.said is not None and hashlib.sha256(one.said).hexdigest() != one.entry_hash:
        changed = M("Der Eintrag {entry} (Glied {position}) wurde geändert: Sein Inhalt passt nicht zu seiner Prüfsumme.",
                    entry=one.entry, position=str(expected))  # fmt: skip
        raise Broken(expected, changed)
    if link(head.chain, one.entry_hash) != one.chain:
        torn = M("Der Eintrag {entry} steht nicht an der Stelle, an der er versiegelt wurde, oder wurde ausgetauscht: Glied "
                 "{position} schließt nicht an das vorige an.", entry=one.entry, position=str(expected))  # fmt: skip
        raise Broken(expected, torn)
    return Head(one.position, one.chain)
