"""Submitting: the immutable revision, its canonical document and hash, its facts, its receipt; all or nothing."""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from consultation.consultations.models import ConsultationVersion
from consultation.core.db import insert_rows
from consultation.core.errors import Conflict, Problem
from consultation.core.history import HistoryEntry, HistorySeal, perform
from consultation.core.language import M
from consultation.forms.conditions import holds
from consultation.forms.definition import Form
from consultation.register.models import RegisterBody
from consultation.responses import queries
from consultation.responses.desk import Desk, open_desk
from consultation.responses.disclosures import choose
from consultation.responses.models import (
    AnswerFact,
    Channel,
    PersonalValue,
    Representation,
    Response,
    Revision,
    RevisionRepresentation,
)
from consultation.responses.receipts import new_receipt_number
from consultation.rulebook import RESPONSE
from consultation.states import ResponseState
from consultation.subjects import Actor


def submit(
    session: Session, actor: Actor, response_id: uuid.UUID, *,
    nil_return: bool = False, name: str = "", function: str = "", channel: Channel | None = None,
    idempotency_key: str | None = None,
) -> Revision:  # fmt: skip
    """Release and submit. A double click, or a repeated request with the same key, gets the same revision again."""
    desk = open_desk(session, actor, response_id, held=True)
    release = Release(name, function, channel, idempotency_key)
    return submit_held(session, actor, desk, release, nil_return=nil_return)


def submit_held(
    session: Session, actor: Actor, desk: Desk, release: "Release", *, nil_return: bool = False
) -> Revision:
    """As `submit`, at a desk that was opened after the response was held."""
    action = "submit_nil_return" if nil_return else "submit"
    if desk.response.state == ResponseState.SUBMITTED and RESPONSE.rows[action].who(actor, desk.response):
        return _already_submitted(session, desk.response)
    RESPONSE.check(actor, desk.response, action)

    def conclude(revision: Revision) -> HistoryEntry:
        details = told(revision) | _unread(session, desk, revision, nil_return=nil_return)
        return perform(
            session, RESPONSE, actor, desk.response, action, details=details, payload=named(revision),
            **counting(revision),
        )  # fmt: skip

    return make_revision(session, actor, desk, release, conclude, nil_return=nil_return)


def _already_submitted(session: Session, response: Response) -> Revision:
    last = queries.last_revision(session, response.id)
    if last is None:
        raise Conflict(M("Die Stellungnahme ist schon abgegeben."))
    return last


@dataclass(frozen=True)
class Release:
    """How a submission came about. Of an answer that did not come through the service: when, and what came with it."""

    name: str = ""
    function: str = ""
    channel: Channel | None = None
    idempotency_key: str | None = None
    received_at: datetime | None = None
    """Decides about lateness; otherwise the moment of the submission does."""
    received: Mapping[str, Any] | None = None
    """Stands in the document and so under its hash."""


def unsigned(name: str, function: str) -> tuple[Problem, ...]:
    """Who releases says so, and as what: on a page and through a program alike."""
    wanted = {
        "name": (name, M("Nennen Sie den Namen der Person, die freigibt.")),
        "function": (function, M("Nennen Sie die Funktion der Person, die freigibt, zum Beispiel „Bürgermeisterin“.")),
    }
    return tuple(Problem(field, message) for field, (given, message) in wanted.items() if not given)


def told(revision: Revision) -> dict[str, Any]:
    """What the procedure log says of a submission."""
    return {"hash": revision.content_hash, "receipt": revision.receipt_number, "revision": revision.number}


def _unread(session: Session, desk: Desk, revision: Revision, *, nil_return: bool) -> dict[str, Any]:
    """Kept for the receipt: later savings cover up when the text of this submission was written."""
    version = session.get_one(ConsultationVersion, revision.consultation_version_id)
    unread = not nil_return and version.number > 1 and desk.written_before(version.effective_at)
    return {"before_correction": True} if unread else {}


def named(revision: Revision) -> dict[str, str]:
    """What the job is told: it is about this submission, also when another one has followed before it runs."""
    return {"revision": str(revision.id)}


def counting(revision: Revision) -> dict[str, Any]:
    """Columns of the response from now on."""
    return {"counted_revision_id": revision.id, "revision_count": revision.number, "confirmed_at": None}


