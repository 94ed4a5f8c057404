"""What was received and counts, as JSON records: read in columns, a block of bodies in five queries whatever its size."""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Select, String, and_, cast, distinct, func, or_, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.changes import last_changes, modified
from consultation.core.db import among, as_kept
from consultation.core.language import SOURCE, say
from consultation.core.times import utc_text
from consultation.documents.consolidated import DEMO_MARK
from consultation.people.models import Organisation
from consultation.responses.models import Channel, DisclosureChoice, Response, Revision
from consultation.responses.titles import day_in

TOLD = (
    "submit", "submit_nil_return", "enter", "enter_beside", "withdraw", "decline", "confirm_resolution",
    "choose_disclosure",
)  # fmt: skip
"""What may be known of a response: never what happens to a draft in progress."""
_FIRST, _SECOND = '{"answers":', ',"consultation":{'
Read = Callable[[str], dict[str, Any]]
After = tuple[str, uuid.UUID]
"""Sort key and id of the organisation that was seen last."""


class Place(NamedTuple):
    """Of a response in the alphabet of the organisations."""

    kept: Any
    """Its id `as_kept`."""
    response_id: uuid.UUID
    organisation_id: uuid.UUID
    sort_key: str

    @property
    def after(self) -> After:
        return self.sort_key, self.organisation_id


def places(
    consultation_id: uuid.UUID, land: str | None, after: After | None = None, since: datetime | None = None
) -> Select[Any, uuid.UUID, uuid.UUID, str]:
    """Responses that count, by the alphabet; with `since` only those that changed, also what no longer counts.

    No documents: a database that sorts them along with their places has to put all of them aside first.
    """
    statement = (
        select(as_kept(Response.id), Response.id, Organisation.id, Organisation.sort_key)
        .join(Organisation, Organisation.id == Response.organisation_id)
        .where(Response.consultation_id == consultation_id, Response.revision_count > 0)
        .order_by(Organisation.sort_key, Organisation.id)
    )
    if after is not None:
        key, last = after
        statement = statement.where(
            or_(Organisation.sort_key > key, and_(Organisation.sort_key == key, Organisation.id > last))
        )
    if land is not None:
        statement = statement.where(Organisation.state == land)
    if since is None:
        return statement.where(Response.counted_revision_id.is_not(None))
    return statement.where(modified(Response, Response.started_at, TOLD) >= since)


def unread(document: str) -> dict[str, Any]:
    """A canonical document with its answers as they are kept, to be written again without having been read.

    They stand first in it, and quotes within texts are escaped: the last place that looks like the next key is that key.
    """
    answers, _, rest = document.rpartition(_SECOND)
    if not answers.startswith(_FIRST):
        return whole(document)
    return {**whole("{" + _SECOND[1:] + rest), "answers": orjson.Fragment(answers.removeprefix(_FIRST))}


