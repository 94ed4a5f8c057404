"""What a correction of the draft means for an answer: which sections changed since the house wrote about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from consultation.consultations import corrections
from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation, ConsultationVersion
from consultation.programmes import named
from consultation.programmes.comparison import Compared
from consultation.programmes.queries import sections_of
from consultation.responses.desk import Desk


@dataclass(frozen=True)
class ChangedSection:
    """`since`: the number of the consultation's version it is compared with."""

    key: str
    title: str
    since: int
    answered: bool
    """The house wrote about it before it changed."""
    gone: bool


@dataclass(frozen=True)
class Changes:
    """Empty where nothing was corrected. `latest` is the correction in force."""

    latest: ConsultationVersion | None = None
    sections: tuple[ChangedSection, ...] = ()

    @property
    def by_key(self) -> dict[str, ChangedSection]:
        return {section.key: section for section in self.sections}

    @property
    def answered(self) -> list[ChangedSection]:
        return [section for section in self.sections if section.answered]


def changes_for(session: Session, consultation: Consultation, desk: Desk | None) -> Changes:
    """For the house that sits at the desk, or that only reads."""
    versions = consultations.versions(session, consultation.id)
    if len(versions) < 2 or consultation.draft_version_id is None:
        return Changes()
    latest, last = versions[-1], versions[-2]
    written = dict(_written(desk)) if desk else {}
    bases = _bases(versions, written)
    compared = {base: _compared(session, consultation, base) for base in {last, *bases}}
    found = {key: _told(one, last.number, answered=False) for key, one in compared[last].items()}
    for base, keys in bases.items():
        since = compared[base]
        found |= {key: _told(since[key], base.number, answered=True) for key in keys if key in since}
    read_since = {key for key, moment in written.items() if moment >= latest.effective_at}
    return Changes(latest, tuple(one for key, one in found.items() if key not in read_since))


def _bases(versions: list[ConsultationVersion], written: dict[str, datetime]) -> dict[ConsultationVersion, list[str]]:
    """Earlier version → the sections last written about while it was in force."""
    bases: dict[ConsultationVersion, list[str]] = {}
    for key, moment in written.items():
        if (base := corrections.before(versions, moment)) is not None:
            bases.setdefault(base, []).append(key)
    return bases


def _compared(session: Session, consultation: Consultation, base: ConsultationVersion) -> dict[str, Compared]:
    if consultation.draft_version is None or base.draft_version_id in (None, consultation.draft_version_id):
        return {}
    now = named.shown(sections_of(session, consultation.draft_version), named.values(consultation.draft_version))
    return corrections.changed_since(session, base, now)


def _told(one: Compared, since: int, *, answered: bool) -> ChangedSection:
    shown = one.new or one.old
    assert shown is not None
    return ChangedSection(one.key, f"{shown.number} {shown.heading}".strip(), since, answered, one.new is None)


def _written(desk: Desk) -> Iterator[tuple[str, datetime]]:
    """Section → when the house last wrote about it."""
    moments: dict[str, list[datetime]] = {}
    for (key, item), stored in desk.stored.items():
        asked = desk.form.by_key.get(key)
        if asked is None or stored.cleared or not asked.type.needs_sections:
            continue
        section = stored.value.get("section") if isinstance(stored.value, dict) else item
        if isinstance(section, str) and section:
            moments.setdefault(section, []).append(stored.edited_at)
    yield from ((section, max(found)) for section, found in moments.items())