def make_revision(
    session: Session, actor: Actor, desk: Desk, release: Release, conclude: Callable[[Revision], HistoryEntry], *,
    nil_return: bool,
) -> Revision:  # fmt: skip
    """The revision with all that stands beside it. `conclude` changes the response and writes the line of the log."""
    response = desk.response
    version = _answered_version(session, response)
    answers, personal = _divided(desk, nil_return=nil_return)
    personal |= {f"release.{key}": text for key in ("name", "function") if (text := getattr(release, key))}
    values = [PersonalValue(key=key, value={"value": v}, salt=secrets.token_hex(32)) for key, v in personal.items()]
    document = _document(session, desk, release, version, answers, values, nil_return=nil_return)
    text = canonical(document | ({"received": dict(release.received)} if release.received else {}))
    deadline, arrived = response.consultation.deadline, release.received_at or actor.moment
    revision = Revision(
        id=uuid.uuid4(), response_id=response.id, consultation_id=response.consultation_id,
        organisation_id=response.organisation_id, consultation_version_id=version.id, number=response.revision_count + 1,
        nil_return=nil_return, document=text.decode(), content_hash=hashlib.sha256(text).hexdigest(),
        receipt_number=new_receipt_number(), submitted_at=actor.moment, late=deadline is not None and arrived >= deadline,
        reserved=_is_reserved(desk.form, answers), channel=release.channel or response.channel, person_id=actor.person_id,
        idempotency_key=release.idempotency_key, entry_hash="", sealed_head=_sealed_head(session),
    )  # fmt: skip
    session.add(revision)
    session.flush()
    revision.entry_hash = conclude(revision).hash
    for value in values:
        value.revision_id = revision.id
    session.add_all(values)
    insert_rows(session, RevisionRepresentation, _rows(revision, document["represented"]))
    _count(session, desk, revision, answers)
    choose(session, actor, response, _disclosed(desk), by_letter=release.received is not None)
    session.flush()
    return revision


def _answered_version(session: Session, response: Response) -> ConsultationVersion:
    """The current one. Refused if the consultation was corrected since it was read: the answer would name a version that it
    was not asked in. A lock would say the same, and have all that submit wait for whoever changes the consultation.
    """
    version = session.scalars(_CURRENT_VERSION, {"consultation_id": response.consultation_id}).one()
    asked = response.consultation
    if (version.draft_version_id, version.form_version_id) != (asked.draft_version_id, asked.form_version_id):
        raise Conflict(
            M("Die Konsultation wurde gerade berichtigt. Sehen Sie sich die Änderungen an und senden Sie noch einmal.")
        )
    return version


_CURRENT_VERSION = (
    select(ConsultationVersion)
    .where(ConsultationVersion.consultation_id == bindparam("consultation_id"))
    .order_by(ConsultationVersion.number.desc())
    .limit(1)
)


