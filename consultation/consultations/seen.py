"""Two planners set up one consultation: what each of them left as it was changes nothing, and nothing unseen is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from consultation.consultations.models import Consultation
from consultation.core.errors import Conflict
from consultation.core.language import M
from consultation.core.marks import mark_of


@dataclass(frozen=True)
class Before:
    """What somebody had before them when they typed: name of what is set up → fingerprint of it.

    What it does not name is saved over whatever is there: a program that sets up a consultation sees nothing.
    """

    shown: Mapping[str, str] = field(default_factory=dict)

    def touched(self, name: str, wanted: Any) -> bool:
        return self.shown.get(name) != fingerprint(wanted)

    def unseen(self, name: str, stored: Any) -> bool:
        return name in self.shown and self.shown[name] != fingerprint(stored)


NOTHING_SHOWN = Before()


class Contested(Conflict):
    """Somebody else saved some of it in between, otherwise: nothing was saved, and both texts can be shown."""

    def __init__(self, contested: frozenset[str], touched: frozenset[str]) -> None:
        super().__init__(M("Jemand anderes hat dies inzwischen geändert. Ihre Eingaben stehen noch da."))
        self.contested, self.touched = contested, touched


def fingerprint(value: Any) -> str:
    """Equal for equal values of a column, empty ones included."""
    said = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
    return mark_of(said.encode())


def fingerprints(consultation: Consultation, columns: Mapping[str, str]) -> dict[str, str]:
    """Of everything that can be set up; `columns`: name → column."""
    return {name: fingerprint(getattr(consultation, column)) for name, column in columns.items()}


def really_wanted(
    consultation: Consultation, columns: Mapping[str, str], wanted: Mapping[str, Any], before: Before
) -> dict[str, Any]:
    """Column → value of what was touched. Raises `Contested`; the caller holds the consultation."""
    touched = {name: value for name, value in wanted.items() if before.touched(name, value)}
    stored = {name: getattr(consultation, columns[name]) for name in touched}
    contested = [name for name, value in touched.items() if before.unseen(name, stored[name]) and value != stored[name]]
    if contested:
        raise Contested(frozenset(contested), frozenset(touched))
    return {columns[name]: value for name, value in touched.items()}
