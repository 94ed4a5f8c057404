"""Whose answers count in an edition, and how each of them may be shown: named, described, as a figure, not at all."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.evaluation.figures import Filters
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Organisation
from consultation.responses.models import Disclosure, DisclosureChoice, Response, Revision
from consultation.states import Audience

AT_ONCE = 500
SHOWN = frozenset({Disclosure.NAMED, Disclosure.DESCRIBED})
"""Levels at which somebody's own words may be read."""


@dataclass(frozen=True)
class Sender:
    """A body with a counted answer, as the register had it when it answered. `levels`: part → disclosure in force."""

    response_id: uuid.UUID
    revision_id: uuid.UUID
    organisation_id: uuid.UUID
    name: str
    sort_key: str
    kind: str
    state: str | None
    size_class: str | None
    ars: str | None
    ags: str | None
    register_date: str | None
    nil_return: bool
    late: bool
    provisional: bool
    submitted_at: datetime
    levels: Mapping[str, Disclosure] = field(repr=False)

    def level(self, part: str, audience: Audience, *, confidential: bool = False) -> Disclosure:
        """What may be shown of a part to this audience. Planners see everything; silence is no permission."""
        if audience == Audience.INTERNAL:
            return Disclosure.NAMED
        return within_cap(self.levels, part, confidential=confidential)

    def shown_as(self, level: Disclosure) -> dict[str, Any]:
        """The sender as a record: whole, or kind and size class, never the Land."""
        if level == Disclosure.NAMED:
            return {
                "level": "named", "name": self.name, "kind": self.kind, "size_class": self.size_class,
                "state": self.state, "ags": self.ags, "ars": self.ars, "register_date": self.register_date,
            }  # fmt: skip
        return {"level": "described", "kind": described_kind(self.kind), "size_class": self.size_class}

    def place(self, part: str, level: Disclosure, salt: uuid.UUID) -> tuple[int, str, str]:
        """Where it stands in a list. The named go by the alphabet; the order of the others tells nothing, and is
        another one in every part and edition, so that nobody can put the parts of one answer together.
        """
        whole = f"{salt}:{part}:{self.revision_id}".encode()
        if level == Disclosure.NAMED:
            return 0, self.sort_key, self.organisation_id.hex
        return 1, hashlib.sha256(whole).hexdigest(), ""


def within_cap(levels: Mapping[str, Disclosure], part: str, *, confidential: bool) -> Disclosure:
    """The level in force for a part; nobody's own words are read where the question is confidential."""
    chosen = levels.get(part, Disclosure.NONE)
    return Disclosure.FIGURES if confidential and chosen in SHOWN else chosen


def described_kind(kind: str) -> str:
    """In public a city state is shown with the independent cities: there are three."""
    return OrganisationKind.INDEPENDENT_CITY.value if kind == OrganisationKind.CITY_STATE else kind


def read_senders(session: Session, consultation_id: uuid.UUID, moment: datetime, filters: Filters) -> list[Sender]:
    """In alphabetical order; what does not pass the filters is left out."""
    levels = read_levels(session, consultation_id, moment)
    columns = (
        Revision.response_id, Revision.id, Revision.organisation_id, Organisation.sort_key, Organisation.state,
        Revision.nil_return, Revision.late, Revision.reserved, Response.confirmed_at, Revision.submitted_at, Revision.document,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Response, Response.counted_revision_id == Revision.id)
        .join(Organisation, Organisation.id == Response.organisation_id)
        .where(Response.consultation_id == consultation_id)
        .order_by(Organisation.sort_key, Organisation.id)
        .execution_options(yield_per=AT_ONCE)
    )
    senders = (_sender(row, levels.get(row.response_id, {})) for row in session.execute(statement))
    return [sender for sender in senders if _passes(sender, filters)]


def _sender(row: Any, levels: Mapping[str, Disclosure]) -> Sender:
    organisation = orjson.loads(row.document)["organisation"]
    register = organisation["register"] or {"state": row.state}
    return Sender(
        row.response_id, row.id, row.organisation_id, organisation["name"], row.sort_key, organisation["kind"],
        register.get("state"), register.get("size_class"), register.get("ars"), register.get("ags"), register.get("as_of"),
        row.nil_return, row.late, row.reserved and row.confirmed_at is None, row.submitted_at, levels,
    )  # fmt: skip


def read_levels(
    session: Session, consultation_id: uuid.UUID, moment: datetime
) -> dict[uuid.UUID, dict[str, Disclosure]]:
    """Response → part → level, from the last choice of each part up to the moment."""
    last = (
        select(func.max(DisclosureChoice.seq))
        .join(Response, Response.id == DisclosureChoice.response_id)
        .where(Response.consultation_id == consultation_id, DisclosureChoice.moment <= moment)
        .group_by(DisclosureChoice.response_id, DisclosureChoice.part)
    )
    columns = select(DisclosureChoice.response_id, DisclosureChoice.part, DisclosureChoice.level)
    found: dict[uuid.UUID, dict[str, Disclosure]] = {}
    for response_id, part, level in session.execute(columns.where(DisclosureChoice.seq.in_(last))):
        found.setdefault(response_id, {})[part] = level
    return found


def _passes(sender: Sender, filters: Filters) -> bool:
    sized = sender.size_class or sender.kind
    return (
        (not filters.states or sender.state in filters.states)
        and (not filters.size_classes or sized in filters.size_classes)
        and (not filters.kinds or sender.kind in filters.kinds)
    )


def read_documents(session: Session, senders: list[Sender]) -> Iterator[tuple[Sender, dict[str, Any]]]:
    """Each sender with its canonical document, in the given order, a page at a time."""
    for start in range(0, len(senders), AT_ONCE):
        page = senders[start : start + AT_ONCE]
        wanted = select(Revision.id, Revision.document).where(Revision.id.in_([s.revision_id for s in page]))
        texts = {row.id: row.document for row in session.execute(wanted)}
        for sender in page:
            yield sender, orjson.loads(texts[sender.revision_id])