def _divided(desk: Desk, *, nil_return: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is submitted: (the answers of the document, personal values beside it). The disclosure stands beside both."""
    answers: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for key, value in desk.submitted.items():
        asked = desk.form.by_key[key]
        if asked.type.settles_disclosure or (nil_return and not asked.question.with_nil_return):
            continue
        (personal if asked.question.personal else answers)[key] = value
    return answers, personal


def _disclosed(desk: Desk) -> dict[str, str]:
    key = desk.form.disclosure_key
    chosen: dict[str, str] = desk.submitted.get(key, {}) if key else {}
    return chosen


def _document(
    session: Session, desk: Desk, release: Release, version: ConsultationVersion, answers: dict[str, Any],
    values: list[PersonalValue], *, nil_return: bool,
) -> dict[str, Any]:  # fmt: skip
    response = desk.response
    consultation, organisation = response.consultation, response.organisation
    draft, form = consultation.draft_version, consultation.form_version
    assert form is not None
    return {
        "schema": "consultation-revision-1",
        "consultation": {"slug": consultation.slug, "round": consultation.round, "version": version.number},
        "draft_version": {"number": draft.number, "date": draft.date.isoformat(), "hash": draft.content_hash} if draft else None,
        "form_version": {"number": form.number, "hash": form.content_hash},
        "organisation": {"name": organisation.name, "kind": organisation.kind, "demo": organisation.demo,
                         "register": _register_row(organisation.register_body)},
        **_beside(session, response, release),
        "nil_return": nil_return,
        "answers": answers,
        "personal": {value.key: salted_hash(value) for value in values},
    }  # fmt: skip


def _register_row(body: RegisterBody | None) -> dict[str, Any] | None:
    """Frozen here, since keys change by mergers."""
    if body is None:
        return None
    return {
        "ars": body.key, "ags": body.ags, "name": body.name, "kind": body.kind, "state": body.state,
        "population": body.population, "size_class": body.size_class, "as_of": body.as_of.isoformat(),
    }  # fmt: skip


def _beside(session: Session, response: Response, release: Release) -> dict[str, Any]:
    """What the house chose for its submission. Of an answer that was entered for it: what the letter says, for the house may be
    writing its own, and that is nobody's business.
    """
    if release.received:
        return {"represented": [], "own_reference": release.received["reference"]}
    return {"represented": _represented(session, response.id), "own_reference": response.own_reference}


def _represented(session: Session, response_id: uuid.UUID) -> list[dict[str, Any]]:
    rows = session.execute(_REPRESENTED, {"response_id": response_id})
    return [{"ars": key, "kind": kind, "name": name, "population": n} for key, kind, name, n in rows]


_REPRESENTED = (
    select(Representation.register_key, Representation.kind, RegisterBody.name, RegisterBody.population)
    .join(RegisterBody, RegisterBody.key == Representation.register_key)
    .where(Representation.response_id == bindparam("response_id"))
    .order_by(Representation.register_key)
)


def _rows(revision: Revision, represented: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """So that the database can count what the document says."""
    return [{"revision_id": revision.id, "register_key": one["ars"], "kind": one["kind"]} for one in represented]


def _is_reserved(form: Form, answers: dict[str, Any]) -> bool:
    return form.reservation is not None and holds(form.reservation.when, answers)


def _sealed_head(session: Session) -> str | None:
    return session.scalar(_SEALED_HEAD)


_SEALED_HEAD = select(HistorySeal.chain).order_by(HistorySeal.position.desc()).limit(1)


def _count(session: Session, desk: Desk, revision: Revision, answers: dict[str, Any]) -> None:
    """The facts of the counted revision take the place of those before; a nil return has none."""
    if revision.number > 1:
        uncount(session, desk.response.id)
    if revision.nil_return:
        return
    organisation = desk.response.organisation
    body = organisation.register_body
    dimensions = {
        "revision_id": revision.id, "consultation_id": revision.consultation_id, "kind": organisation.kind,
        "state": organisation.state, "size_class": body.size_class if body else None,
    }  # fmt: skip
    facts = [dimensions | fact for fact in (COUNTED, *facts_of(desk.form, answers))]
    insert_rows(session, AnswerFact, facts)


COUNTED = {"question": "", "item": "", "option": "", "number": None, "once": True}
"""The fact that there is a counted answer at all: what shares and "not answered" are measured against."""


def facts_of(form: Form, answers: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of `answer_fact` without their dimensions; what is not in the form any more is not counted."""
    for key, value in answers.items():
        if (asked := form.by_key.get(key)) is not None:
            items: set[str] = set()
            for fact in asked.type.facts(value, asked.settings):
                once = fact.item not in items
                yield {"question": key, "item": fact.item, "option": fact.option, "number": fact.number, "once": once}
                items.add(fact.item)


def uncount(session: Session, response_id: uuid.UUID) -> None:
    revisions = select(Revision.id).where(Revision.response_id == response_id)
    session.execute(delete(AnswerFact).where(AnswerFact.revision_id.in_(revisions)))


def canonical(document: dict[str, Any]) -> bytes:
    """Sorted keys, no white space, UTF-8: the bytes that are hashed."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def salted_hash(value: PersonalValue) -> str:
    """What the document holds of a personal value; worthless once value and salt are erased."""
    return hashlib.sha256(
        f"{value.salt}:".encode() + orjson.dumps(value.value, option=orjson.OPT_SORT_KEYS)
    ).hexdigest()
