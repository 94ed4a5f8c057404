"""Who and what a page of the procedure log is about: looked up together, in one statement, however many entries there are."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, Text, cast, null, select, union_all
from sqlalchemy.orm import Session

from consultation.consultations.models import Claim, DeadlineExtension, Invitation
from consultation.core.history import HistoryEntry
from consultation.documents.models import Edition
from consultation.evaluation.models import Point, Redaction
from consultation.forms.models import FormVersion
from consultation.people.models import Organisation, Person
from consultation.programmes.models import DraftVersion
from consultation.responses.models import Intake, Response, Revision


@dataclass(frozen=True)
class Named:
    """What is known today of one thing: `name` is that of a body (or of a person, where persons are asked for)."""

    name: str = ""
    number: int | None = None
    first: str = ""
    """Of an edition its audience; of an extension the answer."""
    second: str = ""
    """Of an edition its language."""
    day: date | None = None


Names = Mapping[uuid.UUID, Named]
NOBODY = Named()


def names_of(session: Session, entries: Iterable[HistoryEntry], *, people: bool) -> Names:
    """Names of persons only with `people`: files that are kept name persons by their number alone."""
    wanted: dict[str, set[uuid.UUID]] = defaultdict(set)
    for entry in entries:
        wanted[entry.subject_type].add(entry.subject_id)
        for kind, identifier in _referred(entry.details):
            wanted[kind].add(identifier)
    if not people:
        wanted.pop("person", None)
    asked = [select_of(wanted[kind]) for kind, select_of in _SELECTS.items() if wanted.get(kind)]
    if not asked:
        return {}
    rows = session.execute(union_all(*asked) if len(asked) > 1 else asked[0])
    return {row[0]: Named(row[1] or "", row[2], row[3] or "", row[4] or "", row[5]) for row in rows}


def _referred(details: Mapping[str, Any]) -> Iterator[tuple[str, uuid.UUID]]:
    """What the words of an entry name by its id."""
    yield from (("organisation", uuid.UUID(details[key])) for key in ("organisation", "body") if details.get(key))
    yield from (("organisation", uuid.UUID(one)) for one in details.get("organisations", ()))
    if details.get("assignee"):
        yield "person", uuid.UUID(details["assignee"])
    for values in (details.get("before"), details.get("after")):
        if isinstance(values, dict):
            for kind in ("draft_version", "form_version"):
                if (identifier := read_id(values.get(f"{kind}_id"))) is not None:
                    yield kind, identifier


def read_id(value: Any) -> uuid.UUID | None:
    """Entries say "None" for what there was not."""
    return None if value in (None, "", "None") else uuid.UUID(value)


_Ids = set[uuid.UUID]
_NUMBER: Any = cast(null(), Integer)
_TEXT: Any = cast(null(), Text)
_DAY: Any = cast(null(), Date)


def _columns(
    identifier: Any, name: Any = _TEXT, number: Any = _NUMBER, first: Any = _TEXT, second: Any = _TEXT, day: Any = _DAY
) -> Select[Any]:
    return select(
        identifier.label("id"), cast(name, Text).label("name"), number.label("number"), cast(first, Text).label("first"),
        cast(second, Text).label("second"), day.label("day"),
    )  # fmt: skip


def _of_body(table: Any, first: Any = _TEXT) -> Callable[[_Ids], Select[Any]]:
    """Rows that know their organisation."""
    return lambda ids: (
        _columns(table.id, Organisation.name, first=first)
        .join(Organisation, Organisation.id == table.organisation_id)
        .where(table.id.in_(ids))
    )


def _claims(ids: _Ids) -> Select[Any]:
    return (
        _columns(Claim.id, Organisation.name)
        .join(Invitation, Invitation.id == Claim.invitation_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Claim.id.in_(ids))
    )


def _redactions(ids: _Ids) -> Select[Any]:
    return (
        _columns(Redaction.id, Organisation.name)
        .join(Response, Response.id == Redaction.response_id)
        .join(Organisation, Organisation.id == Response.organisation_id)
        .where(Redaction.id.in_(ids))
    )


def _drafts(ids: _Ids) -> Select[Any]:
    return _columns(DraftVersion.id, number=DraftVersion.number, day=DraftVersion.date).where(DraftVersion.id.in_(ids))


def _editions(ids: _Ids) -> Select[Any]:
    audience, language = Edition.audience, Edition.language
    return _columns(Edition.id, number=Edition.number, first=audience, second=language).where(Edition.id.in_(ids))


_SELECTS: Mapping[str, Callable[[_Ids], Select[Any]]] = {
    "organisation": lambda ids: _columns(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)),
    "person": lambda ids: _columns(Person.id, Person.name).where(Person.id.in_(ids)),
    "invitation": _of_body(Invitation),
    "response": _of_body(Response),
    "intake": _of_body(Intake),
    "revision": _of_body(Revision),
    "deadline_extension": _of_body(DeadlineExtension, DeadlineExtension.answer),
    "claim": _claims,
    "redaction": _redactions,
    "point": lambda ids: _columns(Point.id, number=Point.number).where(Point.id.in_(ids)),
    "edition": _editions,
    "draft_version": _drafts,
    "form_version": lambda ids: _columns(FormVersion.id, number=FormVersion.number).where(FormVersion.id.in_(ids)),
}
"""Table → its names: id, name, number, first, second, day."""