def whole(document: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(document)
    return found


def records(
    session: Session, consultation: Consultation, block: Collection[Place], moment: datetime, read: Read = whole
) -> Iterator[dict[str, Any]]:
    """One for each place, in this order, with the disclosure in force at the moment."""
    ids = [place.response_id for place in block]
    rows = session.connection().execute(_COLUMNS.where(among(session, Response.id, ids))).all()
    found = {row[0]: _Counted(*row[1:]) for row in rows}
    changed, levels = last_changes(session, ids, TOLD), _levels(session, ids, moment)
    received = _first_received(session, [p.response_id for p in block if found[p.kept].number != 1])
    for place in block:
        counted = found[place.kept]
        last = changed.get(place.kept, counted.started_at)
        if counted.number is None:
            yield {"id": str(place.response_id), "deleted": True, "modified": utc_text(last)}
        else:
            times = received.get(place.kept, counted.submitted_at), last
            yield _record(place, counted, read(counted.document), times, levels.get(place.kept, {}), consultation)


class _Counted(NamedTuple):
    """A response with the revision that counts; without one all that follows its beginning is None."""

    started_at: datetime
    confirmed_at: datetime | None
    number: int | None
    receipt_number: str
    submitted_at: datetime
    content_hash: str
    channel: Channel
    nil_return: bool
    late: bool
    reserved: bool
    document: str


_COLUMNS = select(
    as_kept(Response.id), Response.started_at, Response.confirmed_at, Revision.number, Revision.receipt_number,
    Revision.submitted_at, Revision.content_hash, Revision.channel, Revision.nil_return, Revision.late,
    Revision.reserved, Revision.document,
).outerjoin(Revision, Revision.id == Response.counted_revision_id)  # fmt: skip


def _first_received(session: Session, ids: Collection[uuid.UUID]) -> dict[Any, datetime]:
    """When each of these was submitted for the first time: where the revision that counts is not the first."""
    first = select(as_kept(Revision.response_id), func.min(Revision.submitted_at)).group_by(Revision.response_id)
    return (
        dict(session.connection().execute(first.where(among(session, Revision.response_id, ids))).all()) if ids else {}
    )


def _levels(session: Session, ids: Collection[uuid.UUID], moment: datetime) -> Mapping[Any, Mapping[str, str]]:
    """Response → part → disclosure in force. A row for each response; nearly all of them chose once for each part."""
    choice = DisclosureChoice
    level_of_part = choice.part + _PART + cast(choice.level, String)
    chosen = (
        select(
            as_kept(choice.response_id), choice.response_id, func.count() > func.count(distinct(choice.part)),
            func.aggregate_strings(level_of_part, _CHOICE),
        )
        .where(among(session, choice.response_id, ids), choice.moment <= moment)
        .group_by(choice.response_id)
    )  # fmt: skip
    rows = session.connection().execute(chosen).all()
    found = {kept: _read_levels(text) for kept, _, again, text in rows if not again}
    return {**found, **_last_levels(session, [response_id for _, response_id, again, _ in rows if again], moment)}


_PART, _CHOICE = " ", "\n"


@lru_cache(1000)
def _read_levels(text: str) -> Mapping[str, str]:
    """Most choose like many others; what is kept is shared."""
    return dict(choice.split(_PART) for choice in sorted(text.split(_CHOICE)))


def _last_levels(session: Session, ids: Collection[uuid.UUID], moment: datetime) -> Mapping[Any, Mapping[str, str]]:
    """Where somebody chose again: what was chosen last. In the order of the index."""
    if not ids:
        return {}
    choice = DisclosureChoice
    chosen = (
        select(as_kept(choice.response_id), choice.part, as_kept(choice.level))
        .where(among(session, choice.response_id, ids), choice.moment <= moment)
        .order_by(choice.response_id, choice.part, choice.seq)
    )
    found: dict[Any, dict[str, str]] = {}
    for kept, part, level in session.connection().execute(chosen).all():
        found.setdefault(kept, {})[part] = level
    return found


def _record(
    place: Place, counted: _Counted, document: Mapping[str, Any], times: tuple[datetime, datetime],
    levels: Mapping[str, str], consultation: Consultation,
) -> dict[str, Any]:  # fmt: skip
    """`times`: first received, last changed."""
    submitted = utc_text(counted.submitted_at)
    created, changed = (submitted if moment == counted.submitted_at else utc_text(moment) for moment in times)
    demo = consultation.demo or document["organisation"]["demo"]
    return {
        "type": "response", "id": str(place.response_id), "created": created, "modified": changed,
        "demo": demo, "mark": say(DEMO_MARK, SOURCE) if demo else None, "consultation": document["consultation"],
        "organisation": {"id": str(place.organisation_id), **document["organisation"]}, "revision": counted.number,
        "receipt_number": counted.receipt_number, "submitted_at": submitted, "received_on": day_in(document),
        "content_hash": counted.content_hash, "channel": counted.channel.value, "nil_return": counted.nil_return,
        "late": counted.late, "provisional": counted.reserved and counted.confirmed_at is None,
        "own_reference": document["own_reference"], "represented": document["represented"],
        "draft_version": document["draft_version"], "form_version": document["form_version"],
        "disclosure": dict(sorted(levels.items())), "answers": document["answers"],
    }  # fmt: skip
