"""One entry with the names of its page, as the sentences read it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from consultation.core.history import HistoryEntry
from consultation.core.language import Language, M, Message
from consultation.documents.told.names import NOBODY, Named, Names, read_id

_BODIES = frozenset({"invitation", "response", "intake", "revision", "deadline_extension", "claim", "redaction"})
"""Whose name is that of a body."""
NONE = M("keine")


@dataclass(frozen=True)
class Step:
    entry: HistoryEntry
    names: Names
    language: Language

    @property
    def details(self) -> Mapping[str, Any]:
        return self.entry.details

    @cached_property
    def about(self) -> Named:
        return self.names.get(self.entry.subject_id, NOBODY)

    @cached_property
    def body_name(self) -> str:
        """Of the body concerned, also where only the entry itself names it any more; empty if there is none."""
        if self.entry.subject_type in _BODIES and self.about.name:
            return self.about.name
        named = read_id(self.details.get("organisation") or self.details.get("body"))
        return self.names.get(named, NOBODY).name if named else ""

    @property
    def body(self) -> Message:
        return M("{name}", name=self.body_name) if self.body_name else M("eine Stelle")

    @property
    def number(self) -> int | str:
        """Of a point or an edition."""
        return self.about.number if self.about.number is not None else "–"

    def count(self, name: str = "count") -> int:
        return int(self.details.get(name) or 0)

    def named(self, identifier: Any) -> Named:
        found = read_id(identifier)
        return self.names.get(found, NOBODY) if isinstance(found, uuid.UUID) else NOBODY


Teller = Callable[[Step], Message]


def at(value: Any) -> datetime | Message:
    """A moment as an entry keeps it (UTC); said in local time."""
    return NONE if value in (None, "", "None") else datetime.fromisoformat(value)


def on(value: Any) -> date | Message:
    return NONE if not value else date.fromisoformat(value)


def always(text: Message) -> Teller:
    """The same sentence each time, with the body, or with the number of the point or edition."""
    return lambda step: Message(text.text, (("body", step.body), ("number", step.number)))
