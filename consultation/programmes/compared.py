"""Published versions compared once per process, for whoever asks next: they never change, and comparing takes seconds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from consultation.core.kept import Kept
from consultation.programmes import named
from consultation.programmes.comparison import Comparison, SectionLike, compare
from consultation.programmes.models import DraftVersion

_found: Kept[Comparison] = Kept(16)


@dataclass(frozen=True)
class _Text:
    """A section that belongs to no session of the database."""

    key: str
    parent_key: str | None
    number: str
    heading: str
    blocks: list[dict[str, Any]]


def as_read(old: DraftVersion, new: DraftVersion) -> Comparison:
    """With the values of the programme, so that one that changed is a change of every sentence it stands in."""
    return _kept("read", old, new, lambda version: named.shown(version.sections, named.values(version)))


def as_stored(old: DraftVersion, new: DraftVersion) -> Comparison:
    """With the names of the values, as programs get them."""
    return _kept("stored", old, new, lambda version: version.sections)


def _kept(
    how: str, old: DraftVersion, new: DraftVersion, sections: Callable[[DraftVersion], Iterable[SectionLike]]
) -> Comparison:
    def made() -> Comparison:
        return compare(*([_text(one) for one in sections(version)] for version in (old, new)))

    if old.content_hash is None or new.content_hash is None:
        return made()
    return _found.get(f"{how} {old.id} {old.content_hash} {new.id} {new.content_hash}", made)


def _text(one: SectionLike) -> _Text:
    return _Text(one.key, one.parent_key, one.number, one.heading, list(one.blocks))
